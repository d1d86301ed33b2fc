"""Frames awaited on asyncio: the same as those of a thread that waits, whatever is cancelled, and nothing is left."""

import asyncio
import threading

import numpy as np
import pytest

from livepitch.realtime.asynchronous import Arriving, something, to_its_end
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.outlet import Outlet
from livepitch.realtime.session import Session
from livepitch.realtime.source import DeviceError
from tests.realtime.fakes import PATIENT, Factory, FakeSource, FakeTracker, wait_until

RATE = 1000  # Hz, so a hop is 10 samples


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.enumerate()
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert left == []


def frames(first, last):
    return [PitchFrame(float(number), 0.0, 0.0, 0.0) for number in range(first, last)]


def arriving(outlet):
    return Arriving(outlet, lambda: None, lambda: None)


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, PATIENT))


def session_of(source, **options):
    return Session(source, object(), tracker_factory=Factory(**options))


async def follow(session, times):
    async for frame in session:
        times.append(frame.time)


def given(source, hops):
    """A thread that has the source deliver so many hops and end."""

    def give():
        for hop in range(hops):
            source.give(np.arange(hop * 10, hop * 10 + 10))
        source.end()

    thread = threading.Thread(target=give)
    thread.start()
    return thread


def test_every_frame_comes_in_order_to_the_end_of_the_source():
    async def listen():
        source = FakeSource(RATE, live=False)
        async with session_of(source) as session:
            giver = given(source, 300)
            times = [frame.time async for frame in session]
        giver.join()
        return times, source.log

    times, log = run(listen())
    assert times == pytest.approx(np.arange(300) / 100)
    assert log == ["open", "start", "close"]


def test_what_ended_the_session_is_raised_after_the_frames_before_it():
    async def listen():
        source, times = FakeSource(RATE), []
        async with session_of(source) as session:
            source.give(np.arange(20))
            source.end(ValueError("the tape tore"))
            with pytest.raises(ValueError, match="the tape tore"):
                await follow(session, times)
        return times

    assert run(listen()) == pytest.approx([0.0, 0.01])


def test_other_tasks_run_while_frames_are_awaited_and_while_they_are_always_there():
    async def listen(frames_there):
        outlet, turns = Outlet(), []
        outlet.put(frames(0, frames_there), wait=False)

        async def count():
            while True:
                turns.append(outlet.closed)
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        arrived = arriving(outlet)
        for _ in range(frames_there):
            await arrived.__anext__()
        turns_between = len(turns)
        waiting = asyncio.create_task(arrived.__anext__())
        while len(turns) < turns_between + 10:
            await asyncio.sleep(0)
        assert not waiting.done()
        outlet.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        counting.cancel()
        return turns_between

    assert run(listen(100)) >= 90


def test_a_frame_that_comes_after_a_wait_was_given_up_is_there_for_the_next():
    async def listen():
        outlet, times = Outlet(), []
        arrived = arriving(outlet)
        for number in range(20):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(arrived.__anext__(), 0.001)
            assert outlet._sleepers == []  # nothing piles up where somebody only looks now and then
            outlet.put(frames(number, number + 1), wait=False)
            times.append((await arrived.__anext__()).time)
        return times

    assert run(listen()) == list(range(20))


def test_whoever_breaks_off_leaves_the_rest_for_the_next():
    async def listen():
        outlet = Outlet()
        outlet.put(frames(0, 10), wait=False)
        outlet.close()
        async for frame in arriving(outlet):
            if frame.time == 3:
                break
        return [frame.time async for frame in arriving(outlet)]

    assert run(listen()) == [4, 5, 6, 7, 8, 9]


def test_a_played_file_waits_for_a_slow_task_and_memory_stays_bounded():
    outlet, most = Outlet(5), 0

    def play():
        for number in range(300):
            outlet.put(frames(number, number + 1), wait=True)
        outlet.close()

    async def listen():
        nonlocal most
        times = []
        async for frame in arriving(outlet):
            most = max(most, len(outlet._frames))
            await asyncio.sleep(0)
            times.append(frame.time)
        return times

    player = threading.Thread(target=play)
    player.start()
    assert run(listen()) == list(range(300))
    player.join()
    assert most <= 5
    assert outlet.unread == 0


@pytest.mark.parametrize("happened", ["put", "close"])
def test_what_came_just_before_the_wait_ends_it(happened):
    """Between a look into the outlet and the wait the worker may put a frame there."""

    async def listen():
        outlet = Outlet()
        if happened == "put":
            outlet.put(frames(0, 1), wait=False)
        else:
            outlet.close()
        await something(outlet)

    run(listen())


