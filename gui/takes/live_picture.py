"""What the live picture was like while a recording has its place."""

from __future__ import annotations

from copy import copy

from ...model.convert import hz_to_midi
from ..parts import Parts
from ..sound.listening import Listening


class LivePicture:
    """Kept when a recording comes, given back when it goes. What the user chose meanwhile about the notes stays."""

    def __init__(self, parts: Parts, listening: Listening) -> None:
        self._view, self._parts, self._listening = parts.stage.view, parts, listening
        self.keep()

    def keep(self) -> None:
        """The live picture is there now."""
        self._marks, self._window = self._view.markers.to_list(), copy(self._view.time_window)

    def restore_time(self) -> None:
        """As much time in sight as before; what comes next may be another stream."""
        self._view.time_window.become(self._window)

    def restore(self) -> None:
        """All of it; the listening scene shows its voice already."""
        view, history = self._view, self._listening.live.history
        self.restore_time()
        part = history.stretch(view.time_window.left, view.time_window.right)
        view.note_range.find(hz_to_midi(history.f0[part], self._parts.stage.music.a4))
        view.markers.take_list(self._marks)
        view.refresh()
