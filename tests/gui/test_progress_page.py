"""The progress page through the window: charts, list, choices, saving, deleting; by keys and by mouse."""

import csv
import json
from datetime import datetime, timedelta
from itertools import product

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractScrollArea, QApplication, QFileDialog, QLabel, QPushButton, QWidget

from livepitch.gui.look.palettes import PALETTES
from livepitch.gui.progress.chart import Chart
from livepitch.gui.sound.transport import State
from livepitch.practice.progress.store import Progress
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.target.target import TargetNote

from .takes import melody, write_take

NOW = datetime(2026, 11, 23, 18).astimezone()


def press(widget, keys):
    for combination in QKeySequence(keys):
        QTest.keyClick(widget, combination.key(), combination.keyboardModifiers())


def note(midi, cents=0.0, hit=True):
    return NoteScore(TargetNote(0.0, 1.0, float(midi)), hit, float(hit), 0.0, cents)


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """An own place for what was practised."""
    monkeypatch.setenv("LIVEPITCH_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "practice.sqlite"


def sing(data, score, back, exercise="My song", notes=(), take=None, seconds=60.0):
    judged = TakeScore(exercise, score, tuple(notes) or (note(60), note(62, -20)), (), ())
    when = NOW - timedelta(days=back, hours=1)
    return Progress(data).add(judged, exercise=exercise, when=when, seconds=seconds, take=take)


@pytest.fixture
def sung(data):
    """A week: two songs on four days, a range."""
    for score, back in ((60, 6), (70, 4), (75, 1), (80, 0)):
        sing(data, score, back)
    sing(data, 90, 1, "Other song", [note(60), note(64, 30), note(65, hit=False)], seconds=180.0)
    Progress(data).add_range(45, 67, NOW - timedelta(days=3))


@pytest.fixture
def room(window):
    window.progress._today = lambda: NOW
    window.activateWindow()
    return window.progress


@pytest.fixture
def opened(window, room, qtbot):
    """Opens the page; the page when it has read what there is."""

    def open_page():
        press(window, "F12")
        settle(room, qtbot)
        return room.page

    return open_page


def settle(room, qtbot):
    """Until all that was asked of the other thread has come back."""
    done = []
    room._run(lambda _: None, done.append)
    qtbot.waitUntil(lambda: bool(done))
    done.clear()
    room._run(lambda _: None, done.append)  # and what that asked for
    qtbot.waitUntil(lambda: bool(done))
    QApplication.processEvents()


def cells(page):
    model = page.table.model()
    return [[model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())]


# what is seen


def test_before_anything_was_sung_it_says_what_to_do(opened, data):
    page = opened()
    assert page.isVisible()
    for words in ("Nothing practised yet", "F3", "on this computer alone"):
        assert words in page.empty.text()
    assert not page.content.isVisible()
    assert not page.delete_button.isVisible()
    assert not data.exists(), "to look makes no file"


def test_a_week_in_texts(opened, sung):
    page = opened()
    assert page.figures.text() == "5 takes on 4 days, 7 min in all"
    assert [chart.title for chart in page.charts] == ["Score", "Notes", "Minutes a day", "Range"]
    assert page.notes.readout == "to work on: D4, −20 cents"
    assert page.minutes.readout == "7 min on 4 days"
    assert page.ranges.readout == "last A2 to G4, 22 semitones"
    assert cells(page)[:2] == [
        ["23 Nov, 17:00", "My song", "80", "1:00"],
        ["22 Nov, 17:00", "Other song", "90", "3:00"],
    ]
    assert len(cells(page)) == 5


def test_the_charts_say_the_same_to_a_screen_reader(opened, sung):
    page = opened()
    for chart in page.charts:
        assert chart.accessibleName() == f"Chart: {chart.title}"
        assert chart.accessibleDescription() == chart.readout != ""
    chart = page.minutes
    chart.setFocus()
    press(chart, "Right")
    assert chart.accessibleDescription() == "17 Nov: 1 min"
    press(chart, "End")
    assert chart.accessibleDescription() == "23 Nov: 1 min"
    press(chart, "Left")
    assert chart.accessibleDescription() == "22 Nov: 4 min"


def colours(chart, x, top, bottom):
    image = chart.grab().toImage()
    return {image.pixelColor(round(x), y).name() for y in range(round(top), round(bottom))}


def test_bars_and_dots_are_where_they_belong_in_every_palette(window, opened, sung):
    page = opened()
    for theme, palette in product(("light", "dark"), PALETTES):
        window.looks.choose_theme(theme)
        window.looks.choose_palette(palette)
        assert_painted(page, window.stage.view.lit.theme)


def assert_painted(page, colour):
    minutes, field = page.minutes, page.minutes.field
    tall, small = (minutes.place(minutes.marks[place]) for place in (2, 3))  # 4 min of 4, 1 min
    assert minutes.top == 4
    high, low = (field.bottom() - share * field.height() for share in (0.9, 0.1))
    assert colours(minutes, tall, high, high + 2) == {QColor(colour.accent).name()}
    assert colours(minutes, small, high, high + 2) == {QColor(colour.card).name()}
    assert colours(minutes, small, low, low + 2) == {QColor(colour.accent).name()}
    notes = page.notes
    flat = notes.place(notes.marks[1])  # D4, 20 cents flat: near
    assert QColor(colour.near).name() in colours(notes, flat, notes.field.center().y(), notes.field.bottom())
    assert QColor(colour.in_tune).name() not in colours(notes, flat, notes.field.center().y(), notes.field.bottom())


def test_the_mouse_points_at_what_is_near(opened, sung, qtbot):
    chart = opened().minutes
    x = round(chart.place(chart.marks[0]))
    qtbot.mouseMove(chart, QPoint(x + 3, 100))
    QApplication.processEvents()
    assert chart.readout == "17 Nov: 1 min"
    qtbot.mouseMove(chart, QPoint(3, 100))
    QApplication.processEvents()
    assert chart.readout == "7 min on 4 days"


def test_one_exercise_and_another_period(window, opened, sung, room, qtbot):
    page = opened()
    assert page.exercise.hasFocus()
    press(page.exercise, "Down")  # to My song
    page.exercise.activated.emit(page.exercise.currentIndex())
    settle(room, qtbot)
    assert [row[1] for row in cells(page)] == ["My song"] * 4
    assert page.scores.readout == "last 80, +22.2 a week"
    page.period.setCurrentIndex(0)
    page.period.activated.emit(0)
    settle(room, qtbot)
    assert page.scores._found.axis.days == 7
    assert room.remember()["exercise"] == "My song"
    assert room.remember()["days"] == 7


def test_a_period_without_takes_says_so(opened, data, room, qtbot):
    sing(data, 50, 60)
    page = opened()
    assert page.content.isVisible()
    assert {chart.readout for chart in page.charts} == {"nothing in this time"}


def test_bad_memories_are_left_out(room):
    before = room.remember()
    for values in ({"days": 12}, {"days": "7"}, {"exercise": 3}, {"folder": "/not/there"}, {"days": True}):
        room.recall(values)
        assert room.remember() == before


# keys


def test_f12_opens_and_closes_and_gives_the_focus_back(window, opened, sung):
    window.listening.choosing.model_button.setFocus()
    page = opened()
    press(page.table, "F12")
    assert not page.isVisible()
    assert window.focusWidget() is window.listening.choosing.model_button
    press(window, "F12")
    press(page.notes, "Escape")
    assert not page.isVisible()


def test_tab_reaches_everything_with_a_name_and_the_focus_is_seen(window, opened, sung):
    page = opened()
    wanted = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.isVisibleTo(page) and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parent(), QAbstractScrollArea)
    ]  # fmt: skip
    page.exercise.setFocus()
    reached = []
    for _ in wanted:
        reached.append(window.focusWidget())
        assert reached[-1].accessibleName() or reached[-1].text()
        before = reached[-1].grab().toImage()
        press(reached[-1], "Tab")
        assert reached[-1].grab().toImage() != before, "looks the same with and without the focus"
    assert set(reached) == set(wanted)
    assert [type(each) for each in reached[5:9]] == [type(chart) for chart in page.charts]


