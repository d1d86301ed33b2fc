"""Gaps in time, two windows at once, other screens, no fonts, an X server away: the window takes them as they come."""

import json
import os
import subprocess
import sys
import threading

import pytest

from livepitch.gui.plot.trace import strokes
from livepitch.gui.sound import listening as listening_module
from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.source import InputDevice

from .conftest import FakeSource
from .monkey_world import own_world
from .test_window import note_text, sing


@pytest.mark.parametrize("gap", [0.2, 3600.0])
def test_a_gap_in_time_is_a_gap_in_the_picture(running, studio, tone, gap):
    """The machine slept, or the engine was started again."""
    view, live = running.stage.view, running.listening.live
    sing(running, studio, tone(440.0, 1.0))
    sing(running, studio, tone(493.9, 1.0, start=1.0 + gap))
    assert note_text(running) == "B4"
    assert live.history.newest == pytest.approx(1.99 + gap)
    view.viewport().grab()
    scale = view.roll.scale_on_screen
    assert scale.left < live.history.newest <= scale.right
    lines = strokes(live.history, scale, running.stage.music.tuning).lines
    longest = (lines[:, 2] - lines[:, 0]).max() / scale.px_per_second
    assert len(lines) > 90
    assert longest < 0.02  # s: from one frame to the next


def test_minutes_of_frames_that_waited_while_the_window_was_held_up_is_shown_at_once(running, studio, tone):
    sing(running, studio, tone(440.0, 600.0))
    assert note_text(running) == "A4"
    assert running.listening.live.history.newest == pytest.approx(599.99)


def test_two_starts_and_two_stops_leave_one_stream_and_then_none(window, qtbot, studio):
    for _ in range(2):
        window.listening.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    qtbot.waitUntil(lambda: sum(stream.running for stream in studio.streams) == 1)
    assert window.listening.transport.stream is studio.stream
    for _ in range(2):
        window.listening.transport.stop()
    qtbot.waitUntil(lambda: not any(stream.running for stream in studio.streams))
    assert window.listening.transport.state is State.STOPPED
    window.close()
    window.close()
    assert "livepitch-transport" not in {thread.name for thread in threading.enumerate()}


def test_a_storm_of_plugs_ends_with_the_inputs_that_there_are(running, qtbot, monkeypatch):
    devices = []

    def listed(refresh):
        devices[:] = [InputDevice(0, f"Mic {len(asked)}", "ALSA", 1, 48_000.0, 0.01, True)]
        asked.append(devices[0])
        return list(devices)

    asked = []
    monkeypatch.setattr(listening_module, "input_devices", listed)
    for number in range(300):
        running.sound.hot_plug.changed.emit(bool(number % 2))
    qtbot.waitUntil(lambda: len(asked) == 300, timeout=60_000)
    qtbot.waitUntil(lambda: running.listening.choosing.input.devices == [asked[-1]], timeout=60_000)
    assert running.listening.transport.state is State.RUNNING


def test_two_windows_on_the_same_settings_leave_whole_ones(qtbot, studio, tmp_path, monkeypatch):
    own_world(tmp_path, monkeypatch)
    memory = tmp_path / "CONFIG" / "window.json"
    windows = [Window(FakeSource(), make_stream=studio.make, memory=memory) for _ in range(2)]
    for window in windows:
        qtbot.addWidget(window)
        window.show()
    for number in range(40):
        window = windows[number % 2]
        window.tuning_room.set_a4(430.0 + number)
        window.looks.choose_theme(("light", "dark")[number % 2])
        window.keeping.look()
    for window in windows:
        window.close()
    assert [path.name for path in memory.parent.iterdir()] == ["window.json"]
    third = Window(FakeSource(), make_stream=studio.make, memory=memory)
    qtbot.addWidget(third)
    assert third.tuning_room.music.a4 == 466.0  # the highest; whichever window wrote last
    assert third.stage.banner.label.text() == ""
    third.close()


SCREENS = [
    {"name": name, "x": x, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    for name, x in (("plain", 0), ("dense", 1280))
]
CODE = """
import os
from tests.gui.conftest import FakeSource, Studio, make_tone
os.environ["QT_QPA_PLATFORM"] = {platform!r}
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from livepitch.gui.window import Window
app, studio = QApplication([]), Studio()
window = Window(FakeSource(), make_stream=studio.make)
window.show()
window.start()
QTest.qWait(200)
studio.stream.ready = make_tone(440.0, 3.0)
for screen in app.screens() * 2:
    window.windowHandle().setScreen(screen)
    window.move(screen.geometry().topLeft())
    QTest.qWait(100)
    view = window.stage.view
    picture = view.viewport().grab().toImage()
    scale, ratio = view.roll.scale_on_screen, picture.devicePixelRatio()
    x, y = scale.x(window.listening.live.history.newest - 0.5), scale.y(69.0)
    colours = {{picture.pixelColor(round(x * ratio), round(y * ratio) + by).name() for by in range(-15, 16)}}
    print(ratio, len(colours) > 1)
window.close()
"""


def shown_on(tmp_path, platform, **environment):
    everything = {**os.environ, **environment}
    told = subprocess.run(
        [sys.executable, "-c", CODE.format(platform=platform)],
        capture_output=True,
        text=True,
        env=everything,
        check=True,
        timeout=200,
    )
    return told.stdout.split()


def test_the_window_moves_between_screens_of_other_densities(tmp_path):
    (tmp_path / "screens.json").write_text(json.dumps({"screens": SCREENS}))
    platform = f"offscreen:configfile={tmp_path / 'screens.json'}"
    shown = shown_on(tmp_path, platform, QT_SCREEN_SCALE_FACTORS="plain=1;dense=2.5")
    assert sorted(shown[::2]) == ["1.0", "1.0", "2.5", "2.5"]
    assert shown[1::2] == ["True"] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig")
def test_a_system_without_any_font_has_a_window_still(tmp_path):
    (tmp_path / "fonts.conf").write_text(
        f"<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig><dir>{tmp_path}</dir></fontconfig>"
    )
    shown = shown_on(tmp_path, "offscreen", FONTCONFIG_FILE=str(tmp_path / "fonts.conf"))
    assert shown == ["1.0", "True"] * 2
