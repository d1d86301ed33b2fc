"""A recording that is looked at: its sound, its pitch as far as that is known, and what is heard at a moment of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...realtime.audio_file import AudioFileError
from ...realtime.csv_track import TrackFileError, read_take_track
from ...realtime.engine.apart import read_recording_apart
from ...realtime.frame import PitchFrame, PitchTrack
from .history import FRAMES_PER_SECOND, PitchHistory
from .loudness import SILENCE, Loudness
from .reading import CurrentNote

WARM_UP = 2.0  # s before a moment that note and level of it depend on
STEP = 0.5  # s; a larger one is a jump

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Take:
    """One recording. `audio`: float32 `(n,)`, mono, `sample_rate` Hz."""

    path: Path
    audio: Floats
    sample_rate: int
    history: PitchHistory | None = None
    """None until its pitch is known."""
    recorded: bool = False
    """Whether livepitch recorded it, and that pitch is there."""

    @property
    def name(self) -> str:
        """For people: of a take without the ending."""
        return self.path.stem if self.recorded else self.path.name

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.audio) / self.sample_rate

    def tracked(self, track: PitchTrack) -> Take:
        """The same with this pitch."""
        return replace(self, history=PitchHistory.of(track))


def open_take(path: Path) -> Take:
    """Read a recording; with the pitch that was recorded beside it, if that is there and whole.

    AudioFileError where the sound cannot be read. A take's pitch file stands for its sound.
    """
    sound = path.with_suffix(".flac") if path.suffix == ".csv" else path
    if path.suffix == ".csv" and not sound.exists():
        raise AudioFileError(f"{path}: has no sound beside it; open an audio file instead")
    take = Take(sound, *read_recording_apart(sound))
    try:
        track = read_take_track(_pitch_file(sound)) if sound.suffix == ".flac" else None
    except TrackFileError:  # none, or of something else: it can be tracked
        track = None
    return take if track is None or not len(track) else replace(take.tracked(track), recorded=True)


def _pitch_file(sound: Path) -> Path:
    # No `with_suffix` on a name without ending: seconds in it would be taken for one.
    return sound.with_name(sound.name.removesuffix(".flac") + ".csv")


def markers_file(path: Path) -> Path:
    """Where the markers of a recording lie, as Audacity labels."""
    return path.with_name(f"{path.stem}.txt")


class Hearing:
    """Note and level at the place of a recording that is heard."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self.note, self.loudness = CurrentNote(), Loudness()
        self._next = 0

    def move(self, seconds: float) -> None:
        """Be there: goes on a little, or jumps."""
        wanted = max(round(seconds * FRAMES_PER_SECOND) + 1, 0)
        if not 0 <= wanted - self._next <= STEP * FRAMES_PER_SECOND:
            self.note, self.loudness = CurrentNote(), Loudness()
            self._next = max(wanted - round(WARM_UP * FRAMES_PER_SECOND), 0)
        frames = [self._frame(number) for number in range(self._next, wanted)]
        self._next = wanted
        self.note.observe(frames, seconds)
        self.loudness.observe(frames)

    def _frame(self, number: int) -> PitchFrame:
        take, time = self._take, number / FRAMES_PER_SECOND
        f0, confidence = float("nan"), 0.0
        if take.history is not None and number < len(take.history):
            f0, confidence = float(take.history.f0[number]), float(take.history.confidence[number])
        hop = round(take.sample_rate / FRAMES_PER_SECOND)
        start = max(round(time * take.sample_rate) - hop // 2, 0)
        heard = take.audio[start : start + hop]
        rms, peak = (np.sqrt(np.mean(heard**2)), np.abs(heard).max()) if len(heard) else (0.0, 0.0)
        return PitchFrame(time, f0, confidence, _dbfs(rms), peak=_dbfs(peak))


def _dbfs(amplitude: float) -> float:
    return 20.0 * math.log10(amplitude) if amplitude > 0 else SILENCE
