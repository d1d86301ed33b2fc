"""The main window: makes its parts and the rooms that fill them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence
from PyQt6.QtWidgets import QMainWindow

from ..model.registry import Model
from ..practice.music import Music
from ..realtime.frame import Settings
from ..realtime.source import Source
from ..realtime.tuned import tuned_session
from .look.looks import Looks
from .menus.control_bar import ControlBar
from .menus.menus import Menus
from .music.tuning_room import TuningRoom
from .parts import Parts
from .plot.looking import Looking
from .scenes import Scenes
from .sound.chosen_input import ChosenInput
from .sound.listening import Listening, MakeStream
from .stage import Stage
from .status_line import StatusLine
from .viewmodel.chosen_model import ChosenModel


class Window(QMainWindow):
    """The live window; `make_stream` builds a session (another one in tests).

    model: a name or a path, to which `settings` belong; `loaded` is that model where it is loaded already.
    settle: what settles the curve from the beginning; None leaves that to the user.
    """

    def __init__(
        self,
        source: Source | None = None,
        model: str = "stream",
        settings: Settings | None = None,
        make_stream: MakeStream = tuned_session,
        loaded: Model | None = None,
        settle: Model | str | None = None,
    ) -> None:
        super().__init__()
        settings = settings or Settings()
        self.parts = self._make_parts()
        self.stage, self.status, self.scenes = self.parts.stage, self.parts.status, self.parts.scenes
        chosen = ChosenModel(model, settings, loaded, settle)
        self.listening = Listening(self.parts, ChosenInput(source), chosen, make_stream)
        self.looking = Looking(self.parts)
        self.looks = Looks(self.parts)
        self.tuning_room = TuningRoom(self.parts, replace(Music(), a4=settings.a4))
        self.tuning_room.changed.connect(lambda music: chosen.set_a4(music.a4))
        self._fill_menus()

    def _make_parts(self) -> Parts:
        self.setWindowTitle("livepitch")
        self.resize(1280, 800)
        self.setMinimumSize(720, 520)
        parts = Parts(self, Menus(self), ControlBar(), Stage(), StatusLine(), Scenes())
        self.addToolBar(parts.bar)
        self.setCentralWidget(parts.stage)
        self.setStatusBar(parts.status)
        return parts

    def _fill_menus(self) -> None:
        key, menus = QKeySequence.StandardKey, self.parts.menus
        menus.separator("view")
        tip = "Full screen, or back"
        menus.action("view", "F&ull screen", key.FullScreen, tip, self.toggle_full_screen, fallback="F11")
        menus.separator("file")
        menus.action("file", "&Quit", key.Quit, "Close livepitch", self.close, fallback="Ctrl+Q")

    def start(self) -> None:
        """Listen."""
        self.listening.start()

    def record_to(self, folder: Path) -> None:
        """Record into a new take in `folder` as soon as something is heard."""
        raise NotImplementedError(folder)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or leave it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """End the stream and its threads; the window disappears first, whatever the device does."""
        self.hide()
        self.scenes.timer.stop()
        self.listening.close()
        super().closeEvent(event)
