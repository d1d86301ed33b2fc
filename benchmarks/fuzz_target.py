"""What is fuzzed: a reader of files, good files to begin with, and how far it is watched.

A module of targets holds `TARGETS: tuple[Target, ...]` and is named in `soak_fuzz.MODULES`. It imports nothing of
livepitch at its top: the child process instruments what is imported inside `reader`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Read = Callable[[Path], object]


def _unchanged(data: bytes) -> bytes:
    return data


@dataclass(frozen=True)
class Target:
    """One reader. A file that it does not like must end in a LivepitchError of one printable line, nothing else."""

    name: str
    """As the command line takes it; also the folder of its finds."""
    write: Callable[[Path], None]
    """Fills an empty folder with good files, the corpus; the smaller they are, the better."""
    reader: Callable[[], Read]
    """Imports what it needs and gives the function that reads one file, values and all."""
    file_name: str
    """What the file is called that is read, suffix and all."""
    watched: tuple[str, ...] = ("livepitch",)
    """Modules, with those below them, whose branches guide the fuzzer."""
    words: tuple[bytes, ...] = ()
    """Tokens of the format, put in here and there."""
    mended: Callable[[bytes], bytes] = _unchanged
    """Makes checksums right again, so that damage is met behind them."""
    largest: int = 1 << 16
    """Bytes; no file is longer."""
    allowed: tuple[str, ...] = ()
    """Audit events that are no harm here, by name, out of `fuzz_guard.HARMFUL`."""
