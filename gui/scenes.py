"""What plays on the stage: listening, or looking at a recording; one at a time, moved 60 times a second."""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

FRAME_MS = 16  # one screen refresh


class Scene(Protocol):
    """One of them."""

    def tick(self) -> None:
        """Show this moment; a few milliseconds, never waits."""
        ...

    def leave(self) -> None:
        """Another scene takes the stage: end what runs."""
        ...

    def toggle(self) -> None:
        """Start what can run, or stop it."""
        ...


class Scenes(QObject):
    """Holds the scene and the clock that moves it."""

    changed = pyqtSignal()
    """`current` is another one."""

    def __init__(self) -> None:
        super().__init__()
        self.current: Scene | None = None
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.setInterval(FRAME_MS)
        self.timer.timeout.connect(self._tick)

    def enter(self, scene: Scene) -> None:
        """Give the stage to a scene; the one before it leaves."""
        if scene is self.current:
            return
        before, self.current = self.current, scene
        if before is not None:
            before.leave()
        self.changed.emit()

    def move(self, scene: Scene, on: bool) -> None:
        """Tick the scene, or rest; said by a scene that has not the stage it means nothing."""
        if scene is self.current:
            self.timer.start() if on else self.timer.stop()

    def toggle(self) -> None:
        """Start or stop what the scene can: listening, or a replay."""
        if self.current is not None:
            self.current.toggle()

    def _tick(self) -> None:
        if self.current is not None:
            self.current.tick()
