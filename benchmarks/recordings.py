"""Recordings with a reference pitch, and voices mixed with their accompaniment at a given ratio.

A folder of them holds `index.json`, a list of `{"name": "mir1k/Ani_1_01", "source": "MIR-1K", …}`, and for
each `NAME.flac` and `NAME.f0.csv` with the columns `time,f0,certain`: seconds, Hz (0 where unvoiced), and 1
where the reference is to be scored. MIR-1K is stereo: the accompaniment left, the voice right. Folders as the
data sets' authors (and mirdata) lay them out are read by `originals.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # Hz: what every tracker here hears
STEREO_SOURCE = "MIR-1K"
CLEAN = math.inf  # dB

Audio = NDArray[np.float32]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Recording:
    """A voice with its reference pitch, and its accompaniment where there is one."""

    name: str
    source: str
    voice: Audio
    """(n,) at `SAMPLE_RATE`."""
    accompaniment: Audio | None
    """(n,) at `SAMPLE_RATE`."""
    time: NDArray[np.float64]
    """(m,) seconds, as the reference has them."""
    f0: NDArray[np.float64]
    """(m,) Hz, 0 where unvoiced."""
    certain: NDArray[np.bool_]
    """(m,) frames that are scored."""

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.voice) / SAMPLE_RATE

    def mixed(self, snr: float) -> Audio:
        """The voice with its accompaniment `snr` dB below it, RMS over the whole clip; peak at most 1.

        Raises:
            ValueError: an `snr` other than `CLEAN` for a voice without accompaniment.

        """
        if snr == CLEAN:
            return self.voice
        if self.accompaniment is None:
            raise ValueError(f"{self.name} has no accompaniment to mix at {snr:g} dB")
        return added(self.voice, self.accompaniment, snr)


def added(voice: Audio, other: Audio, snr: float) -> Audio:
    """The sum `(n,)` with `other` `snr` dB below `voice`, RMS over the whole clip; turned down where it would clip."""
    gain = rms(voice) / (rms(other) + 1e-12) * 10 ** (-snr / 20)
    mix = voice + gain * other
    return np.asarray(mix / max(1.0, float(np.abs(mix).max())), np.float32)


def rms(audio: Audio) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(audio.astype(np.float64) ** 2)))


def evenly(items: Sequence[Item], limit: int | None) -> list[Item]:
    """At most `limit` of `items`, spread over all of them, so that a few stand for every singer."""
    if limit is None or len(items) <= limit:
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]


def read_recordings(folder: Path, sources: list[str] | None = None, limit: int | None = None) -> Iterator[Recording]:
    """The folder's recordings in the order of its index: of `sources` only, at most `limit` of each."""
    entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    for source in dict.fromkeys(entry["source"] for entry in entries):
        if sources is None or source in sources:
            names = [entry["name"] for entry in entries if entry["source"] == source]
            for name in evenly(names, limit):
                yield read_recording(folder, name, source)


def read_recording(folder: Path, name: str, source: str) -> Recording:
    """One recording of the folder, resampled to `SAMPLE_RATE`."""
    reference = np.loadtxt(folder / f"{name}.f0.csv", delimiter=",", skiprows=1, ndmin=2)  # (m, 3)
    sound = read_sound(folder / f"{name}.flac")
    return recording_of(name, source, sound, reference[:, 0], reference[:, 1], reference[:, 2] > 0.5)


def recording_of(
    name: str,
    source: str,
    sound: NDArray[np.float32],
    time: NDArray[np.float64],
    f0: NDArray[np.float64],
    certain: NDArray[np.bool_] | None = None,
) -> Recording:
    """A recording of sound `(channels, n)`: MIR-1K's channels apart, others' mixed to one."""
    apart = source == STEREO_SOURCE and len(sound) == 2
    return Recording(
        name=name,
        source=source,
        voice=sound[1] if apart else sound.mean(axis=0),
        accompaniment=sound[0] if apart else None,
        time=time,
        f0=f0,
        certain=np.ones(len(f0), bool) if certain is None else certain,
    )


def read_sound(path: Path) -> NDArray[np.float32]:
    """Sound `(channels, n)` at `SAMPLE_RATE`."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)  # (n, channels)
    return np.ascontiguousarray(soxr.resample(audio, rate, SAMPLE_RATE, quality="VHQ").T)
