"""Other people's pitch trackers behind one call, each with the settings that its authors recommend.

    pip install swift-f0 praat-parselmouth pesto-pitch torchfcpe torchcrepe

None is needed by livepitch; a tracker that is not installed is left out and named. pYIN comes with librosa.

`latency` is the least delay that the tracker's own design allows in streaming or windowed use, from a frame's centre
to the last sample that it hears: where a tracker could wait longer to be as good as on a whole file (Viterbi paths,
CREPE's, Praat's and pYIN's alike), that is not counted against it. `why` says where each figure comes from.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

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
    latency: float
    """Algorithmic, in seconds: a frame at time t is given out when t + latency has been heard."""
    why: str
    """Where that figure comes from."""
    role: str = "peer"
    """"stream" or "file" for livepitch's own: a causal network, or one that sees the whole file."""
    identity: str = ""
    """What else than name and version decides its result: a checkpoint's digest."""


def _steps(n: int) -> NDArray[np.float64]:
    return np.arange(n) * HOP / SAMPLE_RATE


def swift_f0() -> Tracker:
    """SwiftF0, voiced from confidence 0.5 as its own export does."""
    from swift_f0 import SwiftF0
    from swift_f0.core import LOOKAHEAD_FRAMES

    model = SwiftF0(threads=1)

    def track(audio: NDArray[np.float32]) -> Estimate:
        result = model.detect(audio, SAMPLE_RATE)
        return Estimate(result.timestamps, result.pitch_hz, result.confidence >= 0.5)

    hops = LOOKAHEAD_FRAMES + 1  # a frame's own hop lies after its time stamp
    why = f"its own `stream()`: a frame comes out once {LOOKAHEAD_FRAMES} hops of 16 ms follow its own"
    return Tracker("swift-f0", version("swift-f0"), "confidence ≥ 0.5", track, hops * 256 / SAMPLE_RATE, why)


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

    why = f"half of its window of three periods of the {FLOOR:g} Hz floor; no look-ahead of its path counted"
    return Tracker("praat", parselmouth.PRAAT_VERSION, "its defaults (0.45, silence 0.03)", track, 1.5 / FLOOR, why)


def pyin() -> Tracker:
    """Probabilistic YIN as librosa has it, voiced where its own Viterbi path is.

    Its frames of 2,048 samples are meant for 22 kHz and more; at 16 kHz they last 128 ms and cost it 8 to 16 points
    of RPA. Half of that serves it best and holds three periods of the floor.
    """
    import librosa

    frame = 1024  # samples

    def track(audio: NDArray[np.float32]) -> Estimate:
        span = {"fmin": FLOOR, "fmax": CEILING, "frame_length": frame, "hop_length": HOP}
        hz, voiced, _ = librosa.pyin(audio, sr=SAMPLE_RATE, fill_na=None, **span)
        return Estimate(_steps(len(hz)), hz, voiced)

    why = f"half of its frame of {frame:,} samples; no look-ahead of its path counted"
    name, voicing = f"librosa {version('librosa')}", f"its Viterbi path, frames of {frame} samples"
    return Tracker("pyin", name, voicing, track, frame / 2 / SAMPLE_RATE, why)


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

    # Of its streaming mode: CQT kernels lie centred in 4,096 samples, and the longest is 2,124 samples long.
    why = "streaming mode, which gives the same frames: half of the longest CQT kernel"
    return Tracker("pesto", version("pesto-pitch"), "confidence ≥ 0.5", track, 1062 / SAMPLE_RATE, why)


def fcpe() -> Tracker:
    """FCPE at its default threshold."""
    _without_torchaudio()
    import torch
    import torchfcpe

    with contextlib.redirect_stdout(None):  # it greets everyone
        model = torchfcpe.spawn_bundled_infer_model("cpu")

    def infer(audio: NDArray[np.float32], threshold: float) -> NDArray[np.float64]:
        samples = torch.from_numpy(audio)[None, :, None]
        hz = model.infer(samples, sr=SAMPLE_RATE, decoder_mode="local_argmax", threshold=threshold)
        return np.asarray(hz.numpy()[0, :, 0], np.float64)

    def track(audio: NDArray[np.float32]) -> Estimate:
        guess, kept = infer(audio, 0.0), infer(audio, 0.006)
        return Estimate(_steps(len(guess)), guess, kept > 33)  # what its threshold rejects comes out as 32.7 Hz or 0

    # Its convolutions reach 0.92 s ahead, yet of frames whose future is cut off at the end of their mel window 95 to
    # 97 % keep voicing and pitch, and no more of them where 0.3 s follow (117 frames of five training voices).
    why = "end of the mel window: in windowed use it answers there as it does with 0.3 s to follow"
    return Tracker("fcpe", version("torchfcpe"), "salience > 0.006", track, 592 / SAMPLE_RATE, why)


def crepe() -> Tracker:
    """CREPE full with Viterbi decoding, periodicity median-filtered over 3 frames and cut at 0.21."""
    _without_torchaudio()
    import torch
    import torchcrepe

    device = "cuda" if torch.cuda.is_available() else "cpu"  # minutes of computing for each minute of sound on a CPU

    def track(audio: NDArray[np.float32]) -> Estimate:
        with torch.inference_mode():
            hz, periodicity = torchcrepe.predict(
                torch.from_numpy(audio)[None], SAMPLE_RATE, HOP, FLOOR, CEILING, "full",
                decoder=torchcrepe.decode.viterbi, return_periodicity=True, batch_size=512, device=device,
            )  # fmt: skip
            periodicity = torchcrepe.filter.median(periodicity, 3)
        return Estimate(_steps(hz.shape[-1]), hz[0].cpu().numpy(), periodicity[0].cpu().numpy() >= 0.21)

    why = "half of its window of 1,024 samples; no look-ahead of its path counted"
    name = f"torchcrepe {version('torchcrepe')}"
    return Tracker("crepe", name, "periodicity ≥ 0.21", track, 512 / SAMPLE_RATE, why)


PEERS: dict[str, Callable[[], Tracker]] = {
    "swift-f0": swift_f0,
    "praat": praat,
    "pyin": pyin,
    "pesto": pesto,
    "fcpe": fcpe,
    "crepe": crepe,
}
PACKAGES = (
    "livepitch", "mlx", "cmeel-openblas", "numpy", "scipy", "soxr", "mir_eval", "pyworld", "librosa", "swift-f0",
    "onnxruntime", "praat-parselmouth", "pesto-pitch", "torchfcpe", "torchcrepe", "torch",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of the packages that decide what is measured, of those that are installed."""
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
