"""What the loopback test plays: clicks to find by correlation, and sung sirens whose pitch tells the moment.

One round is a click, a pause, a siren that rises and falls and one that falls and rises. Along a glide the pitch
is a straight line in cents, so a pitch heard says which moment of the glide it belongs to; a tracker that hears
every pitch too high reads rising glides late and falling ones early by as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..realtime.playing.clicks import CLICK, HIGHEST, faded, sweep

LEAD = 2.5  # s of silence first: in a stream's first seconds the claims of PortAudio may be far off
TAIL = 2.5  # s of silence last: the longest delay that is looked for, and some
PAUSE, REST = 0.3, 0.15  # s after a click, and after a siren
GLIDE = 0.6  # s
SPAN = 1200.0  # cents of a glide
SIRENS = ((165.0, True), (196.0, False))  # lowest Hz, and whether it rises first
ROUND = CLICK + PAUSE + len(SIRENS) * (2 * GLIDE + REST)  # s
FADE = 0.03  # s at both ends of a siren
FORMANTS = ((700.0, 130.0, 1.0), (1100.0, 150.0, 0.5), (2500.0, 250.0, 0.15))  # Hz, Hz, gain: an open vowel
CLICK_PEAK, SIREN_PEAK = 0.5, 0.4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Glide:
    """A straight line in cents."""

    start: float
    """s from the signal's begin."""
    hz: float
    """Its first pitch."""
    slope: float
    """Cents per s; below 0 where it falls."""

    @property
    def stop(self) -> float:
        """When it ends, s from the signal's begin."""
        return self.start + GLIDE

    def cents(self, seconds: Floats) -> Floats:
        """Its pitch above 1 Hz at moments of the signal `(n,)`."""
        return np.asarray(1200 * np.log2(self.hz) + self.slope * (seconds - self.start))

    def moment(self, f0: Floats) -> Floats:
        """Where in the signal it has these pitches `(n,)` Hz: seconds, beyond its ends too."""
        return np.asarray(self.start + 1200 * np.log2(f0 / self.hz) / self.slope)


@dataclass(frozen=True)
class Programme:
    """A number of rounds, after `LEAD` and before `TAIL` seconds of silence."""

    rounds: int

    @classmethod
    def lasting(cls, seconds: float) -> Programme:
        """As many rounds as fit in `seconds`, but two at least: one click alone could be chance."""
        return cls(max(2, int(seconds / ROUND)))

    @property
    def seconds(self) -> float:
        """Of the whole signal."""
        return LEAD + self.rounds * ROUND + TAIL

    @property
    def clicks(self) -> list[float]:
        """When each click begins, s."""
        return [LEAD + number * ROUND for number in range(self.rounds)]

    @property
    def glides(self) -> list[Glide]:
        """Every glide, in order."""
        return [glide for click in self.clicks for siren in _sirens(click) for glide in siren]

    def signal(self, sample_rate: int) -> NDArray[np.float32]:
        """The sound, float32 `(n,)`."""
        audio = np.zeros(round(self.seconds * sample_rate))
        click = sweep(sample_rate)
        for start in self.clicks:
            at = round(start * sample_rate)
            audio[at : at + len(click)] += CLICK_PEAK * click
            for siren in _sirens(start):
                _sing(audio, siren, sample_rate)
        return audio.astype(np.float32)


def _sirens(click: float) -> list[tuple[Glide, Glide]]:
    """Two glides for each siren of the round that begins with the click at `click` s."""
    sirens, start, slope = [], click + CLICK + PAUSE, SPAN / GLIDE
    for low, rises in SIRENS:
        high = low * 2 ** (SPAN / 1200)
        up, down = Glide(start, low, slope), Glide(start + GLIDE, high, -slope)
        if not rises:
            up, down = Glide(start, high, -slope), Glide(start + GLIDE, low, slope)
        sirens.append((up, down))
        start += 2 * GLIDE + REST
    return sirens


def _sing(audio: Floats, siren: tuple[Glide, Glide], sample_rate: int) -> None:
    """Add one siren: harmonics that fall off as a voice's do, under the formants of a vowel."""
    first, second = siren
    at = round(first.start * sample_rate)
    time = (at + np.arange(round(2 * GLIDE * sample_rate))) / sample_rate
    f0 = 2 ** (np.where(time < second.start, first.cents(time), second.cents(time)) / 1200)
    phase = 2 * np.pi * np.cumsum(f0) / sample_rate
    voice, limit = np.zeros(len(time)), min(HIGHEST, 0.45 * sample_rate)
    for k in range(1, int(limit / f0.min()) + 1):
        vowel = sum(gain / (1 + ((k * f0 - centre) / width) ** 2) for centre, width, gain in FORMANTS)
        voice += (0.25 + vowel) / k * np.clip((limit - k * f0) / 500, 0, 1) * np.sin(k * phase)
    audio[at : at + len(time)] += SIREN_PEAK * voice / np.abs(voice).max() * faded(time - time[0], 2 * GLIDE, FADE)
