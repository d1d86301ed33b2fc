"""The counters of one session, while it runs, and how long a sound takes from stage to stage.

A frame's time from sound to screen is cut, without a gap, into

    lookahead  captured -> complete   sound that the model must hear beyond the frame's centre
    input      complete -> due        the rest of the block, and what the device says it takes
    wait       due -> begun           until the worker takes the block up
    mel        begun -> heard         resampling and log-mel
    network    heard -> inferred
    decode     inferred -> decoded
    out        decoded -> emitted     making the frames, stamping them
    draw       emitted -> painted     fetching, drawing

`compute` is all that the worker does for one push, `sound_to_frame` and `sound_to_paint` are whole ways. A frame that
is settled later counts in `sound_to_settled` alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from .frame import PitchFrame, StreamStats
from .inlet import Inlet
from .latency import Histogram

HOP = 0.01  # s between frames: one given out later than this after it was due is late
STAGES = ("lookahead", "input", "wait", "mel", "network", "decode", "out", "draw")
WAYS = ("compute", "sound_to_frame", "sound_to_paint", "sound_to_settled")


def _histograms() -> dict[str, Histogram]:
    return {name: Histogram() for name in (*STAGES, *WAYS)}


@dataclass
class Counters:
    """Written by the worker alone, but for `draw` and `sound_to_paint`, which are the drawing thread's.

    Any thread may read, since each value is replaced in one step.
    """

    inlet: Inlet
    """The present one; it counts xruns and refusals, going on from the one before."""
    frames: int = 0
    skipped: int = 0
    late: int = 0
    restarts: int = 0
    computed: float = 0.0
    """Seconds spent in the tracker."""
    heard: float = 0.0
    """Seconds of sound given to it."""
    spans: dict[str, Histogram] = field(default_factory=_histograms)

    def add_push(self, seconds: float, audio_seconds: float) -> None:
        """Count one push of the tracker."""
        self.spans["compute"].add(seconds)
        self.computed += seconds
        self.heard += audio_seconds

    def add_frame(self, frame: PitchFrame) -> None:
        """Count a stamped frame's way from sound to the outlet."""
        spans = self.spans
        spans["lookahead"].add(frame.complete - frame.captured)
        spans["input"].add(frame.due - frame.complete)
        spans["wait"].add(frame.begun - frame.due)
        spans["mel"].add(frame.heard - frame.begun)
        spans["network"].add(frame.inferred - frame.heard)
        spans["decode"].add(frame.decoded - frame.inferred)
        spans["out"].add(frame.emitted - frame.decoded)
        spans["sound_to_frame"].add(frame.emitted - frame.captured)
        self.late += frame.emitted > frame.due + HOP

    def add_settled(self, frame: PitchFrame) -> None:
        """Count a stamped frame that replaces an instant one of the same time."""
        self.spans["sound_to_settled"].add(frame.emitted - frame.captured)

    def add_painted(self, frames: Sequence[PitchFrame], painted: float) -> None:
        """The drawing thread: count frames that were on screen at the instant `painted`."""
        for frame in frames:
            self.spans["draw"].add(painted - frame.emitted)
            self.spans["sound_to_paint"].add(painted - frame.captured)

    def stats(self, unread: int) -> StreamStats:
        """The counters now, as a record; `unread` is counted elsewhere."""
        stages = {name: span.percentiles() for name, span in self.spans.items()}
        return StreamStats(
            frames=self.frames,
            xruns=self.inlet.xruns,
            dropped=self.inlet.dropped,
            skipped=self.skipped,
            late=self.late,
            restarts=self.restarts,
            unread=unread,
            rtf=self.computed / self.heard if self.heard else math.nan,
            stages={name: span for name, span in stages.items() if not math.isnan(span.max)},
        )
