"""The header of an UltraStar song: its tags, whatever their case, and its numbers, whatever their decimal point."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

NUMBER = re.compile(r"[+-]?(\d{1,12}([.,]\d{0,12})?|[.,]\d{1,12})")
TAG = re.compile(r"\s*#\s*([^:]{1,40}?)\s*:(.*)", re.DOTALL)


def tags(lines: Sequence[str]) -> dict[str, str]:
    """Values of "#NAME:value" by name in capitals; of a name given twice the first that says something."""
    found: dict[str, str] = {}
    for line in lines:
        match = TAG.match(line)
        if match and not found.get(match[1].upper()):
            found[match[1].upper()] = match[2].strip()
    return found


def number(text: str) -> float:
    """A decimal number with a point or a comma; NaN if it is none."""
    match = NUMBER.match(text.strip())
    return float(match[0].replace(",", ".")) if match else math.nan


def version(header: Mapping[str, str]) -> float:
    """The format's version as major.minor; 0.3 where the song does not say."""
    found = number(header.get("VERSION", ""))
    return 0.3 if math.isnan(found) else found


def beat_of(header: Mapping[str, str]) -> float:
    """Seconds of a beat: a quarter of one of #BPM's; from version 2 on a whole one. NaN where #BPM is missing."""
    tempo = number(header.get("BPM", ""))
    return 60 / tempo / (1 if version(header) >= 2 else 4) if 1 <= tempo <= 1e6 else math.nan


def singer(header: Mapping[str, str], voice: int) -> str:
    """What a voice of a duet is called."""
    names = (header.get(f"{tag}{voice}") for tag in ("P", "DUETSINGERP", "DUETSINGER"))
    return next((name for name in names if name), f"P{voice}")


def window(header: Mapping[str, str]) -> tuple[float, float]:
    """Seconds between which the song is sung: #START (s; from version 2 on ms) and #END (ms)."""
    start = number(header.get("START", "")) / (1000 if version(header) >= 2 else 1)
    end = number(header.get("END", "")) / 1000
    return (start if start > 0 else -math.inf), (end if end > 0 else math.inf)
