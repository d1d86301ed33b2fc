"""A frame in the words of Open Sound Control.

`/livepitch/frame` carries time (s), f0 (Hz), midi (fractional number), cents (from the nearest note), confidence
(0..1), level (dBFS), all floats, and voiced (1 or 0); without a voice, f0, midi and cents are 0. In the same bundle are
`/livepitch/voiced`, `/livepitch/confidence`, `/livepitch/level` and, while there is a voice, `/livepitch/f0`,
`/livepitch/midi`, `/livepitch/note` (an integer) and `/livepitch/cents`, for programs that take one value per address.
A frame that settles an earlier one is `/livepitch/settled` alone, with what `/livepitch/frame` carries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from ..model.convert import hz_to_midi
from ..practice.notes import nearest_note
from ..realtime.frame import PitchFrame

QUIETEST = -120.0  # dBFS; OSC has infinity, but few programs expect it

Value = float | int


def bundle(frame: PitchFrame, a4: float = 440.0) -> bytes:
    """The bundle of a frame that is new, to be taken at once."""
    builder = OscBundleBuilder(IMMEDIATELY)
    for address, values in _messages(frame, a4):
        builder.add_content(_message(address, *values))
    return bytes(builder.build().dgram)


def settled(frame: PitchFrame, a4: float = 440.0) -> bytes:
    """The message of a frame that settles an earlier one."""
    return bytes(_message("settled", *_all(frame, a4)).dgram)


def _messages(frame: PitchFrame, a4: float) -> Iterator[tuple[str, tuple[Value, ...]]]:
    everything = _all(frame, a4)
    _, f0, midi, cents, confidence, level, voiced = everything
    yield "frame", everything
    if voiced:
        note, _ = nearest_note(f0, a4)
        assert note is not None
        yield from (("f0", (f0,)), ("midi", (midi,)), ("note", (note,)), ("cents", (cents,)))
    yield from (("confidence", (confidence,)), ("level", (level,)), ("voiced", (voiced,)))


def _all(frame: PitchFrame, a4: float) -> tuple[float, float, float, float, float, float, int]:
    level = frame.level if frame.level > QUIETEST else QUIETEST  # also where it is NaN
    confidence = 0.0 if math.isnan(frame.confidence) else frame.confidence
    if not frame.voiced:
        return frame.time, 0.0, 0.0, 0.0, confidence, level, 0
    return frame.time, frame.f0, hz_to_midi(frame.f0, a4), nearest_note(frame.f0, a4)[1], confidence, level, 1


def _message(address: str, *values: Value) -> OscMessage:
    builder = OscMessageBuilder(f"/livepitch/{address}")
    for value in values:
        whole = isinstance(value, int)
        builder.add_arg(value, builder.ARG_TYPE_INT if whole else builder.ARG_TYPE_FLOAT)
    return builder.build()
