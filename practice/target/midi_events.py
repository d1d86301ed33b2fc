"""The events of a Standard MIDI File, read with bounds: no length in it is trusted.

mido is not used for this: it follows a delta time of any number of bytes, which in a hostile file takes hours, and
gives up a whole file for one wrong key signature. Source: Standard MIDI Files 1.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

META, SYSEX, SYSEX_MORE = 0xFF, 0xF0, 0xF7
END_OF_TRACK = 0x2F
DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class MidiDamage(ValueError):  # noqa: N818 - what is wrong with the bytes, for the reader to say of which file
    """What is wrong with the bytes."""


class Event(NamedTuple):
    """One event of a track."""

    tick: int
    status: int
    """0x80 to 0xEF with the channel in its low half, or META."""
    kind: int
    """Of a META event; 0 elsewhere."""
    data: bytes


@dataclass(frozen=True)
class MidiFile:
    """A file's tracks."""

    form: int
    """0: one track, 1: tracks that sound together, 2: songs of one track each."""
    ticks_per_quarter: int
    """0 where `seconds_per_tick` says it."""
    seconds_per_tick: float
    """Of SMPTE time; 0.0 where tempi say it."""
    tracks: tuple[tuple[Event, ...], ...]


def read_events(data: bytes) -> MidiFile:
    """All events of a file, also one wrapped in RIFF; unknown chunks are passed over. MidiDamage says what is wrong."""
    begin = data.find(b"MThd", 0, 64)
    if begin < 0 or len(data) < begin + 14:
        raise MidiDamage("it does not begin as MIDI files do")
    size, form, _tracks, division = struct.unpack_from(">LHHH", data, begin + 4)
    if form > 2 or size < 6:
        raise MidiDamage(f"it is of an unknown form ({form})")
    quarter, seconds = _division(division)
    tracks = tuple(tuple(_events(track)) for track in _track_chunks(data, begin + 8 + size))
    if not tracks:
        raise MidiDamage("it has no tracks")
    return MidiFile(form, quarter, seconds, tracks)


def _division(division: int) -> tuple[int, float]:
    """Ticks of a quarter and seconds of a tick, one of them 0: SMPTE's frames a second are stored negative."""
    if division == 0:
        raise MidiDamage("its ticks have no length")
    if division < 0x8000:
        return division, 0.0
    frames, ticks = 256 - (division >> 8), division & 0xFF
    if frames not in (24, 25, 29, 30) or ticks == 0:
        raise MidiDamage(f"its time code has {frames} frames a second")
    rate = 30_000 / 1001 if frames == 29 else frames  # 29 stands for drop frame
    return 0, 1 / (rate * ticks)


def _track_chunks(data: bytes, begin: int) -> Iterator[bytes]:
    while begin + 8 <= len(data):
        name, size = struct.unpack_from(">4sL", data, begin)
        if name == b"MTrk":
            if begin + 8 + size > len(data) and b"\xff\x2f\x00" not in data[begin + 8 :]:
                raise MidiDamage("it ends in the middle of a track")
            yield data[begin + 8 : begin + 8 + size]
        begin += 8 + size


def _events(track: bytes) -> Iterator[Event]:
    """A track's channel and meta events up to its end; system exclusive data is passed over."""
    place = tick = running = 0
    while place < len(track):
        delta, place = _length(track, place)
        tick += delta
        status = _byte(track, place)
        if status >= 0x80:
            place += 1
        else:
            status = running
        if status in (META, SYSEX, SYSEX_MORE):
            kind = _byte(track, place) if status == META else 0
            size, place = _length(track, place + (status == META))
            data = _bytes(track, place, size)
            if kind == END_OF_TRACK:
                return
            if status == META:
                yield Event(tick, META, kind, data)
        elif status & 0xF0 in DATA_BYTES:
            running = status
            data = _bytes(track, place, DATA_BYTES[status & 0xF0])
            if max(data) >= 0x80:
                raise MidiDamage("a track holds bytes that are no events")
            yield Event(tick, status, 0, data)
        else:
            raise MidiDamage("a track holds bytes that are no events")
        place += len(data)


def _length(track: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, at most four of them, and the place behind it."""
    value = 0
    for index in range(4):
        byte = _byte(track, place + index)
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + index + 1
    raise MidiDamage("a track holds bytes that are no events")


def _byte(track: bytes, place: int) -> int:
    return _bytes(track, place, 1)[0]


def _bytes(track: bytes, place: int, size: int) -> bytes:
    if place + size > len(track):
        raise MidiDamage("it ends in the middle of a track")
    return track[place : place + size]
