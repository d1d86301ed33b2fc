"""What the banner says: of several messages the most urgent one, each for as long as it holds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """How urgent a message is; the least number first."""

    LOST = 0
    """The input, or the output, is gone."""
    CLIPPED = 1
    SKIPPED = 2
    """What the stream says of its own troubles."""
    OFFER = 3
    HINT = 4


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence; `until`: when it goes away, monotonic s. A button with the text `button` does `act`."""

    text: str
    rank: Rank = Rank.HINT
    until: float = math.inf
    button: str = ""
    act: Callable[[], object] | None = None


class Messages:
    """Those that hold now, each under a key of whoever says it."""

    def __init__(self) -> None:
        self._held: dict[str, Message] = {}

    def post(self, key: str, message: Message) -> None:
        """Say something, in place of what was said under this key."""
        self._held.pop(key, None)  # the newest comes last
        self._held[key] = message

    def withdraw(self, key: str) -> None:
        """Say it no more."""
        self._held.pop(key, None)

    def withdraw_shown(self, now: float) -> None:
        """The user has closed what is shown."""
        shown = self.shown(now)
        self._held = {key: message for key, message in self._held.items() if message is not shown}

    def shown(self, now: float) -> Message | None:
        """The most urgent, the newest of several; None where nothing is to be said."""
        self._held = {key: message for key, message in self._held.items() if message.until > now}
        return min(reversed(self._held.values()), key=lambda message: message.rank, default=None)

    def next_end(self) -> float:
        """When the first of them goes away by itself, monotonic s; inf for never."""
        return min((message.until for message in self._held.values()), default=math.inf)


def without_commands(text: str) -> str:
    """An error's text without the advice to list devices or play the demo by a command: the window has buttons."""
    return re.sub(r"[:;,]? ?(or try )?`livepitch (devices|live --demo)`[^;]*", "", text)
