import math

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt

from livepitch.gui.look.theme import LIGHT
from livepitch.gui.viewmodel.cursor import free_place, read_at
from livepitch.gui.viewmodel.history import PitchHistory
from livepitch.practice.music import Music
from tests.gui.plotting import SHIFT, Hand, colour_at, where

Key = Qt.Key
SHARP = 440.0 * 2 ** (12 / 1200)


@pytest.fixture
def hand(running, studio, qtbot, tone, frame):
    """A4, twelve cents sharp, with a second of silence: of ten seconds eight are in sight, and stand."""
    running.looks.choose_theme("light")
    hand = Hand(running, studio, qtbot)
    silence = [frame(6.0 + 0.01 * i) for i in range(100)]
    hand.sing([*tone(SHARP, 6.0), *silence, *tone(SHARP, 3.0, start=7.0)])
    hand.key(Key.Key_P)
    return hand


def said(hand):
    readout = hand.view.cursor.readout
    return None if readout is None else (readout.pitch, readout.detail)


def test_the_mouse_reads_the_trace_at_its_time(hand):
    hand.move(hand.at(4.0, 60.0))
    pitch, detail = said(hand)
    assert pitch == "A4  +12 cents"
    hz, at = detail.split("  ·  ")
    assert hz == "443.1 Hz"
    assert at.startswith("0:0")
    assert float(at[2:]) == pytest.approx(4.0, abs=0.011)


def test_in_silence_it_reads_the_pitch_under_the_mouse(hand):
    hand.move(hand.at(6.5, 62.3))
    pitch, detail = said(hand)
    assert pitch.startswith("D4  +3")
    assert "Hz at the mouse" in detail


def test_line_and_label_stand_beside_the_mouse_and_cover_no_trace(hand):
    for midi in (69.12, 68.0, 70.5, 60.0):
        point = hand.at(4.0, midi)
        trace = where(hand.picture(), LIGHT.in_tune)
        hand.move(point)
        label, picture = hand.view.cursor.label, hand.picture()
        assert colour_at(picture, label.left() + 3, label.center().y()) == LIGHT.card
        assert colour_at(picture, round(point.x()), hand.scale.area.top() + 2) == LIGHT.muted
        covered = (trace[1] >= label.left()) & (trace[1] <= label.right())
        covered &= (trace[0] >= label.top()) & (trace[0] <= label.bottom())
        assert not covered.any()
        assert 0 < label.left() - point.x() < 30
        assert hand.scale.area.contains(label)
        hand.leave()


def test_at_the_right_edge_the_label_stands_at_the_left_of_the_line(hand):
    point = hand.at(hand.scale.right - 0.1, 60.0)
    hand.move(point)
    assert hand.view.cursor.label.right() < point.x()


def test_the_cursor_vanishes_with_the_mouse(hand):
    before = hand.picture()
    hand.move(hand.at(4.0, 60.0))
    assert not np.array_equal(hand.picture(), before)
    hand.leave()
    assert said(hand) is None
    assert np.array_equal(hand.picture(), before)
    hand.move(QPointF(hand.scale.area.right() + 10, 100.0))  # over the keys there is no time to read
    assert said(hand) is None


def test_names_are_those_of_the_music(hand):
    hand.window.stage.set_music(Music(instrument="b-flat", names="german"))
    hand.move(hand.at(4.0, 60.0))
    assert said(hand)[0] == "H4  +12 cents"


def test_keys_put_the_cursor_at_the_newest_pitch_and_move_it(hand):
    hand.key(Key.Key_C)
    assert said(hand) == ("A4  +12 cents", "443.1 Hz  ·  0:09.99")
    hand.key(Key.Key_Left)
    step = hand.view.cursor.time_on(hand.scale)
    assert 9.99 - step == pytest.approx(max(0.01, 2 / hand.scale.px_per_second))
    for _ in range(2):
        hand.key(Key.Key_Left, SHIFT)
    assert step - hand.view.cursor.time_on(hand.scale) == pytest.approx(20 * (9.99 - step))
    hand.key(Key.Key_Right)
    assert "A4" in hand.view.accessibleDescription()
    hand.key(Key.Key_C)
    assert said(hand) is None


def test_the_picture_goes_along_with_the_cursor_and_stops_for_it(hand):
    hand.key(Key.Key_P)
    hand.key(Key.Key_C)
    assert not hand.view.time_window.following
    for _ in range(60):
        hand.key(Key.Key_Left, SHIFT)
    assert hand.view.cursor.time_on(hand.scale) == pytest.approx(0.0, abs=0.01)
    assert hand.scale.left <= 0.0
    for _ in range(60):
        hand.key(Key.Key_Right, SHIFT)
    assert hand.scale.right >= 9.99
    assert not hand.view.time_window.following


def test_keys_in_silence_say_that_there_is_no_voice(hand):
    hand.view.cursor.put(6.5)
    hand.paint()
    assert said(hand) == ("No voice", "0:06.50")


def test_a_readout_of_a_shifted_voice(tone):
    history = PitchHistory()
    history.extend(tone(440.0, 1.0))
    assert read_at(history, 3.5, 3.0, 0.0, Music()).pitch == "A4  0 cents"
    assert read_at(history, 3.5, 0.0, 0.0, Music()).pitch == "No voice"
    assert math.isnan(read_at(history, 3.5, 0.0, 0.0, Music(), 60.0).midi)


@pytest.mark.parametrize(
    ("spans", "wanted", "place"),
    [
        ([], 30.0, 30.0),
        ([(40.0, 45.0)], 30.0, 20.0),
        ([(40.0, 45.0)], 35.0, 46.0),
        ([(0.0, 60.0), (math.nan, math.nan)], 0.0, 61.0),
        ([(0.0, 60.0), (70.0, 95.0)], 0.0, None),
        ([(0.0, 100.0)], 50.0, None),
        ([], -50.0, 0.0),
        ([], 500.0, 80.0),
    ],
)
def test_a_free_place(spans, wanted, place):
    found = free_place(np.array(spans, float).reshape(-1, 2), 20.0, 0.0, 100.0, wanted)
    assert found == place
