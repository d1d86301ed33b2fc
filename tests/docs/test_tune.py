"""`tune` as the pages have it, in short. Beside other tests it would try one setting after the other in vain."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.docs.commands import told_to_run
from tests.docs.conftest import Place
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]  # seconds: a busy machine tries them all

# Two at a time: each takes half of a core.
TOGETHER = (
    ("livepitch tune", "livepitch tune --demo"),
    ("livepitch tune --dry-run --json all.json", "livepitch tune --input USB --model rmvpe-small"),
)


def test_every_command_for_tuning_is_run_here() -> None:
    assert {command for commands in TOGETHER for command in commands} == told_to_run("tests/docs/test_tune.py")


def start(command: str, place: Place, settings: Path) -> subprocess.Popen[str]:
    heard = {name: value for name, value in os.environ.items() if name.startswith(("PULSE_", "XDG_"))}
    return subprocess.Popen(
        ["bash", "-c", f"exec {command.replace('USB', DEVICE)} --seconds 1"],
        cwd=place.folder,
        env={**place.environment, **heard, "LIVEPITCH_CONFIG": str(settings)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("commands", TOGETHER, ids=("kept", "of a microphone"))
def test_tuning_says_what_it_found_or_that_nothing_holds(
    commands: tuple[str, ...], place: Place, tmp_path: Path
) -> None:
    skip_unless_installed()
    with VirtualMicrophone(48_000):
        running = [start(command, place, tmp_path / str(number)) for number, command in enumerate(commands)]
        said = [process.communicate(timeout=500)[0] for process in running]
    for number, (command, process) in enumerate(zip(commands, running, strict=True)):
        settings, told = tmp_path / str(number) / "tuned.json", said[number]
        assert "Traceback" not in told
        found = process.returncode == 0
        assert found or (process.returncode == 1 and "no block size and hop holds" in told), f"{command}: {told}"
        assert settings.exists() == (found and "--dry-run" not in command)
        if "--json" in command:
            record = json.loads((place.folder / "all.json").read_text(encoding="utf-8"))
            assert bool(record["found"]) == found
