"""A guide whose tones and clicks can be switched, louder and softer, while it sounds: no click, every sample in place.

Threads: PortAudio's calls `samples`; any other may call `change` and ask what was heard. What is wanted, and what was,
are each replaced in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..target.target import Target
from .changes import RAMP, Change
from .guide import During, GuideSettings, GuideSound, scale_of
from .tones import Click, Tone

Floats = NDArray[np.float64]


class LiveGuide:
    """The sound of `GuideSound`, of which `guide`, `metronome` and volumes may change; all else is as it began."""

    def __init__(self, target: Target, sample_rate: int, settings: GuideSettings) -> None:
        drone = 1.0 if settings.drone_midi is not None else 0.0
        full = replace(settings, guide=True, metronome=True, guide_volume=1.0, metronome_volume=1.0, drone_volume=drone)
        self._full = GuideSound(target, sample_rate, full)
        self.begin, self.end = self._full.begin, self._full.end
        self._rate, self._ramp = sample_rate, round(RAMP * sample_rate)
        self._stems = _stems(self._full)
        self._wanted = self._now = settings
        # Samples at which every stem has a loudness; straight between them.
        self._places, self._levels = np.full(1, -np.inf), _levels(settings)[None]
        self.changes: tuple[Change, ...] = ()
        """What became of it so far, by the second that it was first heard."""

    def change(self, settings: GuideSettings) -> None:
        """Have it sound so from the next block on."""
        self._wanted = settings

    def samples(self, start: int, size: int) -> NDArray[np.float32]:
        """As `GuideSound.samples`; blocks follow each other."""
        wanted = self._wanted
        if wanted != self._now:
            self._turn(start, wanted)
        out, places = np.zeros(size), np.arange(start, start + size)
        if not size:
            return out.astype(np.float32)
        for number, stem in enumerate(self._stems):
            if start >= self._places[-1]:
                level = self._levels[-1, number]
            else:
                level = np.interp(places, self._places, self._levels[:, number])
            if np.any(level):
                out += level * stem(places / self._rate)
        return out.astype(np.float32)

    def _turn(self, start: int, wanted: GuideSettings) -> None:
        at = [float(np.interp(start, self._places, column)) for column in self._levels.T]
        self._places = np.array([start, start + self._ramp], float)
        self._levels = np.array([at, _levels(wanted)])
        self._now = wanted
        self.changes = (*self.changes, Change(start / self._rate, wanted))


Stem = Callable[[Floats], Floats]
P = TypeVar("P", Tone, Click)


def _stems(sound: GuideSound) -> tuple[Stem, ...]:
    """What changes together, each at full loudness; in the order of `_levels`."""

    def tones(parts: Sequence[Tone]) -> Stem:
        during = During(parts)
        voice, rate = sound.settings.voice, sound.sample_rate
        return lambda time: _sum(during, time, lambda tone: tone.samples(time, voice, rate))

    def clicks(parts: Sequence[Click]) -> Stem:
        during = During(parts)
        return lambda time: _sum(during, time, lambda click: click.samples(time))

    listened = set(sound.listened)
    sung = [tone for tone in sound.tones if tone not in listened]
    counted = len(sound.count_in_clicks)
    return (
        tones(sung),
        tones([*sound.cues, *sound.listened]),
        tones(sound.drones),
        clicks(sound.clicks[counted:]),
        clicks(sound.clicks[:counted]),
    )


def _sum(during: During[P], time: Floats, made: Callable[[P], Floats]) -> Floats:
    out = np.zeros(len(time))
    for part in during.between(time[0], time[-1]):
        out += made(part)
    return out


def _levels(settings: GuideSettings) -> Floats:
    """Loudness of every stem."""
    tones, clicks = settings.guide_volume, settings.metronome_volume
    levels = [tones * settings.guide, tones, settings.drone_volume, clicks * settings.metronome, clicks]
    return scale_of(settings) * np.array(levels)
