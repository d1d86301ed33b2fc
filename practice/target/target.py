"""What is to be sung: notes in time, with the beats they lie on."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from ..scales import CHROMATIC, Key


class Kind(str, Enum):
    """How a note counts."""

    NORMAL = "normal"
    GOLDEN = "golden"
    """Counts twice in UltraStar."""
    FREESTYLE = "freestyle"
    """Does not count."""
    RAP = "rap"
    """Counts by its time alone; it has no pitch."""
    RAP_GOLDEN = "rap golden"


class Manner(str, Enum):
    """How a note is to be sung, where that changes what is judged."""

    HELD = "held"
    STACCATO = "staccato"
    """Short, whatever its written length."""
    SIREN = "siren"
    """A glide to `TargetNote.glide`."""
    SWELL = "swell"
    """Messa di voce: louder to the middle, softer again."""
    VIBRATO = "vibrato"
    """Vibrato is asked for."""
    LISTEN = "listen"
    """Only heard, for ear training and call and response: the singer is silent."""


@dataclass(frozen=True, slots=True)
class TargetNote:
    """One note of a target."""

    start: float
    """Seconds from the target's start."""
    end: float
    """Seconds, later than `start`."""
    midi: float
    """MIDI number, whole in equal temperament; NaN for what has no pitch (rap)."""
    lyric: str = ""
    """The syllable as written; a trailing blank or hyphen is kept, so that syllables join into words."""
    kind: Kind = Kind.NORMAL
    manner: Manner = Manner.HELD
    glide: float = 0.0
    """Semitones from `midi` that a siren reaches at its end."""

    @property
    def length(self) -> float:
        """Seconds."""
        return self.end - self.start

    @property
    def scored(self) -> bool:
        """Whether it counts, and the singer sings it."""
        return self.kind is not Kind.FREESTYLE and self.manner is not Manner.LISTEN

    @property
    def pitched(self) -> bool:
        """Whether it has a pitch to be sung."""
        return self.scored and not math.isnan(self.midi)

    def midi_at(self, time: float) -> float:
        """The pitch asked for at a second of the target; that of its nearer end outside."""
        share = min(max((time - self.start) / self.length, 0.0), 1.0)
        return self.midi + share * self.glide


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat for the metronome."""

    time: float
    """Seconds from the target's start."""
    downbeat: bool = False
    """Whether a bar begins."""


@dataclass(frozen=True)
class Target:
    """One voice to be sung: one note at a time, in order."""

    name: str
    notes: tuple[TargetNote, ...]
    beats: tuple[Beat, ...] = ()
    """Of the whole target; empty where nothing is known of them. Without a count-in."""
    part: str = ""
    """Which voice of its file."""
    source: Path | None = None
    """The file it was read from."""
    beat_seconds: float = math.nan
    """UltraStar's beat (a quarter of a written one), for its points; NaN elsewhere."""
    lines: tuple[int, ...] = ()
    """Which notes begin a line of the lyrics, or a phrase: indices into `notes`, rising; empty if nothing is known."""

    key: Key = CHROMATIC
    """That its notes are spelt in, the chromatic one where none is known."""

    @property
    def duration(self) -> float:
        """Seconds from 0 to the end of the last note, or the last beat."""
        ends = [note.end for note in self.notes[-1:]] + [beat.time for beat in self.beats[-1:]]
        return max(ends, default=0.0)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest MIDI number asked for; NaN, NaN if nothing has a pitch."""
        ends = [midi for note in self.notes if note.pitched for midi in (note.midi, note.midi + note.glide)]
        return (min(ends), max(ends)) if ends else (math.nan, math.nan)

    def transposed(self, semitones: float) -> Target:
        """The same, higher by so much."""
        notes = tuple(replace(note, midi=note.midi + semitones) for note in self.notes)
        return replace(self, notes=notes, key=replace(self.key, root=round(self.key.root + semitones) % 12))

    def at_tempo(self, factor: float) -> Target:
        """The same, `factor` times as fast. ValueError unless positive."""
        if not factor > 0:
            raise ValueError(f"factor must be positive, not {factor}")
        notes = tuple(replace(note, start=note.start / factor, end=note.end / factor) for note in self.notes)
        beats = tuple(replace(beat, time=beat.time / factor) for beat in self.beats)
        return replace(self, notes=notes, beats=beats, beat_seconds=self.beat_seconds / factor)

    def between(self, start: float, stop: float) -> Target:
        """The notes that begin in `start` to `stop` (s), and the beats there; `start` becomes 0.

        A line whose beginning lies outside begins with the first of its notes inside.
        """
        chosen = [index for index, note in enumerate(self.notes) if start <= note.start < stop]
        notes = [self.notes[index] for index in chosen]
        beats = [beat for beat in self.beats if start <= beat.time < stop]
        line_of = [bisect_right(self.lines, index) for index in chosen]
        firsts = [place for place, line in enumerate(line_of) if place == 0 or line != line_of[place - 1]]
        return replace(
            self,
            notes=tuple(replace(note, start=note.start - start, end=note.end - start) for note in notes),
            beats=tuple(replace(beat, time=beat.time - start) for beat in beats),
            lines=tuple(firsts) if self.lines else (),
        )

    def note_at(self, time: float) -> TargetNote | None:
        """The note that is to be sung at a second of the target."""
        return next((note for note in self.notes if note.start <= time < note.end), None)


def one_voice(notes: Sequence[TargetNote]) -> tuple[TargetNote, ...]:
    """Notes of one line in order of time, at most one at a time: of those that begin together the highest sounds.

    A note is cut short where the next begins; what no time is left for is left out.
    """
    ordered = sorted(notes, key=lambda note: (note.start, -note.midi if not math.isnan(note.midi) else 0.0))
    voice: list[TargetNote] = []
    for note in ordered:
        if voice and note.start <= voice[-1].start:
            continue
        if voice and voice[-1].end > note.start:
            voice[-1] = replace(voice[-1], end=note.start)
        if note.end > note.start:
            voice.append(note)
    return tuple(voice)
