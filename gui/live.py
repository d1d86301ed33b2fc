"""All that the window knows of one running stream, apart from any screen."""

from __future__ import annotations

from collections.abc import Sequence

from ..realtime.frame import PitchFrame
from .history import PitchHistory
from .loudness import Loudness
from .playhead import Playhead
from .reading import CurrentNote


class Live:
    """The view model of one stream: made when it starts, kept for looking at when it stops."""

    def __init__(self) -> None:
        self.history = PitchHistory()
        self.playhead = Playhead()
        self.note = CurrentNote()
        self.loudness = Loudness()

    def observe(self, frames: Sequence[PitchFrame], clock: float) -> None:
        """Take the frames fetched at `clock` (monotonic seconds)."""
        self.history.extend(frames)
        self.playhead.observe(frames, clock)
        self.note.observe(frames, clock)
        self.loudness.observe(frames)
