"""Open Sound Control over UDP: a bundle per frame, for Max, Pure Data, SuperCollider, TouchDesigner and the like."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..model.errors import LivepitchError
from ..realtime.frame import PitchFrame
from .address import Address, address_of


@dataclass
class OscOutput:
    """Sends every frame to one receiver, in the words of `osc_frame`; whether anybody listens there is not known.

    address: "HOST:PORT" or "[::1]:PORT"; AddressError (a LivepitchError) for another form. a4: concert pitch, Hz.
    """

    address: str
    a4: float = field(default=440.0, kw_only=True)
    _receiver: Address = field(init=False, repr=False, compare=False)
    _open: tuple[socket.socket, tuple[object, ...]] | None = field(default=None, init=False, repr=False, compare=False)
    _last: PitchFrame | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._receiver = address_of(self.address)

    @property
    def name(self) -> str:
        """For people."""
        return f"OSC to {self._receiver}"

    def open(self) -> None:
        """Find the receiver: its name is looked up now, and not again. LivepitchError where it has no address."""
        self.close()
        host, port = self._receiver.host, self._receiver.port
        try:
            family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            # Not connected: a receiver that is not there yet would be an error of every other frame.
            sender = socket.socket(family, kind)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "no host is called so"
            raise LivepitchError(f"{host}: cannot be found ({why}); give another name, or its number") from None
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.setblocking(False)
        self._open = sender, place

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """A bundle for each; none say that the voice is silent. LivepitchError where the network refuses."""
        try:
            for frame in frames or self._silence():
                self._send(frame)
        except BlockingIOError:
            pass  # the network is full: datagrams get lost
        except OSError as error:
            raise LivepitchError(f"{self._receiver}: cannot be reached ({error.strerror or error})") from None

    def close(self) -> None:
        """Say that the voice is silent, and give the socket back."""
        if self._open is not None:
            with suppress(Exception):
                self.send(())
            self._open[0].close()
        self._open = self._last = None

    def _silence(self) -> Iterator[PitchFrame]:
        if self._last is not None and self._last.voiced:
            silent = replace(self._last, f0=math.nan, confidence=0.0, level=-math.inf)
            self._last = None  # of the same time, and yet not settled
            yield silent

    def _send(self, frame: PitchFrame) -> None:
        from .osc_frame import bundle, settled

        if self._open is None:
            return
        sender, place = self._open
        again = self._last is not None and frame.time <= self._last.time
        sender.sendto((settled if again else bundle)(frame, self.a4), place)
        if not again:
            self._last = frame
