"""Tracks to write, and what is written of them."""

import io

import numpy as np

from livepitch.export.formats import FORMATS
from livepitch.export.options import Options
from livepitch.export.sung import Sung
from livepitch.realtime.frame import PitchTrack

NAN = float("nan")


def track_of(f0, level=None, start=0):
    """A track with these pitches, Hz, NaN where unvoiced, from frame `start` on."""
    hz = np.asarray(f0, np.float32)
    voiced = np.isfinite(hz)
    confidence = np.where(voiced, 0.9, 0.125).astype(np.float32)
    time = (start + np.arange(len(hz))) / 100
    loud = None if level is None else np.asarray(level, np.float32)
    return PitchTrack(time, hz, voiced, confidence, np.where(voiced, hz, 100).astype(np.float32), loud)


def sung_curve(seconds=3.0):
    """Vibrato round A3, two silences, a frame that is alone."""
    time = np.arange(round(100 * seconds)) / 100
    f0 = 220 * 2 ** (0.5 / 12 * np.sin(2 * np.pi * 5.5 * time))
    f0[80:120] = NAN
    f0[200:] = NAN
    f0[220] = 246.94
    return f0


def written(name, f0, title="take", sound=None, options=None, level=None):
    """The bytes of a file of this format."""
    file = io.BytesIO()
    FORMATS[name].write(Sung(track_of(f0, level), title, sound), file, options or Options())
    return file.getvalue()
