"""One line that follows the voice while it sings."""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..practice.naming import NoteNames

if TYPE_CHECKING:
    from ..practice.rehearsal.following import Sung
    from ..practice.rehearsal.rehearsal import Rehearsal
    from ..practice.target.target import TargetNote

EVERY = 0.08  # s between two changes: what changes faster cannot be read
REACH, STEP = 50, 5  # cents that the needle shows either way, and that one column of it is worth


class Meter:
    """What is asked for, what is sung, cents: in one line of standard output, where that is a terminal."""

    def __init__(self) -> None:
        self._shown = -math.inf
        self._newest: Sung | None = None
        self._at_terminal = sys.stdout.isatty()

    def show(self, rehearsal: Rehearsal, sung: Sequence[Sung]) -> None:
        """Show the newest of what was sung."""
        now = time.monotonic()
        self._newest = sung[-1] if sung else self._newest
        if self._at_terminal and now - self._shown >= EVERY:
            self._shown = now
            _write(line(rehearsal, self._newest))

    def clear(self) -> None:
        """Leave the line empty for what comes."""
        if self._at_terminal:
            _write("")


def line(rehearsal: Rehearsal, sung: Sung | None) -> str:
    """The line at this moment: the count-in, or the note asked for beside the note sung."""
    names = NoteNames(key=rehearsal.step.key)
    if rehearsal.position < 0:
        coming = rehearsal.coming
        return f"{rehearsal.count}   {_asked(coming, names, rehearsal.step.hidden) if coming else ''}"
    asked = _asked(rehearsal.note, names, rehearsal.step.hidden)
    if sung is None or not sung.frame.voiced:
        return f"{asked:8} –"
    from ..model.convert import hz_to_midi

    midi = hz_to_midi(sung.frame.f0, rehearsal.arrangement.tuning.a4)
    heard = names.name(round(midi))
    if math.isnan(sung.cents) or rehearsal.step.hidden:
        return f"{asked:8} {heard}"
    cents = f"{sung.cents:+5.0f}".replace("-", "−")
    return f"{asked:8} {heard:5} {cents} cents  {needle(sung.cents)}"


def needle(cents: float) -> str:
    """Where the voice is: `····|··●·` is a little above the note in the middle."""
    places = ["·"] * (2 * REACH // STEP + 1)
    places[REACH // STEP] = "|"
    places[round((min(max(cents, -REACH), REACH) + REACH) / STEP)] = "●"
    return "".join(places)


def _asked(note: TargetNote | None, names: NoteNames, hidden: bool) -> str:
    if note is None:
        return "rest"
    if not note.scored:
        return "listen"
    if hidden:
        return "sing"
    return note.lyric.strip() if math.isnan(note.midi) else names.name(round(note.midi))


def _write(text: str) -> None:
    width = shutil.get_terminal_size().columns - 1
    sys.stdout.write(f"\r{text[:width]:{width}}\r" if not text else f"\r{text[:width]:{width}}")
    sys.stdout.flush()