def test_keys_of_the_page_do_nothing_else(window, opened, sung, studio):
    page = opened()
    seconds = window.stage.view.time_window.seconds
    for keys in ("Left", "Right", "Up", "Down", "Space", "M", "R", "Home"):
        press(page.scores, keys)
        press(page.table, keys)
    assert window.stage.view.time_window.seconds == seconds
    assert window.listening.transport.state is State.STOPPED
    assert studio.streams == []


def test_a_voice_goes_on_below_and_the_charts_are_not_painted_for_it(running, studio, tone, qtbot, sung, monkeypatch):
    room = running.progress
    press(running, "F12")
    settle(room, qtbot)
    painted = []
    monkeypatch.setattr(Chart, "paintEvent", lambda chart, event: painted.append(chart.title))
    for _ in range(6):
        studio.stream.ready = tone(440.0, 0.1)
        running.listening.tick()
        QApplication.processEvents()
    assert running.stage.reading.name == "A4"
    assert len(painted) <= len(room.page.charts), "once at most, when the first note has the window laid out anew"


# takes


def test_return_opens_the_recording(window, opened, data, tmp_path, qtbot, room):
    sing(data, 50, 1)
    sing(data, 60, 0, take=write_take(tmp_path, "take", melody(60, 62)))
    page = opened()
    assert page.open_button.isEnabled()
    page.table.setFocus()
    press(page.table, "Return")
    assert not page.isVisible()
    qtbot.waitUntil(lambda: window.takes.scene.on)
    press(window, "F12")
    settle(room, qtbot)
    press(page.table, "Down")
    assert not page.open_button.isEnabled()
    press(page.table, "Return")
    assert page.problem.text() == "Nothing was recorded with this take"


