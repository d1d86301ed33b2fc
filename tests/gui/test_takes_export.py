"""What the window saves: files that other programs read."""

import json
import math
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog, QLineEdit

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


def save_as(window, qtbot, name, modifiers=CTRL, key=Qt.Key.Key_S):
    """Press the key, type a name, say yes; what the banner says then."""
    window.stage.banner.withdraw("saved")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, key, modifiers)
    (dialog,) = (dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())
    assert not dialog.isModal()
    dialog.selectFile(str(name))
    dialog.accept()
    qtbot.waitUntil(window.stage.banner.isVisible)
    return window.stage.banner.label.text()


def test_a_new_user_saves_a_csv(looking, qtbot, folder):
    qtbot.keyClick(looking, Qt.Key.Key_S, CTRL)
    (dialog,) = looking.findChildren(QFileDialog)
    assert dialog.directory().absolutePath() == str(folder)
    assert dialog.findChild(QLineEdit).text() == "Take 2026-11-23 14.05.12 (2).csv"  # it has one of its own
    kinds = ["Pitch, CSV (*.csv)", "Pitch, JSON (*.json)", "Sound, FLAC (*.flac)", "Sound, WAV (*.wav)"]
    assert dialog.nameFilters() == kinds  # and no markers, since there are none
    dialog.close()
    assert save_as(looking, qtbot, folder / "mine") == "Saved mine.csv: 6.0 s of pitch"
    np.testing.assert_allclose(read_take_track(folder / "mine.csv").f0, LINE, rtol=1e-5)


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
    told = save_as(looking, qtbot, tmp_path / "a.mid")
    assert told == "a.mid: can end in .csv, .json, .flac, .wav, .txt; choose one of these"
    assert not (tmp_path / "a.mid").exists()


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
    assert save_as(looking, qtbot, tmp_path / "p", CTRL | SHIFT, Qt.Key.Key_P) == "Saved p.png: the picture"
    view = looking.stage.view
    picture = QImage(str(tmp_path / "p.png"))
    assert (picture.width(), picture.height()) == (2 * view.width(), 2 * view.height())
    colours = {picture.pixelColor(x, y).name() for x in range(0, 1200, 3) for y in range(0, picture.height(), 3)}
    assert "#0b61c9" in colours  # in tune


def test_a_drawing_has_lines_and_note_names(looking, qtbot, tmp_path):
    assert save_as(looking, qtbot, tmp_path / "p.svg", CTRL | SHIFT, Qt.Key.Key_P) == "Saved p.svg: the picture"
    root = ElementTree.parse(tmp_path / "p.svg").getroot()
    assert root.tag.endswith("svg")
    texts = {element.text.strip() for element in root.iter() if element.tag.endswith("text")}
    assert {"C4", "0:01"} <= texts
    assert sum(element.tag.endswith(("polyline", "path", "line")) for element in root.iter()) > 50
    assert not any(element.tag.endswith("image") for element in root.iter())


def test_a_picture_ends_in_png_or_svg(looking, qtbot, tmp_path):
    told = save_as(looking, qtbot, tmp_path / "p.pdf", CTRL | SHIFT, Qt.Key.Key_P)
    assert told == "p.pdf: a picture can end in .png or .svg; choose one of these"
    assert not list(tmp_path.glob("p.*"))


def test_a_good_file_outlives_a_failed_one(looking, qtbot, tmp_path, monkeypatch):
    (tmp_path / "x.flac").write_text("good")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile, "write", full)
    looking.takes.exporting.save(looking.takes.exporting._material(), tmp_path / "x.flac")
    qtbot.waitUntil(looking.stage.banner.isVisible)
    assert "No space left on device" in looking.stage.banner.label.text()
    assert (tmp_path / "x.flac").read_text() == "good"
    assert not list(tmp_path.glob(".*"))
