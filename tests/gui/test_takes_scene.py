"""A recording on the stage: opened, played, sought, repeated, compared; driven as a user would."""

import math
import threading
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QTextDocumentFragment
from PyQt6.QtWidgets import QApplication, QFileDialog

from livepitch.gui.sound.transport import State
from livepitch.realtime import portaudio
from livepitch.realtime.playing.player import Player
from tests.gui.takes import RATE, melody, sung, write_take

LINE = melody(60, 62, 64, math.nan, 67, 60)  # 6 s


@pytest.fixture(autouse=True)
def no_output(monkeypatch, tmp_path):
    """Without an output device the cursor moves by the clock; recordings lie in a folder of the test."""
    monkeypatch.setattr(portaudio, "output_devices", lambda refresh=False: [])
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(tmp_path / "takes"))


@pytest.fixture
def take(tmp_path):
    return write_take(tmp_path / "takes", "Take 2026-11-23 14.05.12", LINE)


@pytest.fixture
def looking(window, qtbot, take):
    """The window with a take on its stage."""
    window.takes.open(take)
    qtbot.waitUntil(lambda: window.takes.scene.on)
    qtbot.waitUntil(lambda: window.stage.view.roll.scale_on_screen.left == pytest.approx(0.0, abs=0.5))
    return window


def note_text(window):
    return QTextDocumentFragment.fromHtml(window.stage.note.note.text()).toPlainText()


def line_at(window, seconds):
    """Whether the cursor is drawn there: how dark its column is, beside one next to it."""
    view = window.stage.view
    scale = view.roll.scale_on_screen
    picture = view.grab().toImage()
    x, y = round(scale.x(seconds)), range(round(scale.area.top()) + 20, round(scale.area.bottom()) - 20, 3)
    cursor, beside = (sum(picture.pixelColor(x + by, at).lightness() for at in y) for by in (0, 7))
    return cursor < beside - 40 * len(y)


def click_at(qtbot, window, seconds, modifier=Qt.KeyboardModifier.NoModifier):
    view = window.stage.view
    scale = view.roll.scale_on_screen
    place = QPoint(round(scale.x(seconds)), round(scale.area.center().y()))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def figures(window):
    return window.takes.statistics.card.text()


# opening


def test_a_take_is_seen_whole_with_its_pitch_at_once(looking):
    window = looking
    (voice,) = window.stage.view.roll.voices
    np.testing.assert_allclose(voice.history.f0, LINE, rtol=1e-5)
    scale = window.stage.view.roll.scale_on_screen
    assert scale.left <= 0.0
    assert scale.right >= 6.0
    assert window.takes.scene.strip.name.toolTip() == "Take 2026-11-23 14.05.12"
    assert window.takes.scene.strip.place.text() == "0:00.0 / 0:06.0"
    assert not window.takes.opening.card.isVisible()
    assert window.listening.start_button.text() == "Play"
    assert line_at(window, 0.0)


def test_the_list_opens_with_a_key_and_return_opens_the_newest(window, qtbot, take, tmp_path):
    write_take(tmp_path / "takes", "Take 2026-11-20 09.00.00", LINE)
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    shelf = window.takes.shelf
    qtbot.waitUntil(shelf.isVisible)
    assert [shelf.list.item(row).text() for row in range(shelf.list.count())] == [
        "Take 2026-11-23 14.05.12    0:06",
        "Take 2026-11-20 09.00.00    0:06",
    ]
    qtbot.keyClick(shelf.list, Qt.Key.Key_Down)
    qtbot.keyClick(shelf.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.takes.scene.on)
    assert window.takes.scene.take.name == "Take 2026-11-20 09.00.00"
    assert not shelf.isVisible()


def test_an_empty_list_says_how_to_record(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.takes.shelf.isVisible)
    assert "Ctrl+R" in window.takes.shelf.hint.text()
    assert not window.takes.shelf.open_button.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.takes.shelf.isVisible()


def test_a_file_is_chosen_in_a_dialog_that_holds_nothing_up(window, qtbot, take):
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = window.findChildren(QFileDialog)
    assert not dialog.isModal()
    dialog.selectFile(str(take))
    dialog.accept()
    qtbot.waitUntil(lambda: window.takes.scene.on)


def test_what_is_no_audio_is_told_in_one_sentence(window, qtbot, tmp_path):
    (tmp_path / "notes.wav").write_text("not a sound")
    window.takes.open(tmp_path / "notes.wav")
    qtbot.waitUntil(window.stage.banner.isVisible)
    assert "notes.wav: is not audio livepitch can read" in window.stage.banner.label.text()
    assert not window.takes.opening.card.isVisible()
    assert not window.takes.scene.on


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    surface = window.stage.view.viewport()
    copy, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(100, 100), copy, data, button, none)
    QApplication.sendEvent(surface, enter)
    QApplication.sendEvent(window, QDropEvent(QPointF(100, 100), copy, data, button, none))
    return enter


