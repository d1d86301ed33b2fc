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


def test_a_recording_turns_over_like_a_page(window):
    window.advance(0.0, 60.0, 0.0)
    window.show(0.0, 10.0)
    window.follow()
    for now in (0.0, 5.0, 9.6):
        window.advance(0.0, 60.0, now)
        assert window.left == 0.0
    window.advance(0.0, 60.0, 9.8)
    assert window.left == pytest.approx(8.8)
    window.advance(0.0, 60.0, 40.0)  # the user went there
    assert window.left == pytest.approx(39.0)


def test_looking_at_the_end_of_a_recording_does_not_lead_back_to_now(window):
    window.advance(0.0, 60.0, 5.0)
    window.to_newest()
    window.advance(0.0, 60.0, 5.1)
    assert window.right == pytest.approx(60.3)
    window.to_oldest()
    window.pan(100.0)
    window.advance(0.0, 60.0, 5.2)
    assert window.right == pytest.approx(60.3)
    window.follow()
    assert window.left < 5.2 < window.right


def test_a_moment_comes_to_the_middle_or_just_into_sight(window):
    window.look_at(30.0)
    assert (window.left, window.right) == (25.0, 35.0)
    window.reveal(33.0)
    assert window.left == 25.0
    window.reveal(36.0)
    assert window.left == pytest.approx(27.0)
    window.reveal(20.0)
    assert window.left == pytest.approx(19.0)
    window.look_at(59.0)
    assert window.following


def test_all_is_in_sight_or_not(window):
    assert not window.whole
    assert window.sees(55.0)
    assert not window.sees(40.0)
    window.zoom(10.0)
    assert window.whole
