"""Writes what happened when as a Chrome trace: for chrome://tracing and ui.perfetto.dev.

What the worker does one after the other lies in lanes of plain slices (`X`): mel, network, decode, out, one slice per
push. What overlaps from frame to frame lies in lanes of paired events (`b`, `e`), whose `id` is the frame's: input,
wait, draw. Instants are microseconds since the first sound measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from ..model.errors import LivepitchError
from ..model.replacement import replacing
from ..realtime.frame import PitchFrame

LONGEST = 600.0  # s that are written, about 80 MB; viewers become slow long before
# Lane, and the instants of a frame between which its slices lie.
WORKER = (
    ("mel", "begun", "heard"),
    ("network", "heard", "inferred"),
    ("decode", "inferred", "decoded"),
    ("out", "decoded", "emitted"),
)
OVERLAPPING = (("input", "complete", "due"), ("wait", "due", "begun"))
LANES = {name: place for place, name in enumerate(("input", "wait", "mel", "network", "decode", "out", "draw"), 1)}
PROCESS = 1


class Trace:
    """Writes events as they come; nothing is kept. One thread gives it frames and paints."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._zero: float | None = None
        self._pushed: float | None = None
        file.write('{"displayTimeUnit": "ms", "traceEvents": [\n')
        file.write(json.dumps({"ph": "M", "name": "process_name", "pid": PROCESS, "args": {"name": "livepitch"}}))
        for name, lane in LANES.items():
            self._write({"ph": "M", "name": "thread_name", "tid": lane, "args": {"name": name}})
            self._write({"ph": "M", "name": "thread_sort_index", "tid": lane, "args": {"sort_index": lane}})

    def add(self, frames: Sequence[PitchFrame]) -> None:
        """Frames that were given out."""
        for place, frame in enumerate(frames):
            if not self._takes(frame):
                continue
            for name, begin, end in OVERLAPPING:
                self._pair(name, frame, getattr(frame, begin), getattr(frame, end))
            if frame.begun != self._pushed:
                self._pushed = frame.begun
                self._push(frame, sum(other.begun == frame.begun for other in frames[place:]))

    def add_painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Frames that were on screen at a `time.monotonic` instant."""
        for frame in frames:
            if self._takes(frame):
                self._pair("draw", frame, frame.emitted, instant)

    def close(self) -> None:
        """Write the end; the file is whole JSON then."""
        self._file.write("\n]}\n")

    def _takes(self, frame: PitchFrame) -> bool:
        if self._zero is None:
            self._zero = frame.captured
        return frame.emitted - self._zero <= LONGEST

    def _push(self, frame: PitchFrame, frames: int) -> None:
        for name, begin, end in WORKER:
            start, stop = getattr(frame, begin), getattr(frame, end)
            args = {"time": frame.time, "frames": frames}
            event = {
                "ph": "X",
                "name": name,
                "cat": "push",
                "ts": self._micro(start),
                "dur": round(1e6 * (stop - start), 3),
            }
            self._write({**event, "tid": LANES[name], "args": args})

    def _pair(self, name: str, frame: PitchFrame, start: float, stop: float) -> None:
        event = {"name": name, "cat": name, "id": round(100 * frame.time), "tid": LANES[name]}
        args = {"time": frame.time, "hz": frame.f0 if frame.voiced else None}
        self._write({"ph": "b", "ts": self._micro(start), **event, "args": args})
        self._write({"ph": "e", "ts": self._micro(stop), **event})

    def _micro(self, instant: float) -> float:
        return round(1e6 * (instant - (self._zero or 0.0)), 3)

    def _write(self, event: dict[str, Any]) -> None:
        # In one call, so that an interrupt leaves no half event.
        self._file.write(",\n" + json.dumps({"pid": PROCESS, **event}, allow_nan=False))


@contextmanager
def trace_file(path: Path | None) -> Iterator[Trace | None]:
    """A trace that takes the place of `path` in the end, also of a run that was cut short; None without a path.

    LivepitchError where it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        with replacing(path) as file:
            trace = Trace(file)
            yield trace
            trace.close()
    except OSError as error:
        raise LivepitchError(f"{path}: cannot be written ({error.strerror})") from error
