"""Makes the pictures of the window in `docs/images`: `python docs/screenshots.py`, with or without a screen.

The demo voice runs through the same pipeline as a microphone, in real time; recordings are its phrase in a file. Each
picture has a process of its own, since Qt's scale belongs to the process. Names of pictures after the command make only
those.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

if not (os.environ.get("DISPLAY") or sys.platform == "darwin"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import soundfile
from made_up_practice import practise
from made_up_singer import MadeUpSinger
from PyQt6.QtCore import QEventLoop, Qt, QTimer
from PyQt6.QtWidgets import QApplication

from livepitch.gui.window import Window
from livepitch.practice.progress.store import Progress
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.devices import DeviceError
from livepitch.realtime.roles import Sink
from livepitch.realtime.source import DemoVoice

IMAGES = Path(__file__).parent / "images"
MOMENT = 8.65  # s of the phrase: a held note after one with vibrato
RATE = 48_000  # Hz, of the recordings
PATIENCE = 90.0  # s for what a picture waits for


class Unplugged:
    """A microphone that hears the demo voice until it is pulled out, and is not plugged in again."""

    name = "USB microphone"

    def __init__(self) -> None:
        self._voice, self.out = DemoVoice(), False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._voice, name)

    @property
    def error(self) -> Exception | None:
        """That it is gone."""
        return DeviceError("unplugged") if self.out else None

    def open(self, sink: Sink) -> None:
        """There is nothing to open."""
        if self.out:
            raise DeviceError("unplugged")
        self._voice.open(sink)


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Let the window live until something is so; ends the program where it never is."""
    loop, watch, end = QEventLoop(), QTimer(), QTimer()
    watch.timeout.connect(lambda: loop.exit(0) if true() else None)
    end.timeout.connect(lambda: loop.exit(1))
    watch.start(10)
    end.start(round(1000 * seconds))
    if not true() and loop.exec():
        sys.exit(f"not within {seconds:.0f} s: {what}")


