"""The pitch of whole recordings: at once, or through the streaming tracker exactly as live would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..model.decode import decode
from ..model.mel import SAMPLE_RATE
from ..model.refine import Refiner, around
from ..model.registry import Model, loaded
from .chunker import Chunker, mono_samples
from .decoder import FRAME_SECONDS, Thresholds, refiner_of
from .frame import PitchFrame, PitchTrack, Settings
from .tracker import StreamTracker
from .whole import whole_salience

Floats = NDArray[np.float32]
Progress = Callable[[float], None]
T = TypeVar("T")
BLOCK_SECONDS = 1.0  # of audio between two reports of progress
PIECE = 1 << 20  # samples whose windows are in memory at once: a minute at 16 kHz


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
    audio, model = _checked(audio), loaded(model)
    mel, level = _heard(audio, Chunker(sample_rate, model.checkpoint.config.lookahead))
    candidate, confidence = decode(whole_salience(model, mel, progress))
    if refiner := refiner_of(model, settings):
        again = Chunker(sample_rate, model.checkpoint.config.lookahead)
        candidate = _refined(refiner, candidate, confidence, audio, again)
    heard = Thresholds.of(model, settings).run_lengths(confidence) > 0
    voiced = heard & (level >= settings.gate)
    f0 = np.where(voiced, candidate, np.float32(np.nan))
    time = np.arange(len(f0), dtype=np.float64) * FRAME_SECONDS
    return PitchTrack(time, f0, voiced, confidence, candidate, level)


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


def _heard(audio: Floats, chunker: Chunker) -> tuple[Floats, Floats]:
    """Log-mel (n, 128) and level (n,) of all frames."""
    mel, level = [], []
    for part in _pieces(audio, chunker.push, chunker.flush):
        mel.append(part.mel)
        level.append(part.level)
    return np.concatenate(mel), np.concatenate(level)


def _refined(refiner: Refiner, candidate: Floats, confidence: Floats, audio: Floats, chunker: Chunker) -> Floats:
    """Every frame's pitch with the waveform's say, (n,); cuts the sound once more, so as not to keep all windows."""
    refined, start = np.empty_like(candidate), 0
    for windows in _pieces(audio, chunker.cut, chunker.cut_rest):
        stop = start + len(windows)
        sound = around(windows, chunker.ahead)
        refined[start:stop] = refiner.refine(candidate[start:stop], confidence[start:stop], sound)
        start = stop
    return refined


def _pieces(audio: Floats, take: Callable[[Floats], T], rest: Callable[[], T]) -> Iterator[T]:
    """What a chunker makes of a recording, a piece at a time."""
    for piece, _ in _blocks(audio, PIECE):
        yield take(piece)
    yield rest()
