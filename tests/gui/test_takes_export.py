"""What the window saves: files that other programs read."""

import json
import math
import os
import signal
from dataclasses import replace
from xml.etree import ElementTree

import mido
import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication, QImage
from PyQt6.QtWidgets import QFileDialog, QLineEdit

from livepitch.export.options import Options
from livepitch.gui.takes import exporting as exporting_module
from livepitch.gui.viewmodel import export_apart as exporting_apart
from livepitch.gui.viewmodel.take_kinds import KINDS
from livepitch.realtime import portaudio
from livepitch.realtime.csv_track import read_take_track
from tests.gui.takes import RATE, melody, sung, write_take

LINE = melody(60, 62, 64, math.nan, 67, 60)  # 6 s
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(portaudio, "output_devices", lambda refresh=False: [])
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(tmp_path / "takes"))
    return tmp_path / "takes"


@pytest.fixture
def looking(window, qtbot, folder):
    window.takes.open(write_take(folder, "Take 2026-11-23 14.05.12", LINE))
    qtbot.waitUntil(lambda: window.takes.scene.on)
    return window


def choose(window, qtbot, kind):
    """Open the card, and take this kind from its list."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    if not window.takes.exporting.card.isVisible():
        qtbot.keyClick(window, Qt.Key.Key_S, CTRL)
    box = window.takes.exporting.card.kinds
    box.setCurrentIndex(box.findData(kind))
    box.activated.emit(box.currentIndex())
    return window.takes.exporting.card


def name_as(window, qtbot, name):
    """Type a name into the dialog that is open, say yes; what the banner says then."""
    (dialog,) = (dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())
    assert not dialog.isModal()
    dialog.selectFile(str(name))
    dialog.accept()
    qtbot.waitUntil(window.stage.banner.isVisible, timeout=60_000)
    return window.stage.banner.label.text()


def save_as(window, qtbot, name, kind=None):
    """Save it as its ending says, or as a kind; by keys."""
    window.stage.banner.withdraw("saved")
    card = choose(window, qtbot, kind or "csv")
    card.button.setFocus()
    qtbot.keyClick(card.button, Qt.Key.Key_Return)
    assert not card.isVisible()
    return name_as(window, qtbot, name)


def save_picture_as(window, qtbot, name):
    window.stage.banner.withdraw("saved")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL | SHIFT)
    return name_as(window, qtbot, name)


def test_a_new_user_saves_a_csv(looking, qtbot, folder):
    qtbot.keyClick(looking, Qt.Key.Key_S, CTRL)
    card = looking.takes.exporting.card
    assert (card.isVisible(), card.what.text()) == (True, "All there is: 6.0 s")
    assert card.kinds.currentText() == "Pitch, CSV (.csv)"
    assert not card.tempo.isVisible()
    titles = [card.kinds.itemText(place) for place in range(card.kinds.count())]
    assert [title.partition(" (")[0] for title in titles if title] == [
        "Pitch, CSV", "Pitch, JSON", "Pitch, JSON Lines", "Pitch, Praat PitchTier", "Pitch, Sonic Visualiser layer",
        "Notes with pitch bend, MIDI", "Plain notes, MIDI", "Notes, MusicXML", "Notes, CSV", "Notes, Praat TextGrid",
        "Notes, Audacity labels", "Pitch and notes, JAMS", "Sound, FLAC", "Sound, WAV", "Picture, SVG", "Picture, PNG",
    ]  # and no markers, since there are none  # fmt: skip
    assert titles.count("") == 3  # lines between pitch, notes, sound and picture
    qtbot.keyClick(looking, Qt.Key.Key_S, CTRL)
    (dialog,) = looking.findChildren(QFileDialog)
    assert dialog.directory().absolutePath() == str(folder)
    assert dialog.findChild(QLineEdit).text() == "Take 2026-11-23 14.05.12 (2).csv"  # it has one of its own
    assert dialog.selectedNameFilter() == "Pitch, CSV (*.csv)"
    assert name_as(looking, qtbot, folder / "mine") == "Saved mine.csv: 6.0 s of pitch"
    np.testing.assert_allclose(read_take_track(folder / "mine.csv").f0, LINE, rtol=1e-5)


def test_another_kind_in_the_dialog_gives_the_name_its_ending(looking, qtbot, tmp_path):
    looking.takes.exporting.folder = tmp_path
    choose(looking, qtbot, "csv")
    qtbot.keyClick(looking, Qt.Key.Key_S, CTRL)
    (dialog,) = looking.findChildren(QFileDialog)
    plain = "Plain notes, MIDI (*.mid)"
    dialog.selectNameFilter(plain)
    dialog.filterSelected.emit(plain)  # as a click there does
    assert dialog.findChild(QLineEdit).text() == "Take 2026-11-23 14.05.12.mid"
    dialog.accept()
    qtbot.waitUntil(looking.stage.banner.isVisible)
    (track,) = mido.MidiFile(tmp_path / "Take 2026-11-23 14.05.12.mid").tracks[-1:]
    assert not [each for each in track if each.type == "pitchwheel"]
    assert [each.note for each in track if each.type == "note_on" and each.velocity] == [60, 62, 64, 67, 60]


def test_options_of_notes_are_offered_kept_and_heeded(looking, qtbot, tmp_path):
    looking.tuning_room.set_music(replace(looking.tuning_room.music, a4=442.0))
    exporting = looking.takes.exporting
    card = choose(looking, qtbot, "midi")
    assert "442 Hz" in card.about.text()
    assert all(each.isVisible() for each in (card.tempo, card.bend_range, card.lowest, card.highest))
    for spin, value in ((card.tempo, 90), (card.bend_range, 12)):
        spin.setFocus()
        spin.selectAll()
        qtbot.keyClicks(spin, str(value))
        qtbot.keyClick(spin, Qt.Key.Key_Tab)
    card.lowest.setCurrentIndex(62)
    card.lowest.activated.emit(62)
    assert card.lowest.currentText() == "D4"
    assert save_as(looking, qtbot, tmp_path / "a b ü.mid", "midi") == "Saved a b ü.mid: 3 notes"
    found = mido.MidiFile(tmp_path / "a b ü.mid")
    messages = [each for track in found.tracks for each in track]
    assert [round(mido.tempo2bpm(each.tempo)) for each in messages if each.type == "set_tempo"] == [90]
    assert [each.note for each in messages if each.type == "note_on" and each.velocity] == [62, 64, 67]
    assert next(each.value for each in messages if each.type == "control_change" and each.control == 6) == 12
    kept = exporting.remember()
    exporting.recall({"tempo": "fast", "kind": 3})
    assert (card.kind.name, card.options) == ("csv", Options())
    exporting.recall(kept)
    assert (card.kind.name, card.options) == ("midi", Options(tempo=90.0, bend_range=12.0, lowest=62))
    choose(looking, qtbot, "musicxml")
    assert (card.tempo.isVisible(), card.bend_range.isVisible(), card.tempo.value()) == (True, False, 90)
    card.highest.setCurrentIndex(50)  # below the lowest, which gives way
    card.highest.activated.emit(50)
    assert (card.options.lowest, card.options.highest) == (50, 50)
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_notes_are_copied(looking, qtbot):
    looking.stage.view.select(1.0, 3.0)
    qtbot.keyClick(looking, Qt.Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(looking.stage.banner.isVisible)
    assert looking.stage.banner.label.text() == "Copied 2 notes"
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert rows[0] == ["start", "end", "midi", "name", "hz", "cents"]
    assert [row[3] for row in rows[1:]] == ["D4", "E4"]
    assert float(rows[2][0]) == pytest.approx(1.0, abs=0.05)
    looking.stage.view.select(3.2, 3.8)  # a rest
    qtbot.keyClick(looking, Qt.Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(lambda: "nothing is sung there" in looking.stage.banner.label.text())


def test_long_saving_is_told_and_can_be_given_up(looking, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting_module, "PATIENCE", 0)
    (tmp_path / "a.musicxml").write_text("good")
    exporting = looking.takes.exporting
    start = exporting_apart.TaskProcess

    def started(*arguments):
        process = start(*arguments)
        os.kill(process.pid, signal.SIGSTOP)  # it takes long
        return process

    monkeypatch.setattr(exporting_apart, "TaskProcess", started)
    exporting.save(exporting._material(), tmp_path / "a.musicxml", KINDS["musicxml"], Options())
    qtbot.waitUntil(lambda: exporting.progress.isVisible() and exporting._apart.pid is not None, timeout=60_000)
    assert exporting.progress.text.text() == "Saving a.musicxml …"
    pid = exporting._apart.pid
    qtbot.keyClick(looking, Qt.Key.Key_Escape)
    assert not exporting.progress.isVisible()
    monkeypatch.undo()
    assert save_as(looking, qtbot, tmp_path / "b.jsonl") == "Saved b.jsonl: 6.0 s of pitch"  # the next waits for no one
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert (tmp_path / "a.musicxml").read_text() == "good"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.musicxml", "b.jsonl"]


def test_a_score_is_written_beside_the_window(looking, qtbot, tmp_path):
    looking.stage.view.select(0.0, 3.0)
    told = save_as(looking, qtbot, tmp_path / "a.musicxml")
    assert told == "Saved a.musicxml: 3 notes, times from the start of the selection"
    root = ElementTree.parse(tmp_path / "a.musicxml").getroot()
    pitches = [(note.findtext("pitch/step"), note.findtext("pitch/octave")) for note in root.iter("note")]
    assert [pitch for pitch in dict.fromkeys(pitches) if pitch[0]] == [("C", "4"), ("D", "4"), ("E", "4")]
    told = save_as(looking, qtbot, tmp_path / "nowhere" / "a.musicxml")
    assert "there is no folder" in told


def test_the_ending_chooses_and_the_selection_begins_at_0(looking, qtbot, tmp_path):
    looking.stage.view.select(4.0, 5.0)
    looking.stage.view.markers.add(4.5, "here")
    since = ", times from the start of the selection"
    assert save_as(looking, qtbot, tmp_path / "a.json") == f"Saved a.json: 1.0 s of pitch{since}"
    assert save_as(looking, qtbot, tmp_path / "a.wav") == f"Saved a.wav: 1.0 s of sound{since}"
    assert save_as(looking, qtbot, tmp_path / "a.txt") == f"Saved a.txt: one marker{since}"
    found = json.loads((tmp_path / "a.json").read_text())
    assert found["time"][0] == 0.0
    assert found["f0"][50] == pytest.approx(LINE[450], abs=1e-3)
    sound, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate == RATE
    np.testing.assert_allclose(sound, sung(LINE)[4 * RATE : 5 * RATE], atol=4e-5)
    assert (tmp_path / "a.txt").read_text() == "0.500000\t0.500000\there\n"


def test_a_wrong_ending_is_said_and_nothing_is_written(looking, qtbot, tmp_path):
    told = save_as(looking, qtbot, tmp_path / "a.doc")
    assert told.startswith("a.doc: can end in .csv, .json, ")
    assert not (tmp_path / "a.doc").exists()


def test_what_was_heard_live_is_saved_without_sound(running, studio, tone, qtbot, tmp_path):
    studio.stream.ready = tone(440.0, 2.0)
    running.listening.tick()
    assert save_as(running, qtbot, tmp_path / "live.csv") == "Saved live.csv: 2.0 s of pitch"
    assert len(read_take_track(tmp_path / "live.csv")) == 200
    assert "record first" in save_as(running, qtbot, tmp_path / "live.wav")


def test_nothing_heard_is_nothing_to_save(window, qtbot, tmp_path):
    assert save_as(window, qtbot, tmp_path / "x.csv").startswith("There is no pitch to save yet")
    assert not (tmp_path / "x.csv").exists()


def test_a_picture_has_twice_the_pixels_and_shows_the_voice(looking, qtbot, tmp_path):
    looking.takes.scene.seek(2.5)
    assert save_picture_as(looking, qtbot, tmp_path / "p") == "Saved p.png: the picture"
    view = looking.stage.view
    picture = QImage(str(tmp_path / "p.png"))
    assert (picture.width(), picture.height()) == (2 * view.width(), 2 * view.height())
    colours = {picture.pixelColor(x, y).name() for x in range(0, 1200, 3) for y in range(0, picture.height(), 3)}
    assert "#0b61c9" in colours  # in tune


def test_a_drawing_has_lines_and_note_names(looking, qtbot, tmp_path):
    assert save_picture_as(looking, qtbot, tmp_path / "p.svg") == "Saved p.svg: the picture"
    root = ElementTree.parse(tmp_path / "p.svg").getroot()
    assert root.tag.endswith("svg")
    texts = {element.text.strip() for element in root.iter() if element.tag.endswith("text")}
    assert {"C4", "0:01"} <= texts
    assert sum(element.tag.endswith(("polyline", "path", "line")) for element in root.iter()) > 50
    assert not any(element.tag.endswith("image") for element in root.iter())


def test_a_picture_ends_in_png_or_svg(looking, qtbot, tmp_path):
    told = save_picture_as(looking, qtbot, tmp_path / "p.pdf")
    assert told == "p.pdf: a picture can end in .png or .svg; choose one of these"
    assert not list(tmp_path.glob("p.*"))


def test_a_good_file_outlives_a_failed_one(looking, qtbot, tmp_path, monkeypatch):
    (tmp_path / "x.flac").write_text("good")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile, "write", full)
    looking.takes.exporting.save(looking.takes.exporting._material(), tmp_path / "x.flac", KINDS["flac"], Options())
    qtbot.waitUntil(looking.stage.banner.isVisible)
    assert "No space left on device" in looking.stage.banner.label.text()
    assert (tmp_path / "x.flac").read_text() == "good"
    assert not list(tmp_path.glob(".*"))
