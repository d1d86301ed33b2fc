"""Pitch that was tracked before: a CSV of livepitch, or a recording with one beside it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..export.sung import Sung
from ..model.errors import LivepitchError
from ..realtime.audio_file import SAMPLE_RATE
from ..realtime.csv_track import read_take_track
from ..realtime.engine.apart import read_audio_apart
from ..realtime.frame import PitchTrack
from .recordings import title_of

ENDING = ".csv"
BLOCK = 60 * SAMPLE_RATE  # samples


def kept_pitch(path: Path) -> Sung:
    """What is sung in a CSV of livepitch, or in a recording that has one beside it: `NAME.csv`, or `NAME.f0.csv`.

    LivepitchError where there is none, or it cannot be read. A take's sound tells its levels, which part notes that
    are repeated on one pitch.
    """
    if path.suffix.lower() != ENDING:
        return Sung(_levelled(read_take_track(_beside(path)), path), title_of(path), path)
    track, sound = read_take_track(path), path.with_name(f"{path.stem}.flac")
    if sound.is_file():
        return Sung(_levelled(track, sound), title_of(path), sound)
    return Sung(track, title_of(path))


def part(sung: Sung, start: float | None, end: float | None) -> Sung:
    """What is sung from `start` to `end` seconds; its times count from the first frame in it."""
    track = sung.track
    edges = (-math.inf if start is None else start - 1e-6, math.inf if end is None else end + 1e-6)
    first, last = (int(edge) for edge in track.time.searchsorted(edges))
    kept = slice(first, last)
    time = track.time[kept] - (track.time[first] if first < last else 0.0)
    level = None if track.level is None else track.level[kept]
    selected = PitchTrack(
        time, track.f0[kept], track.voiced[kept], track.confidence[kept], track.candidate[kept], level
    )
    return replace(sung, track=selected)


def _beside(sound: Path) -> Path:
    names = [f"{title_of(sound)}{ending}" for ending in (ENDING, f".f0{ENDING}")]
    for name in names:
        if sound.with_name(name).is_file():
            return sound.with_name(name)
    raise LivepitchError(f"{sound}: has no pitch beside it, {' or '.join(names)}; `livepitch track` finds its pitch")


def _levelled(track: PitchTrack, sound: Path) -> PitchTrack:
    """The same with its levels; as it is where it is not as long as its sound, and so may be another's."""
    level = _levels(sound)
    return replace(track, level=level[: len(track)]) if 0 <= len(level) - len(track) <= 1 else track


def _levels(sound: Path) -> NDArray[np.float32]:
    """dBFS of every 10 ms of a recording."""
    from ..model.mel import WindowStream, level

    windows, audio = WindowStream(), read_audio_apart(sound)
    blocks = (audio[start : start + BLOCK] for start in range(0, len(audio), BLOCK))
    return np.concatenate([*(level(windows.push(block)) for block in blocks), level(windows.flush())])
