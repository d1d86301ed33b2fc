import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QApplication

from livepitch.gui.look.theme import LIGHT
from livepitch.gui.viewmodel.markers import Markers
from livepitch.gui.viewmodel.selection import Selection
from tests.gui.plotting import SHIFT, Hand, colour_at

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def hand(running, studio, qtbot, tone):
    running.looks.choose_theme("light")
    hand = Hand(running, studio, qtbot)
    hand.sing(tone(440.0, 30.0))
    return hand


def labels(hand):
    return [marker.label for marker, _ in hand.view.flags.places]


def test_m_marks_now_and_a_flag_stands_there(hand, qtbot, tone):
    with qtbot.waitSignal(hand.view.marked):
        hand.key(Key.Key_M)
    now = hand.view.time_window.now
    assert [marker.time for marker in hand.view.markers] == [pytest.approx(now, abs=0.05)]
    hand.sing(tone(440.0, 2.0, start=30.0))
    hand.key(Key.Key_M)
    assert labels(hand) == ["1", "2"]
    boxes = [box for _, box in hand.view.flags.places]
    assert boxes[0].left() == pytest.approx(hand.scale.x(now), abs=2)
    picture = hand.picture()
    assert colour_at(picture, boxes[1].left() + 3, boxes[1].top() + 3) == LIGHT.accent  # the current one
    assert colour_at(picture, boxes[0].left() + 3, boxes[0].top() + 3) == LIGHT.card
    below = hand.scale.area.bottom() + 5
    assert colour_at(picture, hand.scale.x(now), below) == LIGHT.accent  # in the time strip


def test_in_a_standing_picture_m_marks_the_cursor(hand):
    hand.key(Key.Key_P)
    hand.move(hand.at(25.0, 60.0))
    hand.key(Key.Key_M)
    assert [marker.time for marker in hand.view.markers] == [pytest.approx(25.0, abs=0.01)]


def test_a_flag_is_never_cut_and_covers_no_other(hand):
    hand.key(Key.Key_P)
    for time in (24.0, 24.05, 24.1):
        hand.view.markers.add(time, "A long name for a marker")
    hand.view.markers.add(hand.scale.right - 0.5)
    hand.view.markers.add(hand.scale.right - 0.05, "At the very edge")
    hand.paint()
    boxes = [box for _, box in hand.view.flags.places]
    assert all(hand.scale.area.contains(box) for box in boxes)
    assert not any(a.intersects(b) for place, a in enumerate(boxes) for b in boxes[place + 1 :])


def test_shift_m_goes_from_marker_to_marker(hand):
    for time in (3.0, 12.0, 20.0):
        hand.view.markers.add(time)
    seen = []
    for _ in range(4):
        hand.key(Key.Key_M, SHIFT)
        seen.append((hand.scale.left + hand.scale.right) / 2)
        assert hand.view.markers.current.label in labels(hand)
    assert seen == pytest.approx([3.76, 12.0, 20.0, 3.76], abs=0.1)  # 20 was the current; the beginning is an edge
    hand.key(Key.Key_M, SHIFT | ALT)
    assert (hand.scale.left + hand.scale.right) / 2 == pytest.approx(20.0, abs=0.1)
    assert not hand.view.time_window.following


def test_a_double_click_names_a_marker_without_a_box(hand, qtbot):
    hand.key(Key.Key_P)
    marker = hand.view.markers.add(26.0)
    hand.paint()
    flag = hand.view.flags.box(marker)
    hand.double_click(flag.center())
    field = hand.view.naming
    assert field.isVisible()
    assert field.geometry().left() == pytest.approx(flag.left(), abs=2)
    qtbot.keyClicks(field, "Pm cx 7")  # letters that are shortcuts elsewhere
    qtbot.keyClick(field, Key.Key_Return)
    hand.paint()
    assert labels(hand) == ["Pm cx 7"]
    assert not field.isVisible()
    assert not hand.view.time_window.following
    hand.key(Key.Key_N, ALT)
    qtbot.keyClicks(field, "other")
    qtbot.keyClick(field, Key.Key_Escape)
    assert not field.isVisible()
    hand.paint()
    assert labels(hand) == ["Pm cx 7"]
    assert QApplication.activeModalWidget() is None


