import math

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt

from livepitch.gui.look.theme import LIGHT
from livepitch.gui.viewmodel.note_range import Held
from livepitch.gui.viewmodel.time_window import AHEAD
from livepitch.practice.music import Music
from tests.gui.plotting import CTRL, SHIFT, Hand, where

Key = Qt.Key


@pytest.fixture
def hand(running, studio, qtbot, tone):
    """A minute of A4, the last second of it C5: eight seconds are in sight."""
    running.looks.choose_theme("light")
    hand = Hand(running, studio, qtbot)
    hand.sing([*tone(440.0, 59.0), *tone(523.25, 1.0, start=59.0)])
    return hand


def step_x(hand):
    """Where in the picture the step from A4 to C5 lies, by its pixels."""
    rows, columns = where(hand.picture(), LIGHT.in_tune)
    columns = columns[np.abs(rows - hand.scale.y(72.0)) < 2]
    return float(columns.min())


def test_the_wheel_zooms_time_round_the_mouse(hand):
    hand.key(Key.Key_P)
    at = hand.at(59.0, 65.0)
    before = step_x(hand)
    hand.wheel(at)
    hand.wheel(at)
    assert hand.scale.seconds == pytest.approx(8.0 / 1.25**2)
    assert step_x(hand) == pytest.approx(before, abs=2)
    hand.wheel(at, (0, -240))
    assert hand.scale.seconds == pytest.approx(8.0)
    assert step_x(hand) == pytest.approx(before, abs=2)


def test_zooming_goes_on_following_the_voice(hand, tone):
    hand.wheel(hand.at(56.0, 65.0), (0, -360))
    assert hand.view.time_window.following
    scale = hand.sing(tone(523.25, 2.0, start=60.0))
    assert scale.right == pytest.approx(62.0 + AHEAD * scale.seconds, abs=0.1)


def test_a_pinch_zooms_time(hand):
    hand.pinch(hand.at(59.0, 65.0), 0.25)
    assert hand.scale.seconds == pytest.approx(8.0 / 1.25)


@pytest.mark.parametrize(
    ("turned", "modifiers", "fingers", "later"),
    [((0, 120), SHIFT, (0, 0), -0.96), ((120, 0), None, (0, 0), -0.96), ((80, 4), None, (50, 2), None)],
    ids=["wheel with Shift", "sideways wheel", "two fingers"],
)
def test_going_through_time(hand, turned, modifiers, fingers, later):
    before, left = step_x(hand), hand.scale.left
    expected = later or -50 / hand.scale.px_per_second
    hand.wheel(hand.at(57.0, 65.0), turned, modifiers or Qt.KeyboardModifier.NoModifier, fingers)
    assert hand.scale.left - left == pytest.approx(expected, abs=0.05)
    assert step_x(hand) - before == pytest.approx(-expected * hand.scale.px_per_second, abs=8)
    assert not hand.view.time_window.following


def test_with_control_or_over_the_keys_the_wheel_zooms_notes(hand):
    hand.wheel(hand.at(57.0, 69.0), modifiers=CTRL)
    assert hand.scale.high - hand.scale.low == 22.0
    hand.wheel(QPointF(hand.scale.area.right() + 20, hand.scale.area.center().y()), (0, -240))
    assert hand.scale.high - hand.scale.low == 26.0
    assert hand.view.note_range.held is Held.VOICE


def test_in_a_fixed_range_the_pitch_under_the_mouse_stays(hand):
    hand.key(Key.Key_F, SHIFT)
    at = hand.at(57.0, 72.0)
    hand.wheel(at, modifiers=CTRL)
    assert hand.scale.midi_at(at.y()) == pytest.approx(72.0, abs=0.05)


def test_notes_zoom_from_one_octave_to_six(hand):
    for _ in range(40):
        hand.wheel(hand.at(57.0, 69.0), modifiers=CTRL)
    assert hand.scale.high - hand.scale.low == 12.0
    hand.wheel(hand.at(57.0, 69.0), (0, -120 * 60), CTRL)
    assert hand.scale.high - hand.scale.low == 72.0


def test_drawing_moves_time_and_coming_back_follows_again(hand, tone):
    before = step_x(hand)
    hand.drag(hand.at(57.0, 66.0), hand.at(57.0, 66.0) + QPointF(60.0, 100.0))
    assert step_x(hand) - before == pytest.approx(60.0, abs=2)
    low = hand.scale.low
    hand.sing(tone(880.0, 1.0, start=60.0))
    assert hand.scale.low == low  # the voice that is not in sight moves nothing
    hand.drag(hand.at(58.0, 66.0), hand.at(58.0, 66.0) - QPointF(500.0, 0.0))
    assert hand.view.time_window.following


def test_drawing_moves_the_notes_of_a_fixed_range(hand):
    hand.key(Key.Key_F, SHIFT)
    y = hand.scale.y(69.0)
    hand.drag(hand.at(57.0, 66.0), hand.at(57.0, 66.0) + QPointF(0.0, 90.0))
    assert hand.scale.y(69.0) - y == pytest.approx(90.0, abs=1)
    _, middle = hand.trace_middle(LIGHT.in_tune, hand.scale.x(55.0), hand.scale.x(58.0))
    assert middle == pytest.approx(hand.scale.y(69.0), abs=1.5)


def test_keys_go_through_time(hand):
    newest = hand.scale.left
    hand.key(Key.Key_Left)
    assert hand.scale.left == pytest.approx(newest - 1.0, abs=0.05)
    hand.key(Key.Key_Left, SHIFT)
    assert hand.scale.left == pytest.approx(newest - 5.0, abs=0.05)
    hand.key(Key.Key_PageUp)
    assert hand.scale.left == pytest.approx(newest - 12.2, abs=0.05)
    hand.key(Key.Key_PageDown)
    hand.key(Key.Key_Right)
    assert hand.scale.left == pytest.approx(newest - 4.0, abs=0.05)
    hand.key(Key.Key_Home)
    assert hand.scale.left == pytest.approx(-AHEAD * 8.0, abs=0.01)
    hand.key(Key.Key_End)
    assert hand.view.time_window.following
    assert hand.scale.left >= newest - 0.01


