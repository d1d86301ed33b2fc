"""Whether the guide is heard in the microphone, told at once by the frames: before anybody can have begun to sing."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ...model.convert import hz_to_midi
from ...realtime.frame import PitchFrame
from ..target.target import Target
from .guide import GuideSettings, GuideSound
from .tones import Tone

AT_ONCE = (0.05, 0.2)  # s after a tone begins: in time for a loudspeaker, too soon for a singer
BEFORE = (-0.15, -0.02)  # s
NEAR = 0.4  # semitones, of whatever octave: of a chord a tracker may take the common root
FRAMES = 8
MOSTLY, RARELY = 0.6, 0.3
SENTENCE = "The guide is heard in the microphone: wear headphones, or turn it down"

Floats = NDArray[np.float64]


class BleedWatch:
    """Looks for the pitch of the cue, and of the notes that are only listened to, just when they begin."""

    def __init__(self, target: Target, settings: GuideSettings) -> None:
        sound = GuideSound(target, 8000, settings)  # any rate: only its tones are looked at
        tones = (*sound.cues, *sound.listened) if settings.guide_volume else ()
        self._moments = [_Moment(start, pitches) for start, pitches in _begins(tones)]
        self._last = -math.inf  # s of the stream

    def see(self, frame: PitchFrame, position: float) -> None:
        """Take a frame, and the second of the guide that it belongs to; those that settle earlier ones say no more."""
        if frame.time <= self._last:
            return
        self._last = frame.time
        for moment in self._moments:
            moment.see(frame, position)

    @property
    def heard(self) -> bool:
        """Whether some tone of the guide was in the microphone at once."""
        return any(moment.heard for moment in self._moments)


class _Moment:
    """The begin of tones: how many frames had their pitch just before, and just after it."""

    def __init__(self, start: float, pitches: Floats) -> None:
        self._start, self._pitches = start, pitches
        self._seen, self._near = [0, 0], [0, 0]

    def see(self, frame: PitchFrame, position: float) -> None:
        """Take a frame and its second of the guide."""
        for number, (first, last) in enumerate((BEFORE, AT_ONCE)):
            if first <= position - self._start < last:
                self._seen[number] += 1
                self._near[number] += frame.voiced and self._has(float(hz_to_midi(frame.f0)))

    def _has(self, midi: float) -> bool:
        return bool((np.abs((midi - self._pitches + 6) % 12 - 6) < NEAR).any())

    @property
    def heard(self) -> bool:
        """Whether they were there at once, and not before."""
        (before, after), (sung, heard) = self._seen, self._near
        return after >= FRAMES and heard >= MOSTLY * after and sung <= RARELY * before


def _begins(tones: Iterable[Tone]) -> list[tuple[float, Floats]]:
    """The pitches (MIDI) of the tones that begin together, by their begin."""
    begins: dict[float, list[float]] = {}
    for tone in tones:
        begins.setdefault(tone.start, []).append(float(hz_to_midi(tone.hz)))
    return [(start, np.array(pitches)) for start, pitches in begins.items()]
