"""What is said of a take: figures for each note, a score, what to work on."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from ..scales import CHROMATIC, Key
from ..target.target import TargetNote

NAN = math.nan


@dataclass(frozen=True, slots=True)
class NoteScore:
    """How one note was sung; NaN where it does not apply, or was not sung."""

    target: TargetNote
    """The note as asked for, in the target's seconds."""
    hit: bool = False
    """Whether it was sung: voice within the tolerance of its pitch for long enough."""
    points: float = 0.0
    """0..1."""
    onset_delay: float = NAN
    """Seconds that the voice came later than asked for; negative: earlier."""
    cents_off: float = NAN
    """Median of the settled middle, signed, from the pitch asked for, octaves taken out where that was requested."""
    octaves: int = 0
    """Octaves that the voice was above the pitch asked for; -1 is an octave below."""
    spread_cents: float = NAN
    """Half the width of the middle eight tenths, vibrato and drift taken away."""
    drift_cents: float = NAN
    """From its beginning to its end, by a straight line through the settled middle: positive rises."""
    within_10: float = NAN
    """Share of the note's voiced time within 10 cents."""
    within_25: float = NAN
    within_50: float = NAN
    scoop_cents: float = NAN
    """How far below (negative) or above (positive) its own settled pitch the note began; 0 where it began there."""
    scoop_seconds: float = NAN
    """How long the scoop lasted."""
    vibrato_rate: float = NAN
    """Hz."""
    vibrato_extent: float = NAN
    """Cents: half of peak to peak."""
    vibrato_regularity: float = NAN
    """0..1: share of the variance, apart from the slow course, that one even swing explains."""
    held: float = NAN
    """Share of its length that was sung."""
    swell_db: float = NAN
    """For a swell: decibels from the softer end to the loudest moment."""
    sung_start: float = NAN
    """Second of the target's time at which the voice began it."""
    sung_end: float = NAN

    def to_json(self) -> dict[str, Any]:
        """Plain values, null where NaN; times in ms where the name says so."""

        def number(value: float, digits: int = 1) -> float | None:
            return None if math.isnan(value) else round(value, digits) + 0.0  # no -0.0

        note = self.target
        return {
            "midi": None if math.isnan(note.midi) else round(note.midi, 3),
            "start": round(note.start, 4),
            "end": round(note.end, 4),
            "lyric": note.lyric,
            "kind": note.kind.value,
            "hit": self.hit,
            "points": number(self.points, 3),
            "onset_delay_ms": number(1e3 * self.onset_delay),
            "cents_off": number(self.cents_off),
            "octaves": self.octaves,
            "spread_cents": number(self.spread_cents),
            "drift_cents": number(self.drift_cents),
            "within_10": number(self.within_10, 3),
            "within_25": number(self.within_25, 3),
            "within_50": number(self.within_50, 3),
            "scoop_cents": number(self.scoop_cents),
            "scoop_ms": number(1e3 * self.scoop_seconds),
            "vibrato_rate_hz": number(self.vibrato_rate, 2),
            "vibrato_extent_cents": number(self.vibrato_extent),
            "vibrato_regularity": number(self.vibrato_regularity, 3),
            "held": number(self.held, 3),
            "swell_db": number(self.swell_db),
        }


@dataclass(frozen=True, slots=True)
class UltraStarPoints:
    """Points as that game counts them, 10,000 at most."""

    notes: int
    golden: int
    line_bonus: int

    @property
    def total(self) -> int:
        """Of all three."""
        return self.notes + self.golden + self.line_bonus


@dataclass(frozen=True, slots=True)
class TakeScore:
    """A take judged against its target."""

    target: str
    """Its name."""
    score: float
    """0..100."""
    notes: tuple[NoteScore, ...]
    """In target order, those that are not scored included (`hit` False, points 0)."""
    advice: tuple[str, ...]
    """Sentences: first why the score is what it is, then what to work on."""
    work_on: tuple[int, ...]
    """Indices into `notes`: at most three, the weakest first."""
    shift: float = 0.0
    """Seconds that the take was found to lie later than the target, and that were taken out."""
    tempo: float = 1.0
    """How much faster than the target the take was found to be, taken out too; 1 where the target's tempo was kept."""
    ultrastar: UltraStarPoints | None = None
    """For UltraStar songs."""
    key: Key = CHROMATIC
    """That the target's notes are spelt in."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON: `score`, `notes`, `advice` and the rest."""
        points = self.ultrastar
        return {
            "format": "livepitch practice score",
            "version": 1,
            "target": self.target,
            "score": round(self.score, 1),
            "shift_ms": round(1e3 * self.shift, 1),
            "tempo": round(self.tempo, 4),
            "notes": [note.to_json() for note in self.notes],
            "work_on": list(self.work_on),
            "advice": list(self.advice),
            "ultrastar": points and {**asdict(points), "total": points.total},
        }
