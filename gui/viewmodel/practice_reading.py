"""The current note while a step is sung: against the note that is asked for, not against the nearest one."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from ...practice.music import Music
from .reading import QUICK, STEADY, Reading

if TYPE_CHECKING:
    from ...practice.rehearsal.following import Sung
    from ...practice.target.target import TargetNote


class AskedNote:
    """Follows what was sung of the note of the moment."""

    def __init__(self) -> None:
        self._note: TargetNote | None = None
        self._asked = math.nan  # MIDI number, at the newest frame
        self._cents: deque[float] = deque(maxlen=STEADY)

    def observe(self, sung: Sequence[Sung]) -> None:
        """Take frames beside their notes, as they come."""
        for each in sung:
            if each.note is not self._note:
                self._note = each.note
                self._cents.clear()
            if each.note is not None and not math.isnan(each.cents):
                self._asked = each.note.midi_at(each.time)
                self._cents.append(each.cents)

    def reading(self, nearest: Reading, music: Music) -> Reading:
        """The same moment against the note asked for; as it is where nothing is asked for, or not sung yet."""
        if nearest.midi is None or not self._cents:
            return nearest
        cents, asked = list(self._cents), round(self._asked)
        return replace(
            nearest,
            midi=asked,
            cents=median(cents),
            needle=median(cents[-QUICK:]),
            name=music.name(asked),
            interval="",  # of the step's tonic, which nobody asked for
            sounding=music.sounding(asked),
        )
