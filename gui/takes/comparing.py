"""A second recording over the first: opened, shifted in time, laid where it fits best."""

from __future__ import annotations

import math
from pathlib import Path

from PyQt6.QtCore import QObject

from ..menus.control_bar import action_button
from ..parts import Parts
from ..viewmodel.messages import Rank
from ..viewmodel.take import Take
from ..viewmodel.take_align import best_shift
from .errands import Errands
from .opening import Opening
from .take_scene import TakeScene

SAID = 10.0  # s


class Comparing(QObject):
    """What the user does about the second recording."""

    def __init__(self, parts: Parts, scene: TakeScene, opening: Opening, errands: Errands) -> None:
        super().__init__()
        self._parts, self._scene, self._opening, self._errands = parts, scene, opening, errands
        tip = "Lay the second recording where it fits the first one best"
        self.align_action = parts.menus.action("takes", "&Align the second", "L", tip, self.align)
        tip = "Show the first recording alone"
        self.end_action = parts.menus.action("takes", "Remove the &second", "Ctrl+Shift+V", tip, self.end)
        for action, text in ((self.align_action, "Align"), (self.end_action, "Remove")):
            button = action_button(action, "small")
            button.setText(text)
            scene.strip.add_second(button)
        scene.strip.shifted.connect(scene.shift_second)
        opening.opened.connect(lambda take: scene.compare(take))
        opening.tracked.connect(self._take_pitch)
        opening.failed.connect(self._complain)
        scene.shown.connect(self._offer)
        scene.left.connect(opening.cancel)
        scene.left.connect(self._offer)
        self._offer()

    def open(self, path: Path) -> None:
        """Show this file over the one on the stage."""
        self._opening.open(path)

    def end(self) -> None:
        """Show the first one alone."""
        self._opening.cancel()
        self._scene.compare(None)

    def align(self) -> None:
        """Shift the second one to where the two lines of pitch agree best."""
        first, second = self._scene.take, self._scene.second
        if first is None or second is None or first.history is None or second.history is None:
            return
        lines = first.history.f0, second.history.f0
        self._errands.run(lambda: best_shift(*lines), lambda shift: self._lay(second, shift))

    def _lay(self, second: Take, shift: float) -> None:
        if self._scene.second is not second:
            return
        if math.isnan(shift):
            self._complain("One of the two has no pitch to align by")
        else:
            self._scene.shift_second(shift)

    def _take_pitch(self, take: Take) -> None:
        if self._scene.second is not None and self._scene.second.path == take.path:
            self._scene.compare(take, self._scene.shift)

    def _offer(self) -> None:
        second = self._scene.second
        self.end_action.setEnabled(second is not None)
        self.align_action.setEnabled(second is not None and second.history is not None)

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("takes", why, Rank.SKIPPED, seconds=SAID)
