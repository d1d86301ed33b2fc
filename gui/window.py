"""The main window: puts the parts together and moves frames from the stream to them, 60 times a second."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QApplication, QMainWindow

from ..model.registry import Model
from ..practice.tuning import Tuning
from ..realtime.frame import Settings
from ..realtime.source import Source, input_devices
from ..realtime.tuned import tuned_session
from .look.theme import DARK, LIGHT, Theme, palette, stylesheet, system_theme
from .look.wording import mute_hint, sentence
from .menus.actions import Actions
from .menus.choices import DEMO, Choice, InputChoice, model_choices, model_label
from .sound.chosen_input import ChosenInput
from .sound.transport import State, Stream, Transport
from .stage import Stage
from .status_line import StatusLine
from .viewmodel.chosen_model import ChosenModel
from .viewmodel.live import Live
from .viewmodel.undrawn import Undrawn

FRAME_MS = 16  # one screen refresh
STATUS_EVERY = 0.25  # s; figures that change faster cannot be read

MakeStream = Callable[..., Stream]


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
        self._chosen = ChosenModel(model, settings or Settings(), loaded, settle)
        self._make_stream = make_stream
        self._input = ChosenInput(source)
        self.live, self._undrawn = Live(), Undrawn()
        self._ticked = self._told = time.monotonic()
        self.transport = Transport()
        self._build()
        self._connect()
        self._theme_name = "system"
        self.choose_theme("system")
        self._show_choice()
        self.actions_.bar.a4.setValue(self._chosen.settings.a4)
        self.stage.welcome.invite()

    def _build(self) -> None:
        self.setWindowTitle("livepitch")
        self.resize(1280, 800)
        self.setMinimumSize(720, 520)
        self.stage, self.status = Stage(), StatusLine()
        self.actions_ = Actions(self)
        self.addToolBar(self.actions_.bar)
        self.setCentralWidget(self.stage)
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.tick)
        self.transport.changed.connect(self._show_state)
        self.transport.failed.connect(self._show_failure)
        self.transport.listed.connect(self._take_devices)
        self.stage.view.painted.connect(self._note_painted)
        self.stage.welcome.start.connect(self.start)
        self.stage.welcome.demo.connect(lambda: self.choose_input(DEMO))
        menus = self.actions_.input_menu, self.actions_.model_menu
        menus[0].aboutToShow.connect(lambda: self.transport.list_inputs(lambda: input_devices(refresh=True)))
        menus[0].chosen.connect(self.choose_input)
        menus[1].aboutToShow.connect(self._fill_models)
        menus[1].chosen.connect(self.choose_model)
        hints = QApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(lambda _: self.choose_theme(self._theme_name))

    # what the user does

    def start(self) -> None:
        """Listen to the chosen input with the chosen model; what runs ends first."""
        choice, (model, settings, options) = self._input.now, self._chosen.of_stream()
        self.live = Live()
        self._undrawn.forget()
        self.stage.view.note_range.reset()
        self.transport.start(lambda: self._make_stream(choice.make(), model, settings, **options))
        self.clear()
        self.stage.welcome.wait(choice.label, model_label(self._chosen.name))

    def toggle(self) -> None:
        """Start, or stop what runs or starts."""
        if self.transport.state is State.STOPPED:
            self.start()
        else:
            self.transport.stop()

    def choose_input(self, choice: InputChoice) -> None:
        """Listen to another input from now on."""
        self._input.now = choice
        self._show_choice()
        self.start()

    def choose_model(self, choice: Choice) -> None:
        """Take another model from now on."""
        self._chosen.name = choice.key
        self._show_choice()
        self.start()

    def settle(self, on: bool) -> None:
        """Have the curve settled from now on, or no more."""
        self._chosen.settling = on
        self._show_choice()
        if self.transport.state is not State.STOPPED:
            self.start()

    def choose_theme(self, name: str) -> None:
        """Take the theme "light" or "dark", or "system" for what the desktop asks for."""
        self._theme_name = name
        app: Any = QApplication.instance()
        self.set_theme({"light": LIGHT, "dark": DARK}.get(name) or system_theme(app))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, in every part."""
        app: Any = QApplication.instance()
        app.setPalette(palette(theme))
        self.setStyleSheet(stylesheet(theme))
        self.stage.set_theme(theme)

    def set_a4(self, a4: float) -> None:
        """Name notes by another concert pitch (Hz), also those already on screen."""
        self.actions_.bar.a4.setValue(a4)
        a4 = self.actions_.bar.a4.value()
        self._chosen.set_a4(a4)
        self.stage.set_tuning(Tuning(a4))

    def shift_a4(self, hz: float) -> None:
        """Raise the concert pitch by `hz`, or lower it."""
        self.set_a4(self._chosen.settings.a4 + hz)

    def scale_time(self, factor: float) -> None:
        """Show `factor` times as many seconds."""
        self.stage.view.scale_time(factor)

    def clear(self) -> None:
        """Empty the picture."""
        self.live.history.clear()
        self.stage.view.refresh()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or leave it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # what the stream does

    def tick(self) -> None:
        """Move what has arrived onto the screen; a few milliseconds, never waits."""
        stream, clock = self.transport.stream, time.monotonic()
        passed, self._ticked = clock - self._ticked, clock
        if stream is None:
            return
        try:
            ended = not stream.running  # asked first, since a last frame may come in between
            frames = stream.frames()
        except Exception as error:  # whatever ended the worker: said on screen, the window lives on
            self.transport.fail(error)
            return
        self.live.observe(frames, clock)
        self._undrawn.extend(() if self.isMinimized() else frames)
        if frames:
            self.stage.welcome.hide()
        self.stage.advance(self.live, clock, passed)
        if clock - self._told >= STATUS_EVERY:
            self._told = clock
            self._tell(stream)
        if ended and not frames:
            self.transport.stop()

    def _note_painted(self, instant: float) -> None:
        frames, stream = self._undrawn.drawn(), self.transport.stream
        if stream is not None and frames:
            stream.painted(frames, instant)

    def _tell(self, stream: Stream) -> None:
        self.status.show_stream(stream, stream.source.name if self._input.default else self._input.now.label)
        hint = mute_hint(platform.system()) if self.live.loudness.mute else None
        self.stage.banner.say(sentence(stream.message or "") or hint)

    def _show_state(self) -> None:
        state = self.transport.state
        self.actions_.show_running(state is not State.STOPPED)
        self.stage.banner.say(None)
        if state is State.RUNNING:
            self._ticked = time.monotonic()
            self._timer.start()
            return
        self._timer.stop()
        self._undrawn.forget()
        self.stage.rest()
        if state is State.STOPPED and self.live.history.empty:
            self.stage.welcome.invite()

    def _show_failure(self, sentence: str) -> None:
        self.stage.welcome.report(sentence)

    def _show_choice(self) -> None:
        self.actions_.bar.show_choice(self._input.now.label, model_label(self._chosen.name))
        self.status.show_choice(self._input.now.label, model_label(self._chosen.name))
        self.actions_.settle.setChecked(self._chosen.settling)
        self.stage.legend.show_instant(self._chosen.settling)
        self._fill_inputs()
        self._fill_models()

    def _take_devices(self, devices: Any) -> None:
        self._input.list_devices(devices)
        self._fill_inputs()

    def _fill_inputs(self) -> None:
        self._input.offer(self.actions_.input_menu)

    def _fill_models(self) -> None:
        self.actions_.model_menu.fill([model_choices(self._chosen.name)], self._chosen.name)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """End the stream and its threads; the window disappears first, whatever the device does."""
        self.hide()
        self._timer.stop()
        self.transport.close()
        super().closeEvent(event)
