"""Moments and lengths of time, as text."""

from __future__ import annotations

import math


def clock_text(second: int) -> str:
    """Time as minutes and seconds, with hours where there are any: "1:05", "1:00:05"."""
    minutes = f"{second // 60 % 60:02d}" if second >= 3600 else f"{second // 60}"
    return f"{second // 3600}:{minutes}:{second % 60:02d}" if second >= 3600 else f"{minutes}:{second % 60:02d}"


def moment_text(time: float) -> str:
    """A moment to the hundredth of a second: "1:05.23"; one before the beginning is the beginning."""
    hundredths = max(round(100 * time), 0)
    return f"{clock_text(hundredths // 100)}.{hundredths % 100:02d}"


def length_text(seconds: float) -> str:
    """How long something is: "0.42 s", "12.5 s", "2:05" from a minute on."""
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"
    return clock_text(round(seconds))


def paused_text(behind: float) -> str:
    """What is said over a picture that stands while the voice goes on, `behind` seconds later."""
    whole = math.floor(behind)
    late = f"{whole} s behind" if whole < 60 else f"{clock_text(whole)} behind"
    return "  ·  ".join(["Paused", *([late] if whole else []), "P to go on"])
