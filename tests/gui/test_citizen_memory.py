"""What the window remembers, and what it does when it cannot."""

import base64
import json
import math
import threading
from itertools import cycle

import pytest
from PyQt6.QtCore import QRect

from livepitch.gui.viewmodel.preferences import Preferences
from livepitch.gui.window import Window
from livepitch.realtime.settings_file import write_settings

from .conftest import FakeSource


@pytest.fixture
def file(tmp_path):
    return tmp_path / "settings" / "window.json"


@pytest.fixture
def opened(qtbot, studio, file):
    """Opens windows that remember in `file`."""
    windows = []

    def open_window():
        window = Window(FakeSource(), "stream", make_stream=studio.make, memory=file)
        qtbot.addWidget(window)
        window.show()
        windows.append(window)
        return window

    yield open_window
    for window in windows:
        window.close()


def kept(file):
    return json.loads(file.read_text())["rooms"]


def test_everything_is_as_it_was_left(opened, file):
    window = opened()
    screen = window.screen().availableGeometry()
    window.setGeometry(QRect(screen.left() + 10, screen.top() + 30, 730, 540))
    window.looks.choose_theme("dark")
    window.looks.choose_palette("contrast")
    window.panels.show_panel("side", False)
    window.tuning_room.set_a4(442.0)
    window.close()

    again = opened()
    assert (again.width(), again.height()) == (730, 540)
    assert again.looks.remember() == {"theme": "dark", "palette": "contrast"}
    assert not again.stage.panel.isVisible()
    assert again.parts.bar.isVisible()


def test_a_maximised_window_is_maximised_again(opened):
    window = opened()
    window.showMaximized()
    window.close()
    assert opened().isMaximized()


def test_a_change_is_written_while_the_window_is_open_and_not_on_its_thread(opened, file, qtbot, monkeypatch):
    wrote_on = []

    def noted(path, record):
        wrote_on.append(threading.current_thread().name)
        write_settings(path, record)

    monkeypatch.setattr("livepitch.gui.viewmodel.preferences.write_settings", noted)
    window = opened()
    window.looks.choose_theme("dark")
    qtbot.waitUntil(lambda: file.exists() and kept(file)["looks"]["theme"] == "dark", timeout=5000)
    assert set(wrote_on) == {"livepitch-preferences"}
    assert not list(file.parent.glob("*.part"))


def test_nothing_is_written_while_nothing_changes(opened, file):
    window = opened()
    window.keeping.look()
    window.keeping.close()
    written = file.stat().st_mtime_ns if file.exists() else None
    window.keeping.look()
    assert (file.stat().st_mtime_ns if file.exists() else None) == written


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 1, "rooms": []}', '{"version": 1, "rooms": {"looks": 3}}', "\x00" * 99]
)
def test_a_damaged_file_is_told_of_kept_aside_and_replaced(opened, file, text):
    file.parent.mkdir()
    file.write_text(text)
    window = opened()
    assert window.stage.banner.isVisible()
    assert "damaged" in window.stage.banner.label.text()
    assert "window.json.bad" in window.stage.banner.label.text()
    assert file.with_name("window.json.bad").read_text() == text
    assert window.looks.remember() == {"theme": "system", "palette": "safe"}
    window.looks.choose_theme("dark")
    window.close()
    assert kept(file)["looks"]["theme"] == "dark"


def test_a_file_of_another_version_is_told_of_and_kept_aside(opened, file):
    file.parent.mkdir()
    file.write_text('{"version": 99, "rooms": {"looks": {"theme": "dark"}}}')
    window = opened()
    assert "another version" in window.stage.banner.label.text()
    assert file.with_name("window.json.bad").exists()


def test_bad_values_leave_what_was(opened, file):
    file.parent.mkdir()
    bad = {
        "looks": {"theme": 7, "palette": ["safe"]},
        "panels": {"side": "no", "controls": None},
        "placement": {"geometry": "§§"},
        "help": {"hint_seen": "yes"},
    }
    file.write_text(json.dumps({"version": 1, "rooms": bad}))
    window = opened()
    assert not window.stage.banner.isVisible()
    assert window.looks.remember() == {"theme": "system", "palette": "safe"}
    assert window.stage.panel.isVisible()
    assert (window.width(), window.height()) >= (720, 520)


