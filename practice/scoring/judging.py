"""How strictly a take is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Alignment = Literal["auto", "none", "shift", "tempo"]
ALIGNMENTS: tuple[Alignment, ...] = ("auto", "none", "shift", "tempo")
DIFFICULTIES: dict[str, int] = {"easy": 2, "medium": 1, "hard": 0}
"""UltraStar's: semitones that a beat may be off."""


@dataclass(frozen=True, slots=True)
class Judging:
    """What is asked of a take; ValueError for what cannot be."""

    tolerance_cents: float = 50.0
    """Off by so much a note is still hit, and gets half of its points for pitch."""
    tolerance_seconds: float = 0.2
    """So late (or early) a note gets half of its points for time."""
    shortest: float = 0.25
    """Share of a note's length that must be sung for it to be hit."""
    octave_free: bool = False
    """Whether any octave of a note will do."""
    alignment: Alignment = "auto"
    """What is taken out before timing is judged: "none"; "shift": how much later the whole take lies; "tempo": that,
    and how much faster it is; "auto": the least of these that explains the take."""
    difficulty: str = "medium"
    """One of UltraStar's DIFFICULTIES, for its points alone."""
    latency: float = 0.0
    """Seconds by which the recording lies late, as measured; taken out first."""
    a4: float = 440.0
    """Hz."""

    def __post_init__(self) -> None:
        if not 0 < self.tolerance_cents <= 600:
            raise ValueError(f"tolerance_cents must lie in 0..600, not {self.tolerance_cents}")
        if not self.tolerance_seconds > 0:
            raise ValueError(f"tolerance_seconds must be positive, not {self.tolerance_seconds}")
        if self.alignment not in ALIGNMENTS:
            raise ValueError(f"alignment must be one of {', '.join(ALIGNMENTS)}, not {self.alignment!r}")
        if self.difficulty not in DIFFICULTIES:
            raise ValueError(f"difficulty must be one of {', '.join(DIFFICULTIES)}, not {self.difficulty!r}")


LEVELS: dict[str, Judging] = {
    "strict": Judging(tolerance_cents=25, tolerance_seconds=0.1, shortest=0.5),
    "teacher": Judging(),
    "friendly": Judging(tolerance_cents=70, tolerance_seconds=0.3, shortest=0.2),
    "beginner": Judging(tolerance_cents=100, tolerance_seconds=0.4, shortest=0.15, octave_free=True),
}
"""Named settings, the strictest first; "teacher" is the default."""
