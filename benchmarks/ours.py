"""livepitch's own checkpoints as trackers among the others: on whole files, or as `live` hears them."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from peers import Tracker
from recordings import SAMPLE_RATE
from scores import Estimate

import livepitch

CODE = ("model", "realtime")  # folders of the package that decide what a checkpoint answers


def ours(name: str, live: bool) -> Tracker:
    """A checkpoint of livepitch, by name or path.

    Raises:
        LivepitchError: no such checkpoint, or a damaged one.
    """
    model = livepitch.load_model(name)
    run = livepitch.stream_track if live else livepitch.estimate

    def track(audio: NDArray[np.float32]) -> Estimate:
        result = run(audio, model, SAMPLE_RATE)
        return Estimate(result.time, result.candidate.astype(np.float64), result.voiced)

    title = f"{Path(name).stem} live" if live else Path(name).stem
    voicing = f"salience ≥ {model.checkpoint.threshold:.3g}, until below {model.checkpoint.release:.3g}"
    why = "what `StreamTracker.latency` declares" + ("" if model.causal else " for windows of the default layout")
    latency = livepitch.StreamTracker(model).latency
    role = "stream" if model.causal else "file"
    weights = model.checkpoint.path.read_bytes() if model.checkpoint.path else b""
    said = f"{_version()}, weights {hashlib.sha256(weights).hexdigest()[:8]}"
    return Tracker(title, said, voicing, track, latency, why, role, _identity(weights))


def _version() -> str:
    try:
        return version("livepitch")
    except PackageNotFoundError:
        return "uninstalled"


def _identity(weights: bytes) -> str:
    """Digest of the checkpoint and of the code that runs it."""
    digest = hashlib.sha256(weights)
    for folder in CODE:
        for path in sorted((Path(livepitch.__file__).parent / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
