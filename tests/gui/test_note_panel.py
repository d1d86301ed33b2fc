"""The note panel, through the real window."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QColor, QImage

from livepitch.gui.look.theme import LIGHT
from livepitch.practice.music import Music
from livepitch.practice.naming import STYLES
from livepitch.practice.scales import Key


def sing(window, studio, frames):
    studio.stream.ready = frames
    window.listening.tick()


def voice(frame, midi, seconds, start=0.0, rate=0.0, extent=0.0):
    """Frames of a voice on a MIDI note, with vibrato (Hz, cents)."""
    times = [start + i / 100 for i in range(round(100 * seconds))]
    swings = [extent / 100 * math.sin(2 * math.pi * rate * time) for time in times]
    return [frame(time, 440.0 * 2 ** ((midi + swing - 69) / 12)) for time, swing in zip(times, swings, strict=True)]


def painted(widget, colour):
    """Rows and columns of a widget where a colour is painted."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    pixels = raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), 2::-1].astype(int)
    wanted = QColor(colour)
    return np.nonzero(np.abs(pixels - (wanted.red(), wanted.green(), wanted.blue())).max(axis=2) < 40)


def test_steadiness_and_vibrato_are_said(running, studio, frame):
    panel = running.stage.note
    sing(running, studio, voice(frame, 69, 1.5, rate=5.4, extent=38))
    assert panel.vibrato.text() == "vibrato 5.4 Hz ±38 cents"
    assert panel.steadiness.text().startswith("steady ±")
    sing(running, studio, voice(frame, 69, 0.3, start=2.0))
    assert (panel.steadiness.text(), panel.vibrato.text()) == ("", "")


def test_an_unsteady_note_is_called_so(running, studio, frame):
    frames = [frame(i / 100, 440.0 * 2 ** (0.5 * i / 100 / 12)) for i in range(130)]
    sing(running, studio, frames)
    assert running.stage.note.steadiness.text() == "unsteady ±20 cents"


def test_a_note_that_has_ended_is_held_dimmed_and_then_gone(running, studio, frame, tone):
    window, panel = running, running.stage.note
    window.looks.choose_theme("light")
    sing(window, studio, tone(440.0, 1.0))
    assert len(painted(panel.note, LIGHT.text)[0]) > 100
    sing(window, studio, tone(math.nan, 0.3, start=1.0))
    assert panel.note.text() == "A4"
    assert len(painted(panel.note, LIGHT.text)[0]) == 0
    assert len(painted(panel.note, LIGHT.muted)[0]) > 100
    sing(window, studio, tone(math.nan, 0.6, start=1.3))
    assert (panel.note.text(), panel.cents.text(), panel.steadiness.text()) == ("–", "– cents", "")


def test_text_can_be_read_while_the_needle_moves_with_the_voice(running, studio, frame):
    panel = running.stage.note
    words, said, needles = [], [], []
    for i in range(120):  # a slow rise of 36 cents
        sing(running, studio, [frame(i / 100, 440.0 * 2 ** (0.3 * i / 100 / 12))])
        words.append((panel.cents.text(), panel.hz.text()))
        said.append((panel.accessibleName(), panel.note.accessibleName(), panel.dial.accessibleDescription()))
        needles.append(panel.dial.needle_tip().x())
    assert 10 <= len(set(words)) <= 15
    assert len(set(said)) <= 3
    assert len(set(needles)) > 80
    assert panel.accessibleName().startswith("Note A4, +")


def test_the_last_note_of_a_stalled_stream_is_not_left_behind(running, studio, tone):
    sing(running, studio, tone(440.0, 0.3))
    sing(running, studio, tone(523.25, 0.02, start=0.3))
    sing(running, studio, tone(523.25, 0.15, start=0.32))
    assert running.stage.note.note.text() == "C5"


@pytest.mark.parametrize("size", [(800, 600), (1920, 1080)])
def test_the_longest_names_have_room_beside_the_needle(running, size, studio, frame):
    running.looks.choose_theme("light")
    running.resize(*size)
    name, start = running.stage.note.note, 0.0
    for style in STYLES:
        running.tuning_room.set_music(Music(key=Key(6, "major"), names=style))
        running.grab()
        heights = set()
        for midi in range(54, 66, 2):
            start += 1
            sing(running, studio, voice(frame, midi, 0.2, start=start))
            heights.add(name.sizeHint().height())
            columns = painted(name, LIGHT.text)[1]
            assert 0 < columns.min() < columns.max() < name.width() - 1, name.text()
        assert len(heights) == 1  # it does not jump from note to note
    assert name.width() < 2 * running.stage.note.dial.arc.inner


def test_the_name_can_be_read_from_five_metres_on_a_large_screen(running, studio, tone):
    running.looks.choose_theme("light")
    heights = {}
    for size in ((800, 600), (1920, 1080)):
        running.resize(*size)
        running.grab()
        sing(running, studio, tone(440.0, 0.3, start=float(size[0])))
        rows = painted(running.stage.note.note, LIGHT.text)[0]
        heights[size] = rows.max() - rows.min()
    # A letter is read at 200 times its height: 25 mm from 5 m, 90 px where 1080 of them are 30 cm high.
    assert heights[1920, 1080] >= 90
    assert heights[800, 600] >= 35


