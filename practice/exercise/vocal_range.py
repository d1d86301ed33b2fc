"""The range of a singer."""

from __future__ import annotations

from dataclasses import dataclass

from ..notes import midi_name
from ..voices import VOICES


@dataclass(frozen=True, slots=True)
class VocalRange:
    """Lowest and highest MIDI note that a singer sings comfortably, both within it; ValueError if turned round."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 127:
            raise ValueError(f"a range goes from a MIDI note up to another, not from {self.low} to {self.high}")

    @classmethod
    def of_voice(cls, voice: str) -> VocalRange:
        """The usual range of a voice type, an id of VOICES; ValueError for others."""
        if voice not in VOICES:
            raise ValueError(f"voice must be one of {', '.join(VOICES)}, not {voice!r}")
        return cls(VOICES[voice].low, VOICES[voice].high)

    @property
    def title(self) -> str:
        """As "C3–G4"."""
        return f"{midi_name(self.low)}–{midi_name(self.high)}"

    @property
    def voice(self) -> str:
        """The voice type whose usual range its ends lie nearest to, an id of VOICES; never "any" nor "child"."""
        types = (name for name in VOICES if name not in ("any", "child"))
        return min(types, key=lambda name: abs(VOICES[name].low - self.low) + abs(VOICES[name].high - self.high))

    def __contains__(self, midi: float) -> bool:
        return self.low <= midi <= self.high