def test_rooms_of_a_later_version_are_kept(opened, file):
    file.parent.mkdir()
    file.write_text('{"version": 1, "rooms": {"choir": {"singers": 12}}}')
    window = opened()
    window.looks.choose_theme("light")
    window.close()
    assert kept(file)["choir"] == {"singers": 12}


def test_a_crash_while_writing_leaves_the_good_file(file, monkeypatch):
    said = []
    preferences = Preferences(file, said.append)
    preferences.write({"looks": {"theme": "dark"}})
    preferences.write({"looks": {"theme": object()}})  # breaks in the middle of the file
    preferences.close()
    assert kept(file) == {"looks": {"theme": "dark"}}
    assert list(file.parent.iterdir()) == [file]
    assert "cannot be written" in said[0]


def test_a_folder_that_cannot_be_written_is_said_once(opened, file, qtbot):
    file.parent.parent.joinpath("settings").write_text("a file where the folder should be")
    window = opened()
    for theme in ("dark", "light", "dark"):
        window.looks.choose_theme(theme)
        window.keeping.look()
    qtbot.waitUntil(lambda: "cannot be" in window.stage.banner.label.text())


def test_a_window_of_a_vanished_screen_is_put_on_the_one_that_is_there(opened, file):
    window = opened()
    screen = window.screen().availableGeometry()
    window.setGeometry(QRect(screen.right() + 2000, screen.bottom() + 900, 900, 700))
    window.close()
    again = opened()
    assert screen.contains(again.geometry().center())


def test_a_window_larger_than_the_screen_is_made_to_fit(opened, file):
    window = opened()
    screen = window.screen().availableGeometry()
    window.setGeometry(QRect(0, 0, screen.width() + 700, screen.height() + 900))
    window.close()
    again = opened()
    assert again.width() <= screen.width()
    assert again.height() <= screen.height()


def test_all_is_as_at_first_again(opened):
    window = opened()
    window.looks.choose_palette("traffic")
    window.panels.show_panel("figures", False)
    next(action for action in window.actions() if action.shortcut().toString() == "Ctrl+Shift+R").trigger()
    assert window.looks.remember() == {"theme": "system", "palette": "safe"}
    assert window.status.isVisible()


def test_every_room_gives_json_and_survives_anything(opened):
    window = opened()
    for room in window.keeping.rooms:
        json.dumps(room.remember())
        for values in ({}, dict.fromkeys(room.remember()), {name: ["?"] for name in room.remember()}):
            room.recall(values)
    assert len({room.name for room in window.keeping.rooms}) == len(window.keeping.rooms)


HOSTILE = [
    1e308, -1e308, math.nan, math.inf, 10**400, -1, 0, True, "", "\x1b[31m\u202e", "\udcff", "x" * 10_000, "/dev/zero",
    "file:" + "x" * 10_000, [], [[]], [None] * 1000, {"": {}}, [1e308, "x"],
]  # fmt: skip


def test_no_value_in_the_file_keeps_the_window_from_opening_or_stays_in_it(opened, file, qtbot):
    rooms = {room.name: room.remember() for room in opened().keeping.rooms}
    file.parent.mkdir(parents=True, exist_ok=True)
    planted = {room: dict(zip(values, cycle(HOSTILE), strict=False)) for room, values in rooms.items()}
    file.write_text(json.dumps({"version": 1, "rooms": planted}))
    window = opened()
    for value in HOSTILE:
        window.keeping._recall({room: dict.fromkeys(values, value) for room, values in rooms.items()})
        qtbot.wait(1)  # what a value has set going comes to pass
        kept_now = {room.name: room.remember() for room in window.keeping.rooms}
        assert kept_now.keys() == rooms.keys()
        assert len(json.dumps(kept_now, allow_nan=False)) < 200_000


def test_a_window_without_a_memory_writes_nothing(window, file, own_settings):
    window.looks.choose_theme("dark")
    window.keeping.look()
    window.close()
    assert not own_settings.exists()


def test_the_place_is_not_that_of_the_kiosk(opened, file):
    window = opened()
    before = window.placement.remember()
    window.kiosk.turn(True)
    assert window.placement.remember() == before
    assert base64.b64decode(before["geometry"])
    window.close()
    assert not opened().isFullScreen()
