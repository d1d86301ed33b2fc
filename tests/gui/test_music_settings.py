"""The music settings, through the real window: menu, chords, card and what they change on screen."""

import json
import math
from dataclasses import replace
from itertools import pairwise

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog

from livepitch.gui.look.theme import LIGHT
from livepitch.gui.sound.transport import State
from livepitch.practice.music import Music
from livepitch.practice.scales import Key

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SLENDRO = "Five equal\n5\n240.0\n480.0\n720.0\n960.0\n2/1\n"


@pytest.fixture
def light(running):
    running.looks.choose_theme("light")
    return running


@pytest.fixture
def slendro(tmp_path):
    path = tmp_path / "slendro.scl"
    path.write_text(SLENDRO)
    return path


def sing(window, studio, frames):
    studio.stream.ready = frames
    window.listening.tick()


def chord(qtbot, window, first, second, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window, first, CTRL)
    qtbot.keyClick(window, second, modifier)


def entry(window, *path):
    """The action of a menu, by the titles that lead to it."""
    menu = next(action.menu() for action in window.menuBar().actions() if action.text().replace("&", "") == "Music")
    for title in path[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text().replace("&", "") == title)
    return next(action for action in menu.actions() if action.text().replace("&", "") == path[-1])


def keys_picture(window):
    """The keys beside the picture, as they are painted."""
    view = window.stage.view
    area = view.mapFromScene(view.keys.sceneBoundingRect()).boundingRect()
    return view.grab(area).toImage()


def chosen(window, topic):
    menu = entry(window, topic).menu()
    return [action.text() for action in menu.actions() if action.isChecked()]


def test_a_key_chosen_in_the_menu_spells_notes_and_keys(light, studio, tone):
    sing(light, studio, tone(466.16, 0.3))
    before = keys_picture(light)
    assert light.stage.note.note.text() == "A♯4"
    entry(light, "Key", "F").trigger()
    entry(light, "Scale", "Major").trigger()
    sing(light, studio, tone(466.16, 0.3, start=0.3))
    assert light.stage.note.note.text() == "B♭4"
    assert light.stage.note.accessibleName() == "Note B♭4, 0 cents in tune"
    assert light.stage.note.beside.text() == "perfect fourth"
    assert keys_picture(light) != before
    assert (chosen(light, "Key"), chosen(light, "Scale")) == (["F"], ["Major"])
    entry(light, "Key", "C").trigger()
    entry(light, "Scale", "Chromatic").trigger()
    sing(light, studio, tone(466.16, 0.3, start=0.6))
    assert keys_picture(light) == before


def test_every_topic_can_be_chosen_by_its_chord(light, qtbot, studio, tone):
    light.activateWindow()
    sing(light, studio, tone(466.16, 0.3))
    pictures = [keys_picture(light)]
    for first, second, modifier, name in (
        (Qt.Key.Key_K, Qt.Key.Key_B, SHIFT, "A♯4"),  # the tonic alone: no scale spells it yet
        (Qt.Key.Key_J, Qt.Key.Key_M, None, "B♭4"),
        (Qt.Key.Key_I, Qt.Key.Key_S, None, "G5"),
        (Qt.Key.Key_N, Qt.Key.Key_G, None, "G5"),
        (Qt.Key.Key_I, Qt.Key.Key_B, None, "C5"),
        (Qt.Key.Key_I, Qt.Key.Key_C, None, "B4"),
        (Qt.Key.Key_N, Qt.Key.Key_S, None, "Si♭4"),
        (Qt.Key.Key_N, Qt.Key.Key_M, None, "Do4"),
        (Qt.Key.Key_N, Qt.Key.Key_I, None, "S4"),
        (Qt.Key.Key_Y, Qt.Key.Key_J, None, "S4"),
        (Qt.Key.Key_Y, Qt.Key.Key_1, None, "r4"),  # a semitone above the B♭ of 415 Hz
    ):
        chord(qtbot, light, first, second, modifier or Qt.KeyboardModifier.NoModifier)
        sing(light, studio, tone(466.16, 0.2, start=float(len(pictures))))
        assert light.stage.note.note.text() == name
        pictures.append(keys_picture(light))
    assert light.tuning_room.button.accessibleName() == "Music: B♭ major · just · A4 = 415 Hz"
    assert all(before != after for before, after in pairwise(pictures[1:]))
    chord(qtbot, light, Qt.Key.Key_U, Qt.Key.Key_T)
    assert chosen(light, "Voice") == ["Tenor"]


