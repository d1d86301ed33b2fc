"""Frames over WebSocket, for stream overlays and programs in a browser; the same port serves a page that draws them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..practice.naming import NoteNames
from ..practice.notes import ENGLISH
from ..realtime.frame import PitchFrame
from .address import Address, address_of
from .frame_values import frame_values

if TYPE_CHECKING:
    from .broadcast import Broadcast

LOOPBACK = "127.0.0.1"
DEFAULT_ADDRESS = f"{LOOPBACK}:8765"
PROTOCOL = 1
"""Grows when a message changes so that a receiver could misunderstand it; fields that are added do not count."""
LOWEST_NOTE, HIGHEST_NOTE = 12, 120  # C0 to C9: wider than any model's range
EVERY_INTERFACE = {"0.0.0.0": LOOPBACK, "::": "::1"}


@dataclass
class WebSocketOutput:
    """Sends every frame to any number of WebSocket receivers, and serves the overlay page to browsers.

    Pages of strangers that a browser happens to show get nothing. A receiver that is slow loses its oldest frames;
    nobody waits for it.

    address: "[HOST:]PORT" to listen on; AddressError (a LivepitchError) for another form. Without a host only this
    machine can connect; "0.0.0.0:8765" opens it to the local network. Port 0 takes any that is free, see `page`.
    a4: concert pitch, Hz. names: what notes are called. origins: of pages from elsewhere that may listen, such as
    "http://localhost:3000".
    """

    address: str = DEFAULT_ADDRESS
    a4: float = field(default=440.0, kw_only=True)
    names: NoteNames = field(default=ENGLISH, kw_only=True)
    origins: tuple[str, ...] = field(default=(), kw_only=True)
    _broadcast: Broadcast | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._wanted: Address = address_of(self.address, LOOPBACK, lowest=0)

    @property
    def name(self) -> str:
        """For people."""
        return f"WebSocket on {self._listening}"

    @property
    def page(self) -> str:
        """Address of the overlay page, for a browser on this machine; with "ws" for "http" other receivers use it."""
        host = self._wanted.host
        return f"http://{Address(EVERY_INTERFACE.get(host, host), self._listening.port)}/"

    @property
    def receivers(self) -> int:
        """How many listen now."""
        broadcast = self._broadcast  # which another thread may close meanwhile
        return 0 if broadcast is None else broadcast.receivers

    @property
    def lost(self) -> int:
        """Frames that receivers were too slow for since `open`, summed over all of them."""
        broadcast = self._broadcast
        return 0 if broadcast is None else broadcast.lost

    @property
    def _listening(self) -> Address:
        broadcast = self._broadcast
        return self._wanted if broadcast is None else Address(self._wanted.host, broadcast.port)

    def open(self) -> None:
        """Listen. LivepitchError where the port is taken, or the host is none of this machine's."""
        from .broadcast import Broadcast

        if self._broadcast is None:
            self._broadcast = Broadcast(self._wanted, self._hello(), self.origins)

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """Put frames before every receiver; waits for none."""
        if self._broadcast is not None and frames and self._broadcast.receivers:
            self._broadcast.spread([json.dumps(frame_values(each, self.a4, self.names)) for each in frames])

    def close(self) -> None:
        """Say "end" to every receiver and let go of the port, in two seconds even where one has stalled."""
        broadcast, self._broadcast = self._broadcast, None
        if broadcast is not None:
            broadcast.close()

    def _hello(self) -> str:
        from importlib.metadata import version

        return json.dumps(
            {
                "type": "hello",
                "protocol": PROTOCOL,
                "livepitch": version("livepitch"),
                "a4": self.a4,
                "notes": {note: self.names.name(note) for note in range(LOWEST_NOTE, HIGHEST_NOTE + 1)},
            }
        )
