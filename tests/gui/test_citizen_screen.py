"""Screens of any kind: fine pixels without seams, small and huge windows; and a window that never stands still."""

import os
import subprocess
import sys
import threading

import pytest
from PyQt6.QtCore import QPoint, QRect, QTimer
from PyQt6.QtWidgets import QApplication, QLabel

from livepitch.gui.sound import listening as listening_module
from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.model import replacement

from .conftest import FakeSource

FINE = """
import os, sys, math, time
import numpy as np
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication
app = QApplication([])
from livepitch.gui.plot import tiles
from livepitch.gui.plot.pitch_view import PitchView
from livepitch.gui.look.theme import LIGHT
from livepitch.gui.viewmodel.live import Live
from livepitch.practice.music import Music
from livepitch.realtime.frame import PitchFrame

live, clock = Live(), time.monotonic()
live.observe([PitchFrame(0.01 * i, 220 * 2 ** (math.sin(i / 40) / 4), 0.9, -20.0) for i in range(900)], clock)
view = PitchView()
view.resize(811, 303)
view.set_look(LIGHT, Music())
view.show()
view.show_live(live)

def picture():
    view.roll.tiles.forget()
    view.advance(live, live.note.read(clock, Music()), clock, 0.016)
    view.grab()  # where something has moved up or down it is drawn without tiles
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    pixels = raw.reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(np.int16)
    return pixels, image.devicePixelRatio()

picture()  # the voice comes into sight
for _ in range(300):
    view.note_range.follow(57.0, 0.1)
cut, ratio = picture()
tiles.WIDTH = 1 << 13
whole, _ = picture()
# A line may lie a pixel beside, as lines are rounded to pixels within a tile; what is seen nowhere near is a seam.
near = np.stack([np.roll(whole, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
seams = ((cut < near.min(axis=0) - 8) | (cut > near.max(axis=0) + 8)).any(axis=2)[1:-1, 1:-1]
even = cut[: cut.shape[0] // 2 * 2, : cut.shape[1] // 2 * 2].sum(axis=2)
blocks = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2)
fine = (blocks != blocks[:, :1, :, :1]).any(axis=(1, 3))
keys = fine[:, -round(62 * ratio / 2):]
print(ratio, cut.shape[1], cut.shape[0], int(seams.sum()), round(fine.mean(), 4), round(keys.mean(), 4), flush=True)
os._exit(0)  # Qt's parts taken down by an ending interpreter in any order, end in a crash one time in ten
"""


@pytest.mark.parametrize("factor", [1.5, 2.0])
def test_fine_pixels_are_used_and_tiles_show_no_seams(factor):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(factor)}
    told = subprocess.run(
        [sys.executable, "-c", FINE], capture_output=True, text=True, check=True, timeout=60, env=environment
    ).stdout.split()
    ratio, width, height, seams, fine, fine_keys = map(float, told)
    assert ratio == factor
    assert (width, height) == pytest.approx((811 * factor, 303 * factor), abs=1)
    assert seams == 0, "pixels at the tiles' borders are not those of one large picture"
    assert fine > 0.001, "the picture is a coarse one, enlarged"
    assert fine_keys > 0.001, "the keys are coarse ones, enlarged"


SIZES = [(720, 520), (800, 600), (1280, 800), (1920, 1080), (3840, 2160)]


def within(inner, outer, window):
    place = QRect(inner.mapTo(window, QPoint()), inner.size())
    return QRect(outer.mapTo(window, QPoint()), outer.size()).contains(place)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_size_has_room_for_all_and_most_for_the_picture(running, studio, tone, size):
    running.resize(*size)
    QApplication.processEvents()
    studio.stream.ready = tone(207.65, 0.3)
    running.listening.tick()
    QApplication.processEvents()
    stage = running.stage
    assert (running.width(), running.height()) == size
    for label in running.findChildren(QLabel):
        if label.isVisible() and not label.wordWrap() and label.text():
            assert label.sizeHint().width() <= label.width() + 1, label.text()
            assert within(label, running, running), label.text()
    assert stage.view.width() * stage.view.height() > 0.3 * size[0] * size[1]


def test_a_small_window_gains_room_without_its_panels(running):
    running.resize(720, 520)
    QApplication.processEvents()
    before = running.stage.view.size()
    for panel in ("side", "controls", "figures"):
        running.panels.show_panel(panel, False)
    QApplication.processEvents()
    assert running.stage.view.width() > before.width() + 250
    assert running.stage.view.height() > before.height() + 60


class Slow:
    """Something that takes until the window has ticked twenty times meanwhile; on the Qt thread it never would."""

    def __init__(self):
        self.begun, self.enough, self.went_on = threading.Event(), threading.Event(), []

    def __call__(self, *_, **__):
        self.begun.set()
        self.went_on.append(self.enough.wait(5))
        return []


@pytest.fixture
def slow(qtbot):
    """Counts ticks from the moment that the slow thing begins."""
    slow, ticks = Slow(), []

    def tick():
        if slow.begun.is_set():
            ticks.append(1)
        if len(ticks) >= 20:
            slow.enough.set()

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(2)
    yield slow
    timer.stop()
    slow.enough.set()


def wait_for(qtbot, slow):
    qtbot.waitUntil(lambda: bool(slow.went_on), timeout=8000)
    assert slow.went_on[0], "the window stood still"


def test_devices_that_take_long_to_list(window, qtbot, slow, monkeypatch):
    monkeypatch.setattr(listening_module, "input_devices", slow)
    window.listening.choosing.input_menu.aboutToShow.emit()
    wait_for(qtbot, slow)


def test_a_device_that_takes_long_to_open(window, qtbot, studio, slow):
    studio.prepare = lambda stream: setattr(stream, "start", slow)
    window.start()
    wait_for(qtbot, slow)


def test_a_model_that_takes_long_to_load(window, qtbot, studio, slow):
    studio.prepare = slow
    window.start()
    wait_for(qtbot, slow)


def test_a_device_that_takes_long_to_close(running, qtbot, studio, slow):
    studio.stream.stop = slow
    running.listening.toggle()
    assert running.listening.transport.state is State.STOPPED
    wait_for(qtbot, slow)


def test_a_disk_that_takes_long_to_write_settings(qtbot, studio, slow, monkeypatch, tmp_path):
    monkeypatch.setattr(replacement.os, "fsync", slow)
    window = Window(FakeSource(), "stream", make_stream=studio.make, memory=tmp_path / "window.json")
    qtbot.addWidget(window)
    window.show()
    window.looks.choose_theme("dark")
    window.keeping.look()
    wait_for(qtbot, slow)
    window.close()
