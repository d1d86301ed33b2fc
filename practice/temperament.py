"""Temperaments: how far the notes of a scale lie above its root."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

OCTAVE = 1200.0  # cents
JUST_RATIOS = (  # of the 5-limit: only the primes 2, 3 and 5
    *((1, 1), (16, 15), (9, 8), (6, 5), (5, 4), (4, 3)),
    *((45, 32), (3, 2), (8, 5), (5, 3), (9, 5), (15, 8)),
)


def ratio_cents(numerator: int, denominator: int = 1) -> float:
    """Cents of a frequency ratio of whole numbers of any length; both positive."""
    return OCTAVE * (math.log2(numerator) - math.log2(denominator))


@dataclass(frozen=True)
class Temperament:
    """Degrees in cents above the root, the first 0.0, ascending, and the period (cents) after which they repeat.

    `cents` leave the period out. `name` is a short id, `title` what a menu shows. ValueError for degrees out of order.
    """

    name: str
    title: str
    cents: tuple[float, ...]
    period: float = OCTAVE

    def __post_init__(self) -> None:
        if not self.cents or self.cents[0] != 0.0:
            raise ValueError(f"the degrees of {self.name} must start at 0.0 cents, not {self.cents[:1]}")
        ends = (*self.cents[1:], self.period)
        if not math.isfinite(self.period) or not all(a < b for a, b in zip(self.cents, ends, strict=True)):
            raise ValueError(f"the degrees of {self.name} must ascend to below the period of {self.period} cents")

    @property
    def twelve(self) -> bool:
        """Whether it has twelve notes to the octave, so that its notes have the names of the keyboard."""
        return len(self.cents) == 12 and math.isclose(self.period, OCTAVE, abs_tol=1e-6)


def chain_of_fifths(fifth: float, down: int = 3, up: int = 8) -> tuple[float, ...]:
    """The degrees `down` fifths below the root to `up` above it, within one octave and ascending; `fifth` in cents."""
    return tuple(sorted(steps * fifth % OCTAVE for steps in range(-down, up + 1)))


def _by_name(temperaments: Sequence[Temperament]) -> dict[str, Temperament]:
    return {temperament.name: temperament for temperament in temperaments}


EQUAL = Temperament("equal", "Equal", tuple(100.0 * step for step in range(12)))
JUST = Temperament("just", "Just (5-limit)", tuple(ratio_cents(*ratio) for ratio in JUST_RATIOS))
# Both chains reach from E♭ to G♯ where the root is C, the usual place of the wolf.
PYTHAGOREAN = Temperament("pythagorean", "Pythagorean", chain_of_fifths(ratio_cents(3, 2)))
# Four fifths make a pure major third of 5/4 (and two octaves).
MEANTONE = Temperament("meantone", "Meantone (quarter comma)", chain_of_fifths(ratio_cents(5) / 4))

TEMPERAMENTS = _by_name((EQUAL, JUST, PYTHAGOREAN, MEANTONE))
