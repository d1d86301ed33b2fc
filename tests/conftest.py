"""Shared by all tests: Qt without a screen, repeatable property tests, a sung tone, the command line."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

# A shell that starts the tests in the background has SIGINT ignored, in them and in every process of theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# No test, nor a process that it starts, reads or writes what the user has tuned: this folder stays empty.
NO_SETTINGS = tempfile.TemporaryDirectory(prefix="livepitch-settings-")
os.environ["LIVEPITCH_CONFIG"] = NO_SETTINGS.name
# Nor does one record into the user's music folder: what a test records goes with the others.
RECORDINGS = tempfile.TemporaryDirectory(prefix="livepitch-takes-")
os.environ["LIVEPITCH_RECORDINGS"] = RECORDINGS.name
# What it practises is not mixed with what the user has.
PRACTISED = tempfile.TemporaryDirectory(prefix="livepitch-data-")
os.environ["LIVEPITCH_DATA"] = PRACTISED.name
# Nor does what goes wrong in tests stand in the user's log.
LOGS = tempfile.TemporaryDirectory(prefix="livepitch-logs-")
os.environ["LIVEPITCH_LOGS"] = LOGS.name

# Timings on shared machines say nothing; the same examples every time do.
settings.register_profile("livepitch", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("livepitch")

# What `./test` says to `-m`, and what a file must hold to have such a test.
MARKED = {
    "audio and not alone and not long": re.compile(r"mark\.audio\b"),
    "alone and not long": re.compile(r"mark\.alone\b"),
    "long": re.compile(r"mark\.long\b"),
}

Sung = Callable[..., NDArray[np.float32]]
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def sung_tone(hz: float = 220.0, seconds: float = 1.0, sample_rate: int = 16_000) -> NDArray[np.float32]:
    """A steady voice-like tone `(n,)`: twelve harmonics that fall off, no louder than 0.3."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    harmonics = [h for h in range(1, 13) if h * hz < 0.45 * min(sample_rate, 16_000)]
    tone = sum(np.sin(2 * np.pi * h * hz * time) / h for h in harmonics)
    return np.asarray(0.3 * tone / np.abs(tone).max(), np.float32)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file without the mark that is asked for is not even imported: all of them take ten seconds."""
    if collection_path.suffix != ".py" or config.option.markexpr not in MARKED:
        return None
    return None if MARKED[config.option.markexpr].search(collection_path.read_text(encoding="utf-8")) else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A mark that comes from elsewhere than the file would keep its test out of every pass."""
    for item in items:
        for mark in {"audio", "alone", "long"} & {mark.name for mark in item.iter_markers()}:
            if f"mark.{mark}" not in item.path.read_text(encoding="utf-8"):
                raise pytest.UsageError(f"{item.nodeid} is marked `{mark}` from elsewhere: mark it in its own file")
        if item.get_closest_marker("long") and os.environ.get("LIVEPITCH_TEST_LONG") != "1":
            item.add_marker(pytest.mark.skip(reason="takes long: LIVEPITCH_TEST_LONG=1 runs it"))


@pytest.fixture(scope="session", autouse=True)
def nothing_is_tuned_by_tests() -> Iterator[None]:
    yield
    assert not os.listdir(NO_SETTINGS.name)


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the settings of this test alone."""
    folder = tmp_path / "settings"
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(folder))
    return folder


@pytest.fixture
def tone() -> Sung:
    return sung_tone


@pytest.fixture
def livepitch_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    """As `livepitch`, but in this process: seconds faster, for what has nothing to do with how a process begins."""
    from livepitch.__main__ import main

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        words = ["livepitch", *map(str, arguments)]
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", words)
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        told = capfd.readouterr()
        return subprocess.CompletedProcess(words, int(left.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def livepitch(tmp_path: Path) -> Cli:
    """`livepitch(*arguments)` in a new process and an empty folder, standard output and error apart."""

    def run(*arguments: object, timeout: float = 240, **kwargs: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "livepitch", *map(str, arguments)]
        options = {"capture_output": True, "text": True, "cwd": tmp_path, "timeout": timeout, **kwargs}
        return subprocess.run(command, **options)  # type: ignore[call-overload, no-any-return]

    return run
