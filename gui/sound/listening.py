"""The live scene: starts and stops the stream and moves its frames onto the stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PyQt6.QtCore import QObject, pyqtSignal

from ...realtime.frame import PitchFrame
from ...realtime.source import DeviceError, input_devices
from ..menus.choices import DEMO, model_label
from ..menus.control_bar import action_button
from ..parts import Parts
from ..viewmodel.chosen_model import ChosenModel
from ..viewmodel.live import Live
from ..viewmodel.loudness import Loudness
from ..viewmodel.undrawn import Undrawn
from .choosing import Choosing
from .chosen_input import ChosenInput
from .telling import Telling
from .transport import State, Stream, Transport

STATUS_EVERY = 0.25  # s; figures that change faster cannot be read

MakeStream = Callable[..., Stream]


class Guest(Protocol):
    """Shows what is heard in its own way, in place of the scrolling picture."""

    def advance(self, live: Live, frames: Sequence[PitchFrame], clock: float, passed: float) -> None:
        """Show a running stream at `clock` (monotonic s), `passed` s after the last call, with what is new of it."""
        ...

    def toggle(self) -> None:
        """The user wants to start, or to stop."""
        ...


class Listening(QObject):
    """What the user does about the stream, and what the stream does on the stage."""

    started = pyqtSignal()
    """A stream runs: it can be recorded now."""
    told = pyqtSignal()
    """What the stream says of itself is on screen; a few times a second."""
    clearing = pyqtSignal()
    """The picture is about to be emptied, with its markers."""
    sound_wanted = pyqtSignal()
    """The user wants to see the inputs, with all that belongs to them."""

    def __init__(self, parts: Parts, chosen_input: ChosenInput, model: ChosenModel, make_stream: MakeStream) -> None:
        super().__init__()
        self._parts, self._make_stream = parts, make_stream
        self.live, self._undrawn = Live(), Undrawn()
        self.guest: Guest | None = None
        self._ticked = self._told = time.monotonic()
        self._levels = model.settings.gate, model.settings.gain  # that the stream has
        self.transport = Transport()
        tip = "Start or stop listening, or a replay"
        self.start_action = parts.menus.action("listen", "&Start", "Space", tip, parts.scenes.toggle)
        self.start_button = action_button(self.start_action, "start")
        parts.bar.add_left(self.start_button)
        self.choosing = Choosing(parts, chosen_input, model)
        """What the next stream listens to, and with which model."""
        self.telling = Telling(parts, self.sound_wanted.emit, self.choosing)
        parts.menus.action("listen", "&Clear the picture", "Ctrl+L", "Empty the picture", self.clear)
        self._show_running(False)
        self._connect(parts)
        parts.scenes.enter(self)
        parts.stage.welcome.invite()

    def _connect(self, parts: Parts) -> None:
        choosing = self.choosing
        self.transport.changed.connect(self._show_state)
        self.transport.failed.connect(self._report)
        self.transport.listed.connect(self._take_devices)
        parts.stage.view.painted.connect(self._note_painted)
        parts.stage.welcome.start.connect(self.start)
        parts.stage.welcome.demo.connect(lambda: choosing.choose_input(DEMO))
        choosing.input_menu.aboutToShow.connect(self.list_devices)
        choosing.wanted.connect(self._renew)

    # what the user does

    def start(self) -> None:
        """Listen to the chosen input with the chosen model; what runs ends first."""
        self._parts.scenes.enter(self)
        chosen, (model, settings, options) = self.choosing.input, self.choosing.chosen.of_stream()
        self._levels = settings.gate, settings.gain
        self.live = Live()
        self._undrawn.forget()
        if self.guest is None:
            self._parts.stage.view.note_range.reset()
            self._parts.stage.view.time_window.follow()
        self.transport.start(lambda: self._make_stream(chosen.make(), model, settings, **options))
        self.clear()
        self._parts.stage.welcome.wait(chosen.now.label, model_label(self.choosing.chosen.name))

    def _renew(self, start: bool) -> None:
        if start or self.transport.state is not State.STOPPED:
            self.start()

    def toggle(self) -> None:
        """Start, or stop what runs or starts; a guest does what that means to it."""
        if self.guest is not None:
            self.guest.toggle()
        elif self.transport.state is State.STOPPED:
            self.start()
        else:
            self.transport.stop()

    def leave(self) -> None:
        """Another scene takes the stage."""
        self.transport.stop()
        self._parts.stage.welcome.hide()

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Another gate (dBFS), another gain (dB), in what runs and what will."""
        self.choosing.chosen.adjust(gate=gate, gain=gain)
        self._adjust_stream()

    def list_devices(self) -> None:
        """Look which inputs there are; `input_changed` tells when that is known."""
        self.transport.list_inputs(lambda: input_devices(refresh=True))

    def clear(self) -> None:
        """Empty the picture, unless a recording is on it."""
        if self._parts.scenes.current is self:
            self.clearing.emit()
            self.live.history.clear()
            if self.guest is None:
                self._parts.stage.view.show_live(self.live)

    def come_back(self) -> None:
        """Show again what was heard last, at rest."""
        self._parts.scenes.enter(self)
        self._parts.stage.view.show_live(self.live)
        self._show_state()

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
        self._undrawn.extend(() if self._parts.window.isMinimized() else frames)
        if frames:
            self._parts.stage.welcome.hide()
        if self.guest is None:
            self._parts.stage.advance(self.live, clock, passed)
        else:
            self.guest.advance(self.live, frames, clock, passed)
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
        chosen = self.choosing.input
        device = stream.source.name if chosen.default else chosen.now.label
        self.telling.tell(stream, self.live.loudness, device)
        if self.telling.lost:
            self.live.loudness = Loudness()  # nothing is heard
        self.told.emit()

    def _report(self, problem: str) -> None:
        if self.choosing.recalled and isinstance(self.transport.error, DeviceError):
            self.choosing.fall_back()
        else:
            self._parts.stage.welcome.report(problem)

    def _adjust_stream(self) -> None:
        settings, stream = self.choosing.chosen.settings, self.transport.stream
        if stream is not None and (settings.gate, settings.gain) != self._levels:
            self._levels = settings.gate, settings.gain
            stream.adjust(gate=settings.gate, gain=settings.gain)

    def _show_state(self) -> None:
        state, stage = self.transport.state, self._parts.stage
        self._show_running(state is not State.STOPPED)
        self.telling.rest()
        self._parts.scenes.move(self, state is State.RUNNING)
        if state is State.RUNNING:
            self._ticked = time.monotonic()
            self.choosing.recalled = False
            self._adjust_stream()  # what was changed while it started
            self.started.emit()
            return
        self._undrawn.forget()
        stage.rest()
        if state is State.STOPPED and self.live.history.empty and self.guest is None:
            stage.welcome.invite()

    def _show_running(self, running: bool) -> None:
        """Let the start action say what it would do next."""
        self.show_verb("Stop" if running else "Start", running, " listening")

    def show_verb(self, verb: str, running: bool, what: str = "") -> None:
        """Say on button and menu what the key does now; also for a recording on the stage."""
        self.start_action.setText(f"&{verb}")
        self.start_button.setText(verb)
        self.start_button.setAccessibleName(f"{verb}{what}")
        self.start_button.setProperty("running", running)
        style: Any = self.start_button.style()
        style.unpolish(self.start_button)
        style.polish(self.start_button)

    def _take_devices(self, devices: Any) -> None:
        self.choosing.take_devices(devices, self.transport.state is State.RUNNING and not self.telling.lost)

    def close(self) -> None:
        """End the stream and its threads."""
        self.transport.close()
