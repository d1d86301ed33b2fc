"""What the windows of a windowed stream hold, and how long they are: numbers only, no network."""

from __future__ import annotations

from dataclasses import dataclass

from ..model.config import GRID
from ..model.mel import HALF, HOP, SAMPLE_RATE
from .frame import Settings

# Chosen by measurement, see docs/windowed.md.
CONTEXT = 80  # frames to the left of the new ones, at least
LOOKAHEAD = 16  # frames to the right of the newest frame given out
HOP_FRAMES = 16  # frames given out per run


@dataclass(frozen=True)
class Layout:
    """What a window holds, in frames of 10 ms: `context`, then `hop` new ones to give out, then `lookahead`.

    The first window of a stream has no context. It gives out `opening` frames, if those are more.
    """

    context: int = CONTEXT
    lookahead: int = LOOKAHEAD
    hop: int = HOP_FRAMES
    opening: int = 0

    def __post_init__(self) -> None:
        if self.context < 0 or self.lookahead < 0 or self.hop < 1:
            raise ValueError(
                f"context {self.context}, lookahead {self.lookahead} and hop {self.hop} must not be negative (hop >= 1)"
            )

    @classmethod
    def of(cls, settings: Settings) -> Layout:
        """The user's values where given, else the defaults."""
        chosen = {name: getattr(settings, name) for name in ("context", "lookahead", "hop")}
        return cls(**{name: value for name, value in chosen.items() if value is not None})

    @property
    def waiting(self) -> int:
        """Frames that must follow the oldest of a hop before it is given out: the hop has to fill as well."""
        return self.lookahead + self.hop - 1

    @property
    def hop_seconds(self) -> float:
        """Sound between two runs of the network."""
        return self.hop * HOP / SAMPLE_RATE

    @property
    def latency(self) -> float:
        """Seconds from the centre of the oldest frame of a hop to the last sample that it waits for."""
        return (self.waiting * HOP + HALF) / SAMPLE_RATE

    @property
    def longest(self) -> int:
        """Frames of the longest window, on the grid."""
        return max(self.lengths())

    def lengths(self) -> list[int]:
        """Every length of window, padded to the grid, that a stream runs before its end."""
        runs = -(-(self.context + GRID) // self.hop) + GRID  # by then the places on the grid have come round
        firsts = [0, *range(self.size(0), self.size(0) + runs * self.hop, self.hop)]
        return sorted({_on_grid(first + self.size(first) + self.lookahead - self.start(first)) for first in firsts})

    def size(self, first: int) -> int:
        """Frames that the window gives out whose first new frame is `first`."""
        return self.hop if first else max(self.hop, self.opening)

    def start(self, first: int) -> int:
        """Where the window begins whose first new frame is `first`.

        The U-Net pools time by 32: a window that starts on that grid pools the frames that the whole file pools.
        """
        return max(0, first - self.context) // GRID * GRID


def _on_grid(frames: int) -> int:
    return -(-frames // GRID) * GRID


# Of what settles an instant curve. The singer sees a pitch already, so it may take its time: this much right context
# costs little and comes nearer to the whole file (docs/windowed.md). Once full, a window is 128 frames long. Until a
# voice has been in sight, a faint hum or whine may pass for one: so the first window waits until it holds 160 frames.
SETTLED = Layout(context=64, lookahead=32, hop=32, opening=128)
