"""The notes of a file: those that the options ask for, counted by their concert pitch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..model.convert import midi_to_hz
from ..practice.notes import midi_name
from ..practice.tuning import Tuning
from .options import Options
from .sung import Sung


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """One of them."""

    start: float
    """Seconds, never before 0."""
    end: float
    """Seconds, later than `start`, not later than the start of the next note."""
    number: int
    """MIDI number of the nearest note of the scale."""
    cents: float
    """From that note to what was sung, -50 to 50, sharp is positive."""
    hz: float
    """What was sung."""

    @property
    def name(self) -> str:
        """English, as "F♯3"."""
        return midi_name(self.number)


def written_notes(sung: Sung, options: Options) -> Iterator[WrittenNote]:
    """The notes from `options.lowest` to `options.highest`, in order of time."""
    tuning = Tuning(options.a4)
    to_a4 = 12.0 * math.log2(options.a4 / 440.0)
    for note in sung.notes:
        number, cents = tuning.nearest(note.midi - to_a4)
        if number is not None and options.lowest <= number <= options.highest:
            yield WrittenNote(max(note.start, 0.0), note.end, number, cents, midi_to_hz(note.midi))
