"""One WebSocket receiver: what waits for it, and how much it was too slow for."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

WAITING = 200  # frames, 2 s: nobody wants to see where the voice was before that
UNDERWAY = 16_384  # bytes that the system may hold for a receiver: left to itself, it would hold minutes of frames
PATIENCE = 60.0  # s that a receiver may take nothing, or leave a question whether it is there without an answer

END = '{"type": "end"}'


class Listener:
    """Lives on the loop of a `Broadcast`, from a receiver's handshake to its end."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._waiting: deque[str] = deque(maxlen=WAITING)
        self._something = asyncio.Event()
        self._in_order = asyncio.Lock()  # a message that was taken is sent before the next, the end too
        self._lost = 0
        peer = connection.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNDERWAY)

    def put(self, frames: list[str]) -> int:
        """Leave frames, as JSON, for it; how many were thrown away because too many wait, the oldest first."""
        lost = max(0, len(self._waiting) + len(frames) - WAITING)
        self._lost += lost
        self._waiting.extend(frames)
        self._something.set()
        return lost

    async def attend(self, hello: str) -> None:
        """Send what waits until the receiver goes, stalls for long, or says something: it has nothing to say."""
        with suppress(ConnectionClosed):
            await self._connection.send(hello)
            sending = asyncio.create_task(self._send())
            try:
                await self._connection.recv()
                await self._connection.close(1008, "livepitch only sends")
            finally:
                sending.cancel()

    async def end(self) -> None:
        """Send what waits, and that no more comes."""
        with suppress(ConnectionClosed):
            async with self._in_order:
                if self._waiting:
                    await self._connection.send(self._message())
                await self._connection.send(END)

    def abort(self) -> None:
        """Let go of it without a word."""
        self._connection.transport.abort()

    async def _send(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            try:
                async with self._in_order:
                    if self._waiting:
                        await asyncio.wait_for(self._connection.send(self._message()), PATIENCE)
            except asyncio.TimeoutError:  # another class than the plain one in Python 3.10
                self.abort()
                break
            except ConnectionClosed:
                break

    def _message(self) -> str:
        lost = f'"lost": {self._lost}, ' if self._lost else ""
        text = f'{{"type": "frames", {lost}"frames": [{", ".join(self._waiting)}]}}'
        self._waiting.clear()
        self._lost = 0
        return text
