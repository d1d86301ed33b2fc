"""Statistics of what was sung, as words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...practice.intonation import Summary, summary
from ...practice.music import Music
from ...practice.notes import NO_NOTE
from ..look.wording import cents_text
from .clock import length_text
from .history import PitchHistory
from .intonation import IN_TUNE

Row = tuple[str, str]
Line = tuple[NDArray[np.float64], NDArray[np.float64]]


def sung_line(history: PitchHistory) -> Line:
    """Times and pitches of a history, copied, so that another thread may judge them.

    Vibrato counts by its middle, as in the colours of the picture.
    """
    return history.time.copy(), np.where(np.isfinite(history.f0), history.centre, np.nan)


def judged(line: Line, music: Music, start: float = -math.inf, stop: float = math.inf) -> Summary:
    """What was sung from `start` to `stop` seconds, by the notes of the music."""
    time, f0 = line
    first, last = time.searchsorted((start, stop))
    return summary(time[first:last], f0[first:last], music.tuning, music.key, IN_TUNE)


def statistics_rows(found: Summary, music: Music) -> list[Row]:
    """What is said, and its value; a dash where there is nothing to tell."""
    rows = [
        ("Sung", length_text(found.voiced)),
        ("Range", range_text(found, music)),
        ("Most sung", _name(found.most_sung, music)),
        ("In tune", _per_cent(found.in_tune)),
        ("±25 cents", _per_cent(found.within_25)),
        ("±50 cents", _per_cent(found.within_50)),
        ("Tendency", cents_text(found.median_cents) or NO_NOTE),
        ("Spread", NO_NOTE if math.isnan(found.spread_cents) else f"{found.spread_cents:.0f} cents"),
    ]
    if music.tuning.twelve and len(music.key.pitch_classes) < 12:
        rows.append(("Outside key", _per_cent(found.outside_key)))
    return rows


TIPS = {
    "Sung": "Time with a pitch",
    "Range": "Lowest and highest note that was held for a tenth of a second",
    "Most sung": "The note that was sung for the longest time",
    "In tune": f"Share of the sung time within {IN_TUNE:.0f} cents of the nearest note",
    "±25 cents": "Share of the sung time within 25 cents of the nearest note",
    "±50 cents": "Share of the sung time within 50 cents of the nearest note",
    "Tendency": "Median distance from the nearest note: below 0 flat, above 0 sharp",
    "Spread": "Width of the middle half of the distances: small where notes are held steadily",
    "Outside key": "Share of the sung time on notes outside the key",
}


def range_text(found: Summary, music: Music) -> str:
    """Lowest and highest note: "C3 – G4"."""
    if found.lowest is None or found.highest is None:
        return NO_NOTE
    return f"{music.name(found.lowest)} – {music.name(found.highest)}"


def spoken(title: str, columns: Sequence[Sequence[Row]]) -> str:
    """All of it in one line, for screen readers."""
    return ". ".join([title, *(f"{name} {value}" for rows in columns for name, value in rows)])


def _name(note: int | None, music: Music) -> str:
    return NO_NOTE if note is None else music.name(note)


def _per_cent(share: float) -> str:
    return NO_NOTE if math.isnan(share) else f"{100 * share:.0f} %"