def test_a_recording_that_is_gone_is_said(opened, data, tmp_path):
    sing(data, 60, 0, take=tmp_path / "gone.flac")
    page = opened()
    press(page.table, "Return")
    assert page.isVisible()
    assert page.problem.text() == f"{tmp_path / 'gone.flac'}: not there any more"


def test_one_take_is_deleted_after_a_question(opened, sung, data, room, qtbot):
    page = opened()
    press(page.table, "Down")
    press(page.table, "Delete")
    assert page.question.label.text() == "Delete the take of 22 Nov, 17:00? Its recording stays."
    assert page.question.no.hasFocus(), "Return alone does no harm"
    press(page.question.no, "Return")
    settle(room, qtbot)
    assert len(Progress(data).sessions()) == 5
    assert page.table.hasFocus()
    press(page.table, "Delete")
    press(page.question.yes, "Return")
    settle(room, qtbot)
    assert [each.exercise for each in Progress(data).sessions()] == ["My song"] * 4
    assert [row[1] for row in cells(page)] == ["My song"] * 4
    assert page.table.chosen.score == 75, "the next one is chosen"


def test_all_is_deleted_after_a_question_that_escape_drops(window, opened, sung, data, room, qtbot):
    page = opened()
    press(page, "Ctrl+M, D")
    assert page.question.isVisible()
    press(page.question.no, "Escape")
    assert not page.question.isVisible()
    assert page.isVisible()
    qtbot.mouseClick(page.delete_button, Qt.MouseButton.LeftButton)
    assert "cannot be undone" in page.question.label.text()
    qtbot.mouseClick(page.question.yes, Qt.MouseButton.LeftButton)
    settle(room, qtbot)
    assert Progress(data).sessions() == Progress(data).ranges() == ()
    assert page.empty.isVisible()
    assert page.problem.text() == "5 takes deleted"


