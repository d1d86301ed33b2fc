"""Which notes of a target a selected stretch means."""

from __future__ import annotations

from ...practice.target.target import Target

HALF = 0.5  # of a note that must lie within the selection
SLOWER = 0.75  # times the tempo, for a bit that is worked on


def selected_notes(target: Target, start: float, stop: float) -> tuple[int, int] | None:
    """First and last note of which at least half lies between two seconds; None for no note."""
    inside = [
        place
        for place, note in enumerate(target.notes)
        if min(note.end, stop) - max(note.start, start) >= HALF * note.length
    ]
    return (inside[0], inside[-1]) if inside else None


def region(target: Target, first: int, last: int, tempo: float, begin: float) -> tuple[float, float]:
    """Seconds as written from one note to the end of another, of a target `tempo` times as fast, begun at `begin`."""
    return begin + tempo * target.notes[first].start, begin + tempo * target.notes[last].end


def round_note(target: Target, place: int) -> tuple[int, int]:
    """A note with its neighbours."""
    return max(place - 1, 0), min(place + 1, len(target.notes) - 1)
