import pytest

from livepitch.gui.viewmodel.time_window import AHEAD, MAX_SECONDS, MIN_SECONDS, TimeWindow


@pytest.fixture
def window():
    """Ten seconds of a minute that was heard."""
    window = TimeWindow(10.0)
    window.advance(0.0, 60.0)
    return window


def test_now_stays_near_the_right_edge(window):
    for now in (60.0, 61.5, 90.0):
        window.advance(0.0, now)
        assert window.right == pytest.approx(now + 10 * AHEAD)
        assert window.behind == 0.0


def test_a_held_picture_stays_and_says_how_far_behind_it_is(window):
    window.hold()
    left = window.left
    window.advance(0.0, 75.0)
    assert window.left == left
    assert window.behind == pytest.approx(75.0 - 60.3)
    window.follow()
    assert window.right == pytest.approx(75.3)


def test_looking_back_holds_and_coming_back_follows(window):
    window.pan(-20.0)
    assert not window.following
    assert window.right == pytest.approx(40.3)
    window.pan(-100.0)
    assert window.left == pytest.approx(-0.3)  # the beginning, with its margin
    window.pan(30.0)
    assert not window.following
    window.pan(100.0)
    assert window.following
    assert window.right == pytest.approx(60.3)


def test_zoom_keeps_the_moment_under_the_mouse(window):
    window.pan(-20.0)
    share = (35.0 - window.left) / window.seconds
    window.zoom(0.5, at=35.0)
    assert window.seconds == 5.0
    assert (35.0 - window.left) / window.seconds == pytest.approx(share)
    middle = window.left + 2.5
    window.zoom(2.0)
    assert window.left + 5.0 == pytest.approx(middle)


def test_zoom_has_its_limits_and_still_follows(window):
    window.zoom(1e-6)
    assert window.seconds == MIN_SECONDS
    window.zoom(1e9)
    assert window.seconds == MAX_SECONDS
    assert window.following
    assert window.right == pytest.approx(60.0 + AHEAD * MAX_SECONDS)


def test_a_stretch_is_shown_whole(window):
    window.show(12.0, 16.0)
    assert (window.left, window.right) == (12.0, 16.0)
    assert not window.following
