"""What a singer has chosen about practising, whatever is practised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

TIMBRES = {0.0: "pure", 0.3: "soft", 1.0: "like a voice"}
SLOWEST, FASTEST = 50, 150  # percent
WIDEST = 24  # semitones up or down
MOST_COUNTED = 16  # beats
LIMITS: dict[str, tuple[float, float]] = {
    "guide_volume": (0, 100),
    "metronome_volume": (0, 100),
    "timbre": (0.0, 1.0),
    "count_in": (0, MOST_COUNTED),
}


@dataclass(frozen=True)
class Choices:
    """Kept from one day to the next; what belongs to one song alone (tempo, key, part, loop) is not among it."""

    guide: bool | None = None
    """Whether the notes sound; None: as the exercise has it."""
    guide_volume: int = 30
    """Percent."""
    timbre: float = 0.3
    """0 a pure tone, 1 like a voice."""
    metronome: bool = True
    metronome_volume: int = 30
    """Percent."""
    count_in: int | None = None
    """Beats; None: a bar."""
    strictness: str = "teacher"
    """A name in LEVELS of `practice/scoring/judging.py`."""
    octave_free: bool = False
    heard_advice: bool = False
    """Whether headphones have been advised."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Choices:
        """Those of `to_dict`; what is missing or bad keeps its default."""
        made = cls()
        for name, value in made.to_dict().items():
            given = values.get(name, value)
            if _fits(name, value, given):
                made = replace(made, **{name: given})
        return made


def _fits(name: str, default: object, given: object) -> bool:
    if name in ("guide", "count_in") and given is None:
        return True
    if name in LIMITS:
        low, high = LIMITS[name]
        whole = name == "timbre" or isinstance(given, int)
        return isinstance(given, (int, float)) and not isinstance(given, bool) and whole and low <= given <= high
    return isinstance(given, bool if name == "guide" else type(default))
