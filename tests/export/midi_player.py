"""Reads MIDI files by mido, and plays them as a synthesizer does."""

import math

import mido
import numpy as np


def seconds_of(path):
    """The messages of a file with their seconds, and how long it lasts."""
    now, heard = 0.0, []
    for message in mido.MidiFile(path, charset="utf-8"):
        now += message.time
        heard.append((now, message))
    return heard, now


def notes_of(path):
    """(start, end, number, velocity) of each note; none sounds beside another."""
    found, sounding = [], None
    for now, message in seconds_of(path)[0]:
        if message.type == "note_on":
            assert sounding is None
            sounding = (now, message.note, message.velocity)
        elif message.type == "note_off":
            assert sounding is not None
            assert sounding[1] == message.note
            found.append((sounding[0], now, message.note, sounding[2]))
            sounding = None
    assert sounding is None
    return found


class Player:
    """Plays one voice by the book: bends by the range that the file tells, tuned as it tells."""

    def __init__(self, path):
        self.parameter, self.values = None, {}
        self.bend, self.note, self.curve = 0, None, []
        for now, message in seconds_of(path)[0]:
            self.take(now, message)

    def take(self, now, message):
        if message.type == "control_change":
            self.control(message.control, message.value)
        elif message.type in ("note_on", "note_off"):
            self.note = message.note if message.type == "note_on" else None
        elif message.type == "pitchwheel":
            self.bend = message.pitch
        else:
            return
        self.curve.append((now, self.pitch()))

    def control(self, control, value):
        if control == 101:
            self.parameter = (value, None)
        elif control == 100:
            self.parameter = (self.parameter[0], value)
        elif control in (6, 38) and self.parameter != (127, 127):
            high, low = self.values.get(self.parameter, (0, 0))
            self.values[self.parameter] = (value, low) if control == 6 else (high, value)

    def pitch(self):
        if self.note is None:
            return math.nan
        semitones, cents = self.values[0, 0]
        coarse, fine = self.values.get((0, 2), (64, 0))[0] - 64, self.values.get((0, 1), (64, 0))
        tuning = coarse + (128 * fine[0] + fine[1] - 8192) / 8192
        return self.note + tuning + (semitones + cents / 100) * self.bend / 8192

    def at(self, seconds):
        place = np.searchsorted([now for now, _ in self.curve], seconds, side="right") - 1
        return np.array([self.curve[k][1] if k >= 0 else math.nan for k in place])
