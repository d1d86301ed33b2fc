"""Frames on their way out: in order, never more than fit, none of them lost without being counted."""

import threading

import pytest

from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.outlet import Outlet
from tests.realtime.fakes import PATIENT, wait_until
from tests.realtime.ring_model import operate_outlet


def numbered(*numbers):
    return [PitchFrame(float(number), 0.0, 0.0, 0.0) for number in numbers]


def test_random_operations_are_those_of_a_queue():
    operate_outlet(20_000, seed=1)


def test_who_waits_for_room_loses_nothing():
    outlet, fetched = Outlet(5), []
    worker = threading.Thread(
        target=lambda: [outlet.put(numbered(3 * i, 3 * i + 1, 3 * i + 2), True) for i in range(500)]
    )
    worker.start()
    while len(fetched) < 1500:
        frame = outlet.next()
        assert frame is not None
        fetched += [frame.time, *(other.time for other in outlet.drain(2))]
    worker.join()
    assert fetched == list(range(1500))
    assert outlet.unread == 0


@pytest.mark.parametrize("waiting", ["next", "put"])
def test_closing_ends_every_wait(waiting):
    outlet = Outlet(1)
    if waiting == "put":
        outlet.put(numbered(1), wait=True)
    wait = {"next": outlet.next, "put": lambda: outlet.put(numbered(2, 3), wait=True)}[waiting]
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    outlet.close()
    thread.join(PATIENT)
    assert not thread.is_alive()


def test_what_a_closed_outlet_holds_can_still_be_fetched():
    outlet = Outlet()
    outlet.put(numbered(1, 2), wait=False)
    outlet.close()
    assert outlet.next().time == 1
    assert [frame.time for frame in outlet.drain()] == [2]
    assert outlet.next() is None


def test_frames_of_a_push_under_way_come_after_the_stop():
    """Between closing the outlet and the worker's end frames are still put: who iterates gets them, too."""
    from livepitch.realtime.session import Session
    from tests.realtime.fakes import Factory, FakeSource

    pushing, go_on = threading.Event(), threading.Event()

    def hold(_):
        pushing.set()
        assert go_on.wait(PATIENT)

    source, times = FakeSource(), []
    session = Session(source, object(), tracker_factory=Factory(before_push=hold))
    session.start()
    reader = threading.Thread(target=lambda: times.extend(frame.time for frame in session))
    reader.start()
    source.give(range(30))
    assert pushing.wait(PATIENT)
    stopper = threading.Thread(target=session.stop)
    stopper.start()
    wait_until(lambda: session._stopped and session._outlet._closed)
    go_on.set()
    for thread in (stopper, reader):
        thread.join(PATIENT)
    assert times == pytest.approx([0.0, 0.01, 0.02])
    assert session.stats.frames == 3