def test_no_thread_waits_while_many_tasks_await_frames():
    async def listen():
        outlets = [Outlet() for _ in range(50)]
        before = threading.active_count()
        waiting = [asyncio.create_task(something(outlet)) for outlet in outlets]
        await asyncio.sleep(0.01)
        threads = threading.active_count() - before
        for outlet in outlets:
            outlet.close()
        await asyncio.gather(*waiting)
        return threads

    assert run(listen()) == 0


def test_nothing_is_computed_while_nothing_comes():
    """A poll would run the loop again and again."""

    async def listen():
        loop, outlet, ticks = asyncio.get_running_loop(), Outlet(), 0
        waiting = asyncio.create_task(arriving(outlet).__anext__())
        await asyncio.sleep(0.01)
        select = loop._selector.select

        def counted(timeout=None):
            nonlocal ticks
            ticks += 1
            return select(timeout)

        loop._selector.select = counted
        await asyncio.sleep(0.2)
        before_end = ticks
        outlet.put(frames(0, 1), wait=False)
        assert (await waiting).time == 0
        return before_end

    assert run(listen()) <= 3


@pytest.mark.parametrize("how", ["cancel", "stop"])
def test_cancelling_or_stopping_ends_a_session_that_is_awaited(how):
    async def listen():
        source, began = FakeSource(RATE), asyncio.Event()
        session = session_of(source)

        async def follow():
            async with session:
                source.give(np.arange(10))
                async for _ in session:
                    began.set()

        following = asyncio.create_task(follow())
        await began.wait()
        if how == "cancel":
            following.cancel()
            with pytest.raises(asyncio.CancelledError):
                await following
        else:
            await asyncio.to_thread(session.stop)
            await following
        return session.running, source.log

    assert run(listen()) == (False, ["open", "start", "close"])


def test_whoever_is_cancelled_while_the_device_opens_leaves_nothing_running():
    opening, go_on = threading.Event(), threading.Event()

    class Slow(FakeSource):
        def open(self, sink):
            opening.set()
            assert go_on.wait(PATIENT)
            super().open(sink)

    async def listen():
        source = Slow(RATE)
        session = session_of(source)
        entering = asyncio.create_task(session.__aenter__())
        await asyncio.to_thread(opening.wait, PATIENT)
        entering.cancel()
        await asyncio.sleep(0.01)
        entering.cancel()  # once more: it is not impatience that leaves a microphone open
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await entering
        return session.running, source.log[-1]

    assert run(listen()) == (False, "close")


def test_a_source_that_cannot_be_opened_is_an_error_of_the_async_with():
    async def listen():
        source = FakeSource(RATE)
        source.open_error = DeviceError("no input device: plug in a microphone")
        with pytest.raises(DeviceError, match="plug in"):
            async with session_of(source):
                raise AssertionError

    run(listen())


def test_a_session_that_was_never_started_says_how():
    async def listen():
        with pytest.raises(RuntimeError, match="start the session first"):
            await follow(session_of(FakeSource(RATE)), [])

    run(listen())


def test_frames_of_a_push_under_way_come_after_the_stop():
    pushing, go_on = threading.Event(), threading.Event()

    def hold(_):
        pushing.set()
        assert go_on.wait(PATIENT)

    async def listen():
        source, times = FakeSource(RATE), []
        async with session_of(source, before_push=hold) as session:
            source.give(range(30))

            async def follow():
                times.extend([frame.time async for frame in session])

            following = asyncio.create_task(follow())
            await asyncio.to_thread(pushing.wait, PATIENT)
            stopping = asyncio.create_task(asyncio.to_thread(session.stop))
            await asyncio.to_thread(wait_until, lambda: session._outlet.closed)
            go_on.set()
            await asyncio.gather(stopping, following)
        return times

    assert run(listen()) == pytest.approx([0.0, 0.01, 0.02])


def test_a_loop_that_was_closed_over_its_waiting_task_does_not_hurt_the_worker():
    """As a notebook's kernel does that is stopped in the middle."""
    outlet, loop = Outlet(), asyncio.new_event_loop()
    waiting = loop.create_task(something(outlet))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    outlet.put(frames(0, 2), wait=False)
    assert [frame.time for frame in outlet.drain()] == [0, 1]
    waiting._log_destroy_pending = False


def test_what_runs_to_its_end_raises_what_it_raised():
    def fail():
        raise DeviceError("gone")

    with pytest.raises(DeviceError, match="gone"):
        run(to_its_end(fail))


def test_several_sessions_are_followed_by_one_thread():
    async def follow(source):
        async with Session(source, object(), tracker_factory=FakeTracker) as session:
            giver = await asyncio.to_thread(given, source, 50)
            count = len([frame async for frame in session])
            giver.join()
            return count

    async def listen():
        return await asyncio.gather(*(follow(FakeSource(RATE, live=False)) for _ in range(5)))

    assert run(listen()) == [50] * 5
