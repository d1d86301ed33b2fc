"""What the user does while a recording plays: go back and on, repeat, turn it up and down."""

from __future__ import annotations

from ..parts import Parts
from .take_scene import TakeScene

STEP, VOLUME_STEP = 1.0, 10  # s, per cent


class Replaying:
    """The actions that move within what is on the stage."""

    def __init__(self, parts: Parts, scene: TakeScene) -> None:
        self._scene = scene
        self._actions = [
            parts.menus.action("takes", text, keys, tip, slot)
            for text, keys, tip, slot in (
                ("A second &back", ",", "Back by a second", lambda: self._step(-STEP)),
                ("A second &on", ".", "On by a second", lambda: self._step(STEP)),
                ("&Loop A–B", "B", "Repeat the selection; else set A, then B, then off", scene.press_loop),
                ("Replay lo&uder", "Ctrl+Alt+.", "Turn the replay up", lambda: self._turn(VOLUME_STEP)),
                ("Replay &softer", "Ctrl+Alt+,", "Turn the replay down", lambda: self._turn(-VOLUME_STEP)),
            )
        ]
        self.loop_action = self._actions[2]

    def offer(self, on: bool) -> None:
        """Whether there is a recording for them."""
        for action in self._actions:
            action.setEnabled(on)

    def _step(self, seconds: float) -> None:
        self._scene.seek(self._scene.position + seconds)

    def _turn(self, step: int) -> None:
        volume = self._scene.strip.volume
        volume.setValue(volume.value() + step)