def test_up_and_down_go_through_the_notes_and_stay_there(hand, tone):
    low = hand.scale.low
    hand.key(Key.Key_Up)
    hand.key(Key.Key_Up)
    hand.key(Key.Key_Down)
    assert hand.scale.low == pytest.approx(low + 2.0, abs=0.1)
    assert checked(hand) == ["Fixed range"]
    low = hand.scale.low
    hand.sing(tone(110.0, 1.0, start=60.0))
    assert hand.scale.low == low
    hand.key(Key.Key_F)
    assert checked(hand) == ["Follow the voice"]
    for tick in range(20):
        hand.window.listening._ticked -= 0.1
        scale = hand.sing(tone(110.0, 0.1, start=61.0 + 0.1 * tick))
    assert scale.low < 45.0 < scale.high


def checked(hand):
    """What is checked in the menu of what is in sight."""
    names = ("Follow the voice", "Fixed range", "Range of the voice type")
    entries = [action for action in hand.window.actions() if action.text().replace("&", "") in names]
    return [action.text().replace("&", "") for action in entries if action.isChecked()]


def test_the_range_of_a_voice_type_is_shown_and_the_rest_shaded(hand):
    hand.window.stage.set_music(Music(voice="tenor"))
    hand.key(Key.Key_V)
    assert checked(hand) == ["Range of the voice type"]
    assert (hand.scale.low, hand.scale.high) == (47.0, 73.0)
    hand.wheel(hand.at(57.0, 60.0), (0, -600), CTRL)
    assert checked(hand) == ["Fixed range"]
    hand.key(Key.Key_V)
    hand.window.stage.set_music(Music(voice="bass"))
    hand.paint()
    assert (hand.scale.low, hand.scale.high) == (39.0, 65.0)
    x = hand.scale.x(53.5)
    picture = hand.picture()

    def brightness(midi):
        return int(picture[round(hand.scale.y(midi)), round(x)].sum())

    assert brightness(39.3) < brightness(40.3) - 30  # D♯ below the bass's E, both of white rows' halves
    assert brightness(64.8) < brightness(64.2) - 30


def test_going_back_to_another_voice_brings_it_into_sight(hand, tone, frame):
    hand.sing([frame(60.0 + 0.01 * i, math.nan) for i in range(1000)])
    hand.sing(tone(110.0, 10.0, start=70.0))
    for tick in range(20):
        hand.window.listening._ticked -= 0.1
        hand.sing(tone(110.0, 0.05, start=80.0 + 0.05 * tick))
    assert not hand.scale.low < 69.0 < hand.scale.high
    hand.key(Key.Key_Home)
    assert hand.scale.low < 69.0 < hand.scale.high


def test_the_bar_below_shows_where_the_picture_is_and_leads_there(hand, qtbot):
    bar = hand.view.overview
    assert bar.thumb.width() == pytest.approx(bar.width() * 8 / 60, abs=4)
    assert bar.thumb.right() == pytest.approx(bar.width(), abs=1)
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPointF(bar.width() / 2, 6).toPoint())
    assert hand.paint().left + 4.0 == pytest.approx(30.0, abs=0.2)
    assert bar.thumb.center().x() == pytest.approx(bar.width() / 2, abs=2)
    qtbot.mouseMove(bar, QPointF(bar.width() / 4, 6).toPoint())
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton)
    hand.key(Key.Key_Home)
    assert bar.thumb.left() == 0.0
    grown = hand.view.overview.grab().toImage()
    assert grown.pixelColor(20, 7) != grown.pixelColor(bar.width() // 2, 7)


def test_half_an_hour_fits_into_the_picture(hand):
    hand.wheel(hand.at(57.0, 69.0), (0, -120 * 60))
    assert hand.scale.seconds == 1800.0
    assert hand.view.time_window.whole


def test_a_field_keeps_its_keys(hand, qtbot):
    field = hand.window.tuning_room.concert_pitch
    field.setFocus()
    left, low = hand.scale.left, hand.scale.low
    qtbot.keyClick(field, Key.Key_Up)
    assert hand.window.tuning_room.music.a4 == 441.0
    qtbot.keyClick(field, Key.Key_Left)
    qtbot.keyClick(field, Key.Key_Home)
    assert hand.view.time_window.following
    assert hand.paint().low == pytest.approx(low, abs=0.1)
    assert hand.scale.left >= left


def test_how_it_is_looked_at_is_remembered(hand):
    looking = hand.window.looking
    first = looking.remember()
    hand.key(Key.Key_Up)
    hand.wheel(hand.at(57.0, 69.0), (0, -240))
    hand.key(Key.Key_K, Qt.KeyboardModifier.AltModifier)
    kept, low = looking.remember(), hand.scale.low
    looking.recall(first)
    hand.paint()
    assert (hand.scale.seconds, checked(hand), hand.view.keys.plain) == (8.0, ["Follow the voice"], False)
    looking.recall(kept)
    hand.paint()
    assert hand.scale.seconds == pytest.approx(8.0 * 1.25**2)
    assert hand.scale.low == pytest.approx(low)
    assert (checked(hand), hand.view.keys.plain) == (["Fixed range"], True)
    looking.recall({"seconds": "x", "held": 3, "low": math.inf, "span": None, "names": "yes"})
    assert looking.remember() == kept
