"""The live scene: starts and stops the stream and moves its frames onto the stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from ...realtime.source import DeviceError, input_devices
from ..menus.choices import DEMO, Choice, ChoiceMenu, InputChoice, model_choices, model_label
from ..menus.control_bar import MenuButton, action_button
from ..parts import Parts
from ..viewmodel.chosen_model import ChosenModel
from ..viewmodel.live import Live
from ..viewmodel.loudness import Loudness
from ..viewmodel.messages import Rank
from ..viewmodel.undrawn import Undrawn
from .chosen_input import ChosenInput
from .telling import Telling
from .transport import State, Stream, Transport

STATUS_EVERY = 0.25  # s; figures that change faster cannot be read
GOES_BY_ITSELF = 12.0  # s that an offer stays

MakeStream = Callable[..., Stream]


class Listening(QObject):
    """What the user does about the stream, and what the stream does on the stage."""

    started = pyqtSignal()
    """A stream runs: it can be recorded now."""
    told = pyqtSignal()
    """What the stream says of itself is on screen; a few times a second."""
    input_changed = pyqtSignal()
    """Another input is chosen, or there are others."""
    sound_wanted = pyqtSignal()
    """The user wants to see the inputs, with all that belongs to them."""

    def __init__(self, parts: Parts, chosen_input: ChosenInput, model: ChosenModel, make_stream: MakeStream) -> None:
        super().__init__()
        self._parts, self.input, self.chosen, self._make_stream = parts, chosen_input, model, make_stream
        self.live, self._undrawn = Live(), Undrawn()
        self._ticked = self._told = time.monotonic()
        self._levels = model.settings.gate, model.settings.gain  # that the stream has
        self.transport = Transport()
        self.telling = Telling(parts, self.sound_wanted.emit)
        self._recalled = False  # whether the input is one of another time, which may be gone
        self._fill_menus(parts)
        self._fill_bar(parts)
        self._connect(parts)
        self._show_choice()
        parts.scenes.enter(self)
        parts.stage.welcome.invite()

    def _fill_menus(self, parts: Parts) -> None:
        menus = parts.menus
        self.start_action = menus.action(
            "listen", "&Start", "Space", "Start or stop listening, or a replay", parts.scenes.toggle
        )
        self.settle_action = menus.action(
            "listen",
            "S&ettle the curve",
            "Ctrl+E",
            "Correct the curve where it is half a second old",
            self.settle,
            checkable=True,
        )
        menus.action("listen", "&Clear the picture", "Ctrl+L", "Empty the picture", self.clear)
        self.input_menu = ChoiceMenu("&Input", parts.window)
        self.model_menu = ChoiceMenu("&Model", parts.window)
        menus.add("sound", self.input_menu)
        menus.add("listen", self.model_menu)

    def _fill_bar(self, parts: Parts) -> None:
        self.start_button = action_button(self.start_action, "start")
        self.input_button = MenuButton("Input", self.input_menu, "Choose what to listen to")
        self.model_button = MenuButton("Model", self.model_menu, "Choose the network that finds the pitch", True)
        for widget in (self.start_button, self.input_button, self.model_button):
            parts.bar.add_left(widget)
        self._show_running(False)

    def _connect(self, parts: Parts) -> None:
        self.transport.changed.connect(self._show_state)
        self.transport.failed.connect(self._report)
        self.transport.listed.connect(self._take_devices)
        parts.stage.view.painted.connect(self._note_painted)
        parts.stage.welcome.start.connect(self.start)
        parts.stage.welcome.demo.connect(lambda: self.choose_input(DEMO))
        self.input_menu.aboutToShow.connect(self.list_devices)
        parts.stage.welcome.offer_others(self.input_menu)
        self.input_menu.chosen.connect(self.choose_input)
        self.model_menu.aboutToShow.connect(self._fill_models)
        self.model_menu.chosen.connect(self.choose_model)

    # what the user does

    def start(self) -> None:
        """Listen to the chosen input with the chosen model; what runs ends first."""
        self._parts.scenes.enter(self)
        chosen, (model, settings, options) = self.input, self.chosen.of_stream()
        self._levels = settings.gate, settings.gain
        self.live = Live()
        self._undrawn.forget()
        self._parts.stage.view.note_range.reset()
        self._parts.stage.view.time_window.follow()
        self.transport.start(lambda: self._make_stream(chosen.make(), model, settings, **options))
        self.clear()
        self._parts.stage.welcome.wait(chosen.now.label, model_label(self.chosen.name))

    def toggle(self) -> None:
        """Start, or stop what runs or starts."""
        if self.transport.state is State.STOPPED:
            self.start()
        else:
            self.transport.stop()

    def leave(self) -> None:
        """Another scene takes the stage."""
        self.transport.stop()
        self._parts.stage.welcome.hide()

    def choose_input(self, choice: InputChoice) -> None:
        """Listen to another input from now on."""
        self._recalled = False
        self.input.choose(choice)
        self._show_choice()
        self.start()

    def choose_channel(self, channel: int | None) -> None:
        """Hear one channel from now on, from 0, or a mix."""
        self.input.channel = channel
        self._show_choice()
        if self.transport.state is not State.STOPPED:
            self.start()

    def recall_input(self, key: str, channel: int | None) -> None:
        """Take the input of another time where nothing else is asked for; nothing is started."""
        self._recalled = self.input.recall(key, channel)
        self._show_choice()

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Another gate (dBFS), another gain (dB), in what runs and what will."""
        self.chosen.adjust(gate=gate, gain=gain)
        self._adjust_stream()

    def list_devices(self) -> None:
        """Look which inputs there are; `input_changed` tells when that is known."""
        self.transport.list_inputs(lambda: input_devices(refresh=True))

    def choose_model(self, choice: Choice) -> None:
        """Take another model from now on."""
        self.chosen.name = choice.key
        self._show_choice()
        self.start()

    def settle(self, on: bool) -> None:
        """Have the curve settled from now on, or no more."""
        self.chosen.settling = on
        self._show_choice()
        if self.transport.state is not State.STOPPED:
            self.start()

    def clear(self) -> None:
        """Empty the picture, unless a recording is on it."""
        if self._parts.scenes.current is self:
            self.live.history.clear()
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
        self._parts.stage.advance(self.live, clock, passed)
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
        device = stream.source.name if self.input.default else self.input.now.label
        self.telling.tell(stream, self.live.loudness, device)
        if self.telling.lost:
            self.live.loudness = Loudness()  # nothing is heard
        self.told.emit()

    def _report(self, problem: str) -> None:
        if self._recalled and isinstance(self.transport.error, DeviceError):
            self._recalled = False
            text = f"{self.input.fall_back()} is not there: listening to the default microphone."
            self._parts.stage.banner.post("missing", text, Rank.OFFER, seconds=GOES_BY_ITSELF)
            self._show_choice()
            self.start()
        else:
            self._parts.stage.welcome.report(problem)

    def _adjust_stream(self) -> None:
        settings, stream = self.chosen.settings, self.transport.stream
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
            self._recalled = False
            self._adjust_stream()  # what was changed while it started
            self.started.emit()
            return
        self._undrawn.forget()
        stage.rest()
        if state is State.STOPPED and self.live.history.empty:
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

    def _show_choice(self) -> None:
        label, model = self.input.now.label, model_label(self.chosen.name)
        self.input_button.show_choice(label)
        self.model_button.show_choice(model)
        self._parts.status.show_choice(label, model)
        self.settle_action.setChecked(self.chosen.settling)
        self._parts.stage.legend.show_instant(self.chosen.settling)
        self.input.offer(self.input_menu)
        self._fill_models()
        self.input_changed.emit()

    def _take_devices(self, devices: Any) -> None:
        heard = self.transport.state is State.RUNNING and not self.telling.lost
        self.input.list_devices(devices, heard)
        self.input.offer(self.input_menu)
        self.input_changed.emit()

    def _fill_models(self) -> None:
        self.model_menu.fill([model_choices(self.chosen.name)], self.chosen.name)

    def close(self) -> None:
        """End the stream and its threads."""
        self.transport.close()
