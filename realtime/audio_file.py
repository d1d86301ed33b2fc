"""Audio files in: whatever libsndfile reads, mixed to mono, resampled; one clear line where it cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ..model.errors import LivepitchError

SAMPLE_RATE = 16_000  # Hz, what the models hear
RATES = (4_000, 768_000)  # Hz; a header that says anything else is broken
READ_SAMPLES = 1 << 16  # samples a channel read at a time: memory stays small, however long the file
FORMATS = "wav, flac, ogg, mp3 or aiff"

AnyPath = str | os.PathLike[str]


class AudioFileError(LivepitchError):
    """An audio file that cannot be read; the text names it and says why."""


def read_audio(path: AnyPath) -> NDArray[np.float32]:
    """The whole file as float32 `(n,)`, mono (mean of the channels), 16 kHz.

    Raises:
        AudioFileError: missing, empty, not audio, damaged, a sample that is no number, an absurd rate.

    """
    blocks = list(read_blocks(path, blocksize=READ_SAMPLES))
    if not blocks:  # a sample or two at a high rate round to none at 16 kHz
        raise AudioFileError(f"{path}: holds too few samples to track; record or export it again")
    return np.concatenate(blocks)


def read_recording(path: AnyPath) -> tuple[NDArray[np.float32], int]:
    """The whole file as float32 `(n,)`, mono, at its own rate, and that rate in Hz: to be played and drawn.

    Raises:
        AudioFileError: as `read_audio`.

    """
    file = _open(Path(path))
    with file:
        return np.concatenate(list(_mono(file, Path(path)))), file.samplerate


def read_blocks(path: AnyPath, blocksize: int = 256, sample_rate: int = SAMPLE_RATE) -> Iterator[NDArray[np.float32]]:
    """The file as float32 blocks `(blocksize,)`, mono, at `sample_rate` Hz; only the last may be shorter.

    Reads as it goes, so the file may be of any length. Joined, the blocks are what `read_audio` gives.

    Raises:
        ValueError: `blocksize` or `sample_rate` below 1.
        AudioFileError: as `read_audio`; damage further on is met when the blocks before it have been given.

    """
    if blocksize < 1 or sample_rate < 1:
        raise ValueError(f"blocksize and sample_rate must be at least 1, not {blocksize} and {sample_rate}")
    return _blocks(_open(Path(path)), Path(path), blocksize, sample_rate)


def _open(path: Path) -> soundfile.SoundFile:
    """The opened file, once everything that its name and header tell is in order."""
    if path.is_dir():
        raise AudioFileError(f"{path}: is a folder; name the audio files in it")
    try:
        with path.open("rb"):
            pass
        if path.is_file() and path.stat().st_size == 0:
            raise AudioFileError(f"{path}: is empty (0 bytes); record or export it again")
        file = soundfile.SoundFile(path)
    except FileNotFoundError:
        raise AudioFileError(f"{path}: no such file") from None
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (soundfile.LibsndfileError, TypeError, ValueError):  # TypeError: a format without header (.raw)
        raise AudioFileError(f"{path}: is not audio livepitch can read; convert it to {FORMATS}") from None
    if not RATES[0] <= file.samplerate <= RATES[1]:
        file.close()
        raise AudioFileError(
            f"{path}: says it has {file.samplerate} samples a second; "
            f"{RATES[0]} to {RATES[1]} can be read; export it again"
        )
    return file


def _blocks(file: soundfile.SoundFile, path: Path, blocksize: int, sample_rate: int) -> Iterator[NDArray[np.float32]]:
    rest = np.zeros(0, np.float32)
    with file:
        for piece in _resampled(_mono(file, path), file.samplerate, sample_rate):
            rest = np.concatenate([rest, piece]) if len(rest) else piece
            whole = len(rest) - len(rest) % blocksize
            for start in range(0, whole, blocksize):
                yield rest[start : start + blocksize]
            rest = rest[whole:]
    if len(rest):
        yield rest


def _mono(file: soundfile.SoundFile, path: Path) -> Iterator[NDArray[np.float32]]:
    """Mean of the channels, in pieces `(n,)` at the file's own rate."""
    start = 0
    while True:
        try:
            piece = file.read(READ_SAMPLES, dtype="float32", always_2d=True).mean(axis=1)  # (n, channels) -> (n,)
        except soundfile.LibsndfileError:
            raise AudioFileError(
                f"{path}: damaged after {start / file.samplerate:.3f} s; record or export it again"
            ) from None
        if not len(piece):
            break
        # A NaN or an infinity in any channel survives the mean.
        bad = np.flatnonzero(~np.isfinite(piece))
        if len(bad):
            at = (start + bad[0]) / file.samplerate
            raise AudioFileError(f"{path}: the sample at {at:.3f} s is no number (NaN or infinite); export it again")
        start += len(piece)
        yield piece
    if not start:
        raise AudioFileError(f"{path}: holds no samples; record or export it again")


def _resampled(pieces: Iterator[NDArray[np.float32]], from_rate: int, to_rate: int) -> Iterator[NDArray[np.float32]]:
    if from_rate == to_rate:
        yield from pieces
        return
    resampler = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")
    for piece in pieces:
        yield resampler.resample_chunk(piece)
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
