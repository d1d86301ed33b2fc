"""The pitch of whole recordings: at once, or through the streaming tracker exactly as live would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ..model.decode import decode
from ..model.mel import SAMPLE_RATE
from ..model.registry import Model, loaded
from .chunker import Chunk, Chunker, mono_samples
from .decoder import FRAME_SECONDS, Thresholds
from .frame import PitchFrame, PitchTrack, Settings
from .tracker import StreamTracker
from .whole import whole_salience

Floats = NDArray[np.float32]
Progress = Callable[[float], None]
BLOCK_SECONDS = 1.0  # of audio between two reports of progress


def estimate(
    audio: Floats,
    model: Model,
    sample_rate: int = SAMPLE_RATE,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> PitchTrack:
    """Pitch of a whole recording; `stream` gives the very frames that it gives live.

    Args:
        audio: float32 (n,), mono.
        model: from `load_model`.
        sample_rate: of `audio`, Hz.
        settings: thresholds and gate.
        progress: called with the finished share, 0..1.

    Returns:
        A track of 1 + n_16k // 160 frames, 10 ms apart, the first at 0 s; empty for empty audio.

    Raises:
        ValueError: audio that is not one-dimensional, or of whole numbers; a rate out of range.
        TypeError: the name of a file or of a model in place of its samples, of the model itself.
    """
    settings = settings or Settings()
    chunk = _whole_chunk(_checked(audio), Chunker(sample_rate, loaded(model).checkpoint.config.lookahead))
    salience = whole_salience(model, chunk.mel, progress)
    candidate, confidence = decode(salience)
    heard = Thresholds.of(model, settings).run_lengths(confidence) > 0
    voiced = heard & (chunk.level >= settings.gate)
    f0 = np.where(voiced, candidate, np.float32(np.nan))
    time = np.arange(len(f0), dtype=np.float64) * FRAME_SECONDS
    return PitchTrack(time, f0, voiced, confidence, candidate, chunk.level)


def stream_track(
    audio: Floats,
    model: Model,
    sample_rate: int = SAMPLE_RATE,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> PitchTrack:
    """Pitch of a recording through `StreamTracker`, in blocks, exactly as live would hear it.

    Arguments, result and errors are those of `estimate`.
    """
    tracker = StreamTracker(model, sample_rate, settings)
    frames: list[PitchFrame] = []
    audio = _checked(audio)
    for block, share in _blocks(audio, max(1, round(BLOCK_SECONDS * sample_rate))):
        frames += tracker.push(block)
        if progress:
            progress(share)
    return track_of(frames + tracker.flush())


def track_of(frames: Iterable[PitchFrame]) -> PitchTrack:
    """The frames of a stream as arrays, in the order of their times; of two for one time the later, settled one."""
    frames = list({frame.time: frame for frame in frames}.values())
    columns = {
        name: np.array([getattr(frame, name) for frame in frames], np.float32)
        for name in ("f0", "confidence", "candidate", "level")
    }
    time = np.array([frame.time for frame in frames], np.float64)
    voiced = np.isfinite(columns["f0"])
    return PitchTrack(time, columns["f0"], voiced, columns["confidence"], columns["candidate"], columns["level"])


def _checked(audio: Floats) -> Floats:
    return np.nan_to_num(mono_samples(audio, "audio"), nan=0.0, posinf=1.0, neginf=-1.0)


def _blocks(audio: Floats, size: int) -> Iterator[tuple[Floats, float]]:
    for start in range(0, len(audio), size):
        block = audio[start : start + size]
        yield block, (start + len(block)) / len(audio)


def _whole_chunk(audio: Floats, chunker: Chunker) -> Chunk:
    parts = [chunker.push(block) for block, _ in _blocks(audio, 60 * chunker.sample_rate)] + [chunker.flush()]
    return Chunk(0, np.concatenate([p.mel for p in parts]), np.concatenate([p.level for p in parts]))
