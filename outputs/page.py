"""Who may come in by the WebSocket's port, and the overlay page for browsers that ask for one."""

from __future__ import annotations

import ipaddress
import platform
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # The page is whole: nothing of it comes from elsewhere, and it talks to nobody but its own port.
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self' ws:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",  # after an update of livepitch the old page is not shown
}


@cache
def overlay_page() -> str:
    """The page, as HTML."""
    return files(__package__).joinpath("overlay.html").read_text(encoding="utf-8")


class Doorkeeper:
    """Decides on every request to the port."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        """origins: of pages from elsewhere that may listen."""
        self._origins = frozenset(each.rstrip("/") for each in origins)

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """The answer to a request; None lets a WebSocket in."""
        if urlsplit(request.path).path != "/":
            return connection.respond(HTTPStatus.NOT_FOUND, "the page is at /\n")
        if not any(word.strip().lower() == "websocket" for word in request.headers.get_all("Upgrade")):
            return _page(connection)
        if not self.admits(request.headers.get_all("Origin"), request.headers.get_all("Host")):
            return connection.respond(HTTPStatus.FORBIDDEN, "pages from elsewhere get no frames\n")
        return None

    def admits(self, origins: list[str], hosts: list[str]) -> bool:
        """Whether a WebSocket of these headers may listen.

        Every browser says where its page came from, and programs that are none say nothing. A page must be this port's
        own, under a name that nobody else can point at this machine: an address, localhost, or the machine's own name.
        """
        if not origins:
            return True
        if len(origins) > 1 or len(hosts) != 1:
            return False
        return origins[0] in self._origins or (origins[0] == f"http://{hosts[0]}" and _is_ours(origins[0]))


def _is_ours(origin: str) -> bool:
    try:
        name = (urlsplit(origin).hostname or "").lower()
    except ValueError:
        return False
    ours = platform.node().lower()
    if name in {"localhost", ours, f"{ours.removesuffix('.local')}.local"}:
        return bool(name)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _page(connection: ServerConnection) -> Response:
    response = connection.respond(HTTPStatus.OK, overlay_page())
    for name, value in PAGE_HEADERS.items():
        if name in response.headers:
            del response.headers[name]
        response.headers[name] = value
    return response
