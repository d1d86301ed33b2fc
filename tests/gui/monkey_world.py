"""Where the monkey plays: folders of its own, strange files, inputs that come and go, streams that break."""

import math
import threading
import time
from dataclasses import replace

from PyQt6.QtGui import QDesktopServices

from livepitch.gui.sound import listening as listening_module
from livepitch.gui.sound import tone_room
from livepitch.realtime import portaudio
from livepitch.realtime.source import DeviceError, InputDevice

from .conftest import make_frame
from .takes import melody, write_take

SONG = "#TITLE:Two\n#ARTIST:Nobody\n#BPM:240\n#GAP:0\n: 0 8 2 Hel\n: 8 8 4 lo\nE\n"


def strange_files(folder):
    """Two takes, a song, and what is none of these."""
    folder.mkdir()
    takes = [write_take(folder, f"Take 2026-11-2{day} 10.00.00", melody(60, 64, 62)) for day in (1, 2)]
    (folder / "song.txt").write_text(SONG)
    (folder / "empty.wav").touch()
    (folder / "noise.flac").write_bytes(bytes(range(256)) * 40)
    return [*takes, *(folder / name for name in ("song.txt", "empty.wav", "noise.flac", "gone.wav"))]


def own_world(folder, monkeypatch):
    """No device of this machine, no folder of its user."""
    for module in (portaudio, tone_room):
        monkeypatch.setattr(module, "output_devices", lambda refresh=False: [])
    monkeypatch.setattr(portaudio, "input_devices", lambda refresh=False: [])
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: True)
    for name in ("CONFIG", "DATA", "RECORDINGS"):
        monkeypatch.setenv(f"LIVEPITCH_{name}", str(folder / name))
    monkeypatch.setenv("HOME", str(folder))


class Plugs:
    """Inputs that come and go."""

    def __init__(self, window, chance, monkeypatch):
        self.window, self.random, self.devices = window, chance, []
        monkeypatch.setattr(listening_module, "input_devices", self._list)

    def _list(self, refresh):
        if self.random.random() < 0.2:
            raise DeviceError("no sound server")
        return list(self.devices)

    def plug(self):
        """Plugs that make bad contact."""
        for number in range(self.random.randint(1, 40)):
            self.devices = [InputDevice(i, f"Mic {i}", "ALSA", 2, 44_100, 0.01, not i) for i in range(number % 4)]
            self.window.sound.hot_plug.changed.emit(bool(number % 2))

    def press_twice(self):
        for what in (self.window.listening.start, self.window.listening.transport.stop):
            if self.random.random() < 0.5:
                what()
                what()

    def all(self):
        return [self.plug, self.press_twice]


class StreamFaults(Plugs):
    """What befalls a window whose streams are those of a studio, beside its user."""

    def __init__(self, window, studio, chance, monkeypatch):
        super().__init__(window, chance, monkeypatch)
        self.studio, self.time = studio, 0.0
        studio.prepare = self._prepare

    def all(self):
        return [*[self.sing] * 6, self.say, self.break_down, self.end, self.lose_recording, *super().all()]

    def _prepare(self, stream):
        stream.may_start = threading.Event()
        if self.random.random() < 0.9:
            stream.may_start.set()
        else:
            threading.Timer(self.random.random(), stream.may_start.set).start()
        chance = self.random.random()
        if chance < 0.15:
            stream.error = DeviceError("no input device") if chance < 0.1 else ValueError("bad\nmodel")

    def sing(self):
        """Some tenths of a second that are not in their right mind."""
        if not self.studio.streams:
            return
        f0, level = (
            self.random.choice((220.0, 440.0, math.nan, 27.5, 4186.0)),
            self.random.choice((-20.0, -math.inf, 6.0)),
        )
        start = self.time + self.random.choice((0.0, 0.0, 0.0, 2.0, 3600.0))
        frames, captured = 100 * self.random.choice((0.1, 0.5, 3.0)), time.monotonic()
        self.studio.stream.ready = [
            make_frame(start + 0.01 * i, f0, level=level, captured=captured) for i in range(round(frames))
        ]
        self.time = self.studio.stream.ready[-1].time

    def say(self):
        if self.studio.streams:
            said = (None, "input lost: Headset; listening goes on", "this computer is too slow for x: skipped 3.0 s")
            self.studio.stream.message = self.random.choice(said)

    def break_down(self):
        if self.studio.streams:
            self.studio.stream.broken = self.random.choice((RuntimeError("the model broke"), KeyError("x")))

    def end(self):
        if self.studio.streams:
            self.studio.stream.running = False

    def lose_recording(self):
        recording = self.studio.streams and self.studio.stream.recording
        if recording:
            error = self.random.choice((None, f"{recording.path}: disk full"))
            seconds = self.random.choice((0.0, 12.5))
            self.studio.stream.recording = replace(recording, running=False, error=error, seconds=seconds, start=1.0)