def test_the_parts_do_not_overlap_in_a_small_window(running, studio, frame):
    running.resize(800, 600)
    running.tuning_room.set_music(Music(key=Key(10, "major"), instrument="b-flat", names="solfege"))
    running.grab()
    sing(running, studio, voice(frame, 58, 1.5, rate=5.4, extent=38))
    panel = running.stage.note
    lines = [panel.cents, panel.hz, panel.steadiness, panel.vibrato]
    areas = [panel.dial.geometry(), *(line.geometry() for line in lines)]
    assert all(above.bottom() < below.top() for above, below in itertools.pairwise(areas))
    assert QRect(QPoint(0, 0), panel.size()).contains(areas[-1])
    for line in (*lines, panel.beside):
        assert line.text()
        assert line.sizeHint().width() <= line.width() + 1, line.text()
        assert line.sizeHint().height() <= line.height() + 3, line.text()


def test_interval_and_sounding_note_stand_under_the_name(running, studio, frame):
    running.resize(1600, 1000)
    running.grab()
    panel, room = running.stage.note, running.tuning_room
    choices = (
        (Music(key=Key(10, "major")), 62, "D4", "major third"),
        (Music(key=Key(2, "harmonic-minor")), 61, "C♯4", "major seventh"),
        (Music(instrument="b-flat"), 56, "A♯3", "sounds G♯3"),
        (Music(key=Key(8, "major"), instrument="b-flat"), 56, "B♭3", "tonic · sounds A♭3"),
        (Music(instrument="guitar"), 40, "E3", "sounds E2"),
        (Music(), 60, "C4", ""),
    )
    for start, (music, midi, name, beside) in enumerate(choices):
        room.set_music(music)
        sing(running, studio, voice(frame, midi, 0.3, start=float(start)))
        assert (panel.note.text(), panel.beside.text()) == (name, beside)


def test_cents_of_unequal_temperaments_are_the_known_ones(running, studio, tone):
    choices = (
        # A4 stays 440 Hz in each: C4 = 440 × 2^(−889.74/1200), and a pure third above it, 328.98 Hz.
        (Music(temperament="meantone"), 329.63, "+3 cents · in tune"),
        (Music(temperament="meantone", key=Key(10, "major")), 440.0, "0 cents · in tune"),
        # D4 = 440 × 2/3, F♯4 = 5/4 above it = 366.67 Hz; equal temperament has 369.99.
        (Music(temperament="just", key=Key(2, "major")), 369.99, "+16 cents · sharp"),
        # C4 = 440 × 16/27 = 260.74 Hz, E♭ 32/27 above it = 309.03 Hz; equal temperament has 311.13.
        (Music(temperament="pythagorean"), 311.13, "+12 cents · in tune"),
        (Music(a4=415.0), 440.0, "+1 cent · in tune"),
    )
    for start, (music, hz, cents) in enumerate(choices):
        running.tuning_room.set_music(music)
        sing(running, studio, tone(hz, 0.3, start=float(start)))
        assert running.stage.note.cents.text() == cents


def test_the_dial_is_as_wide_as_notes_are_apart(running, studio, frame, tmp_path):
    path = tmp_path / "slendro.scl"
    path.write_text("Five equal\n5\n240.\n480.\n720.\n960.\n2/1\n")
    panel, room = running.stage.note, running.tuning_room

    def needle(midi, start):
        sing(running, studio, voice(frame, midi, 0.4, start=start))
        return panel.dial.needle_tip()

    half = needle(60.25, 0.0)
    room.read_scala(str(path))
    for start, cents in ((1.0, 60), (2.0, 115)):  # 60 of 120 cents are where 25 of 50 were
        tip = needle(60 + cents / 100, start)
        assert panel.cents.text() == f"+{cents} cents · sharp"
        assert panel.note.text() == "1·4"
        if cents == 60:
            assert (tip.x(), tip.y()) == (pytest.approx(half.x(), abs=0.5), pytest.approx(half.y(), abs=0.5))
    assert tip.y() > half.y()
    room.set_music(replace(room.music, temperament="equal"))
    assert needle(60.25, 3.0).x() == pytest.approx(half.x(), abs=0.5)


def test_the_dial_is_sharp_on_a_fine_screen(running, studio, tone):
    sing(running, studio, tone(440.0, 0.3))
    dial = running.stage.note.dial
    image = QImage(2 * dial.size(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    dial.render(image)
    coarse = dial.grab().toImage()
    rows = [
        np.count_nonzero(
            [picture.pixelColor(picture.width() // 2, y).name() != LIGHT.card for y in range(picture.height() // 2)]
        )
        for picture in (coarse, image)
    ]
    assert rows[1] == pytest.approx(2 * rows[0], rel=0.15)
