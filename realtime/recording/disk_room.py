"""How much more a recording may write: it ends before the disk is full, complete, and leaves room for others."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

RESERVE = 50_000_000  # bytes that a recording leaves free: for its own end, the settings, the system
SAMPLE, ROW, FRAMES = 3.0, 30.0, 100  # bytes of a sample and of a row, at most, and rows a second
KNOWN = 10.0  # s after which a recording's own size says how much it needs


def disk_room(folder: Path) -> float:
    """Bytes that may still be written into a folder, or where it will be made; infinite where the system cannot say."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        return float(shutil.disk_usage(there).free - RESERVE)
    except OSError:
        return math.inf


def seconds_left(room: float, written: int, seconds: float, rate: int) -> float:
    """Seconds that `room` bytes hold of a recording at `rate` (Hz), of which so many `seconds` took `written` bytes."""
    need = written / seconds if seconds >= KNOWN else SAMPLE * rate + 2 * ROW * FRAMES
    return max(room, 0.0) / need


def too_little(room: float) -> str:
    """How much is free, and how much shall be, for a sentence."""
    return f"{(room + RESERVE) / 1e6:.0f} MB are free on the disk, and {RESERVE / 1e6:.0f} MB are to stay free"
