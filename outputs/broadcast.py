"""The server behind the WebSocket output: a thread with an event loop that accepts receivers and sends to all of them.

Threads: "livepitch-websocket" runs the loop, and on it alone live the listeners. `spread` hands frames over by the
loop's door for other threads; `receivers` and `lost` are numbers that only the loop writes.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, cast
from weakref import WeakSet

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.protocol import State

from ..model.errors import LivepitchError
from .address import Address
from .listener import PATIENCE, Listener
from .page import Doorkeeper

MOST_RECEIVERS = 64
LARGEST_MESSAGE = 1024  # bytes from a receiver: it has nothing to say
HANDSHAKE = 5.0  # s
PING = 20.0  # s between questions whether a receiver is still there
ENDING = 0.5  # s that receivers have to take their last frames, and again to say goodbye

# Strangers' broken handshakes are no news.
quiet = logging.getLogger(f"{__name__}.websockets")
quiet.setLevel(logging.CRITICAL)


class Broadcast:
    """Listens from its making until `close`."""

    def __init__(self, address: Address, hello: str, origins: Iterable[str] = ()) -> None:
        """hello: what every receiver is sent first. LivepitchError where the address cannot be listened on."""
        self.port = address.port
        self.receivers = self.lost = 0
        self._address, self._hello = address, hello
        self._doorkeeper = Doorkeeper(origins)
        self._connections: WeakSet[ServerConnection] = WeakSet()
        self._listeners: set[Listener] = set()
        opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="livepitch-websocket", daemon=True)
        self._thread.start()
        try:
            self._loop, self._closing = opened.result()
        except OSError as error:
            self._thread.join()
            raise LivepitchError(_why(address, error)) from error

    def spread(self, frames: list[str]) -> None:
        """Give every receiver frames, as JSON; returns at once."""
        self._loop.call_soon_threadsafe(self._spread, frames)

    def close(self) -> None:
        """Say the end to every receiver, then hold neither port nor thread."""
        with suppress(RuntimeError):  # the loop has ended by itself
            self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def _run(self, opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        asyncio.run(self._live(opened))

    async def _live(self, opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        closing = asyncio.Event()
        try:
            server = await self._listen()
        except Exception as error:  # whoever waits for it raises it
            opened.set_exception(error)
            return
        self.port = server.sockets[0].getsockname()[1]
        opened.set_result((asyncio.get_running_loop(), closing))
        await closing.wait()
        await self._end(server)

    async def _listen(self) -> Server:
        return await serve(
            self._receive,
            self._address.host,
            self._address.port,
            process_request=self._doorkeeper.answer,
            compression=None,  # a frame is 150 bytes: not worth the delay
            open_timeout=HANDSHAKE,
            ping_interval=PING,
            ping_timeout=PATIENCE,
            close_timeout=ENDING,
            max_size=LARGEST_MESSAGE,
            max_queue=1,
            write_limit=0,
            server_header=None,
            create_connection=cast(Any, self._connected),  # a function does as well as a class
            logger=quiet,
        )

    def _connected(self, *given: Any, **named: Any) -> ServerConnection:
        connection = ServerConnection(*given, **named)
        self._connections.add(connection)
        return connection

    async def _receive(self, connection: ServerConnection) -> None:
        if self.receivers >= MOST_RECEIVERS:
            await connection.close(1013, f"livepitch sends to {MOST_RECEIVERS} receivers at most")
            return
        listener = Listener(connection)
        self._listeners.add(listener)
        self.receivers = len(self._listeners)
        try:
            await listener.attend(self._hello)
        finally:
            self._listeners.discard(listener)
            self.receivers = len(self._listeners)

    def _spread(self, frames: list[str]) -> None:
        self.lost += sum(listener.put(frames) for listener in self._listeners)

    async def _end(self, server: Server) -> None:
        ends = {asyncio.ensure_future(listener.end()): listener for listener in self._listeners}
        if ends:
            _, stalled = await asyncio.wait(ends, timeout=ENDING)
            for end in stalled:
                ends[end].abort()
        server.close()
        for connection in self._connections:
            if connection.state is State.CONNECTING:  # browsers like to connect ahead, and then ask for nothing
                connection.transport.abort()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2 * ENDING)  # asyncio.run breaks off what is left then


def _why(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {address.port} is taken by another program: choose another, such as {address.port + 1}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {address.port} is not for everyone: choose one above 1023"
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return f"{address.host} is no address of this machine ({reason}): give a port alone"
