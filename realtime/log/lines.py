"""What the log says of an event: one line, safe to print and to show to others; a traceback is indented below it."""

from __future__ import annotations

import logging
import re
import traceback
from collections import OrderedDict
from datetime import datetime
from pathlib import Path

from ...model.errors import printable

DEEPEST = 120  # lines below an event, the last ones
OFTEN, WITHIN = 20, 60.0  # times that one place in the code is heard within so many seconds
PLACES = 500  # that are watched
INDENT = "    "


def without_home(text: str) -> str:
    """The user's folder as `~`, so that no name is given away to whoever reads it."""
    home = str(Path.home())
    return text if home == "/" else re.sub(re.escape(home) + r"(?![\w.-])", "~", text)


class EventLine(logging.Formatter):
    """Time, grade, process, thread, module and the message, with what is attached as `below` under it."""

    def __init__(self, role: str) -> None:
        """role: what this process does, in a word."""
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        """The line and those below it, without the end of the last."""
        when = datetime.fromtimestamp(record.created).isoformat(" ", "milliseconds")
        module = record.name.removeprefix("livepitch.")
        head = f"{when} {record.levelname} {self._role}[{record.process}] {record.threadName} {module}:"
        message = printable(without_home(record.getMessage()))
        return "\n".join([f"{head} {message}", *(INDENT + line for line in _below(record))])


def _below(record: logging.LogRecord) -> list[str]:
    text = str(getattr(record, "below", ""))
    if record.exc_info and record.exc_info[0] is not None:
        text += "".join(traceback.format_exception(*record.exc_info))
    return [printable(without_home(line)) for line in text.splitlines()[-DEEPEST:]]


class Seldom(logging.Filter):
    """Lets a storm of one event through only now and then, so that it does not drive everything else out of the log."""

    def __init__(self) -> None:
        super().__init__()
        # By place and what is said there: since when, and how often.
        self._heard: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written; the first one after a storm says how many were left out."""
        place = record.pathname, record.lineno, str(record.msg)
        since, times = self._heard.pop(place, (record.created, 0))
        left_out = times - OFTEN
        if record.created - since > WITHIN:
            since, times = record.created, 0
            if left_out > 0:
                record.msg, record.args = f"{record.getMessage()} (and {left_out} more like this before)", ()
        self._heard[place] = since, times + 1
        if len(self._heard) > PLACES:
            self._heard.popitem(last=False)
        return times < OFTEN
