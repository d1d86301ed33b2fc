"""Network addresses as people write them: HOST:PORT, [::1]:PORT, or a port alone."""

from __future__ import annotations

from dataclasses import dataclass

from ..model.errors import LivepitchError

LAST_PORT = 65535


class AddressError(LivepitchError):
    """What is no address; the text says what it could be."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host, by name or number, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_of(text: str, host: str | None = None, lowest: int = 1) -> Address:
    """Read HOST:PORT, or, where a `host` to go without is given, PORT alone. AddressError for anything else.

    Numbers of IPv6 stand in brackets: [::1]:9000. lowest: the least port; 0 lets the system choose one.
    """
    before, _, port = text.strip().rpartition(":")
    bracketed = before.startswith("[") and before.endswith("]")
    name = (before[1:-1] if bracketed else before) or host
    usual = port.isascii() and port.isdigit() and len(port) <= len(str(LAST_PORT))
    if not name or (":" in name and not bracketed and before) or not usual or not lowest <= int(port) <= LAST_PORT:
        form = "HOST:PORT" if host is None else "[HOST:]PORT"
        raise AddressError(f"{text!r} is no address: it is {form}, such as {host or '127.0.0.1'}:9000")
    return Address(name, int(port))
