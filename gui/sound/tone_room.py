"""What the user does about the reference tone.

Threads: the Qt thread owns every attribute but `_tone`, which belongs to "livepitch-tone": an output device may take
seconds to open. What it tells and takes without waiting (`error`, `change`, `stop`, `volume`) is for any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...practice.music import Music
from ...realtime.devices import DeviceError, OutputDevice
from ...realtime.playing.tone import HIGHEST, LOWEST, ReferenceTone
from ...realtime.portaudio import output_devices
from ..look.wording import rate_text, sentence
from ..parts import Parts
from ..viewmodel.messages import Rank
from .jobs import Jobs
from .key_clicks import KeyClicks
from .tone_controls import TIMBRES, ToneControls
from .tone_line import ToneLine

LOOK_EVERY = 500  # ms between two looks at whether it still sounds
ADVICE = "Headphones keep the reference tone out of the microphone."
SAID_FOR, ADVISED_FOR = 12.0, 8.0  # s
VOLUME = 30  # per cent
CLOSING = 3.0  # s that the window waits for the output device

MakeTone = Callable[..., ReferenceTone]


class ToneRoom(QObject):
    """One note that sounds; `make` makes what sounds it (something else in tests)."""

    name = "tone"
    _listed = pyqtSignal(object)

    def __init__(self, parts: Parts, music: Music, make: MakeTone = ReferenceTone) -> None:
        super().__init__()
        self._parts, self._music, self._make = parts, music, make
        self.note, self.on, self.volume, self.timbre = 69, False, VOLUME, "sine"
        self.output: str | None = None
        """Name of the output device; None for the system's default."""
        self._outputs: Sequence[OutputDevice] = ()
        self._advised = False
        self._jobs, self._tone, self._broken = Jobs("livepitch-tone"), make(None), False
        self._watch = QTimer(self)
        self._watch.setInterval(LOOK_EVERY)
        self._watch.timeout.connect(self._look)
        self._line = ToneLine(lambda: parts.stage.view.lit.theme)
        parts.stage.view.roll.layers.append(self._line)
        self._fill_menu(parts)
        self._connect(parts)
        self._show()

    def _fill_menu(self, parts: Parts) -> None:
        action = parts.menus.action
        parts.menus.separator("sound")
        tip = "Hear the reference tone, or end it"
        self.action = action("sound", "Reference &tone", "T", tip, self.sound, checkable=True)
        self._lower = action("sound", "Tone lo&wer", "Shift+Down", "A note lower", lambda: self.move(-1))
        self._higher = action("sound", "Tone hig&her", "Shift+Up", "A note higher", lambda: self.move(1))
        self.controls = ToneControls(self.action, self._lower, self._higher)

    def _connect(self, parts: Parts) -> None:
        controls = self.controls
        controls.volume.changed.connect(self.set_volume)
        controls.timbre.picked.connect(self.set_timbre)
        controls.device.picked.connect(lambda name: self.set_output(name or None))
        controls.device.opening.connect(self.list_outputs)
        self._listed.connect(self._take_outputs)
        self._clicks = KeyClicks(parts.stage.view)
        self._clicks.pressed.connect(self._press)

    # what the user does

    def sound(self, on: bool) -> None:
        """Let the note sound, or end it."""
        self.on = on
        self._parts.stage.banner.withdraw("tone")
        if on:
            self._start()
            self._advise()
        else:
            self._watch.stop()
            self._tone.stop()
        self._show()

    def move(self, notes: int) -> None:
        """Take a note so many higher, or lower where negative."""
        self.take(self.note + notes)

    def take(self, note: int) -> None:
        """Take another note, which sounds if one does; nothing where it is too high or too low to hear."""
        if LOWEST <= self._music.tuning.hz(note) <= HIGHEST:
            self.note = note
            self._tone.change(self._hz)
            self._show()

    def _press(self, midi: float) -> None:
        note, _ = self._music.tuning.nearest(midi)
        if note is None:
            return
        ends = self.on and note == self.note
        self.take(note)
        if self.on == ends:  # it sounds already in another note, or goes on
            self.sound(not ends)

    def set_volume(self, volume: int) -> None:
        """So loud, per cent."""
        self.volume = volume
        self._tone.volume = volume / 100
        self._show()

    def set_timbre(self, timbre: str) -> None:
        """Sound as a "sine" or as a "voice"."""
        self.timbre = timbre
        self._tone.timbre = timbre
        self._show()

    def set_output(self, name: str | None) -> None:
        """Sound over another output from now on, None for the system's default."""
        self.output = name
        old, self._tone = self._tone, self._make(name)
        self._tone.volume, self._tone.timbre = self.volume / 100, self.timbre
        self._jobs.put(old.close)
        if self.on:
            self._start()
        self._show()

    def set_music(self, music: Music) -> None:
        """Take other music settings: the note stays, its pitch may not."""
        self._music = music
        self.take(self.note)
        self._show()

    def list_outputs(self) -> None:
        """Look which outputs there are."""
        self._jobs.put(lambda: self._listed.emit(_outputs()))

    def close(self) -> bool:
        """End the note and the thread; False where a device keeps it busy."""
        self._watch.stop()
        self._tone.stop()
        self._jobs.put(self._tone.close)
        return self._jobs.close(CLOSING)

    # what it does

    @property
    def _hz(self) -> float:
        return float(self._music.tuning.hz(self.note))

    def _start(self) -> None:
        tone, hz = self._tone, self._hz
        tone.volume, tone.timbre = self.volume / 100, self.timbre
        self._jobs.put(lambda: tone.start(hz) if self.on and tone is self._tone else None)
        self._watch.start()

    def _advise(self) -> None:
        if not self._advised:
            self._advised = True
            self._parts.stage.banner.post("headphones", ADVICE, Rank.HINT, seconds=ADVISED_FOR)

    def _look(self) -> None:
        """Say it where the device does not sound."""
        error = self._tone.error
        if error is None:
            return
        self.sound(False)
        if self.output is not None and str(error).startswith("no output device"):
            text = f"{self.output} is not there: the reference tone takes the default output."
            self.set_output(None)
            self.sound(True)
        else:
            text = f"No reference tone: {error}."
        self._parts.stage.banner.post("tone", sentence(text), Rank.OFFER, seconds=SAID_FOR)

    def _take_outputs(self, outputs: Any) -> None:
        self._outputs = outputs
        self._show()

    def _show(self) -> None:
        name, hz = self._music.name(self.note), self._hz
        text = f"{name} · {hz:.1f} Hz"
        self.action.setChecked(self.on)
        self.action.setText(f"Reference &tone {name}")
        self.controls.show_note(text, self.on)
        self.controls.volume.show_step(self.volume)
        self.controls.timbre.fill(TIMBRES, self.timbre)
        entries = [("", "Default output", "The output chosen in the system's settings")]
        entries += [(each.name, each.name, f"{each.host_api}, {rate_text(each.sample_rate)}") for each in self._outputs]
        if self.output is not None and self.output not in (key for key, _, _ in entries):
            entries.append((self.output, self.output, "Not there now"))
        self.controls.device.fill(entries, self.output or "")
        self._line.midi, self._line.name = float(self._music.tuning.pitch(self.note)), f"♪ {text}" if self.on else ""
        self._parts.stage.view.roll.update()

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """Note, volume, timbre, output, and that headphones were advised."""
        return {
            "note": self.note,
            "volume": self.volume,
            "timbre": self.timbre,
            "output": self.output,
            "advised": self._advised,
        }

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take those of another time."""
        note, volume, output = values.get("note"), values.get("volume"), values.get("output")
        if isinstance(note, int) and not isinstance(note, bool) and 0 <= note < 128:
            self.take(note)
        if isinstance(volume, int) and not isinstance(volume, bool) and 0 <= volume <= 100:
            self.set_volume(volume)
        if values.get("timbre") in [key for key, _, _ in TIMBRES]:
            self.set_timbre(str(values["timbre"]))
        if isinstance(output, str) and output:
            self.set_output(output)
        self._advised = self._advised or values.get("advised") is True


def _outputs() -> list[OutputDevice]:
    try:
        return output_devices()
    except DeviceError:  # no PortAudio: the default output then says so when it is asked to sound
        return []