def test_two_files_dropped_on_the_window_are_compared(window, qtbot, take, tmp_path):
    other = write_take(tmp_path, "other", melody(55, 57))
    assert drop(window, take, other).isAccepted()
    qtbot.waitUntil(lambda: window.takes.scene.second is not None)
    first, second = window.stage.view.roll.voices
    assert (len(first.history), len(second.history)) == (600, 200)


def test_of_two_files_the_second_is_forgotten_if_the_first_is_no_audio(window, qtbot, take, tmp_path):
    (tmp_path / "notes.wav").write_text("not a sound")
    drop(window, tmp_path / "notes.wav", take)
    qtbot.waitUntil(window.stage.banner.isVisible)
    window.takes.open(take)
    qtbot.waitUntil(lambda: window.takes.scene.on)
    qtbot.wait(100)
    assert len(window.stage.view.roll.voices) == 1


@pytest.mark.timeout(120)
def test_another_file_is_tracked_beside_the_window_which_stays_alive(window, qtbot, tmp_path):
    f0 = melody(57, 60, 64)
    soundfile.write(tmp_path / "song.wav", sung(f0), RATE)
    window.takes.open(tmp_path / "song.wav")
    qtbot.waitUntil(lambda: window.takes.scene.on)  # to be heard before its pitch is known
    card = window.takes.opening.card
    assert card.isVisible()
    assert card.text.text() == "Finding the pitch of song.wav …"
    assert window.stage.view.roll.voices[0].history.empty
    qtbot.waitUntil(lambda: not card.isVisible(), timeout=90_000)
    found = window.stage.view.roll.voices[0].history.f0
    middle = [50, 150, 250]
    np.testing.assert_allclose(1200 * np.log2(found[middle] / f0[middle]), 0, atol=15)
    qtbot.waitUntil(lambda: "Range  A3 – E4" in figures(window))


def test_finding_the_pitch_can_be_cancelled_and_asked_for_again(window, qtbot, tmp_path):
    soundfile.write(tmp_path / "song.wav", sung(melody(57)), RATE)
    window.takes.open(tmp_path / "song.wav")
    card = window.takes.opening.card
    qtbot.waitUntil(lambda: card.text.text().startswith("Finding"))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert window.takes.scene.on
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert card.isVisible()
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert not card.isVisible()


# replay


def test_space_plays_with_a_moving_cursor_and_says_that_nothing_is_heard(looking, qtbot):
    window = looking
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.listening.start_button.text() == "Pause"
    qtbot.waitUntil(lambda: window.takes.scene.position > 0.4)
    assert window.stage.banner.label.text().startswith("Not heard, the cursor moves by itself: ")
    assert note_text(window) == "C4"
    assert window.stage.meter.bar.level > -30
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.listening.start_button.text() == "Play"
    qtbot.waitUntil(lambda: not window.scenes.timer.isActive())
    at = window.takes.scene.position
    assert line_at(window, at)
    assert window.listening.transport.state is State.STOPPED


def test_at_the_end_it_rests(looking, qtbot):
    window = looking
    click_at(qtbot, window, 5.8)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.listening.start_button.text() == "Play")
    assert window.takes.scene.strip.place.text() == "0:06.0 / 0:06.0"


def test_a_click_and_keys_seek_and_show_what_was_sung_there(looking, qtbot):
    window = looking
    click_at(qtbot, window, 2.5)
    assert window.takes.scene.position == pytest.approx(2.5, abs=0.01)
    assert note_text(window) == "E4"
    assert window.takes.scene.strip.place.text() == "0:02.5 / 0:06.0"
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    assert note_text(window) == "D4"
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Period)
    assert note_text(window) == "G4"
    assert line_at(window, 4.5)
    click_at(qtbot, window, 3.9)
    assert note_text(window) == "–"


def test_the_cursor_is_drawn_along_by_the_mouse(looking, qtbot):
    window = looking
    click_at(qtbot, window, 1.0)
    view, scale = window.stage.view, window.stage.view.roll.scale_on_screen
    y = round(scale.area.center().y())
    start, stop = QPoint(round(scale.x(1.0)), y), QPoint(round(scale.x(4.5)), y)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view.viewport(), stop)
    drag(view.viewport(), stop)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=stop)
    assert window.takes.scene.position == pytest.approx(4.5, abs=0.01)
    assert note_text(window) == "G4"


