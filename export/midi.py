"""Notes as a MIDI file of one voice: with a pitch bend that follows what was sung, or plain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import numpy as np

from ..model.convert import hz_to_midi
from ..model.errors import printable
from .options import Options
from .sung import FRAMES_PER_SECOND, Sung
from .written import WrittenNote, written_notes

QUARTER = 960  # ticks; half a tick is 0.26 ms at 120 to the minute, 1.6 ms at 20
HALF_HOP = 0.5 / FRAMES_PER_SECOND
OOHS = 53  # General MIDI's program of a voice that can be held, counted from 0
LOUDEST, USUAL = 112, 90  # velocity of the loudest note, and where no level is known
TOGETHER = 1000  # frames of a note that are numbers of Python at the same time
CENTRE = 8192  # of the bend's 14 bits
BEND_RANGE, FINE_TUNING, COARSE_TUNING, NO_PARAMETER = 0, 1, 2, 0x3FFF  # registered parameters, 14 bits

Event = tuple[int, Any]
"""Tick, and the mido message."""


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Notes, with a pitch bend for every 10 ms of voice within them, as far as `options.bend_range` reaches.

    Registered parameters tell the bend's range and, where A4 is not 440 Hz, the tuning, so that a player that knows
    them sounds what was sung. Source: MIDI 1.0 Detailed Specification and RP-018.
    """
    _save(sung, file, options, _bent(sung, options))


def write_plain(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Notes alone, each at the nearest semitone."""
    _save(sung, file, options, _plain(sung, options))


def _save(sung: Sung, file: BinaryIO, options: Options, events: Iterable[Event]) -> None:
    from mido import MetaMessage, MidiFile

    # mido encodes a track while it iterates, so that the messages of ten hours never are in memory together.
    song: Any = MidiFile(type=1, ticks_per_beat=QUARTER, charset="utf-8")
    song.tracks.append([
        MetaMessage("track_name", name=printable(sung.title)),
        MetaMessage("set_tempo", tempo=_microseconds(options)),
        MetaMessage("time_signature", numerator=4, denominator=4),
    ])  # fmt: skip
    song.tracks.append(_timed(events, _tick(sung.duration, options)))
    song.save(file=file)


def _timed(events: Iterable[Event], last: int) -> Iterator[Any]:
    """The messages of a track, each with its ticks since the one before; it ends at tick `last`, or after them."""
    from mido import MetaMessage

    now = 0
    yield MetaMessage("track_name", name="Voice")
    for tick, message in events:
        message.time = tick - now
        now = tick
        yield message
    yield MetaMessage("end_of_track", time=max(last - now, 0))


def _plain(sung: Sung, options: Options) -> Iterator[Event]:
    from mido import Message

    for note, velocity in _struck(sung, options):
        start = _tick(note.start, options)
        yield start, Message("note_on", note=note.number, velocity=velocity)
        yield max(_tick(note.end, options), start + 1), Message("note_off", note=note.number)


def _bent(sung: Sung, options: Options) -> Iterator[Event]:
    from mido import Message

    yield 0, Message("program_change", program=OOHS)
    yield from ((0, message) for message in _parameters(options))
    bend = 0
    for note, velocity in _struck(sung, options):
        start, end = _tick(note.start, options), _tick(note.end, options)
        end = max(end, start + 1)
        curve = _curve(sung, note, options)
        _, first = next(curve, (note.start, _bend(note.cents, options)))
        if first != bend:  # before the note sounds
            yield start, Message("pitchwheel", pitch=first)
        yield start, Message("note_on", note=note.number, velocity=velocity)
        bend = first
        for seconds, value in curve:
            tick = _tick(seconds, options)
            if value != bend and tick < end:
                yield max(tick, start), Message("pitchwheel", pitch=value)
                bend = value
        yield end, Message("note_off", note=note.number)


def _curve(sung: Sung, note: WrittenNote, options: Options) -> Iterator[tuple[float, int]]:
    """Second and bend of each frame with voice in a note, from half a hop before its centre on."""
    first, last = np.searchsorted(sung.track.time, (note.start, note.end))
    for begin in range(int(first), int(last), TOGETHER):
        part = slice(begin, min(begin + TOGETHER, int(last)))
        hz = np.where(sung.track.voiced[part], sung.track.f0[part], np.nan)
        cents = 100.0 * (hz_to_midi(hz, options.a4) - note.number)
        for seconds, off in zip(sung.track.time[part].tolist(), cents.tolist(), strict=True):
            if not math.isnan(off):
                yield seconds - HALF_HOP, _bend(off, options)


def _bend(cents: float, options: Options) -> int:
    """Of 14 bits, 0 for none; what lies beyond the range is as far as it reaches."""
    return round(max(-CENTRE, min(CENTRE * cents / _range_cents(options), CENTRE - 1)))


def _range_cents(options: Options) -> int:
    """As the file tells it, in whole cents."""
    return round(100.0 * options.bend_range)


def _parameters(options: Options) -> Iterator[Any]:
    """The bend's range, the tuning where it is not the usual one, and that no more parameters are meant."""
    semitones, cents = divmod(_range_cents(options), 100)
    yield from _parameter(BEND_RANGE, semitones, cents)
    if options.a4 != 440.0:
        tuning = 12.0 * math.log2(options.a4 / 440.0)
        yield from _parameter(COARSE_TUNING, 64 + round(tuning), 0)
        yield from _parameter(FINE_TUNING, *divmod(round(CENTRE * (1.0 + tuning - round(tuning))), 128))
    yield from _controls((101, NO_PARAMETER >> 7), (100, NO_PARAMETER & 0x7F))


def _parameter(number: int, high: int, low: int) -> Iterator[Any]:
    yield from _controls((101, 0), (100, number), (6, high), (38, low))


def _controls(*pairs: tuple[int, int]) -> Iterator[Any]:
    from mido import Message

    return (Message("control_change", control=control, value=value) for control, value in pairs)


def _struck(sung: Sung, options: Options) -> Iterator[tuple[WrittenNote, int]]:
    """The notes, with velocities by which they are as much softer than the loudest as they were sung.

    A tenth of the velocity is 40 dB softer (General MIDI 2 and DLS).
    """
    loudest = max((_level(sung, note) for note in written_notes(sung, options)), default=math.nan)
    for note in written_notes(sung, options):
        below = _level(sung, note) - loudest
        velocity = USUAL if math.isnan(below) else round(LOUDEST * 10.0 ** (below / 40.0))
        yield note, max(1, velocity)


def _level(sung: Sung, note: WrittenNote) -> float:
    """dBFS of a note's loudest frame, NaN where it is not known."""
    first, last = np.searchsorted(sung.track.time, (note.start, note.end))
    if sung.track.level is None or first == last:
        return math.nan
    return float(sung.track.level[first:last].max())


def _microseconds(options: Options) -> int:
    """Of a quarter, as the file tells it."""
    return round(60e6 / options.tempo)


def _tick(seconds: float, options: Options) -> int:
    return round(seconds * 1e6 * QUARTER / _microseconds(options))
