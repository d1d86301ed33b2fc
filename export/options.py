"""What the user may choose about a file of notes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..model.errors import LivepitchError


class ExportError(LivepitchError):
    """What cannot be written; the text says which file, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices that hold for whichever format they concern; the others leave them out of account."""

    a4: float = 440.0
    """Concert pitch, Hz: which frequency note 69 stands for."""
    tempo: float = 120.0
    """Quarter notes per minute of MIDI and MusicXML; the notes' seconds stay what they are."""
    bend_range: float = 2.0
    """Semitones that MIDI's pitch bend reaches to either side."""
    lowest: int = 0
    """MIDI number of the lowest note that is written."""
    highest: int = 127
    """MIDI number of the highest note that is written."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.a4) and 392.0 <= self.a4 <= 466.0):
            raise ValueError(f"a4 must lie in 392..466 Hz, not {self.a4}")
        if not 20.0 <= self.tempo <= 400.0:
            raise ValueError(f"tempo must lie in 20..400 beats per minute, not {self.tempo}")
        if not 1.0 <= self.bend_range <= 96.0:
            raise ValueError(f"bend_range must lie in 1..96 semitones, not {self.bend_range}")
        if not 0 <= self.lowest <= self.highest <= 127:
            raise ValueError(f"lowest and highest must lie in 0..127, in this order, not {self.lowest}, {self.highest}")
