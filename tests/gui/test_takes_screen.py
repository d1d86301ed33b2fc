"""A replay on screen: little is painted while only the cursor moves, and nothing that waits holds the window up."""

import math

import pytest
from PyQt6.QtCore import QEvent, QObject, Qt

from livepitch.export.options import Options
from livepitch.gui.takes import exporting as exporting_module
from livepitch.gui.takes import opening as opening_module
from livepitch.gui.takes import recording as recording_module
from livepitch.gui.viewmodel.take_kinds import KINDS
from livepitch.realtime import portaudio
from tests.gui.takes import melody, write_take
from tests.gui.test_citizen_screen import slow, wait_for  # noqa: F401 - a fixture

LINE = melody(60, 62, 64, math.nan, 67, 60)  # 6 s
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(portaudio, "output_devices", lambda refresh=False: [])
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(tmp_path / "takes"))
    return tmp_path / "takes"


@pytest.fixture
def looking(window, qtbot, folder):
    window.takes.open(write_take(folder, "Take 2026-11-23 14.05.12", LINE))
    qtbot.waitUntil(lambda: window.takes.scene.on)
    qtbot.waitUntil(lambda: window.stage.view.roll.scale_on_screen.right >= 6.0)
    return window


class Painted(QObject):
    """What Qt has asked the picture to paint."""

    def __init__(self, view):
        super().__init__()
        self.regions = []
        view.viewport().installEventFilter(self)

    def eventFilter(self, _watched, event):  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            self.regions.append(event.region())
        return False


def painted_after(qtbot, window, act):
    """The regions of the next paint."""
    qtbot.wait(50)  # what is still to be painted
    painted = Painted(window.stage.view)
    act()
    qtbot.waitUntil(lambda: bool(painted.regions))
    return painted.regions[0]


def seek_still(qtbot, window, *places):
    for place in places:
        window.takes.scene.seek(place)
        qtbot.wait(20)


def test_where_only_the_cursor_moves_only_what_is_round_it_is_painted(looking, qtbot):
    window, scale = looking, looking.stage.view.roll.scale_on_screen
    seek_still(qtbot, window, 4.2, 4.21, 4.22, 4.3)  # in one note: no other row lights up
    region = painted_after(qtbot, window, lambda: window.takes.scene.seek(4.6))
    for at in (4.3, 4.6):
        column = round(scale.x(at))
        for y in (scale.area.top() + 1, scale.area.bottom() - 2):
            assert all(region.contains(spot) for spot in points(column - 7, column + 7, round(y)))
    line = points(round(scale.area.left()), round(scale.area.right()), round(scale.area.center().y()))
    assert sum(region.contains(spot) for spot in line) < 0.1 * len(line)


def points(left, right, y):
    from PyQt6.QtCore import QPoint

    return [QPoint(x, y) for x in range(left, right)]


@pytest.mark.parametrize("change", ["note", "zoom", "loop", "time"])
def test_where_anything_else_has_changed_all_is_painted(looking, qtbot, change):
    window, scene = looking, looking.takes.scene
    seek_still(qtbot, window, 4.2, 4.21, 4.22)
    act = {
        "note": lambda: scene.seek(2.5),
        "zoom": lambda: window.stage.view.zoom(4.0),
        "loop": scene.press_loop,
        "time": lambda: window.stage.view.pan_time(-0.1),
    }[change]
    region = painted_after(qtbot, window, act)
    area = window.stage.view.roll.scale_on_screen.area.toAlignedRect().adjusted(4, 4, -4, -4)
    assert all(region.contains(corner) for corner in (area.topLeft(), area.center(), area.bottomRight()))


def test_what_is_on_the_screen_is_the_whole_picture_after_the_cursor_has_moved(looking, qtbot):
    """No trail of it, and no gap: the screen shows what a picture painted at once shows."""
    window, view = looking, looking.stage.view
    window.stage.view.cursor.point(None)
    seek_still(qtbot, window, *(4.05 + 0.02 * step for step in range(30)), 4.95, 4.15)
    qtbot.wait(50)
    on_screen = window.screen().grabWindow(window.winId()).toImage()
    fresh = window.grab().toImage()
    area = view.roll.scale_on_screen.area.toAlignedRect().translated(view.mapTo(window, view.rect().topLeft()))
    assert on_screen.copy(area) == fresh.copy(area)


# nothing holds it up


def slowly(slow, work):  # noqa: F811
    """The work, done after something slow."""

    def do(*arguments):
        slow()
        return work(*arguments)

    return do


def test_a_file_that_takes_long_to_read(window, qtbot, slow, monkeypatch, folder):  # noqa: F811
    monkeypatch.setattr(opening_module, "open_take", slowly(slow, opening_module.open_take))
    window.takes.open(write_take(folder, "opera", LINE))
    assert window.takes.opening.card.text.text() == "Opening opera.flac …"
    wait_for(qtbot, slow)
    qtbot.waitUntil(lambda: window.takes.scene.on)


