"""What an instrument makes of MIDI messages, by the rules of MIDI 1.0 and MPE: which notes sound, at which pitch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Channel:
    bend: float = 0.0  # -1..1
    bend_range: float = 2.0  # semitones
    pressure: int = 0
    parameter: int = 0x3FFF
    sounding: dict[int, int] = field(default_factory=dict)  # velocity by note


class Synthesizer:
    """Plays on sixteen channels; `struck` are the notes in the order in which they began."""

    def __init__(self) -> None:
        self.channels = [Channel() for _ in range(16)]
        self.zone = 0  # member channels of an MPE zone
        self.struck: list[tuple[int, int, int]] = []  # channel, note, velocity
        self.most = 0  # notes at a time

    def hear(self, messages: Iterable[Iterable[int]]) -> None:
        for message in messages:
            status, *data = message
            self._obey(status & 0xF0, status & 0x0F, data)
            self.most = max(self.most, len(self.pitches))

    @property
    def pitches(self) -> list[float]:
        """Of what sounds, fractional MIDI numbers."""
        return [note + each.bend * each.bend_range for each in self.channels for note in each.sounding]

    def _obey(self, kind: int, number: int, data: list[int]) -> None:
        channel = self.channels[number]
        if kind == 0x90 and data[1]:
            assert data[0] not in channel.sounding, "a note that sounds is struck again"
            channel.sounding[data[0]] = data[1]
            self.struck.append((number, data[0], data[1]))
        elif kind in (0x80, 0x90):
            del channel.sounding[data[0]]
        elif kind == 0xE0:
            channel.bend = ((data[0] | data[1] << 7) - 8192) / 8191
        elif kind == 0xD0:
            channel.pressure = data[0]
        elif kind == 0xB0:
            self._control(number, channel, *data)

    def _control(self, number: int, channel: Channel, control: int, value: int) -> None:
        if control == 101:
            channel.parameter = channel.parameter & 127 | value << 7
        elif control == 100:
            channel.parameter = channel.parameter & ~127 | value
        elif control == 123:
            channel.sounding.clear()
        elif control == 6 and channel.parameter == 0:
            channel.bend_range = float(value)
        elif control == 38 and channel.parameter == 0:
            channel.bend_range = int(channel.bend_range) + value / 100
        elif control == 6 and channel.parameter == 6:
            assert number == 0, "the lower zone is set up on its first channel"
            self.zone = value
            for each in self.channels[1:]:
                each.bend_range = 48.0
