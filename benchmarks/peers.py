"""Other people's pitch trackers behind one call, each with the settings that its authors recommend.

    pip install swift-f0 praat-parselmouth pesto-pitch torchfcpe torchcrepe

None is needed by livepitch; a tracker that is not installed is left out and named. pYIN comes with librosa.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from recordings import SAMPLE_RATE
from scores import Estimate

HOP = 160  # samples, 10 ms
FLOOR, CEILING = 50.0, 1250.0  # Hz, for those that must be told

Track = Callable[[NDArray[np.float32]], Estimate]


@dataclass(frozen=True)
class Tracker:
    """A tracker ready to run on audio `(n,)` at `SAMPLE_RATE`."""

    name: str
    version: str
    voicing: str
    """How it decides that a frame is voiced."""
    track: Track


def _steps(n: int) -> NDArray[np.float64]:
    return np.arange(n) * HOP / SAMPLE_RATE


def swift_f0() -> Tracker:
    """SwiftF0, voiced from confidence 0.5 as its own export does."""
    from swift_f0 import SwiftF0

    model = SwiftF0(threads=1)

    def track(audio: NDArray[np.float32]) -> Estimate:
        result = model.detect(audio, SAMPLE_RATE)
        return Estimate(result.timestamps, result.pitch_hz, result.confidence >= 0.5)

    return Tracker("swift-f0", version("swift-f0"), "confidence ≥ 0.5", track)


def praat() -> Tracker:
    """Praat's autocorrelation method with its default thresholds."""
    import parselmouth

    def track(audio: NDArray[np.float32]) -> Estimate:
        sound = parselmouth.Sound(audio.astype(np.float64), SAMPLE_RATE)
        span = {"time_step": HOP / SAMPLE_RATE, "pitch_floor": FLOOR, "pitch_ceiling": CEILING}
        pitch = sound.to_pitch_ac(**span)
        # Its guess in unvoiced frames: the same analysis told that nothing is silent or unvoiced.
        guess = sound.to_pitch_ac(**span, silence_threshold=0.0, voicing_threshold=0.0)
        voiced = pitch.selected_array["frequency"] > 0
        hz = np.where(voiced, pitch.selected_array["frequency"], guess.selected_array["frequency"])
        return Estimate(pitch.xs(), hz, voiced)

    return Tracker("praat", parselmouth.PRAAT_VERSION, "its defaults (0.45, silence 0.03)", track)


def pyin() -> Tracker:
    """Probabilistic YIN as librosa has it, voiced where its own Viterbi path is."""
    import librosa

    def track(audio: NDArray[np.float32]) -> Estimate:
        hz, voiced, _ = librosa.pyin(audio, fmin=FLOOR, fmax=CEILING, sr=SAMPLE_RATE, hop_length=HOP, fill_na=None)
        return Estimate(_steps(len(hz)), hz, voiced)

    return Tracker("pyin", f"librosa {version('librosa')}", "its Viterbi path", track)


def _without_torchaudio() -> None:
    """Let the three below import torchaudio, which they need for nothing here and which has no CPU build."""
    import torch

    audio, transforms = types.ModuleType("torchaudio"), types.ModuleType("torchaudio.transforms")
    transforms.Resample = torch.nn.Identity  # type: ignore[attr-defined]
    audio.transforms = transforms  # type: ignore[attr-defined]
    sys.modules.setdefault("torchaudio", audio)
    sys.modules.setdefault("torchaudio.transforms", transforms)


def pesto() -> Tracker:
    """PESTO (trained on MIR-1K), voiced from confidence 0.5; its authors name no threshold."""
    _without_torchaudio()
    import pesto as package
    import torch

    model = package.load_model("mir-1k_g7", step_size=1000 * HOP / SAMPLE_RATE, sampling_rate=SAMPLE_RATE)

    def track(audio: NDArray[np.float32]) -> Estimate:
        with torch.inference_mode():
            hz, confidence = model(torch.from_numpy(audio), sr=SAMPLE_RATE, convert_to_freq=True)[:2]
        return Estimate(_steps(hz.shape[-1]), hz.numpy(), confidence.numpy() >= 0.5)

    return Tracker("pesto", version("pesto-pitch"), "confidence ≥ 0.5", track)


def fcpe() -> Tracker:
    """FCPE at its default threshold."""
    _without_torchaudio()
    import torch
    import torchfcpe

    model = torchfcpe.spawn_bundled_infer_model("cpu")

    def infer(audio: NDArray[np.float32], threshold: float) -> NDArray[np.float64]:
        samples = torch.from_numpy(audio)[None, :, None]
        hz = model.infer(samples, sr=SAMPLE_RATE, decoder_mode="local_argmax", threshold=threshold)
        return np.asarray(hz.numpy()[0, :, 0], np.float64)

    def track(audio: NDArray[np.float32]) -> Estimate:
        guess, kept = infer(audio, 0.0), infer(audio, 0.006)
        return Estimate(_steps(len(guess)), guess, kept > 33)  # what its threshold rejects comes out as 32.7 Hz or 0

    return Tracker("fcpe", version("torchfcpe"), "salience > 0.006", track)


def crepe() -> Tracker:
    """CREPE full with Viterbi decoding, periodicity median-filtered over 3 frames and cut at 0.21."""
    _without_torchaudio()
    import torch
    import torchcrepe

    def track(audio: NDArray[np.float32]) -> Estimate:
        with torch.inference_mode():
            hz, periodicity = torchcrepe.predict(
                torch.from_numpy(audio)[None], SAMPLE_RATE, HOP, FLOOR, CEILING, "full",
                decoder=torchcrepe.decode.viterbi, return_periodicity=True, batch_size=512, device="cpu",
            )  # fmt: skip
            periodicity = torchcrepe.filter.median(periodicity, 3)
        return Estimate(_steps(hz.shape[-1]), hz[0].numpy(), periodicity[0].numpy() >= 0.21)

    return Tracker("crepe", f"torchcrepe {version('torchcrepe')}", "periodicity ≥ 0.21", track)


PEERS: dict[str, Callable[[], Tracker]] = {
    "swift-f0": swift_f0,
    "praat": praat,
    "pyin": pyin,
    "pesto": pesto,
    "fcpe": fcpe,
    "crepe": crepe,
}
