"""Recordings for the tests of the window."""

import numpy as np
import soundfile

from livepitch.realtime.csv_track import csv_lines
from livepitch.realtime.frame import PitchTrack

RATE = 16_000


def melody(*notes, seconds=1.0):
    """f0 of MIDI notes one after another, every 10 ms; NaN for a rest."""
    return np.repeat([440.0 * 2 ** ((note - 69) / 12) for note in notes], round(100 * seconds))


def track_of(f0):
    f0 = np.asarray(f0, np.float32)
    voiced = np.isfinite(f0)
    return PitchTrack(np.arange(len(f0)) / 100, f0, voiced, np.full(len(f0), 0.9, np.float32), f0)


def sung(f0):
    """The sound of a line of pitch, at RATE."""
    hz = np.repeat(np.nan_to_num(f0), RATE // 100)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    return (0.2 * (hz > 0) * (np.sin(phase) + 0.5 * np.sin(2 * phase))).astype(np.float32)


def write_take(folder, name, f0):
    """A take's two files; the path of its sound."""
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / f"{name}.flac", sung(f0), RATE)
    with open(folder / f"{name}.csv", "w", encoding="utf-8") as file:
        file.writelines(csv_lines(track_of(f0)))
    return folder / f"{name}.flac"