def test_a_model_that_takes_long_to_find_the_pitch(looking, qtbot, slow, monkeypatch):  # noqa: F811
    class SlowTracking:
        done, progress, track, error = False, 0.0, None, None

        def __init__(self, *_):
            self.cancel = slow  # to give it up takes as long

        def start(self):
            pass

    monkeypatch.setattr(opening_module, "FileTracking", SlowTracking)
    qtbot.keyClick(looking, Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(looking.takes.opening.card.isVisible)
    qtbot.keyClick(looking, Qt.Key.Key_Escape)
    assert not looking.takes.opening.card.isVisible()
    wait_for(qtbot, slow)


def test_a_disk_that_takes_long_to_save(looking, qtbot, slow, monkeypatch, tmp_path):  # noqa: F811
    looking.takes.scene.complained.emit("Not heard, the cursor moves by itself: no output device")
    monkeypatch.setattr(exporting_module, "save", slowly(slow, exporting_module.save))
    exporting = looking.takes.exporting
    exporting.save(exporting._material(), tmp_path / "mine.csv", KINDS["csv"], Options())
    wait_for(qtbot, slow)
    qtbot.waitUntil(lambda: looking.stage.banner.label.text().startswith("Saved mine.csv"))


def test_a_folder_that_takes_long_to_answer_before_a_recording(running, qtbot, slow, monkeypatch):  # noqa: F811
    monkeypatch.setattr(recording_module, "new_take", slowly(slow, recording_module.new_take))
    qtbot.keyClick(running, Qt.Key.Key_R, CTRL)
    wait_for(qtbot, slow)
    qtbot.waitUntil(running.takes.recording.line.isVisible)


def test_an_output_that_takes_long_to_open(looking, qtbot, slow):  # noqa: F811
    looking.takes.scene._player.play = slow
    qtbot.keyClick(looking, Qt.Key.Key_Space)
    assert looking.listening.start_button.text() == "Pause"
    wait_for(qtbot, slow)


# what stays, and what does not


def test_the_notes_stay_where_the_user_looks_while_it_plays_on_elsewhere(window, qtbot, folder):
    window.takes.open(write_take(folder, "long", melody(60, 62, 84, seconds=20)))
    qtbot.waitUntil(lambda: window.takes.scene.on)
    view = window.stage.view
    view.pan_time(-1)  # away from the cursor
    before = view.note_range.low
    for place in (41.0, 41.1, 41.2):
        window.takes.scene._show_moment(place)  # it plays an octave and a half higher
    assert (view.note_range.low, window.stage.note.note.accessibleName()) == (before, "Note C6")


def test_a_recording_leaves_nothing_in_the_live_picture(running, qtbot, studio, tone, folder):
    window, view = running, running.stage.view
    studio.stream.ready = tone(220.0, 3.0)
    window.listening.tick()
    window.scenes.timer.stop()
    view.markers.add(1.0, "breath")
    view.select(0.5, 1.5)
    before = view.time_window.left, view.time_window.seconds
    window.takes.open(write_take(folder, "long", melody(84, 86, seconds=20)))
    qtbot.waitUntil(lambda: window.takes.scene.on)
    assert (view.selection.bounds, list(view.markers)) == (None, [])
    view.markers.add(7.0)
    view.select(2.0, 3.0)
    window.takes.comparing._complain("something about the recording")
    qtbot.keyClick(window, Qt.Key.Key_W, CTRL)
    assert [(marker.time, marker.label) for marker in view.markers] == [(1.0, "breath")]
    assert view.selection.bounds is None
    assert (view.time_window.left, view.time_window.seconds) == pytest.approx(before)
    assert view.note_range.low < 57 < view.note_range.high  # A3, which was sung
    assert not window.stage.banner.isVisible()
    assert window.stage.meter.heading.text() == "Input level"


def test_listening_anew_from_a_recording_shows_as_much_time_as_before(looking, qtbot):
    looking.listening.start()
    assert looking.stage.view.time_window.seconds == 8.0


def test_the_time_in_sight_of_a_recording_is_not_remembered(looking):
    looking.close()
    assert looking.looking.remember()["seconds"] == 8.0


def test_the_replay_is_turned_up_and_down_with_keys(looking, qtbot):
    both = CTRL | Qt.KeyboardModifier.AltModifier
    slider = looking.takes.scene.strip.volume
    for _ in range(3):
        qtbot.keyClick(looking, Qt.Key.Key_Comma, both)
    assert slider.value() == 70
    qtbot.keyClick(looking, Qt.Key.Key_Period, both)
    assert (slider.value(), looking.takes.scene._player.volume) == (80, pytest.approx(0.8))


def test_a_closed_window_may_be_closed_again_and_still_be_told_things(looking):
    looking.close()
    looking.takes.close()
    looking.takes.statistics.judge_soon()
    looking.stage.view.select(1.0, 2.0)
    looking.takes.show_list()
    assert not looking.takes.statistics._timer.isActive()
