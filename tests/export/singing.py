"""Tracks whose notes are known."""

import math
from pathlib import Path

import numpy as np

from livepitch.export.formats import FORMATS
from livepitch.export.options import Options
from livepitch.export.sung import Sung
from livepitch.realtime.frame import PitchTrack

HOP = 0.01
GAP = math.nan


def track_of(midi, level=None, loud=-20.0):
    """Frames of fractional MIDI numbers, NaN where unvoiced: (n,)."""
    midi = np.asarray(midi, float)
    voiced = ~np.isnan(midi)
    hz = (440 * 2 ** ((midi - 69) / 12)).astype(np.float32)
    level = np.where(voiced, loud, -80.0) if level is None else level
    candidate = np.where(voiced, hz, np.float32(55.0))
    confidence = np.where(voiced, 0.9, 0.1).astype(np.float32)
    return PitchTrack(np.arange(len(midi)) * HOP, hz, voiced, confidence, candidate, np.asarray(level, np.float32))


def held(midi, seconds):
    return np.full(round(seconds / HOP), float(midi))


def sung(*parts, title="song", **given):
    """What was sung, of contours one after another."""
    return Sung(track_of(np.concatenate([np.asarray(part, float) for part in parts] or [[]]), **given), title)


def vibrato(midi, seconds, extent=0.5, rate=5):
    return held(midi, seconds) + extent * np.sin(2 * np.pi * rate * np.arange(round(seconds / HOP)) * HOP)


def song(title="song"):
    """Five notes: sharp, flat after a slide, with vibrato, higher and softer, low; two of them tied."""
    return sung(
        held(GAP, 0.5), held(69.12, 0.5), np.linspace(69.12, 71.8, 8), held(71.8, 0.52), held(GAP, 0.4),
        vibrato(60, 1.2), held(GAP, 0.35), held(74.3, 0.45), held(GAP, 0.5), held(54.0, 0.7), held(GAP, 0.2),
        title=title,
    )  # fmt: skip


NOTHING = {"empty": sung(), "unvoiced": sung(held(GAP, 3.0)), "one frame": sung([60.0])}
"""Without a note."""


def written(sung, name, folder: Path, options=None, title="out") -> Path:
    """The path of the file in one format."""
    path = folder / f"{title}.{FORMATS[name].ending}"
    with open(path, "xb") as file:
        FORMATS[name].write(sung, file, options or Options())
        assert not file.closed
    return path
