"""The child's side of `apart`: decodes one file, and writes a line of JSON, the samples in pieces, and another line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..audio_file import FORMATS, READ_SAMPLES, AudioFileError, read_blocks, recorded_blocks

PATIENCE = 30  # s of a processor without a piece of sound: then the decoder hangs
MEMORY = 1_000_000_000  # bytes; the pieces are small, however long the file


def main(path: str, sample_rate: int | None) -> None:
    """Decode and end; at the file's own rate, or at `sample_rate` Hz."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no part of the answer
    _bound()
    with contextlib.suppress(BrokenPipeError), answers:  # nobody waits for it any more
        _answer(answers, path, sample_rate)
    sys.stdout = None  # nothing is left to be flushed


def _answer(answers: IO[bytes], path: str, sample_rate: int | None) -> None:
    end = b""  # of the pieces
    try:
        rate, pieces = (sample_rate, read_blocks(path, READ_SAMPLES)) if sample_rate else recorded_blocks(path)
        _tell(answers, rate=rate)
        end = struct.pack("<I", 0)
        _write(answers, pieces)
        what = {}
    except AudioFileError as error:
        what = {"refused": str(error)}
    except MemoryError:
        what = {"refused": f"{path}: needs more memory to read than a sound should; convert it to {FORMATS}"}
    answers.write(end)
    _tell(answers, **what)


def _write(answers: IO[bytes], pieces: Iterator[NDArray[np.float32]]) -> None:
    for piece in pieces:
        _give_time()
        if len(piece):
            answers.write(struct.pack("<I", piece.nbytes) + piece.tobytes())


def _tell(answers: IO[bytes], **what: Any) -> None:
    answers.write(json.dumps(what).encode() + b"\n")


def _bound() -> None:
    """Let the system keep this process within time and memory, whatever the decoder is busy with."""
    if os.name != "posix":
        return
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells every process; the parent ends this one
    for kind, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):  # a system without it, or with a lower one
            resource.setrlimit(kind, (most, most))
    _give_time()


def _give_time() -> None:
    """So much more of a processor, from now on."""
    if os.name != "posix":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + PATIENCE
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