def test_markers_are_chosen_and_removed(hand):
    hand.key(Key.Key_P)
    first = hand.view.markers.add(25.0)
    hand.view.markers.add(27.0)
    hand.paint()
    hand.press(hand.view.flags.box(first).center())
    hand.release(hand.view.flags.box(first).center())
    assert hand.view.markers.current == first
    hand.key(Key.Key_D, ALT)
    assert labels(hand) == ["2"]
    hand.key(Key.Key_D, ALT)
    hand.key(Key.Key_D, ALT)
    assert labels(hand) == []


def test_another_stream_begins_without_marks(hand, qtbot):
    hand.key(Key.Key_M)
    hand.view.select(25.0, 27.0)
    qtbot.keyClick(hand.window, Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert len(hand.view.markers) == 0
    assert hand.view.selection.empty


def test_markers_as_plain_values():
    markers = Markers()
    markers.add(12.5)
    markers.add(3.0, "Chorus")
    markers.add(40.0)
    assert [marker.label for marker in markers] == ["Chorus", "1", "3"]
    part = markers.to_list(2.0, 20.0)
    assert part == [{"time": 1.0, "number": 2, "name": "Chorus"}, {"time": 10.5, "number": 1, "name": ""}]
    other = Markers()
    other.take_list([*part, {"time": "x"}, None, {"name": "no time"}, {"time": float("nan")}])
    assert other.to_list() == part
    assert other.add(50.0).number == 3
    assert Markers().visit(0.0, later=True) is None


def test_shift_and_mouse_select_a_stretch(hand, qtbot):
    hand.key(Key.Key_P)
    start, stop = hand.at(24.0, 62.0), hand.at(27.0, 64.0)
    left = hand.scale.left
    plain = hand.picture()
    with qtbot.waitSignal(hand.view.selected) as told:
        hand.drag(stop, start, SHIFT)
    assert told.args == [pytest.approx(24.0, abs=0.01), pytest.approx(27.0, abs=0.01)]
    assert hand.scale.left == left
    hand.leave()
    picture, y = hand.picture(), hand.scale.y(62.25)
    assert colour_at(picture, start.x() + 20, y) != colour_at(plain, start.x() + 20, y)
    assert colour_at(picture, start.x() - 20, y) == colour_at(plain, start.x() - 20, y)
    assert colour_at(picture, round(start.x()), y) == LIGHT.accent
    hand.key(Key.Key_Z, ALT)
    assert (hand.scale.left, hand.scale.right) == pytest.approx((24.0, 27.0), abs=0.02)
    with qtbot.waitSignal(hand.view.deselected):
        hand.key(Key.Key_Escape)
    assert hand.view.selection.bounds is None


def test_a_press_with_shift_selects_nothing(hand):
    hand.view.select(24.0, 26.0)
    hand.drag(hand.at(25.0, 62.0), hand.at(25.0, 62.0) + QPointF(1.0, 0.0), SHIFT)
    assert hand.view.selection.bounds is None


def test_x_sets_the_edges_at_now_or_at_the_cursor(hand, tone, qtbot):
    hand.key(Key.Key_X)
    assert hand.view.selection.bounds is None
    hand.sing(tone(440.0, 3.0, start=30.0))
    hand.key(Key.Key_X)
    start, stop = hand.view.selection.bounds
    assert stop - start == pytest.approx(3.0, abs=0.3)
    hand.key(Key.Key_C)
    hand.key(Key.Key_X)
    hand.key(Key.Key_Left, SHIFT)
    hand.key(Key.Key_X)
    start, stop = hand.view.selection.bounds
    assert stop == pytest.approx(32.99, abs=0.02)
    assert stop - start == pytest.approx(20 / hand.scale.px_per_second)
    hand.key(Key.Key_Escape)
    assert hand.view.selection.bounds is None
    assert hand.view.cursor.readout is not None
    hand.key(Key.Key_Escape)
    assert hand.view.cursor.readout is None


def test_a_selection():
    selection = Selection()
    assert (selection.bounds, selection.empty, selection.clear()) == (None, True, False)
    selection.set_edge(5.0)
    assert (selection.edge, selection.bounds) == (5.0, None)
    selection.set_edge(2.0)
    assert selection.bounds == (2.0, 5.0)
    selection.set_edge(9.0)
    assert (selection.edge, selection.bounds) == (9.0, None)
    selection.select(1.0, 1.001)
    assert selection.empty
    assert selection.clear()
