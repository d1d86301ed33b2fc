"""JSON Lines: an object per frame and line, for whatever reads a pipe."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO

from ..realtime.frame import PitchFrame
from .frame_values import frame_values


@dataclass
class JsonLinesOutput:
    """Writes every frame as a line with the fields of `frame_values`, at once.

    stream: an open text file, which stays open; None for standard output, in whichever process it runs. a4: Hz.
    """

    stream: TextIO | None = None
    a4: float = field(default=440.0, kw_only=True)
    unread: bool = field(default=False, init=False, compare=False)
    """Whether the reader of the other end of a pipe has gone: nothing is written any more."""

    @property
    def name(self) -> str:
        """For people."""
        return "JSON Lines"

    def open(self) -> None:
        """Nothing is needed."""

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """A line for each; waits for a reader that is slow. OSError: the disk is full, say."""
        text = "".join(f"{json.dumps(frame_values(frame, self.a4))}\n" for frame in frames)
        if text and not self.unread:
            try:
                self._write(text)
            except BrokenPipeError:
                self.unread = True

    def close(self) -> None:
        """Have all of it written."""
        if self.stream is not None:
            with suppress(OSError, ValueError):
                self.stream.flush()

    def _write(self, text: str) -> None:
        if self.stream is not None:
            self.stream.write(text)
            self.stream.flush()
            return
        # Past Python's own buffer: a thread that waits in it for a reader who sleeps would abort the program's end.
        data = text.encode()
        while data:
            data = data[os.write(sys.__stdout__.fileno(), data) :]  # type: ignore[union-attr]
