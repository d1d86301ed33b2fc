"""Files that are whole at any moment while they grow, so that nothing but the last moments is lost with a process."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import numpy as np
import soundfile

from ..ring import Floats

FULL_SCALE = 2**23  # of 24 bits
# Where a FLAC's header says how long its blocks are, its rate, and how many samples there are.
BLOCK_SIZE, RATE, TOTAL = 10, 18, 21
MOST = 2**36 - 1  # samples that it can say


def flac_length(path: Path) -> tuple[int, int]:
    """Samples and rate (Hz) that the header of such a FLAC tells; no samples where there is not even a header.

    Not by libsndfile, for which none is an endless number of them. OSError if it cannot be read, or is no FLAC.
    """
    with path.open("rb") as file:
        header = file.read(TOTAL + 5)
    if not header:
        return 0, 0
    if len(header) < TOTAL + 5 or not header.startswith(b"fLaC"):
        raise OSError(errno.EINVAL, "it is no FLAC")
    rate, total = int.from_bytes(header[RATE : RATE + 3], "big") >> 4, int.from_bytes(header[TOTAL:], "big")
    return total & MOST if rate else 0, rate


class GrowingFile(io.FileIO):
    """A new file whose every `append` is in it whole, or not at all.

    FileExistsError for one that is there already; any other OSError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, "x+")  # not buffered: what is written survives the process
        self.path = path

    @property
    def size(self) -> int:
        """Bytes in it."""
        return os.fstat(self.fileno()).st_size

    def append(self, data: bytes) -> None:
        """Write at the end."""
        before = self.seek(0, os.SEEK_END)
        try:
            rest = memoryview(data)
            while len(rest):
                rest = rest[super().write(rest) :]
        except OSError:
            self.truncate(before)
            self.seek(before)
            raise

    def check(self) -> None:
        """OSError if somebody has deleted it: what is written then goes nowhere, and the system does not say so."""
        if not os.fstat(self.fileno()).st_nlink:
            raise OSError(errno.ENOENT, "it was deleted")


class GrowingFlac:
    """A new FLAC file, mono, 24 bits.

    An encoder writes blocks of 4096 samples, and says how many samples there are only when it is closed; without that
    libsndfile reads nothing. So the header is mended after each block: the file can be read up to the last whole block
    whenever its process ends, be it killed.
    """

    def __init__(self, path: Path) -> None:
        """Make the file. FileExistsError for one that is there already; any other OSError if that fails."""
        self._file = _FlacFile(path)
        self._encoder: soundfile.SoundFile | None = None
        self.samples = 0
        """Written, in all."""

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._file.size

    def open(self, sample_rate: int) -> None:
        """Begin. OSError if FLAC has no such rate (Hz): it goes up to 655,350."""
        try:
            self._encoder = soundfile.SoundFile(self._file, "w", sample_rate, 1, "PCM_24", format="FLAC")
        except soundfile.LibsndfileError:
            raise OSError(errno.EINVAL, f"FLAC knows no sample rate of {sample_rate} Hz") from None
        self._raise_failure()

    def write(self, samples: Floats) -> None:
        """Append float32 `(n,)`; what is beyond -1..1 is clipped. OSError if it cannot be written."""
        assert self._encoder is not None
        if self.samples + len(samples) > MOST:
            raise OSError(errno.EFBIG, "a FLAC file holds no more")
        numbers = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)  # as the tracker hears them
        numbers = np.clip(np.rint(numbers * np.float32(FULL_SCALE)), -FULL_SCALE, FULL_SCALE - 1)
        self.samples += len(samples)
        self._file.given = self.samples
        self._encoder.write(numbers.astype(np.int32) << 8)  # soundfile takes the upper 24 bits
        self._raise_failure()

    def check(self) -> None:
        """OSError if the file was deleted."""
        self._file.check()

    def secure(self) -> None:
        """Have what is in the file on the disk itself."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write what the encoder still holds. OSError if that fails; the file is closed all the same."""
        try:
            if self._encoder is not None:
                self._encoder.close()
            self.secure()
        finally:
            self._file.close()
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._file.failure is not None:
            raise self._file.failure


class _FlacFile(GrowingFile):
    """What libsndfile's encoder writes into. It passes no exception on: the first is kept, and ends the file."""

    given = 0  # samples, to the encoder
    failure: OSError | None = None
    _blocks = 0

    def write(self, data: object) -> int:
        """Called back with a piece of the header, or with one whole block."""
        piece = bytes(data)  # type: ignore[call-overload]
        if self.failure is None:
            try:
                self._put(piece)
            except OSError as error:
                self.failure = error
        return len(piece)

    def _put(self, piece: bytes) -> None:
        # A block's first 14 bits. The checksum that goes into the header may begin with them, too.
        if len(piece) > 2 and piece[0] == 0xFF and piece[1] & 0xFC == 0xF8 and self.tell() == self.size:
            self.append(piece)
            self._blocks += 1
            self._tell_total()
        else:
            super().write(piece)

    def _tell_total(self) -> None:
        """Write 36 bits; the four before them belong to something else."""
        size = int.from_bytes(os.pread(self.fileno(), 2, BLOCK_SIZE), "big")
        total = min(self._blocks * size, self.given)  # the last block may be shorter
        kept = os.pread(self.fileno(), 1, TOTAL)[0] & 0xF0
        os.pwrite(self.fileno(), (kept << 32 | total).to_bytes(5, "big"), TOTAL)
