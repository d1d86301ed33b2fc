import platform
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from livepitch.gui.look.theme import LIGHT
from livepitch.gui.viewmodel.clock import clock_text, length_text, moment_text, paused_text
from tests.gui.plotting import Hand, where

Key = Qt.Key


@pytest.fixture
def hand(running, studio, qtbot, tone):
    running.looks.choose_theme("light")
    hand = Hand(running, studio, qtbot)
    hand.sing(tone(440.0, 20.0))
    return hand


def test_a_paused_picture_stands_and_nothing_is_lost(hand, tone):
    hand.key(Key.Key_P)
    left, before = hand.scale.left, hand.picture()[:, : round(hand.scale.x(19.9))]
    hand.sing(tone(494.0, 12.0, start=20.0))
    assert hand.scale.left == left
    note = hand.view.paused.geometry()
    stands = hand.picture()[:, : before.shape[1]]
    before[note.top() : note.bottom() + 1, note.left() :] = 0
    stands[note.top() : note.bottom() + 1, note.left() :] = 0
    now, then = (where(picture, LIGHT.in_tune) for picture in (stands, before))
    assert np.array_equal(now, then)
    assert hand.view.paused.isVisible()
    assert hand.view.paused.text() == "Paused  ·  11 s behind  ·  P to go on"
    hand.sing(tone(494.0, 60.0, start=32.0))
    assert hand.view.paused.text() == "Paused  ·  1:11 behind  ·  P to go on"
    hand.key(Key.Key_P)
    hand.sing([])
    assert not hand.view.paused.isVisible()
    assert hand.scale.right > 92.0
    hand.key(Key.Key_PageUp)
    _, y = hand.trace_middle(LIGHT.in_tune, hand.scale.x(hand.scale.left), hand.scale.x(hand.scale.left + 4))
    assert y == pytest.approx(hand.scale.y(71.0), abs=3)  # B4, sung while the picture stood
    assert len(hand.window.listening.live.history) == 9200


def test_the_note_stands_inside_the_picture_and_leads_back(hand, tone, qtbot):
    hand.key(Key.Key_P)
    hand.sing(tone(440.0, 5.0, start=20.0))
    note, area = hand.view.paused.geometry(), hand.scale.area
    assert area.contains(note.left(), note.top())
    assert area.contains(note.right(), note.bottom())
    qtbot.mouseClick(hand.view.paused, Qt.MouseButton.LeftButton)
    assert not hand.view.paused.isVisible()
    assert hand.paint().right > 25.0


def test_going_back_is_a_pause_too_and_end_leads_to_the_voice(hand, tone):
    hand.key(Key.Key_PageUp)
    hand.sing(tone(440.0, 1.0, start=20.0))
    assert "behind" in hand.view.paused.text()
    assert hand.view.paused.isVisible()
    hand.key(Key.Key_End)
    hand.sing(tone(440.0, 1.0, start=21.0))
    assert not hand.view.paused.isVisible()


def test_a_stopped_stream_is_not_called_paused(hand, qtbot):
    hand.key(Key.Key_P)
    hand.sing([])
    assert hand.view.paused.isVisible()
    qtbot.keyClick(hand.window, Key.Key_Space)
    assert not hand.view.paused.isVisible()
    hand.key(Key.Key_Home)
    assert hand.scale.left < 0 < hand.scale.right
    assert not hand.view.paused.isVisible()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (paused_text(0.4), "Paused  ·  P to go on"),
        (paused_text(12.9), "Paused  ·  12 s behind  ·  P to go on"),
        (paused_text(125.0), "Paused  ·  2:05 behind  ·  P to go on"),
        (moment_text(65.234), "1:05.23"),
        (moment_text(-0.2), "0:00.00"),
        (moment_text(59.999), "1:00.00"),
        (moment_text(3605.5), "1:00:05.50"),
        (length_text(0.42), "0.42 s"),
        (length_text(12.52), "12.5 s"),
        (length_text(59.97), "1:00"),
        (clock_text(3599), "59:59"),
    ],
)
def test_times_in_words(text, said):
    assert text == said


def test_an_hour_takes_no_more_memory_than_half_of_one(hand, tone):
    """The window listens to an hour, ten seconds a tick: what it remembers, its tiles and the process stay bounded."""
    listening, view = hand.window.listening, hand.view
    hand.wheel(hand.at(18.0, 69.0), (0, 1200))
    sizes, tiles = [], []
    for start in range(20, 3620, 10):
        hand.studio.stream.ready = tone(440.0, 10.0, start=float(start))
        listening.tick()
        if start % 120 == 0:
            hand.paint()
            sizes.append(resident())
            tiles.append(len(view.roll.tiles))
    history = listening.live.history
    assert history.newest == pytest.approx(3619.99)
    assert history.newest - history.oldest == pytest.approx(1800.0, abs=0.02)
    assert max(tiles) <= hand.scale.area.width() / 128 + 7
    if platform.system() == "Linux":  # 5.2 MB are the other half of the history's room, used the first time
        assert sizes[-1] - sizes[15] < 8e6  # bytes
    hand.key(Key.Key_Home)
    assert hand.scale.left == pytest.approx(1820.0, abs=1.0)


def resident():
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0
