"""The mel front end against librosa's and PyTorch's."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import librosa
import numpy as np
import torch
from numpy.typing import NDArray

from ..model.mel import FLOOR, HALF, HOP, SAMPLE_RATE, WINDOW
from .clips import Clip, Floats
from .difference import Bounds, Difference, Row
from .front_end import LogMel


def mel_rows(clips: Sequence[Clip], bounds: Bounds) -> list[Row]:
    """Log-mels of recordings, short ones included, against librosa and against PyTorch in float64.

    PyTorch in float32 is shown without a bound: in quiet bands beside loud ones its transform's own rounding reaches
    1e-3, which no other implementation can share.
    """
    sides = {
        "mel, librosa": (_librosa, bounds.mel),
        "mel, PyTorch float64": (_torch(LogMel(torch.float64)), bounds.mel),
        "mel, PyTorch float32": (_torch(LogMel()), None),
    }
    rows = []
    for name, (reference, bound) in sides.items():
        found, detail = Difference(), ""
        for clip in clips:
            before = found.max
            found.add(clip.mel.astype(np.float64), reference(clip.audio))
            detail = clip.name if found.max > before else detail
        rows.append(Row("front end", name, found.max, found.rms, bound, "ln", detail))
    return rows


def _librosa(audio: Floats) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a clip is shorter than a window
        magnitude = librosa.feature.melspectrogram(
            y=audio, sr=SAMPLE_RATE, n_fft=WINDOW, hop_length=HOP, power=1.0, pad_mode="reflect",
            n_mels=128, fmin=30, fmax=8000, htk=True,
        )  # fmt: skip
    return np.asarray(np.log(np.maximum(magnitude.T, FLOOR)), np.float64)


def _torch(front_end: LogMel) -> Callable[[Floats], NDArray[np.float64]]:
    def reference(audio: Floats) -> NDArray[np.float64]:
        # numpy reflects clips shorter than half a window again and again, where PyTorch fails.
        padded = torch.from_numpy(np.pad(audio, HALF, mode="reflect")).to(front_end.window.dtype)
        return np.asarray(front_end.of_reflected(padded[None])[0].numpy(), np.float64)

    return reference
