"""Frames that are fetched but not yet on screen, so that each is counted when it is drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ...realtime.frame import PitchFrame

MOST = 200  # frames, 2 s; a window that is not drawn for longer is hidden


class Undrawn:
    """Keeps frames from the call that moves them into the picture to the paint that shows it."""

    def __init__(self) -> None:
        self._frames: deque[PitchFrame] = deque(maxlen=MOST)

    def extend(self, frames: Sequence[PitchFrame]) -> None:
        """Frames were moved into the picture."""
        self._frames.extend(frames)

    def drawn(self) -> list[PitchFrame]:
        """The picture was painted: the frames that this brought to the screen."""
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def forget(self) -> None:
        """The picture is hidden: what is in it is seen by nobody, and no measure of anything."""
        self._frames.clear()
