"""Live pitch trackers behind one call, each fed as its authors recommend: rate, block size, threshold.

    pip install swift-f0 pesto-pitch torch
    CFLAGS=-Wno-incompatible-pointer-types pip install --no-build-isolation aubio   # setuptools and NumPy must be there

A tracker that is not installed is left out and named. `stream()` begins anew; what it returns takes blocks of
`blocksize` samples at `rate` and gives back what is then known: (time, Hz, voiced) by the tracker's own stamps. Some
stamp the centre of what they heard, some its end, some nothing at all, so none is believed: `stamps.py` measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count

import numpy as np
from numpy.typing import NDArray
from ours import ours
from peers import _without_torchaudio

import livepitch

Floats = NDArray[np.float32]
Stamped = tuple[float, float, bool]
Push = Callable[[Floats], list[Stamped]]

LIVE_RATE, LIVE_BLOCK = 48_000, 480  # Hz, samples: a microphone's, 10 ms


@dataclass(frozen=True)
class Racer:
    """A tracker and how it wants its sound."""

    name: str
    version: str
    rate: int
    """Hz."""
    blocksize: int
    """Samples."""
    voicing: str
    """How it decides that a frame is voiced."""
    lookahead: float | None
    """Seconds that it declares to wait after a frame's time; None where it declares nothing."""
    why: str
    """Where rate, block size and threshold come from."""
    stream: Callable[[], Push]
    model: str = ""
    """livepitch's, by name or path: it runs in a `Session`, which loads it on its own thread, not by `stream`."""


def livepitch_racer(name: str) -> Racer:
    """livepitch's whole engine: ring, worker thread, resampler, network, outlet."""
    model = livepitch.load_model(name)

    def stream() -> Push:
        tracker = livepitch.StreamTracker(model, LIVE_RATE)
        tracker.warm_up()
        return lambda block: [(f.time, f.f0 if f.voiced else 0.0, f.voiced) for f in tracker.push(block)]

    about = ours(name, live=True)
    waits = livepitch.StreamTracker(model, LIVE_RATE).latency
    why = "a microphone's rate, a block per hop; its checkpoint's thresholds"
    where = (LIVE_RATE, LIVE_BLOCK, about.voicing, waits, why, stream)
    return Racer(f"livepitch {name}", about.version, *where, name)


def swift_racer() -> Racer:
    """SwiftF0's stream, a block per hop: no other size lets a frame out sooner."""
    from swift_f0 import SwiftF0
    from swift_f0.core import HOP, LOOKAHEAD_FRAMES, SAMPLE_RATE

    detector = SwiftF0(spin=False)

    def stream() -> Push:
        live = detector.stream()

        def push(block: Floats) -> list[Stamped]:
            found = live.push(block, SAMPLE_RATE)
            voiced = found.confidence >= 0.5
            return list(zip(found.timestamps.tolist(), found.pitch_hz.tolist(), voiced.tolist(), strict=True))

        return push

    waits = (LOOKAHEAD_FRAMES + 1) * HOP / SAMPLE_RATE
    why = "its hop; `spin=False`, which its documentation names for streaming"
    return Racer("swift-f0", version("swift-f0"), SAMPLE_RATE, HOP, "confidence ≥ 0.5", waits, why, stream)


def pesto_racer(name: str, rate: int, step: float, mirror: float, why: str) -> Racer:
    """PESTO's streaming mode with a block of `step` ms; `mirror` is how much of its future it does without, 0..1."""
    _without_torchaudio()
    import pesto
    import torch

    torch.set_num_threads(1)
    hop = round(rate * step / 1000)
    options = {"step_size": step, "sampling_rate": rate, "streaming": True, "mirror": mirror}
    network = pesto.load_model("mir-1k_g7", **options)
    width = network.preprocessor.hcqt_kernels.cqt_kernels[0].kernel_width

    def push_one(block: Floats) -> tuple[float, bool]:
        with torch.inference_mode():
            samples = torch.from_numpy(np.ascontiguousarray(block))[None]
            hz, confidence, _ = network(samples, sr=rate, convert_to_freq=True, return_activations=False)
        return float(hz), float(confidence) >= 0.5

    def stream() -> Push:
        for _ in range(-(-width // hop)):  # its memory of the stream before is inside the network
            push_one(np.zeros(hop, np.float32))
        return _stamping(push_one, hop / rate)

    about = "confidence ≥ 0.5; it names no threshold"
    return Racer(name, version("pesto-pitch"), rate, hop, about, None, why, stream)


def aubio_racer(method: str, window: int, hop: int, least: float | None, why: str) -> Racer:
    """aubio at 44.1 kHz; voiced from the confidence `least`, or where it says a pitch."""
    import aubio

    rate = 44_100

    def stream() -> Push:
        detector = aubio.pitch(method, window, hop, rate)
        if least is not None:
            detector.set_tolerance(least)

        def push_one(block: Floats) -> tuple[float, bool]:
            hz = float(detector(np.ascontiguousarray(block))[0])
            return hz, hz > 0 and (least is None or detector.get_confidence() >= least)

        return _stamping(push_one, hop / rate)

    # Where yinfft finds a pitch or none, its confidence is 0: it tells nothing.
    voicing = f"confidence ≥ {least:g}" if least else "what its defaults (tolerance 0.85, silence −50 dB) call a pitch"
    return Racer(f"aubio {method}", version("aubio"), rate, hop, voicing, None, why, stream)


def _stamping(push_one: Callable[[Floats], tuple[float, bool]], step: float) -> Push:
    """A frame for every block, stamped with the block's beginning."""
    counted = count()
    return lambda block: [(next(counted) * step, *push_one(block))]


PEERS: dict[str, Callable[[], Racer]] = {
    "swift-f0": swift_racer,
    "pesto": lambda: pesto_racer("pesto", 48_000, 5.0, 0.0, "its README's example of streaming"),
    "pesto-10ms": lambda: pesto_racer("pesto 10 ms", 48_000, 10.0, 0.0, "the same at its command line's step"),
    "pesto-mirror": lambda: pesto_racer("pesto mirror", 44_100, 11.6, 1.0, "its own script for real-time export"),
    "aubio-yinfft": lambda: aubio_racer("yinfft", 2048, 256, None, "its command line's defaults"),
    "aubio-yin": lambda: aubio_racer("yin", 4096, 512, 0.8, "its Python demonstration of pitch"),
}
