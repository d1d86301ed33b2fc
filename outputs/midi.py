"""MIDI from a voice: its notes, with pitch bend and level, to a port of this computer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..realtime.frame import PitchFrame
from .midi_ports import OURS, MidiError, MidiPort, midi_ports
from .note_following import SILENCE, NoteFollower

if TYPE_CHECKING:
    from mido import Message

    from .midi_voice import MidiVoice

__all__ = ["MidiError", "MidiOutput", "midi_ports"]

PLAIN_RANGE, MPE_RANGE = 2.0, 48.0  # semitones: what instruments take for granted
WIDEST = 96.0  # semitones
LOST = 0.1  # s between two frames that make what was heard before them past
AGAIN = 5.0  # s of silence after which whoever has been connected meanwhile is told how notes are bent


@dataclass
class MidiOutput:
    """Plays what is sung on a MIDI port, one note at a time.

    port: a port's name or part of it; None for a virtual one called "livepitch", which other programs connect to.
    mpe: MIDI Polyphonic Expression. bend_range: semitones to either side, 1..96; None for 2, with `mpe` 48. a4: Hz.
    ValueError for another bend_range.
    """

    port: str | None = None
    mpe: bool = False
    bend_range: float | None = None
    a4: float = 440.0
    _open: _Playing | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.bend_range is not None and not 1.0 <= self.bend_range <= WIDEST:
            raise ValueError(f"bend_range must lie in 1..{WIDEST:g} semitones, not {self.bend_range}")

    @property
    def name(self) -> str:
        """For people."""
        return f"{'MPE' if self.mpe else 'MIDI'} to {OURS if self.port is None else self.port}"

    def open(self) -> None:
        """Open the port and say how notes are bent. MidiError (a LivepitchError) where there is none such."""
        from .midi_voice import MidiVoice

        self.close()
        wide = self.bend_range or (MPE_RANGE if self.mpe else PLAIN_RANGE)
        self._open = _Playing(MidiPort(self.port), MidiVoice(wide, self.mpe), self.a4)
        self._open.set_up()

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """Play frames; none end the note that sounds. MidiError: the port is gone."""
        if self._open is not None:
            self._open.play(frames)

    def close(self) -> None:
        """End the note that sounds and give the port back."""
        playing, self._open = self._open, None
        if playing is not None:
            playing.close()


class _Playing:
    """An open port and the voice that plays on it."""

    def __init__(self, port: MidiPort, voice: MidiVoice, a4: float) -> None:
        self._port, self._voice, self._a4 = port, voice, a4
        self._follower = NoteFollower()
        self._time = -math.inf  # s, of the last frame
        self._silent: float | None = None  # s, since the last note of which connected programs may know nothing

    def set_up(self) -> None:
        self._port.send(self._voice.set_up())

    def play(self, frames: Sequence[PitchFrame]) -> None:
        if not frames:
            self._follower.rest()
            self._port.send(self._voice.end())
        for frame in frames:
            if frame.time > self._time:  # else it settles one that was played
                self._port.send(self._messages(frame))

    def _messages(self, frame: PitchFrame) -> Iterator[Message]:
        if frame.time - self._time > LOST:
            self._follower.rest()
            yield from self._voice.end()
        self._time = frame.time
        pitch = 69 + 12 * math.log2(frame.f0 / self._a4) if frame.voiced else math.nan
        heard = self._follower.hear(pitch, frame.level)
        yield from self._voice.play(heard)
        if heard is not SILENCE:
            self._silent = frame.time
        elif self._silent is not None and frame.time - self._silent > AGAIN:
            self._silent = None
            yield from self._voice.set_up()

    def close(self) -> None:
        with suppress(Exception):  # a port that is gone
            self._port.send(self._voice.end())
        self._port.close()
