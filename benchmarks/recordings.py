"""Recordings with a reference pitch, and voices mixed with their accompaniment at a given ratio.

A folder of them holds `index.json`, a list of `{"name": "mir1k/Ani_1_01", "source": "MIR-1K", …}`, and for
each `NAME.flac` and `NAME.f0.csv` with the columns `time,f0,certain`: seconds, Hz (0 where unvoiced), and 1
where the reference is to be scored. MIR-1K is stereo: the accompaniment left, the voice right.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # Hz: what every tracker here hears
STEREO_SOURCE = "MIR-1K"
CLEAN = math.inf  # dB


@dataclass(frozen=True)
class Recording:
    """A voice with its reference pitch, and its accompaniment where there is one."""

    name: str
    source: str
    voice: NDArray[np.float32]
    """(n,) at `SAMPLE_RATE`."""
    accompaniment: NDArray[np.float32] | None
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

    def mixed(self, snr: float) -> NDArray[np.float32]:
        """The voice with its accompaniment `snr` dB below it, RMS over the whole clip; peak at most 1.

        Raises:
            ValueError: an `snr` other than `CLEAN` for a voice without accompaniment.

        """
        if snr == CLEAN:
            return self.voice
        if self.accompaniment is None:
            raise ValueError(f"{self.name} has no accompaniment to mix at {snr:g} dB")
        gain = _rms(self.voice) / (_rms(self.accompaniment) + 1e-12) * 10 ** (-snr / 20)
        mix = self.voice + gain * self.accompaniment
        return (mix / max(1.0, float(np.abs(mix).max()))).astype(np.float32)


def _rms(audio: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(audio.astype(np.float64) ** 2)))


def read_recordings(folder: Path, sources: list[str] | None = None, limit: int | None = None) -> Iterator[Recording]:
    """The folder's recordings in the order of its index: of `sources` only, at most `limit` of each."""
    counts: dict[str, int] = {}
    for entry in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        source = entry["source"]
        counts[source] = counts.get(source, 0) + 1
        if (sources is None or source in sources) and (limit is None or counts[source] <= limit):
            yield read_recording(folder, entry["name"], source)


def read_recording(folder: Path, name: str, source: str) -> Recording:
    """One recording of the folder, resampled to `SAMPLE_RATE`."""
    audio, rate = soundfile.read(folder / f"{name}.flac", dtype="float32", always_2d=True)  # (n, channels)
    audio = np.ascontiguousarray(soxr.resample(audio, rate, SAMPLE_RATE, quality="VHQ").T)  # (channels, n)
    reference = np.loadtxt(folder / f"{name}.f0.csv", delimiter=",", skiprows=1, ndmin=2)  # (m, 3)
    stereo = source == STEREO_SOURCE
    return Recording(
        name=name,
        source=source,
        voice=audio[1] if stereo else audio.mean(axis=0),
        accompaniment=audio[0] if stereo else None,
        time=reference[:, 0],
        f0=reference[:, 1],
        certain=reference[:, 2] > 0.5,
    )
