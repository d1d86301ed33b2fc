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
from ..model.plain_file import open_plain

SAMPLE_RATE = 16_000  # Hz, what the models hear
RATES = (4_000, 768_000)  # Hz; a header that says anything else is broken
CHANNELS = 64  # at most
READ_SAMPLES = 1 << 16  # samples a channel read at a time: memory stays small, however long the file
WHOLE = 200_000_000  # samples that any file may become when it is read as a whole: 0.8 GB, more than an hour at 48 kHz
DENSEST = 32  # samples a byte beyond that; Opus at 16 kbit/s has 24, a forged file of silence a million
FORMATS = "wav, flac, ogg, mp3 or aiff"
ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".aifc", ".au", ".caf", ".w64")

AnyPath = str | os.PathLike[str]


class AudioFileError(LivepitchError):
    """An audio file that cannot be read; the text names it and says why."""


def read_audio(path: AnyPath) -> NDArray[np.float32]:
    """The whole file as float32 `(n,)`, mono (mean of the channels), 16 kHz.

    Raises:
        AudioFileError: missing, empty, not audio, damaged, a sample that is no number, an absurd rate, more channels
            than 64, more sound than its bytes can hold.

    """
    audio = joined(Path(path), read_blocks(path, blocksize=READ_SAMPLES))
    if not len(audio):  # a sample or two at a high rate round to none at 16 kHz
        raise AudioFileError(f"{path}: holds too few samples to track; record or export it again")
    return audio


def read_recording(path: AnyPath) -> tuple[NDArray[np.float32], int]:
    """The whole file as float32 `(n,)`, mono, at its own rate, and that rate in Hz: to be played and drawn.

    Raises:
        AudioFileError: as `read_audio`.

    """
    rate, pieces = recorded_blocks(path)
    return joined(Path(path), pieces), rate


def recorded_blocks(path: AnyPath) -> tuple[int, Iterator[NDArray[np.float32]]]:
    """The file's rate in Hz, and its sound as float32 blocks of any size, mono, at that rate.

    Raises:
        AudioFileError: as `read_audio`; damage further on is met when the blocks before it have been given.

    """
    file = _open(Path(path))
    return file.samplerate, _mono(file, Path(path))


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


def joined(path: Path, pieces: Iterator[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The pieces of a file as one, `(n,)`; memory is taken for what was read, never for what a header claims.

    Raises:
        AudioFileError: more sound than the file's bytes can hold, or than the memory does; the file has gone.

    """
    audio, size = np.empty(0, np.float32), 0
    try:
        most = max(WHOLE, DENSEST * path.stat().st_size)
        for piece in pieces:
            end = size + len(piece)
            if end > most:
                raise AudioFileError(f"{path}: more sound than its bytes can hold, a forged file; export it again")
            if end > len(audio):
                audio.resize(min(most, max(end, len(audio) * 5 // 4)), refcheck=False)
            audio[size:end] = piece
            size = end
        audio.resize(size, refcheck=False)
    except MemoryError:
        raise AudioFileError(f"{path}: more sound than this machine's memory holds; cut it into parts") from None
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror or error})") from None
    return audio


class _Straight(soundfile.SoundFile):  # type: ignore[misc] # soundfile has no types
    """A file read from its start to its end.

    After each piece soundfile seeks to where it is already, which costs time and fails in FLAC that tells no length.
    """

    def seekable(self) -> bool:
        return False


def _open(path: Path) -> soundfile.SoundFile:
    """The opened file, once everything that its name and header tell is in order."""
    try:
        _expect_file(path)
        file = _Straight(path if os.name == "nt" else os.fsencode(path))  # a name may be no text
    except FileNotFoundError:
        raise AudioFileError(f"{path}: no such file") from None
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (soundfile.LibsndfileError, TypeError, ValueError):  # TypeError: a format without header (.raw)
        raise AudioFileError(f"{path}: is not audio livepitch can read; convert it to {FORMATS}") from None
    wrong = None
    if not RATES[0] <= file.samplerate <= RATES[1]:
        wrong = f"says it has {file.samplerate} samples a second; {RATES[0]} to {RATES[1]} can be read"
    elif file.channels > CHANNELS:
        wrong = f"says it has {file.channels} channels; up to {CHANNELS} can be read"
    if wrong:
        file.close()
        raise AudioFileError(f"{path}: {wrong}; export it again")
    return file


def _expect_file(path: Path) -> None:
    """That it is an ordinary file with something in it, and may be read: libsndfile does not say why it could not."""
    if path.is_dir():
        raise AudioFileError(f"{path}: is a folder; name the audio files in it")
    with open_plain(path) as file:
        if not file.read(1):
            raise AudioFileError(f"{path}: is empty (0 bytes); record or export it again")


def _blocks(file: soundfile.SoundFile, path: Path, blocksize: int, sample_rate: int) -> Iterator[NDArray[np.float32]]:
    rest = np.zeros(0, np.float32)
    for piece in _resampled(_mono(file, path), file.samplerate, sample_rate):
        rest = np.concatenate([rest, piece]) if len(rest) else piece
        whole = len(rest) - len(rest) % blocksize
        for start in range(0, whole, blocksize):
            yield rest[start : start + blocksize]
        rest = rest[whole:]
    if len(rest):
        yield rest


def _mono(file: soundfile.SoundFile, path: Path) -> Iterator[NDArray[np.float32]]:
    """Mean of the channels, in pieces `(n,)` at the file's own rate; closes the file."""
    start = 0
    room = np.empty((READ_SAMPLES, file.channels), np.float32)  # not as many as the file says are left
    with file:
        while len(piece := _piece(file, path, start, room)):
            yield piece
            start += len(piece)
    if not start:
        raise AudioFileError(f"{path}: holds no samples; record or export it again")


def _piece(file: soundfile.SoundFile, path: Path, start: int, room: NDArray[np.float32]) -> NDArray[np.float32]:
    try:
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is told below
            piece: NDArray[np.float32] = file.read(out=room).mean(axis=1)  # (n, channels) -> (n,)
    except soundfile.LibsndfileError:
        at = start / file.samplerate
        raise AudioFileError(f"{path}: damaged after {at:.3f} s; record or export it again") from None
    # A NaN or an infinity in any channel survives the mean.
    bad = np.flatnonzero(~np.isfinite(piece))
    if len(bad):
        at = (start + bad[0]) / file.samplerate
        raise AudioFileError(f"{path}: the sample at {at:.3f} s is no number (NaN or infinite); export it again")
    return piece


def _resampled(pieces: Iterator[NDArray[np.float32]], from_rate: int, to_rate: int) -> Iterator[NDArray[np.float32]]:
    if from_rate == to_rate:
        yield from pieces
        return
    resampler = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")
    for piece in pieces:
        yield resampler.resample_chunk(piece)
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