def drag(surface, place, modifier=Qt.KeyboardModifier.NoModifier):
    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QMouseEvent

    left, at = Qt.MouseButton.LeftButton, QPointF(place)
    everywhere = surface.mapToGlobal(at)
    QApplication.sendEvent(surface, QMouseEvent(QEvent.Type.MouseMove, at, everywhere, left, left, modifier))


def test_the_picture_follows_the_cursor_of_a_long_recording(window, qtbot, tmp_path):
    window.takes.open(write_take(tmp_path, "long", melody(60, 62, 64, seconds=20)))
    qtbot.waitUntil(lambda: window.takes.scene.on)
    view = window.stage.view
    assert view.time_window.right < 35
    window.takes.scene.seek(50.0)
    assert view.time_window.sees(50.0)
    assert view.time_window.right <= 60 + view.time_window.seconds * 0.04
    view.pan_time(-1000)
    assert view.time_window.left >= -0.04 * view.time_window.seconds


def test_a_and_b_are_set_by_key_and_repeat(looking, qtbot):
    window, scene = looking, looking.takes.scene
    click_at(qtbot, window, 1.0)
    qtbot.keyClick(window, Qt.Key.Key_B)
    assert window.takes.loop_button.text() == "Set B"
    click_at(qtbot, window, 1.3)
    qtbot.keyClick(window, Qt.Key.Key_B)
    start, stop = scene.loop.whole
    assert (start, stop) == (pytest.approx(1.0, abs=0.01), pytest.approx(1.3, abs=0.01))
    assert window.takes.loop_button.text() == "End loop"
    shaded = window.stage.view.grab().toImage()
    scale = window.stage.view.roll.scale_on_screen
    y = round(scale.area.top()) + 3
    inside, outside = (shaded.pixelColor(round(scale.x(at)), y).name() for at in (1.2, 1.5))
    assert inside != outside
    qtbot.keyClick(window, Qt.Key.Key_Space)
    seen = []
    window.stage.view.painted.connect(lambda _: seen.append(scene.position))
    qtbot.waitUntil(lambda: sum(b < a for a, b in pairwise(seen)) >= 2)  # went back twice
    assert 0.99 <= min(seen[1:]) <= max(seen) <= 1.31
    qtbot.keyClick(window, Qt.Key.Key_B)
    assert scene.loop.whole is None


def test_what_is_pressed_before_the_player_has_the_recording_holds(window, qtbot, take, monkeypatch):
    slow, opens = threading.Event(), Player.open

    def late(player, audio, sample_rate):
        assert slow.wait(60)
        opens(player, audio, sample_rate)

    monkeypatch.setattr(Player, "open", late)
    window.takes.open(take)
    scene = window.takes.scene
    qtbot.waitUntil(lambda: scene.on)
    try:
        window.stage.view.select(2.0, 3.0)
        qtbot.keyClick(window, Qt.Key.Key_B)
        assert window.takes.loop_button.text() == "End loop"
        assert scene.position == 2.0
        scene.seek(2.5)
    finally:
        slow.set()
    qtbot.waitUntil(lambda: scene._player.position == 2.5)
    scene._player.seek(5.0)
    assert scene._player.position == 2.0  # in the loop


def test_the_selection_repeats(looking, qtbot):
    looking.stage.view.select(2.0, 3.0)
    qtbot.keyClick(looking, Qt.Key.Key_B)
    assert looking.takes.scene.loop.whole == (2.0, 3.0)
    assert looking.takes.scene.position == 2.0


def test_going_back_to_live_and_listening_again(looking, qtbot):
    window = looking
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert not window.takes.scene.on
    assert not window.takes.scene.strip.isVisible()
    assert window.listening.start_button.text() == "Start"
    assert window.stage.welcome.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)


def test_opening_a_take_ends_listening_and_starting_leaves_the_take(running, qtbot, take):
    window = running
    window.takes.open(take)
    qtbot.waitUntil(lambda: window.takes.scene.on)
    assert window.listening.transport.state is State.STOPPED
    assert not window.stage.welcome.isVisible()
    window.listening.start()
    assert not window.takes.scene.on
    assert not window.takes.scene.strip.isVisible()
    assert window.stage.view.roll.voices[0].history is window.listening.live.history