def rest(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def press(window: Window, keys: str) -> None:
    """Do what has this shortcut."""
    next(action for action in window.actions() if action.shortcut().toString() == keys).trigger()


def sing(window: Window) -> None:
    """Until the moment has come."""
    window.start()
    wait_until(lambda: window.listening.live.history.newest >= MOMENT, "the voice is seen")


def sing_and_press(*keys: str) -> Callable[[Window], None]:
    """Sing with something opened."""

    def scene(window: Window) -> None:
        for each in keys:
            press(window, each)
        sing(window)

    return scene


def save_as(window: Window) -> None:
    """What can be saved, with the options of a format that has all of them."""
    sing(window)
    window.takes.recall({"kind": "midi", "lowest": 36, "highest": 84})
    press(window, "Ctrl+S")


def send(window: Window) -> None:
    """The panel about other programs, with a receiver of each of two kinds."""
    window.sending.recall({"osc": True, "websocket": True})
    press(window, "Ctrl+Shift+G")
    sing(window)
    stream = window.listening.transport.stream
    assert stream is not None
    wait_until(lambda: all(each.sent for each in stream.sending), "something is sent")
    rest(0.6)


def fill_screen(window: Window) -> None:
    """The kiosk, in the size of the picture and not of the screen that there may be."""
    size = window.size()
    press(window, "Ctrl+Shift+K")
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(size)
    sing(window)


def first_start(window: Window) -> None:
    """What is seen before anything was sung."""
    press(window, "F2")
    rest(0.5)


def lose(window: Window) -> None:
    """The microphone is pulled out."""
    sing(window)
    window.listening.transport.stream.source.out = True  # type: ignore[union-attr]
    wait_until(lambda: "lost" in window.stage.banner.label.text(), "the loss is said")
    rest(0.5)


def write_take(folder: str, name: str, change: float, later: float) -> Path:
    """The phrase in a file, `change` times as fast, so much higher, and some seconds later."""
    audio, *_ = demo_phrase(RATE)
    places = np.arange(0, len(audio) - 1, change)
    sung = np.interp(places, np.arange(len(audio)), audio)
    path = Path(folder, name)
    soundfile.write(path, np.concatenate([np.zeros(round(later * RATE)), sung]).astype(np.float32), RATE)
    return path


def look(window: Window) -> None:
    """A recording on the stage, the cursor in the middle of it."""
    with tempfile.TemporaryDirectory() as folder:
        window.takes.open(write_take(folder, "My song.flac", 1.0, 0.0))
        wait_until(lambda: window.takes.scene.on and not window.takes.opening.busy, "the recording is open")
        rest(1.0)


def compare(window: Window) -> None:
    """Two recordings, one over the other."""
    with tempfile.TemporaryDirectory() as folder:
        window.takes.open(write_take(folder, "My song.flac", 1.0, 0.0))
        wait_until(lambda: window.takes.scene.on and not window.takes.opening.busy, "the recording is open")
        window.takes.shelf.compared.emit(write_take(folder, "My song, last week.flac", 1.012, 0.15))
        rest(0.5)
        wait_until(lambda: not window.takes.second_opening.busy, "the second recording is open")
        rest(1.0)


def look_back(window: Window) -> None:
    """Three months of practice."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIVEPITCH_DATA"] = folder  # not the user's
        practise(Progress(), datetime.now().replace(hour=20))
        window.progress.recall({"exercise": "", "days": 91})
        press(window, "F12")
        page = window.progress.page
        assert page is not None
        wait_until(lambda: page.table.chosen is not None, "the takes are read")
        rest(0.5)


def practice_of(name: str, until: str, seconds: float = 0.0) -> Callable[[Window], None]:
    """Sing an exercise or a song until its practice is in a state, and so many seconds longer."""

    def scene(window: Window) -> None:
        singer, practice = window.listening.choosing.input.make(), window.practice
        assert isinstance(singer, MadeUpSinger)
        practice.songs.rehearse = singer.rehearse
        practice.recall({"heard_advice": True})
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= dict.fromkeys(("LIVEPITCH_RECORDINGS", "LIVEPITCH_CONFIG", "LIVEPITCH_DATA"), folder)
            practice.open_named(_written_song(folder) if name == SONG else name)
            wait_until(lambda: practice.scene.on, "there is something to sing")
            if until != "ready":
                press(window, "F4")
                wait_until(lambda: practice.scene.state.value == until, f"it is {until}")
            rest(max(seconds, 0.3))

    return scene


def look_at_note(window: Window) -> None:
    """The weakest note of a take."""
    practice_of("five-note-scale", "result", 1.0)(window)
    press(window, "Ctrl+H, N")
    rest(0.5)


def _written_song(folder: str) -> str:
    path = Path(folder, "A song.txt")
    path.write_text(WORDS, encoding="utf-8")
    return str(path)


SONG = "a song"
WORDS = """#TITLE:A song
#ARTIST:Nobody
#BPM:180
#GAP:500
: 0 6 2 Moon
: 8 4 4  o
: 13 3 5 ver
* 18 10 7  wa
: 30 8 5 ter,
- 40
: 44 4 4 shine
: 50 4 2  on
F 56 6 2  (hey)
: 64 6 0  my
* 72 14 2  love.
E
"""  # UltraStar's own beats are a quarter of those of its BPM


@dataclass(frozen=True)
class Shot:
    """How a picture is taken."""

    scene: Callable[[Window], None] = sing
    size: tuple[int, int] = 1280, 800
    scale: int = 1
    theme: str = "light"
    palette: str = "safe"
    voice: Callable[[], Any] = DemoVoice


SHOTS = {
    "window-light": Shot(),
    "window-dark": Shot(theme="dark"),
    "window-contrast": Shot(palette="contrast"),
    "window-contrast-dark": Shot(palette="contrast", theme="dark"),
    "window-traffic": Shot(palette="traffic", size=(800, 600)),
    "window-small": Shot(size=(800, 600)),
    "window-small-2x": Shot(size=(800, 600), scale=2),
    "window-large": Shot(size=(1920, 1080), theme="dark"),
    "window-sound": Shot(sing_and_press("Ctrl+G")),
    "window-music": Shot(sing_and_press("K"), theme="dark"),
    "window-keys": Shot(sing_and_press("F1")),
    "window-save": Shot(save_as),
    "window-send": Shot(send, theme="dark"),
    "window-kiosk": Shot(fill_screen, theme="dark"),
    "window-first": Shot(first_start, size=(800, 600)),
    "window-file": Shot(look),
    "window-two-takes": Shot(compare),
    "progress-light": Shot(look_back, size=(1200, 760)),
    "progress-dark": Shot(look_back, size=(800, 600), theme="dark"),
    "practice-shelf": Shot(sing_and_press("F3")),
    "practice-count": Shot(practice_of("five-note-scale", "count-in", 1.9), voice=MadeUpSinger),
    "practice-sing": Shot(practice_of("five-note-scale", "singing", 4.1), voice=MadeUpSinger),
    "practice-song": Shot(practice_of(SONG, "singing", 5.3), theme="dark", voice=MadeUpSinger),
    "practice-result": Shot(practice_of("five-note-scale", "result", 1.0), voice=MadeUpSinger),
    "practice-result-small": Shot(
        practice_of("five-note-scale", "result", 1.0), size=(800, 600), theme="dark", voice=MadeUpSinger
    ),
    "practice-note": Shot(look_at_note, voice=MadeUpSinger),
    "window-lost": Shot(lose, voice=Unplugged),
}


def take(name: str) -> None:
    """Take one picture, in this process."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    shot = SHOTS[name]
    window = Window(shot.voice())
    window.looks.choose_theme(shot.theme)
    window.looks.choose_palette(shot.palette)
    window.resize(*shot.size)
    window.show()
    shot.scene(window)
    window.grab().save(str(IMAGES / f"{name}.png"), "PNG", 0)  # 0: as small as it gets
    window.close()


def main(names: list[str]) -> None:
    """Take all pictures, or those that are named."""
    IMAGES.mkdir(exist_ok=True)
    for name in names or SHOTS:
        environment = {**os.environ, "QT_SCALE_FACTOR": str(SHOTS[name].scale)}
        subprocess.run([sys.executable, __file__, "--one", name], env=environment, check=True)
        print(f"{name}.png {(IMAGES / f'{name}.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    take(sys.argv[2]) if sys.argv[1:2] == ["--one"] else main(sys.argv[1:])
