"""A target brought into a singer's range, and the stretch of it that is practised."""

from __future__ import annotations

from collections.abc import Iterable

from .target import Target

FARTHEST = 48  # semitones


def fitted(target: Target, low: float, high: float) -> int:
    """Semitones that lay a target best between two MIDI numbers, `low` and `high` among them.

    The shift that leaves the fewest notes outside; of those that do equally well the smallest, where an octave, which
    keeps the key, counts as half of its semitones; then the lower. ValueError unless low <= high.
    """
    if not low <= high:
        raise ValueError(f"low must not lie above high: {low} and {high}")
    spans = [(min(ends), max(ends)) for note in target.notes if note.pitched
             for ends in [(note.midi, note.midi + note.glide)]]  # fmt: skip
    shifts = range(-FARTHEST, FARTHEST + 1)
    return min(shifts, key=lambda shift: (_outside(spans, shift, low, high), *_far(shift), shift))


def _far(shift: int) -> tuple[float, bool]:
    """How far a shift is, and whether it leaves the key."""
    key_left = shift % 12 != 0
    return abs(shift) / (1 if key_left else 2), key_left


def _outside(spans: Iterable[tuple[float, float]], shift: int, low: float, high: float) -> int:
    """How many notes leave the range."""
    return sum(below + shift < low or above + shift > high for below, above in spans)


def region(target: Target, first_bar: int, last_bar: int) -> tuple[float, float]:
    """Seconds from one bar to the end of another, for `Target.between`.

    Bars count from 1 at the first downbeat; what lies before it is bar 0. ValueError for bars that the target has not,
    or where no beats are known.
    """
    bars = [beat.time for beat in target.beats if beat.downbeat]
    if not bars:
        raise ValueError("the target has no bars")
    if not 0 <= first_bar <= last_bar <= len(bars):
        raise ValueError(f"bars {first_bar} to {last_bar} are not among the target's 0 to {len(bars)}")
    start = bars[first_bar - 1] if first_bar else 0.0
    stop = bars[last_bar] if last_bar < len(bars) else max(target.duration, bars[-1])
    return start, stop