def test_all_of_one_exercise(opened, sung, data, room, qtbot):
    room.recall({"exercise": "My song"})
    page = opened()
    assert page.delete_button.text() == "Delete these …"
    page.delete_button.click()
    assert "“My song”" in page.question.label.text()
    page.question.yes.click()
    settle(room, qtbot)
    settle(room, qtbot)
    assert [each.exercise for each in Progress(data).sessions()] == ["Other song"]
    assert page.exercise.currentText() == "All exercises"
    assert [row[1] for row in cells(page)] == ["Other song"]


# out


@pytest.fixture
def plain_dialogs():
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, True)
    yield
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, False)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_saved_as_the_ending_says(window, opened, sung, room, tmp_path, qtbot, plain_dialogs, ending):
    opened()
    press(window, "Ctrl+M, S")
    dialog = window.findChild(QFileDialog)
    assert not dialog.isModal()
    path = tmp_path / f"mine.{ending}"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    settle(room, qtbot)
    assert room.page.problem.text() == f"Saved as {path}"
    if ending == "json":
        assert len(json.loads(path.read_text())["sessions"]) == 5
    else:
        with path.open(newline="") as file:
            assert [row["score"] for row in csv.DictReader(file)] == ["60.0", "70.0", "75.0", "90.0", "80.0"]


def test_what_cannot_be_saved_is_one_sentence(opened, sung, room, tmp_path, qtbot):
    page = opened()
    room.save(tmp_path / "no" / "folder.csv")
    settle(room, qtbot)
    assert page.problem.text().startswith(f"{tmp_path / 'no' / 'folder.csv'}: cannot be written (")


def test_a_damaged_file_is_told_of_in_the_page(opened, data):
    data.parent.mkdir()
    data.write_bytes(b"junk" * 1000)
    page = opened()
    assert "put aside as practice.sqlite.bad" in page.problem.text()
    assert page.empty.isVisible()
    assert data.with_name("practice.sqlite.bad").exists()


def test_a_newer_file_is_told_of_in_the_page(opened, data, sung):
    import sqlite3

    connection = sqlite3.connect(data)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    page = opened()
    assert "written by a newer livepitch" in page.problem.text()


# room


def test_nothing_is_cut_off(window, opened, sung):
    page = opened()
    for size in ((1280, 800), (800, 600), (720, 520)):
        window.resize(*size)
        for _ in range(3):  # the list has gone to its other place, and the rest made room for it
            QApplication.processEvents()
        assert window.stage.rect().contains(page.geometry())
        assert_whole(page)
        beside = page.table.mapTo(page, QPoint()).x() > page.notes.mapTo(page, QPoint()).x() + 100
        assert beside is (size[0] == 1280)


def assert_whole(page):
    content = page.content.widget()
    for widget in (*page.findChildren(QPushButton), *page.findChildren(QLabel)):
        if widget.isVisible():
            assert widget.width() >= widget.minimumSizeHint().width(), widget.text()
            whole = content if content.isAncestorOf(widget) else page  # the content is scrolled
            assert whole.rect().contains(widget.mapTo(whole, widget.rect().bottomRight())), widget.text()
    assert content.width() <= page.content.viewport().width()
    for chart in page.charts:
        assert chart.width() >= 280
        assert chart.height() >= 176
        assert content.rect().contains(chart.geometry())


def test_what_has_the_focus_is_scrolled_into_sight(window, opened, sung):
    window.resize(800, 600)
    page = opened()
    page.ranges.setFocus()
    press(page.ranges, "Tab")
    assert page.table.hasFocus()
    port = page.content.viewport()
    assert port.rect().intersects(page.table.rect().translated(page.table.mapTo(port, QPoint())))


def test_a_window_that_never_opens_it_loads_nothing_for_it(window):
    assert window.progress.page is None
    assert window.progress._errands is None
