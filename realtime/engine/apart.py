"""Sound files of anybody's read in a process of their own: libsndfile and the decoders below it are C, and may crash.

The window, or a run over many files, outlives that, and a decoder that never ends.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ...model.child import child_command, may_start
from ..audio_file import FORMATS, SAMPLE_RATE, AnyPath, AudioFileError, joined, read_audio, read_recording

# It looks for modules where this process does, not in the folder that it happens to be started in.
START = "import sys; sys.path[:] = {!r}; from {}.apart_child import main; main({!a}, {!r})"
CHILD = f"{__package__}.apart_child"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # numpy starts one for each core, for nothing here


def read_recording_apart(path: AnyPath) -> tuple[NDArray[np.float32], int]:
    """`audio_file.read_recording` in a process that has ended when this returns or raises.

    Raises:
        AudioFileError: as there, and where the file has broken its reader.

    """
    if not may_start():
        return read_recording(path)
    return _read(Path(path), None)


def read_audio_apart(path: AnyPath) -> NDArray[np.float32]:
    """`audio_file.read_audio` in a process that has ended when this returns or raises.

    Raises:
        AudioFileError: as there, and where the file has broken its reader.

    """
    if not may_start():
        return read_audio(path)
    return _read(Path(path), SAMPLE_RATE)[0]


def _read(path: Path, sample_rate: int | None) -> tuple[NDArray[np.float32], int]:
    with _started(path, sample_rate) as process:
        assert process.stdout is not None
        try:
            rate = _told(process.stdout)["rate"]
            return joined(path, _pieces(process.stdout)), rate
        except EOFError:
            raise _broken(path, f"its reader ended with code {process.wait()}") from None
        finally:
            process.kill()


def _started(path: Path, sample_rate: int | None) -> subprocess.Popen[bytes]:
    code = START.format([str(place) for place in sys.path], __package__, str(path), sample_rate)
    unseen = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open a console
    nowhere = subprocess.DEVNULL  # libmpg123 writes what it thinks of a file
    try:
        return subprocess.Popen(
            child_command(code, CHILD, [str(path), sample_rate]), stdin=nowhere, stdout=subprocess.PIPE, stderr=nowhere,
            env={**os.environ, **ONE_THREAD}, creationflags=unseen,
        )  # fmt: skip
    except OSError as error:
        raise _broken(path, f"no process can be started, {error.strerror}") from error


def _pieces(sound: IO[bytes]) -> Iterator[NDArray[np.float32]]:
    while size := struct.unpack("<I", _exactly(sound, 4))[0]:
        yield np.frombuffer(_exactly(sound, size), np.float32)
    _told(sound)


def _told(sound: IO[bytes]) -> dict[str, Any]:
    """What the process says beside the sound; AudioFileError if that is why it gives none."""
    line = sound.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    told: dict[str, Any] = json.loads(line)
    if "refused" in told:
        raise AudioFileError(told["refused"])
    return told


def _exactly(sound: IO[bytes], size: int) -> bytes:
    data = sound.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _broken(path: Path, why: str) -> AudioFileError:
    return AudioFileError(f"{path}: cannot be read, it broke its reader ({why}); convert it to {FORMATS}")
