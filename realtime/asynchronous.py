"""Frames for programs that run on asyncio: awaited one by one; no thread waits for them, and nothing polls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from .frame import PitchFrame
from .outlet import Outlet


class Arriving(AsyncIterator[PitchFrame]):
    """The frames of an outlet as they come, until it is closed and empty.

    A frame leaves the outlet when it is given out, not before: whoever is cancelled while waiting, or breaks off,
    misses none, and may go on with this iterator or with another. It belongs to one event loop.
    """

    def __init__(self, outlet: Outlet, join: Callable[[], None], conclude: Callable[[], None]) -> None:
        """join: waits until nothing more is put into a closed outlet; conclude: raises what ended it, if it did."""
        self._outlet, self._join, self._conclude = outlet, join, conclude

    def __aiter__(self) -> Arriving:
        return self

    async def __anext__(self) -> PitchFrame:
        await asyncio.sleep(0)  # a file's frames are always there: other tasks have their turn between them
        while not (frames := self._outlet.drain(1)):
            if self._outlet.closed:
                return await self._last()
            await something(self._outlet)
        return frames[0]

    async def _last(self) -> PitchFrame:
        """A frame of the push that was under way when the session was stopped."""
        await to_its_end(self._join)
        for frame in self._outlet.drain(1):
            return frame
        self._conclude()
        raise StopAsyncIteration


async def something(outlet: Outlet) -> None:
    """Sleep until there is a frame to fetch, or the outlet closes."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop was closed while its task still slept
            loop.call_soon_threadsafe(came.set)

    outlet.wake(wake)
    try:
        await came.wait()
    finally:
        outlet.forget(wake)


async def to_its_end(work: Callable[[], None]) -> None:
    """Run something that blocks on a thread, to its end: a cancellation that comes meanwhile is raised after it."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    await _done(working)
    working.result()


async def _done(working: asyncio.Future[None]) -> None:
    try:
        await asyncio.wait([working])
    except asyncio.CancelledError:
        await _done(working)
        working.exception()  # else asyncio would complain that nobody asked
        raise
