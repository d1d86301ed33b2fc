"""All that the window knows of one running stream, apart from any screen."""

from __future__ import annotations

from collections.abc import Sequence

from ...realtime.frame import PitchFrame
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
        first = self.history.extend(frames)  # what replaces other frames is no news of this moment
        self.playhead.observe(first, clock)
        self.note.observe(first, clock)
        self.loudness.observe(first)
