"""What a voice is in MIDI: one note at a time, bent to where the voice is, pressed as hard as it is loud.

Plain: one channel, which any instrument plays. MPE: a zone of fifteen channels that the notes take in turn, so that
each keeps its own bend and pressure while it dies away (MIDI Polyphonic Expression 1.0: registered parameter 6 sets the
zone up; bend, timbre and pressure come before the note they belong to).
"""

from __future__ import annotations

from collections.abc import Iterator

from mido import Message

from .note_following import Heard

MEMBERS = 15  # channels of the zone beside its first
TOP = 8191  # of the bend, either way
SOFT, LOUD = -50.0, -8.0  # dBFS of the least and the greatest pressure and velocity
SOFTEST = 16  # velocity
BEND_RANGE, ZONE, NONE = 0, 6, 0x3FFF  # registered parameters
TIMBRE, ALL_NOTES_OFF = 74, 123  # control changes
CENTRE = 64


class MidiVoice:
    """Makes the messages of one voice."""

    def __init__(self, bend_range: float, mpe: bool) -> None:
        """bend_range: semitones to either side."""
        self._range, self._mpe = bend_range, mpe
        self._note: int | None = None
        self._channel = self._bend = self._pressure = 0

    def set_up(self) -> Iterator[Message]:
        """What a receiver has to know first; it ends what notes were left there, too."""
        yield _control(0, ALL_NOTES_OFF, 0)
        if self._mpe:
            yield from _parameter(0, ZONE, MEMBERS, 0)
        semitones, cents = divmod(round(100 * self._range), 100)
        for channel in range(1, MEMBERS + 1) if self._mpe else (0,):
            yield from _parameter(channel, BEND_RANGE, semitones, cents)

    def play(self, heard: Heard) -> Iterator[Message]:
        """What changes with a frame."""
        if heard.note is None:
            yield from self.end()
        elif heard.begun:
            yield from self._begin(heard, heard.note)
        elif self._note is not None:
            yield from self._follow(heard, self._note)

    def end(self) -> Iterator[Message]:
        """The end of the note that sounds, if one does."""
        if self._note is not None:
            yield _off(self._channel, self._note)
            self._note = None

    def _begin(self, heard: Heard, note: int) -> Iterator[Message]:
        # A note that comes from another begins before that one ends: instruments for one voice tie the two.
        before, channel = self._note, self._channel
        if before == note and not self._mpe:
            yield from self.end()
        if self._mpe:
            self._channel = channel % MEMBERS + 1
            yield _control(self._channel, TIMBRE, CENTRE)
        self._bend = self._pressure = -TOP - 2  # whatever the channel has, it is told
        yield from self._follow(heard, note)
        yield Message("note_on", channel=self._channel, note=note, velocity=max(SOFTEST, _strength(heard.level)))
        if self._note is not None:
            yield _off(channel, self._note)
        self._note = note

    def _follow(self, heard: Heard, note: int) -> Iterator[Message]:
        share = min(max((heard.pitch - note) / self._range, -1.0), 1.0)
        bend, pressure = round(TOP * share), _strength(heard.level)
        if bend != self._bend:
            yield Message("pitchwheel", channel=self._channel, pitch=bend)
        if pressure != self._pressure:
            yield Message("aftertouch", channel=self._channel, value=pressure)
        self._bend, self._pressure = bend, pressure


def _strength(level: float) -> int:
    """0..127, in even steps of dB."""
    return round(127 * min(max((level - SOFT) / (LOUD - SOFT), 0.0), 1.0))


def _off(channel: int, note: int) -> Message:
    return Message("note_off", channel=channel, note=note, velocity=CENTRE)


def _control(channel: int, control: int, value: int) -> Message:
    return Message("control_change", channel=channel, control=control, value=value)


def _parameter(channel: int, number: int, value: int, fine: int) -> Iterator[Message]:
    """Set a registered parameter, then none, so that a stray data entry sets nothing."""
    for control, data in ((101, number >> 7), (100, number & 127), (6, value), (38, fine)):
        yield _control(channel, control, data)
    yield _control(channel, 101, NONE >> 7)
    yield _control(channel, 100, NONE & 127)
