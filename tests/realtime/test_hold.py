"""The hold of a checkpoint's voicing: the same for files and streams, forgotten with everything else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from livepitch.model.registry import Model, load_model
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.estimate import estimate, track_of
from livepitch.realtime.tracker import StreamTracker

HOLD = 40  # frames: longer than the tone below


@cache
def model(hold: int = HOLD) -> Model:
    return Model(replace(load_model("stream").checkpoint, hold=hold, floor=0.0, again=0.0))


@cache
def phrase() -> np.ndarray:
    """2 s of the demo with a tone of 50 ms after it, and silence."""
    blip = 0.3 * np.sin(2 * np.pi * 220.0 * np.arange(800) / 16_000)
    silence = np.zeros(16_000)
    return np.concatenate((demo_phrase(16_000)[0][:32_000], silence, blip, silence)).astype(np.float32)


def runs(voiced: np.ndarray) -> np.ndarray:
    """Lengths of the voiced runs that end within the track, in frames."""
    padded = np.concatenate(([False], voiced)).astype(int)
    edges = np.flatnonzero(np.diff(padded))
    return np.diff(edges)[::2]


def test_a_short_sound_is_held() -> None:
    assert runs(estimate(phrase(), model(0)).voiced).min() < HOLD
    assert runs(estimate(phrase(), model()).voiced).min() >= HOLD


@pytest.mark.parametrize("size", [160, 333, 10**6])
def test_blocks_of_any_size_give_the_whole_file(size: int) -> None:
    tracker, frames = StreamTracker(model()), []
    for start in range(0, len(phrase()), size):
        frames += tracker.push(phrase()[start : start + size])
    track = track_of(frames + tracker.flush())
    np.testing.assert_array_equal(track.voiced, estimate(phrase(), model()).voiced)


@pytest.mark.parametrize("lost", [True, False])
def test_a_new_stream_holds_nothing_of_the_old(lost: bool) -> None:
    tracker = StreamTracker(model())
    assert tracker.push(phrase()[:8_000])[-1].voiced
    if lost:
        tracker.skip(4_800)
    else:
        tracker.reset()
    frames = tracker.push(np.zeros(8_000, np.float32))
    assert len(frames) > 40
    assert not any(frame.voiced for frame in frames)