def test_the_card_opens_and_closes_by_key_button_and_escape(light, qtbot):
    room = light.tuning_room
    light.activateWindow()
    qtbot.keyClick(light, Qt.Key.Key_K)
    assert room.card.isVisible()
    assert room.card.boxes["root"].hasFocus()
    assert entry(light, "Settings").isChecked()
    qtbot.keyClick(room.card.boxes["root"], Qt.Key.Key_Escape)
    assert not room.card.isVisible()
    qtbot.mouseClick(room.button, Qt.MouseButton.LeftButton)
    assert room.card.isVisible()
    qtbot.keyClick(room.card.boxes["names"], Qt.Key.Key_K)
    assert not room.card.isVisible()
    assert not room.button.isChecked()
    qtbot.mouseClick(room.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(room.card.close_button, Qt.MouseButton.LeftButton)
    assert not room.card.isVisible()


def test_the_card_is_worked_by_keys_alone_while_the_voice_goes_on(light, qtbot, studio, tone):
    light.activateWindow()
    sing(light, studio, tone(466.16, 0.3))
    before = keys_picture(light)
    qtbot.keyClick(light, Qt.Key.Key_K)

    def key(name, *modifiers):
        QTest.keyClick(QApplication.focusWidget(), name, *modifiers)

    for _ in range(10):
        key(Qt.Key.Key_Down)  # C to B♭
    key(Qt.Key.Key_Tab)
    key(Qt.Key.Key_M)  # the first scale that begins so
    sing(light, studio, tone(466.16, 0.3, start=0.3))
    assert light.stage.note.note.text() == "B♭4"
    key(Qt.Key.Key_Tab)
    assert light.tuning_room.concert_pitch.hasFocus()
    light.tuning_room.concert_pitch.selectAll()
    QTest.keyClicks(light.tuning_room.concert_pitch, "415")
    key(Qt.Key.Key_Return)
    sing(light, studio, tone(440.0, 0.3, start=0.6))
    assert light.stage.note.note.text() == "B♭4"
    assert light.stage.note.cents.text() == "+1 cent · in tune"
    light.tuning_room.card.boxes["names"].setFocus()
    key(Qt.Key.Key_Space)  # opens the list and stops no voice
    assert light.listening.transport.state is State.RUNNING
    assert QApplication.activePopupWidget() is not None
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
    assert keys_picture(light) != before


def test_the_card_leaves_note_keys_and_banner_in_sight(light, studio, tone):
    for size in ((800, 600), (1280, 800)):
        light.resize(*size)
        light.tuning_room.open_card()
        light.grab()
        card, stage = light.tuning_room.card, light.stage
        place = card.geometry()
        assert stage.rect().contains(place)
        for seen in (stage.note, stage.meter):
            assert not place.intersects(seen.rect().translated(seen.mapTo(stage, seen.rect().topLeft())))
        for box in card.boxes.values():
            widest = box.fontMetrics().horizontalAdvance(box.currentText())
            assert widest < box.width() - 30, box.currentText()


def test_a_preset_and_the_keys_of_concert_pitch(light, qtbot):
    room = light.tuning_room
    room.open_card()
    light.activateWindow()
    buttons = {button.text(): button for button in room.card.presets}
    qtbot.mouseClick(buttons["442"], Qt.MouseButton.LeftButton)
    assert room.concert_pitch.text() == "A4 = 442.0 Hz"
    assert [text for text, button in buttons.items() if button.isChecked()] == ["442"]
    assert chosen(light, "Concert pitch") == ["A4 = 442 Hz"]
    qtbot.keyClick(light, Qt.Key.Key_Up, CTRL)
    assert [text for text, button in buttons.items() if button.isChecked()] == ["443"]
    assert light.listening.choosing.chosen.settings.a4 == 443.0


def test_a_scala_file_is_chosen_without_stopping_anything(light, qtbot, studio, tone, slendro):
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, True)
    sing(light, studio, tone(440.0, 0.3))
    before = keys_picture(light)
    room = light.tuning_room
    entry(light, "Temperament", "Scala file …").trigger()
    dialog = room.dialog
    assert isinstance(dialog, QFileDialog)
    assert not dialog.isModal()
    assert QGuiApplication.modalWindow() is None
    assert chosen(light, "Temperament") == ["Equal"]
    dialog.selectFile(str(slendro))
    dialog.accept()
    assert room.dialog is None
    sing(light, studio, tone(440.0, 0.3, start=0.3))
    assert light.stage.note.note.text() == "5·4"  # 960 cents above C4; A4 is 900
    assert light.stage.note.cents.text() == "−60 cents · flat"
    assert keys_picture(light) != before
    assert chosen(light, "Temperament") == ["Scala file: Five equal"]
    assert room.button.accessibleName() == "Music: slendro on C · A4 = 440 Hz"


