"""Takes whose process ended before they were complete: found again, and brought to what a complete one is.

Beside a take that is being written lies a hidden file, locked by the process that writes; the system unlocks it when
that process ends, however it ends. So one that is there and not locked is of a process that was killed, or lost its
power.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ...model.replacement import replacing
from ..csv_track import HEADER
from .growing import GrowingFile, flac_length
from .pitch_rows import FRAMES, unvoiced_row
from .takes import Recording, take_files

log = logging.getLogger(__name__)

ENDING = ".unfinished"
YOUNG = 60.0  # s for which one with no take beside it may be of a take that is just beginning


def unfinished_file(take: Path) -> Path:
    """The hidden file beside a take."""
    return take.with_name(f".{take.name}{ENDING}")


class Unfinished(GrowingFile):
    """That file. In it grow the rows that are settled, with the header; it becomes the take's CSV, or is deleted."""

    def __init__(self, take: Path) -> None:
        """Make it. FileExistsError if there is one; any other OSError if that fails."""
        super().__init__(unfinished_file(take))
        with suppress(OSError):  # a disk in the network may know no locks: then nobody finishes the take by himself
            fcntl.flock(self, fcntl.LOCK_EX)

    def give_up(self) -> None:
        """The take could not begin."""
        self.path.unlink(missing_ok=True)
        self.close()


def unfinished_takes(folder: Path) -> list[Path]:
    """Takes in a folder that a process left when it was killed, by name; none that is still being written."""
    return [take for take in _marked(folder) if not _in_use(take)]


def finish_takes(folder: Path) -> list[Recording]:
    """Complete every one of `unfinished_takes`: what there is of each now, `error` where it could not be done.

    What was settled takes its place, rows and sound end together, and a take in which there is nothing is deleted.
    """
    return [recording for take in _marked(folder) if (recording := _finished(take)) is not None]


def _marked(folder: Path) -> list[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(ENDING))
    except OSError:
        return []
    return [folder / name[1 : -len(ENDING)] for name in names if name.startswith(".") and len(name) > len(ENDING) + 1]


def _in_use(take: Path) -> bool:
    with _locked(take) as file:
        return file is None


@contextmanager
def _locked(take: Path) -> Iterator[BinaryIO | None]:
    """The hidden file, locked; None if it is another's, or cannot be opened."""
    try:
        file = open(unfinished_file(take), "rb")  # noqa: SIM115 # closed below
    except OSError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = unfinished_file(take).exists()  # not one that was complete at that very moment
        except OSError:
            mine = False
        yield file if mine else None


def _finished(take: Path) -> Recording | None:
    """None where nothing was, or is to be, done."""
    with _locked(take) as settled:
        if settled is None:
            return None
        try:
            seconds = _finish(take, settled)
        except OSError as error:
            reason = error.strerror or str(error)
            log.warning("%s: was left unfinished and cannot be completed (%s)", take, reason)
            problem = f"{take}: was left unfinished and cannot be completed ({reason}); free some space"
            return Recording(take, error=problem, running=False)
    if seconds is None:
        return None
    log.info("%s: was left unfinished by a process that ended, %.1f s are complete now", take, seconds)
    return Recording(take, seconds, running=False, start=0.0)


def _finish(take: Path, settled: BinaryIO) -> float | None:
    """Seconds of the take, None if there is no sound in it."""
    flac, csv = take_files(take)
    marker = unfinished_file(take)
    if not flac.exists():
        if time.time() - marker.stat().st_mtime > YOUNG:
            marker.unlink()
        return None
    samples, rate = flac_length(flac)
    if not samples:
        for path in (flac, csv, marker):
            path.unlink(missing_ok=True)
        return None
    csv.touch()  # whoever deleted it
    with replacing(csv) as new, open(csv, "rb") as instant:
        new.write(HEADER)
        for line in _rows(settled, instant, samples * FRAMES // rate + 1):
            new.write(line)
    marker.unlink()
    return samples / rate


def _rows(settled: BinaryIO, instant: BinaryIO, rows: int) -> Iterator[str]:
    """So many rows: those that were settled, then those as first shown, then unvoiced ones."""
    for file in (settled, instant):
        file.readline()  # the header
    for row in range(rows):
        other, line = instant.readline(), settled.readline()
        line = line if line.endswith(b"\n") else other
        yield line.decode() if line.endswith(b"\n") else unvoiced_row(row)
