"""The notes of a voice as it sings: decided on from what was heard until now, and never taken back.

`practice/segmentation.py` hears a phrase to its end before it says which notes were in it; an instrument cannot wait.
Here a note begins when the pitch has stood still for 40 ms, after silence at the latest 120 ms after the voice. It
gives way to another where the voice was off its middle for long or by far and then stands still nearer to another; for
70 ms where the pitch has just gone to and fro, as in vibrato, and after 80 ms where it has leapt by octaves, which most
often is an error of the tracker. The middle follows a voice that is out of tune. On one pitch, a new note begins when
the level has dipped and is back. A note ends 40 ms after the voice.
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

STILL = 4  # frames in which the pitch stands still
SPREAD = 0.3  # semitones that they may differ by
PATIENCE = 12  # frames of voice after which the first note begins wherever the pitch is
GAP = 4  # frames without voice that end a note
FOLLOWS = 0.1  # share of the way to the pitch that a note's middle goes with each frame
ASIDE = 0.4  # semitones that it may go from the note
ROW = 0.4  # semitones from it within which the voice is on the note
MOST = 0.7  # semitones outside that one frame counts for at most
ENOUGH = 1.4  # semitones outside, added up over frames, that make another note possible
OCTAVES = 5.6  # the same for a leap of octaves
TURN = 0.6  # semitones by which the pitch goes back where it turns
SWING = 24  # frames within which a voice that swings has turned twice
LONGER = 7  # frames in which the pitch of such a voice stands still
OTHER = 0.6  # semitones from the note from which on it is another
LEASH = 3.0  # semitones that a note follows the voice away while no other is believed in
DIP, BACK = 14.0, 5.0  # dB that the level dips, and dB below what it was from which on it is back
AROUND = 12  # frames in which both happen
QUIETEST = -120.0  # dBFS


class Heard(NamedTuple):
    """What sounds after a frame."""

    note: int | None
    """MIDI number; None for silence."""
    pitch: float
    """Where the voice is, a fractional MIDI number; NaN for silence."""
    begun: bool
    """Whether the note begins with this frame."""
    level: float
    """dBFS; where a note begins, the loudest of the last 120 ms."""


SILENCE = Heard(None, math.nan, False, QUIETEST)


class NoteFollower:
    """Follows one voice from frame to frame, each 10 ms after the one before."""

    def __init__(self) -> None:
        self._pitches: deque[float] = deque(maxlen=LONGER)
        self._levels: deque[float] = deque(maxlen=AROUND)
        self._swing = _Swing()
        self.rest()

    def rest(self) -> None:
        """Nothing sounds any more; what comes next has nothing to do with what was."""
        self._note: int | None = None
        self._middle = self._pitch = math.nan
        self._voiced = self._mute = 0  # frames
        self._outside = 0.0  # semitones, added up
        self._swing.rest()
        self._pitches.clear()
        self._levels.clear()

    def hear(self, pitch: float, level: float) -> Heard:
        """Take a frame: `pitch` as a fractional MIDI number, NaN where unvoiced; `level` in dBFS."""
        level = level if level > QUIETEST else QUIETEST  # also where it is NaN
        self._levels.append(level)
        if math.isnan(pitch):
            self._hear_nothing()
        else:
            self._mute, self._voiced = 0, self._voiced + 1
            self._pitches.append(pitch)
            self._swing.hear(pitch)
            if self._is_new(pitch):
                return self._begin()
        return SILENCE if self._note is None else Heard(self._note, self._pitch, False, level)

    def _hear_nothing(self) -> None:
        self._mute += 1
        if self._note is None or self._mute >= GAP:
            self.rest()

    def _is_new(self, pitch: float) -> bool:
        """Whether a note begins here; if none does, the one that sounds goes along with the pitch."""
        if self._note is None:
            return self._stands_still() or self._voiced >= PATIENCE
        if self._is_another(self._note, pitch) or self._is_repeated():
            return True
        if abs(pitch - self._note) <= LEASH:
            self._pitch = pitch
        return False

    def _begin(self) -> Heard:
        self._middle = self._pitch = self._typical()
        self._note = min(max(math.floor(self._pitch + 0.5), 0), 127)
        self._outside = 0.0
        loudest = max(self._levels)
        self._levels.clear()  # one dip makes one note
        return Heard(self._note, self._pitch, True, loudest)

    def _is_another(self, note: int, pitch: float) -> bool:
        """Whether the voice has left the note and stands still elsewhere."""
        away = abs(pitch - self._middle)
        self._outside = max(0.0, self._outside + min(away - ROW, MOST))
        if away < 2 * ROW:
            middle = self._middle + FOLLOWS * (pitch - self._middle)
            self._middle = min(max(middle, note - ASIDE), note + ASIDE)
        if self._outside < (OCTAVES if _is_octaves(away) else ENOUGH):
            return False
        if not self._stands_still(LONGER if self._swing.going else STILL):
            return False
        if abs(self._typical() - note) >= OTHER:
            return True
        self._middle, self._outside = self._typical(), 0.0
        return False

    def _is_repeated(self) -> bool:
        """Whether the level has dipped since the note began, and is back."""
        levels = list(self._levels)
        lowest = levels.index(min(levels))
        before = max(levels[: lowest + 1])
        return before - levels[lowest] >= DIP and levels[-1] >= before - BACK

    def _stands_still(self, frames: int = STILL) -> bool:
        last = list(self._pitches)[-frames:]
        return len(last) == frames and max(last) - min(last) <= SPREAD

    def _typical(self) -> float:
        last = sorted(list(self._pitches)[-STILL:])
        return last[len(last) // 2]


class _Swing:
    """Whether a pitch goes to and fro, as in vibrato."""

    def __init__(self) -> None:
        self.rest()

    def rest(self) -> None:
        """There was none yet."""
        self._up = True
        self._extreme = -math.inf
        self._turns = [SWING, SWING]  # frames since the last turn, and since the one before

    def hear(self, pitch: float) -> None:
        """Take the next pitch."""
        self._turns = [frames + 1 for frames in self._turns]
        back = self._extreme - pitch if self._up else pitch - self._extreme
        if back <= 0:
            self._extreme = pitch
        elif back > TURN:
            self._turns = [0, self._turns[0]]
            self._up, self._extreme = not self._up, pitch

    @property
    def going(self) -> bool:
        """Whether it has turned twice of late."""
        return self._turns[1] < SWING


def _is_octaves(semitones: float) -> bool:
    return semitones > 11 and abs(semitones - 12 * round(semitones / 12)) < 1