def test_a_bad_scala_file_is_told_in_one_sentence_and_the_old_tuning_stays(light, studio, tone, slendro):
    room = light.tuning_room
    room.read_scala(str(slendro))
    bad = slendro.with_name("bad.scl")
    bad.write_text("Bad\n2\nthree halves\n2/1\n")
    room.read_scala(str(bad))
    assert room.card.isVisible()
    assert room.card.problem.isVisible()
    assert room.card.problem.text() == (
        f"{bad}: line 3 should be a ratio such as 3/2 or cents such as 701.955, not “three halves”"
    )
    sing(light, studio, tone(440.0, 0.3))
    assert light.stage.note.note.text() == "5·4"
    room.choose("temperament", "just")
    assert not room.card.problem.isVisible()


def test_the_dialog_given_up_changes_nothing(light, qtbot):
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, True)
    room = light.tuning_room
    room.open_card()
    box = room.card.boxes["temperament"]
    box.setCurrentIndex(box.count() - 1)
    box.activated.emit(box.count() - 1)
    assert box.currentText() == "Equal"
    room.dialog.reject()
    assert room.dialog is None
    assert room.music == Music()


def test_tonics_are_called_as_the_scale_spells_them(light):
    def tonics():
        return [action.text() for action in entry(light, "Key").menu().actions()]

    room = light.tuning_room
    room.set_music(Music(key=Key(1, "major")))
    assert tonics() == ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"]
    room.set_music(Music(key=Key(1, "natural-minor"), names="german"))
    assert tonics() == ["C", "Cis", "D", "Es", "E", "F", "Fis", "G", "Gis", "A", "B", "H"]
    assert room.card.boxes["root"].currentText() == "Cis"
    room.set_music(Music(key=Key(10, "major"), instrument="b-flat"))
    room.open_card()
    assert room.card.written.text() == "written C major"


def test_the_button_has_words_for_every_width(light):
    room = light.tuning_room
    room.set_music(Music(442.0, "meantone", key=Key(10, "harmonic-minor")))
    texts = []
    for width in (1600, 800, 720):
        light.resize(width, 600)
        QApplication.processEvents()
        assert room.button.isVisible(), width
        assert room.button.geometry().right() < width
        texts.append(room.button.text())
    assert texts[0] == "B♭ harmonic minor · meantone · A4 = 442 Hz"
    assert texts[-1] != texts[0]
    assert all(text.endswith("A4 = 442 Hz") for text in texts)
    assert "K" in room.button.toolTip()


def test_settings_are_remembered_and_what_is_bad_left_out(light, slendro):
    room = light.tuning_room
    music = Music(415.0, "scala", str(slendro), Key(2, "dorian"), "german", "horn", "alto")
    room.set_music(music)
    kept = json.loads(json.dumps(room.remember()))
    room.set_music(Music())
    room.recall(kept)
    assert room.music == music
    assert chosen(light, "Instrument") == ["F horn, English horn"]
    slendro.unlink()
    entry(light, "Key", "E").trigger()  # what was read is kept
    assert room.music.tuning.temperament.title == "Five equal"
    room.recall({**kept, "names": 7, "voice": None, "root": "x"})
    assert room.music.temperament == "equal"
    assert (room.music.a4, room.music.instrument, room.music.names) == (415.0, "horn", "english")


def test_a_change_reaches_the_trace_that_is_there_already(light, studio, tone):
    """In equal temperament the note is between two, in the other tuning it is one: the trace takes its colour."""
    sing(light, studio, tone(440.0 * 2 ** (40 / 1200), 3.0))

    def blue():
        image = light.stage.view.grab().toImage()
        y = [y for y in range(image.height()) if image.pixelColor(7 * image.width() // 10, y).name() == LIGHT.in_tune]
        return len(y)

    assert blue() == 0
    light.tuning_room.set_music(replace(Music(), a4=450.0))
    assert math.isclose(1200 * math.log2(450 / 440), 38.9, abs_tol=0.1)
    assert blue() > 0
