"""MIDI ports that work without hardware: a JACK server of one's own, whose sound goes nowhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 30.0  # s
Messages = list[list[int]]


@contextmanager
def jack(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs one that this process, and those that it starts, find their MIDI ports in."""
    rtmidi = pytest.importorskip("rtmidi", reason="python-rtmidi has no wheel for this Python")
    if not sys.platform.startswith("linux") or rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("this rtmidi does not speak JACK")
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: jackd2)")
    name = f"livepitch{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    # Others may keep the machine busy: clients are waited for, not thrown out.
    server = ["jackd", "--no-realtime", "--no-mlock", "--sync", "--timeout", "20000", "-n", name]
    command = [*server, "-d", "dummy", "-r", "48000", "-p", "256"]
    with (folder / "jackd.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await(lambda: _answers(rtmidi), folder / "jackd.log")
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)
        for left in Path("/dev/shm").glob(f"jack_*{name}*"):
            left.unlink(missing_ok=True)


def _await(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            pytest.skip(f"jackd does not start here: {log.read_text(errors='replace')[-200:]}")
        time.sleep(0.05)


def _answers(rtmidi: Any) -> bool:
    from livepitch.outputs.midi_ports import MidiError, _client

    try:
        _client().delete()
    except MidiError:
        return False
    return True


class Instrument:
    """A program that is played: it has a port of its own, or connects to one.

    It asks for what came: JACK's own thread, were it to call Python, would wait for it while the port is closed.
    """

    def __init__(self, name: str = "Grand Piano", connect_to: str | None = None) -> None:
        import rtmidi

        self._heard: Messages = []
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name, queue_size_limit=1 << 16)
                break
            except rtmidi.SystemError:  # the server is too busy to answer in time
                if time.monotonic() > end:
                    raise
        self._port.ignore_types(sysex=False, timing=False, active_sense=False)
        if connect_to is None:
            self._port.open_virtual_port("in")
        else:
            index = next(i for i, port in enumerate(self._port.get_ports()) if connect_to in port)
            self._port.open_port(index)

    @property
    def heard(self) -> Messages:
        """Its messages so far, in order."""
        while not self._port.is_deleted and (event := self._port.get_message()):
            self._heard.append(list(event[0]))
        return self._heard

    def close(self) -> None:
        if not self._port.is_deleted:
            self._port.close_port()
            self._port.delete()
