"""What was wrong with one note, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..naming import NoteNames
from ..scales import Key
from ..target.target import Kind
from .grading import losses
from .judging import Judging
from .result import NoteScore

OFF, LATE = 0.4, 0.35  # share of the tolerance from which it is worth a word
SCOOP, DRIFT, SPREAD = 50.0, 30.0, 20.0  # cents
SHORT = 0.7  # share of the length
SWELL = 5.0  # dB
LEAST = 0.01  # weight of a fault that costs nothing


@dataclass(frozen=True, slots=True)
class Fault:
    """`weight` grows with what it costs; `words` follow the note's name, `remedy` follows a colon."""

    weight: float
    words: str
    remedy: str


def faults(note: NoteScore, judging: Judging) -> list[Fault]:
    """The faults of a note that counts, the gravest first; none of a good one."""
    if not note.target.scored:
        return []
    if math.isnan(note.held):
        return [Fault(1.0, "was not heard", "sing it, and sing it out")]
    found = [*_of_pitch(note, judging), *_of_time(note, judging), *_of_course(note, judging)]
    return sorted(found, key=lambda fault: -fault.weight)


def note_label(note: NoteScore, index: int, key: Key) -> str:
    """Such as "E4 (note 5, “love”)"."""
    syllable = note.target.lyric.strip(" -_~")
    words = f"note {index + 1}, “{syllable}”" if syllable else f"note {index + 1}"
    return (
        f"A spoken note ({words})"
        if math.isnan(note.target.midi)
        else f"{NoteNames(key=key).name(round(note.target.midi))} ({words})"
    )


def flat_or_sharp(cents: float) -> str:
    """Such as "30 cents flat"; from a semitone and a half on in semitones."""
    side = "flat" if cents < 0 else "sharp"
    if abs(cents) < 150:
        return f"{abs(cents):.0f} cents {side}"
    return f"{abs(cents) / 100:.1f}".removesuffix(".0") + f" semitones too {'low' if cents < 0 else 'high'}"


def octaves_away(octaves: int) -> str:
    """Such as "an octave too low"."""
    count = "an octave" if abs(octaves) == 1 else f"{abs(octaves)} octaves"
    return f"{count} too {'low' if octaves < 0 else 'high'}"


def _of_pitch(note: NoteScore, judging: Judging) -> list[Fault]:
    cents = note.cents_off
    if math.isnan(cents):
        return []
    if note.octaves and not judging.octave_free:
        return [Fault(1.0, f"was {octaves_away(note.octaves)}", "mind where the octave lies, or switch octave-free on")]
    if abs(cents) < OFF * judging.tolerance_cents:
        return []
    if abs(cents) > 150:
        remedy = "listen to the note before you sing it"
    else:
        remedy = "think it higher, with more breath" if cents < 0 else "let it settle lower, press less"
    return [Fault(LEAST + losses(note, judging).pitch, f"was {flat_or_sharp(cents)}", remedy)]


def _of_time(note: NoteScore, judging: Judging) -> list[Fault]:
    found, lost = [], losses(note, judging)
    delay = note.onset_delay
    if abs(delay) >= LATE * judging.tolerance_seconds:
        words, remedy = ("late", "breathe earlier") if delay > 0 else ("early", "wait for the beat")
        found.append(Fault(LEAST + lost.time, f"came {1000 * abs(delay):.0f} ms {words}", remedy))
    if note.held < SHORT and lost.length >= LEAST:
        found.append(
            Fault(
                LEAST + lost.length, f"was held for {100 * note.held:.0f} % of its length", "keep the breath to its end"
            )
        )
    return found


def _of_course(note: NoteScore, judging: Judging) -> list[Fault]:
    if note.target.kind in (Kind.RAP, Kind.RAP_GOLDEN):
        return []
    found, lost = [], losses(note, judging)
    scoop, drift, spread = note.scoop_cents, note.drift_cents, note.spread_cents
    if abs(scoop) >= SCOOP:
        side, remedy = ("below", "think the pitch before you begin") if scoop < 0 else ("above", "begin more gently")
        words = f"began {abs(scoop):.0f} cents {side} and took {1000 * note.scoop_seconds:.0f} ms to arrive"
        found.append(Fault(LEAST + lost.attack, words, remedy))
    if abs(drift) >= DRIFT:
        words, remedy = ("sank", "keep the breath flowing") if drift < 0 else ("rose", "keep the pressure even")
        found.append(Fault(LEAST + lost.steadiness, f"{words} by {abs(drift):.0f} cents", remedy))
    if spread >= SPREAD:
        found.append(Fault(LEAST + lost.steadiness, f"wavered by {spread:.0f} cents", "hold it with a steady breath"))
    if note.swell_db < SWELL:
        words = f"swelled by {max(note.swell_db, 0):.0f} dB only"
        found.append(Fault(LEAST + lost.swell, words, "begin and end softer, and grow in the middle"))
    return found
