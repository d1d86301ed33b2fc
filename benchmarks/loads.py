"""What else a computer is doing while something is measured: each as a context that begins it and ends it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

FRAME = 1 / 60  # s
PAINT = 4e-3  # s of a frame that the interpreter is held


@contextmanager
def _thread(work: Callable[[threading.Event], None]) -> Iterator[None]:
    ending = threading.Event()
    thread = threading.Thread(target=work, args=(ending,), name="load", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _spin(ending: threading.Event) -> None:
    while not ending.is_set():
        pass


def _paint(ending: threading.Event) -> None:
    """Holds the interpreter for `PAINT` in every `FRAME`, inside one call of C, which nothing can interrupt."""
    size = 10_000
    begun = time.perf_counter()
    sum(range(100 * size))
    size = round(100 * size * PAINT / (time.perf_counter() - begun))
    following = time.monotonic()
    while not ending.wait(max(0.0, following - time.monotonic())):
        sum(range(size))
        following = max(following + FRAME, time.monotonic())


@contextmanager
def _core() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


LOADS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "none": nullcontext,
    "paint": lambda: _thread(_paint),
    "spin": lambda: _thread(_spin),
    "core": _core,
}
"""none; paint: a thread that draws 60 times a second, 4 ms each; spin: one that never rests; core: another process."""
