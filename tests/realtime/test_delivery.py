"""Frames handed to functions: all of them, in order, whatever the function does, and never at the pitch's expense."""

import threading

import pytest

from livepitch.realtime.delivery import Delivery
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.outlet import Outlet
from livepitch.realtime.session import Session
from tests.realtime.fakes import PATIENT, FakeSource, FakeTracker, sing, wait_until


def numbered(first, last):
    return [PitchFrame(float(number), 0.0, 0.0, 0.0) for number in range(first, last)]


def times(frames):
    return [frame.time for frame in frames]


def test_every_branch_gets_every_frame_from_its_beginning_on():
    outlet = Outlet()
    early, fetched = [], outlet.branch()
    delivery = Delivery(outlet.branch(), early.append)
    outlet.put(numbered(0, 3), False)
    late = outlet.branch()
    outlet.put(numbered(3, 5), False)
    outlet.close()
    assert delivery.wait(PATIENT)
    assert times(early) == times(fetched.drain()) == times(outlet.drain()) == [0, 1, 2, 3, 4]
    assert times(late.drain()) == [3, 4]
    assert late.take(0) is None


def test_a_slow_function_of_a_live_session_loses_the_oldest_and_delays_nobody():
    outlet, going_on, got = Outlet(4), threading.Event(), []
    delivery = Delivery(outlet.branch(), lambda frame: (going_on.wait(PATIENT), got.append(frame)))
    outlet.put(numbered(0, 1), False)
    wait_until(lambda: not outlet._branches[0]._frames)  # the function is busy with the first
    for number in range(1, 11):
        outlet.put(numbered(number, number + 1), False)  # would wait here for ever if it waited at all
    going_on.set()
    outlet.close()
    assert delivery.wait(PATIENT)
    assert times(got) == [0, 7, 8, 9, 10]
    assert delivery.lost == 6


def test_a_function_of_a_played_file_is_waited_for_and_nobody_else_need_fetch():
    outlet, got = Outlet(4), []
    delivery = Delivery(outlet.branch(), got.append)
    for number in range(500):
        outlet.put(numbered(number, number + 1), True)
    outlet.close()
    assert delivery.wait(PATIENT)
    assert times(got) == list(range(500))
    assert delivery.lost == 0


def test_a_function_that_raises_is_not_called_again_and_others_are():
    outlet, got = Outlet(), []
    failing = Delivery(outlet.branch(), lambda frame: 1 / 0)
    other = Delivery(outlet.branch(), got.append)
    outlet.put(numbered(0, 2), False)
    assert failing.wait(PATIENT)
    outlet.put(numbered(2, 4), True)
    outlet.close()
    assert other.wait(PATIENT)
    assert isinstance(failing.error, ZeroDivisionError)
    assert times(got) == [0, 1, 2, 3]


def test_closing_ends_the_calls_at_once():
    outlet, got = Outlet(), []
    delivery = Delivery(outlet.branch(), got.append)
    outlet.put(numbered(0, 2), False)
    wait_until(lambda: len(got) == 2)
    delivery.close()
    assert not delivery.running
    outlet.put(numbered(2, 4), True)
    assert times(got) == [0, 1]


@pytest.mark.parametrize("live", [True, False])
def test_a_session_hands_over_everything_before_stop_returns(live):
    source, got = FakeSource(live=live), []
    session = Session(source, object(), tracker_factory=FakeTracker)
    session.deliver(got.append)
    with session:
        sing(source, session, 100)
        fetched = session.frames()
    assert times(got) == times(fetched)
    assert len(got) == 100
    assert not [thread for thread in threading.enumerate() if thread.name == "livepitch-delivery"]


def test_a_function_may_stop_its_own_session():
    source = FakeSource()
    session = Session(source, object(), tracker_factory=FakeTracker)
    delivery = session.deliver(lambda frame: session.stop())
    with session:
        source.give([1.0] * 100)
        assert delivery.wait(PATIENT)
    assert delivery.error is None
    assert not session.running
