"""The programs that listen in `outputs.py`: each in a process of its own, noting when each frame arrived."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Arrivals = list[tuple[float, float]]  # s of the frame, or a note's MIDI number; monotonic s

SPAWN = multiprocessing.get_context("spawn")


class Listener:
    """One of them, from its making on."""

    def __init__(self, listen: Callable[..., None], *arguments: object) -> None:
        self.path = Path(tempfile.mkstemp(prefix=f"livepitch-{listen.__name__}-")[1])
        self.process = SPAWN.Process(target=listen, args=(self.path, *arguments), daemon=True)
        self.process.start()

    def stall(self, stalled: bool) -> None:
        """Stop it, as a debugger does, or let it go on."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGSTOP if stalled else signal.SIGCONT)

    def end(self) -> Arrivals:
        """End it; what it noted."""
        self.process.kill()
        self.process.join()
        lines = self.path.read_text().splitlines()
        self.path.unlink()
        return [(float(what), float(when)) for what, when in (line.split() for line in lines if " " in line)]


def osc(path: Path, port: int) -> None:
    """`/livepitch/frame`, by python-osc."""
    from pythonosc.osc_bundle import OscBundle

    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", port))
    with path.open("a", buffering=1) as notes:
        while True:
            data = receiver.recv(65536)
            now = time.monotonic()
            notes.write(f"{round(next(iter(OscBundle(data))).params[0], 2)} {now!r}\n")


def websocket(path: Path, port: int) -> None:
    """Frames, by the websockets library."""
    from websockets.sync.client import connect

    while True:
        try:
            connection = connect(f"ws://127.0.0.1:{port}/", compression=None)
            break
        except OSError:
            time.sleep(0.1)
    with path.open("a", buffering=1) as notes:
        for message in connection:
            now = time.monotonic()
            for frame in json.loads(message).get("frames", ()):
                notes.write(f"{frame['time']} {now!r}\n")


def midi(path: Path) -> None:
    """Notes that begin, on a JACK port "bench:in"."""
    import rtmidi

    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="bench")
    with path.open("a", buffering=1) as notes:

        def hear(event: tuple[list[int], float], _: object) -> None:
            if event[0][0] & 0xF0 == 0x90:
                notes.write(f"{event[0][1]} {time.monotonic()!r}\n")

        port.set_callback(hear)
        port.open_virtual_port("in")
        while True:
            time.sleep(3600)


def pipe(path: Path, fifo: str) -> None:
    """JSON Lines of a named pipe."""
    with path.open("a", buffering=1) as notes, open(fifo, encoding="utf-8") as lines:
        for line in lines:
            notes.write(f"{json.loads(line)['time']} {time.monotonic()!r}\n")


def free_port(kind: socket.SocketKind) -> int:
    """One that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    sys.exit("run outputs.py")
