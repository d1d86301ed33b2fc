"""Everything that the doctor looks at, and a report of it for others to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..realtime.log.lines import without_home
from ..realtime.log.log import log_files, log_text
from .apart import LIMIT, examine
from .finding import Finding, Wanted

ROOM = __package__.partition(".")[0]
# The last is named, not imported: the screen's check stands above this floor, and only its process loads Qt.
CHECKED = tuple(f"{ROOM}.{name}" for name in ("doctor.machine", "doctor.computing", "doctor.files", "doctor.sound"))
CHECKED += (f"{ROOM}.gui.home.screen_check",)
SLOWER = 4  # as long as else that a check may take which gives way to others
LAST, WIDEST = 60, 400  # lines of the log, and characters of one


def examined(wanted: Wanted | None = None) -> Iterator[Finding]:
    """What every check finds, one after another: about ten seconds, in processes of their own."""
    asked = wanted or Wanted()
    for module in CHECKED:
        yield from examine(module, asked, LIMIT * (SLOWER if asked.gentle else 1))


def report_text(wanted: Wanted | None = None) -> str:
    """The findings and the end of the log, to be pasted in an issue; the user's folder stands there as `~`.

    It takes as long as `examined`, so a window asks for it on another thread; whoever sings meanwhile is not disturbed.
    """
    lines = [finding.line(words=False) for finding in examined(wanted or Wanted(gentle=True))]
    return as_text(lines)


def as_text(lines: list[str]) -> str:
    """A report of these lines."""
    end = "\n".join(last_of_log()) or "(empty)"
    head = f"livepitch doctor, {datetime.now():%Y-%m-%d %H:%M}"
    return f"{head}\n\n```\n" + "\n".join(lines) + f"\n```\n\nThe end of the log:\n\n```\n{end}\n```\n"


def last_of_log(most: int = LAST) -> list[str]:
    """The last lines of the log, without names of users; none if there is none that can be read."""
    lines: list[str] = []
    try:
        for path in log_files():
            lines += log_text(path)
            lines = lines[-most:]
    except OSError:
        pass
    return [without_home(line).replace("```", "'''")[:WIDEST] for line in lines]
