"""The main window: makes its parts and the rooms that fill them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence
from PyQt6.QtWidgets import QDialog, QMainWindow

from ..model.registry import Model
from ..practice.music import Music
from ..realtime.frame import Settings
from ..realtime.roles import Output
from ..realtime.source import Source
from ..realtime.tuned import tuned_session
from .help.helping import Helping
from .help.reporting import Reporting
from .help.summary import Summary
from .home.escapes import Escapes
from .home.keeping import Keeping
from .home.kiosk import Kiosk
from .home.panels import Panels
from .home.placement import Placement
from .home.returning import Returning
from .look.looks import Looks
from .menus.control_bar import ControlBar
from .menus.menus import Menus
from .music.tuning_room import TuningRoom
from .parts import Parts
from .plot.looking import Looking
from .plot.marking import Marking
from .practice.room import PracticeRoom
from .progress.progress_room import ProgressRoom
from .scenes import Scenes
from .sending.sending_room import SendingRoom
from .sound.chosen_input import ChosenInput
from .sound.listening import Listening, MakeStream
from .sound.sound_room import SoundRoom
from .sound.tone_room import ToneRoom
from .stage import Stage
from .status_line import StatusLine
from .takes.takes_room import TakesRoom
from .viewmodel.chosen_model import ChosenModel

log = logging.getLogger(__name__)


class Window(QMainWindow):
    """The live window; `make_stream` builds a session (another one in tests).

    model: a name or a path, to which `settings` belong; `loaded` is that model where it is loaded already.
    settle: what settles the curve from the beginning; None leaves that to the user.
    memory: the file of what is remembered; None remembers nothing.
    named: the options that the command line has, which come before what is remembered, see `home/keeping.py`.
    outputs: where the command line asks to send what is heard, beside what the user switches on.
    """

    def __init__(
        self,
        source: Source | None = None,
        model: str = "stream",
        settings: Settings | None = None,
        make_stream: MakeStream = tuned_session,
        loaded: Model | None = None,
        settle: Model | str | None = None,
        memory: Path | None = None,
        named: Collection[str] = (),
        outputs: Sequence[Output] = (),
    ) -> None:
        super().__init__()
        settings = settings or Settings()
        self.parts = self._make_parts()
        self.stage, self.status, self.scenes = self.parts.stage, self.parts.status, self.parts.scenes
        chosen = ChosenModel(model, settings, loaded, settle)
        self.listening = Listening(self.parts, ChosenInput(source), chosen, make_stream)
        self.choosing = self.listening.choosing
        self.looking, self.marking = Looking(self.parts), Marking(self.parts)
        self.looks = Looks(self.parts)
        self.panels, self.placement, escapes = Panels(self.parts), Placement(self), Escapes(self)
        self.helping, self.summary = Helping(self.parts, escapes, chosen), Summary(self.parts)
        self.reporting = Reporting(self.parts)
        self.tuning_room = TuningRoom(self.parts, replace(Music(), a4=settings.a4))
        self.tuning_room.changed.connect(lambda music: chosen.set_a4(music.a4))
        self.sound, self.tone = SoundRoom(self.parts, self.listening), ToneRoom(self.parts, self.tuning_room.music)
        self.tuning_room.changed.connect(self.tone.set_music)
        self.sound.panel.add_group(self.tone.controls)
        escapes.add(self.sound.entered, lambda: self.sound.show_panel(False))
        self.sending = SendingRoom(self.parts, self.listening, self.tuning_room.music, outputs)
        self.tuning_room.changed.connect(self.sending.set_music)
        escapes.add(self.sending.entered, lambda: self.sending.show_panel(False))
        self.takes = TakesRoom(self.parts, self.listening)
        self.returning = Returning(self.parts, self.takes, self.reporting.copy_report)
        self.practice = PracticeRoom(self.parts, self.listening, self.takes)
        self.tuning_room.changed.connect(self.takes.statistics.judge_soon)
        escapes.add(self.tuning_room.card.isVisible, self.tuning_room.card.close_card)
        self.tuning_room.changed.connect(self.practice.ways.retune)
        self.progress = ProgressRoom(self.parts, escapes)
        self.practice.progress_wanted.connect(self.progress.open_page)
        self.practice.scene.judged.connect(lambda _: self.progress.refresh())
        escapes.add(self.practice.entered, self.practice.cancel)
        escapes.add(self.takes.busy, self.takes.cancel)
        escapes.add(self.takes.exporting.card.isVisible, self.takes.exporting.card.close_card)
        self.progress.take_wanted.connect(self.takes.open)
        self.kiosk = Kiosk(self.parts, escapes, self.placement, self.panels)
        self._fill_menus()
        self.keeping = Keeping(self.parts, vars(self).values(), memory, named)
        self.parts.menus.give_letters()
        if memory is not None:
            self.helping.welcome()

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
        self.takes.recording.record_to(folder)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or leave it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """End the stream and its threads; the window disappears first, whatever the device does."""
        self.hide()
        for dialog in self.findChildren(QDialog):  # a question in one of them would hold up the end
            dialog.reject()
        self.scenes.timer.stop()
        first = (self.progress, self.practice, self.takes, self.listening)  # an order in which none misses another
        for room in (*first, self.sending, self.tone, self.reporting, self.kiosk, self.keeping):
            _close(room)
        super().closeEvent(event)
        log.info("window closed")


def _close(room: Any) -> None:
    try:
        room.close()
    except Exception:  # the others close all the same: a stream left alone would go on recording unseen
        log.exception("the %s did not close", type(room).__name__)
