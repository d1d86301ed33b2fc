"""What a check found: a grade, a sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from ..model.errors import printable
from ..realtime.log.lines import without_home

WIDTH = 17  # letters of a check's name


class Grade(Enum):
    """How a check went."""

    WELL = "ok"
    WARNING = "warning"
    """It works, but not as well as it could, or something is not there that may not be needed."""
    FAILED = "failed"
    """Something does not work."""


SIGNS = {Grade.WELL: "✓", Grade.WARNING: "!", Grade.FAILED: "✗"}
WORDS = {Grade.WELL: "ok     ", Grade.WARNING: "WARNING", Grade.FAILED: "FAILED "}


@dataclass(frozen=True)
class Finding:
    """One line of `livepitch doctor`."""

    check: str
    """What was looked at, in a word or two."""
    grade: Grade
    found: str
    advice: str = ""
    """What to do; empty if there is nothing."""

    def line(self, words: bool) -> str:
        """It in one line, without the user's name in a path; `words`: plain ASCII in place of the signs."""
        arrow = " -> " if words else " → "
        text = printable(without_home(self.found + (arrow + self.advice if self.advice else "")), LONGEST)
        text = text.encode("ascii", "replace").decode() if words else text
        return f"{(WORDS if words else SIGNS)[self.grade]} {self.check:<{WIDTH}} {text}"


LONGEST = 600  # characters


def well(check: str, found: str) -> Finding:
    """All is right."""
    return Finding(check, Grade.WELL, found)


def warning(check: str, found: str, advice: str = "") -> Finding:
    """It works, but."""
    return Finding(check, Grade.WARNING, found, advice)


def failed(check: str, found: str, advice: str = "") -> Finding:
    """It does not work."""
    return Finding(check, Grade.FAILED, found, advice)


@dataclass(frozen=True)
class Wanted:
    """What the user asks the doctor to look at."""

    input: str | None = None
    """Number or (part of) a name of the input to try; None for the default one."""
    gentle: bool = False
    """Whether other programs go first: somebody may be singing or recording meanwhile."""


Check = Callable[[Wanted], Iterator[Finding]]
Checks = dict[str, Check]
"""Each check by the name under which it is told of if it fails as a whole."""
