"""A folder, a shell and a warm livepitch for the blocks of a page."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs import folder as prepared
from tests.docs import warm
from tests.model.loopback_hub import Hub, serving
from tests.outputs.lsl_loopback import LOOPBACK

COLD = f'#!/bin/sh\nexec "{sys.executable}" -m livepitch "$@"\n'
OWN = ("CONFIG", "DATA", "LOGS", "RECORDINGS", "CACHE")

PORT = "8765"  # what the pages say


@dataclass(frozen=True)
class Place:
    """A prepared folder, and the environment in which its blocks run."""

    folder: Path
    environment: dict[str, str]
    port: int

    def here(self, text: str) -> str:
        """A page's text with a port that is free here: several pages may run at once."""
        return re.sub(rf"\b{PORT}\b", str(self.port), text)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "page"
    folder.mkdir()
    prepared.fill(folder)
    return folder


@pytest.fixture(scope="session")
def warm_program(filled: Path) -> Iterator[str]:
    """The text of a program `livepitch` that a warm process answers; not on Linux, every command starts cold."""
    if sys.platform != "linux":
        yield COLD
        return
    short = Path(tempfile.mkdtemp(prefix="livepitch-"))  # a socket's path may have 107 characters at most
    toy = filled / "toy.safetensors"
    words = [str(short / "door"), hashlib.sha256(toy.read_bytes()).hexdigest(), str(toy.stat().st_size)]
    with subprocess.Popen(
        [sys.executable, warm.__file__, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield warm.CLIENT.format(python=sys.executable, path=words[0])
        server.terminate()
    shutil.rmtree(short)


@pytest.fixture(scope="session")
def hub(filled: Path) -> Iterator[Hub]:
    """Where `weights fetch` finds a small checkpoint under the name of the published one."""
    with serving(Hub((filled / "toy.safetensors").read_bytes())) as started:
        yield started


@pytest.fixture
def place(tmp_path: Path, filled: Path, warm_program: str, hub: Hub) -> Place:
    folder, programs = tmp_path / "page", tmp_path / "programs"
    shutil.copytree(filled, folder, symlinks=True)
    prepared.programs(programs, warm_program)
    (folder / "run").symlink_to(programs / "livepitch")
    environment = {
        **os.environ,
        **{f"LIVEPITCH_{name}": str(tmp_path / name.lower()) for name in OWN},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HF_ENDPOINT": hub.endpoint,
        "no_proxy": "127.0.0.1",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "120",
        "LSLAPICFG": str(tmp_path / "lsl_api.cfg"),
        "PULSE_SERVER": "unix:/nowhere",  # no test hears or sounds what the machine has
    }
    (tmp_path / "lsl_api.cfg").write_text(LOOPBACK, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Place(folder, environment, port)