def test_clearing_the_picture_leaves_a_recording_alone(looking, qtbot):
    qtbot.keyClick(looking, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert len(looking.stage.view.roll.voices[0].history) == 600


def test_markers_of_a_take_are_kept_beside_it(looking, qtbot, take):
    window = looking
    click_at(qtbot, window, 2.0)
    window.stage.view.cursor.point(None)
    qtbot.keyClick(window, Qt.Key.Key_M)
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    labels = take.with_name("Take 2026-11-23 14.05.12.txt")
    qtbot.waitUntil(labels.exists)
    start, stop, name = labels.read_text().rstrip("\n").split("\t")
    assert (float(start), float(stop), name) == (pytest.approx(2.0, abs=0.02), pytest.approx(2.0, abs=0.02), "1")
    assert len(window.stage.view.markers) == 0
    window.takes.open(take)
    qtbot.waitUntil(lambda: len(window.stage.view.markers) == 1)


# two recordings


@pytest.fixture
def comparing(looking, qtbot, tmp_path):
    late = np.concatenate([np.full(150, np.nan), LINE])
    window = looking
    window.takes.comparing.open(write_take(tmp_path, "late", late))
    qtbot.waitUntil(lambda: window.takes.scene.second is not None)
    return window


def test_the_second_recording_is_plain_and_both_are_named(comparing):
    strip = comparing.takes.scene.strip
    assert (strip.name.toolTip(), strip.second_name.toolTip()) == ("Take 2026-11-23 14.05.12", "late")
    assert strip.second_name.isVisible()
    assert len(comparing.stage.view.roll.voices) == 2


def test_aligning_shifts_the_second_one_to_where_it_fits(comparing, qtbot):
    qtbot.keyClick(comparing, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: comparing.stage.view.roll.voices[1].shift != 0)
    assert comparing.stage.view.roll.voices[1].shift == pytest.approx(-1.5, abs=0.011)
    assert comparing.takes.scene.strip.shift.text() == "shift −1.50 s"


def test_the_second_one_is_shifted_by_figure_and_by_the_mouse(comparing, qtbot):
    strip, view = comparing.takes.scene.strip, comparing.stage.view
    strip.shift.setFocus()
    qtbot.keyClick(strip.shift, Qt.Key.Key_Up)
    assert view.roll.voices[1].shift == pytest.approx(0.05)
    assert strip.shift.text() == "shift +0.05 s"
    strip.shift.selectAll()
    qtbot.keyClicks(strip.shift, "-0,30")
    qtbot.keyClick(strip.shift, Qt.Key.Key_Return)
    assert view.roll.voices[1].shift == pytest.approx(-0.3)
    scale = view.roll.scale_on_screen
    y, alt = round(scale.area.center().y()), Qt.KeyboardModifier.AltModifier
    start, stop = QPoint(round(scale.x(2.0)), y), QPoint(round(scale.x(3.0)), y)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, alt, start)
    drag(view.viewport(), stop, alt)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, alt, stop)
    assert view.roll.voices[1].shift == pytest.approx(0.7, abs=0.02)


def test_the_second_one_can_be_removed(comparing, qtbot):
    qtbot.keyClick(comparing, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(comparing.stage.view.roll.voices) == 1
    assert not comparing.takes.scene.strip.second_name.isVisible()


# figures


def test_the_figures_of_all_of_the_selection_and_of_both(comparing, qtbot):
    window = comparing
    qtbot.waitUntil(lambda: "The whole recording" in figures(window) and "Range  C4 – G4  C4 – G4" in figures(window))
    assert "Sung  5.00 s  5.00 s" in figures(window)
    assert "Drag with Shift" in figures(window)  # who sees figures of all wants them of a part next
    window.stage.view.select(1.0, 1.4)
    qtbot.waitUntil(lambda: "Selection, 0.40 s" in figures(window))
    assert "Most sung  D4  –" in figures(window)  # the second one begins 1.5 s later
    assert window.takes.statistics.card.isVisible()


def test_a_live_selection_has_figures_too(running, studio, tone, qtbot):
    window = running
    studio.stream.ready = tone(440.0, 3.0)
    window.listening.tick()
    window.listening.toggle()
    assert not window.takes.statistics.card.isVisible()
    window.stage.view.select(1.0, 2.0)
    qtbot.waitUntil(window.takes.statistics.card.isVisible)
    assert "Range  A4 – A4" in figures(window)
    window.stage.view.deselect()
    qtbot.waitUntil(lambda: not window.takes.statistics.card.isVisible())


# remembered


def test_recent_files_volume_and_folder_are_remembered(looking, take, tmp_path):
    room = looking.takes
    room.scene.strip.volume.setValue(40)
    values = room.remember()
    assert values["recent"] == [str(take)]
    assert values["volume"] == 40
    assert room.scene._player.volume == pytest.approx(0.4)
    room.recall({"recent": [3, str(tmp_path)], "volume": "loud", "saved": 7})
    assert room.remember()["recent"] == [str(tmp_path)]
    assert room.remember()["volume"] == 40
