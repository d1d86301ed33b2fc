"""A melody that can be sung from any tonic, written down in degrees of a scale."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ..scales import SCALES
from ..target.target import Manner, TargetNote

HEARD = "|"  # what is written before it is only heard
REST = "-"
GLIDE = ">"
MARKS = {".": Manner.STACCATO, "<": Manner.SWELL, "~": Manner.VIBRATO}


@dataclass(frozen=True, slots=True)
class Tone:
    """One note of a phrase: beats from its start, semitones above the tonic."""

    start: Fraction
    beats: Fraction
    semitones: int
    glide: int = 0
    """Semitones from `semitones` that a siren reaches."""
    lyric: str = ""
    manner: Manner = Manner.HELD

    def note(self, tonic: int, beat: float) -> TargetNote:
        """The note with its tonic at a MIDI number and so many seconds to the beat."""
        start, end = float(self.start) * beat, float(self.start + self.beats) * beat
        return TargetNote(start, end, tonic + self.semitones, self.lyric, manner=self.manner, glide=self.glide)


@dataclass(frozen=True)
class Phrase:
    """A melody as text: degrees of a scale in order, `1` the tonic, one more than the scale has its octave.

    `5:2` lasts two units, `5:1/2` half a one, `-` is a rest. `1>5` glides, `1.` is staccato, `1<` swells, `1~` has
    vibrato. What stands before `|` is only heard. ValueError for text that does not read so.
    """

    text: str
    scale: str = "major"
    """An id of SCALES."""
    syllables: str = ""
    """For the sung notes in turn; those left over go on with the last."""
    unit: Fraction = Fraction(1)
    """Beats of a note without a length."""
    cue: str = "1"
    """Degrees that sound together before it, during the count-in."""
    ask: str = ""
    """What to do, where that differs from the exercise's sentence."""

    @cached_property
    def tones(self) -> tuple[Tone, ...]:
        """Its notes in order."""
        heard, _, sung = self.text.rpartition(HEARD)
        syllables = iter(self.syllables.split())
        tones: list[Tone] = []
        start = Fraction(0)
        for word, listen in [(word, True) for word in heard.split()] + [(word, False) for word in sung.split()]:
            pitch, _, length = word.partition(":")
            beats = self.unit * Fraction(length or 1)
            if pitch != REST:
                tones.append(self._tone(pitch, start, beats, None if listen else next(syllables, "")))
            start += beats
        return tuple(tones)

    @property
    def beats(self) -> Fraction:
        """Its length, closing rests left out."""
        return self.tones[-1].start + self.tones[-1].beats

    @cached_property
    def reach(self) -> tuple[int, int]:
        """Semitones from the tonic to its lowest and highest pitch."""
        ends = [end for tone in self.tones for end in (tone.semitones, tone.semitones + tone.glide)]
        return min(ends), max(ends)

    @property
    def width(self) -> int:
        """Semitones from its lowest pitch to its highest."""
        return self.reach[1] - self.reach[0]

    @property
    def chord(self) -> tuple[int, ...]:
        """Semitones above the tonic of what sounds during the count-in."""
        return tuple(self._semitones(degree) for degree in self.cue.split())

    def _tone(self, written: str, start: Fraction, beats: Fraction, syllable: str | None) -> Tone:
        """`syllable`: None for what is only heard."""
        begin, _, end = written.rstrip("".join(MARKS)).partition(GLIDE)
        semitones = self._semitones(begin)
        glide = self._semitones(end) - semitones if end else 0
        manner = Manner.SIREN if end else MARKS.get(written[-1], Manner.HELD)
        if syllable is None:
            manner = Manner.LISTEN
        return Tone(start, beats, semitones, glide, f"{syllable} " if syllable else "", manner)

    def _semitones(self, degree: str) -> int:
        steps = SCALES[self.scale].steps
        octave, place = divmod(int(degree) - 1, len(steps))
        return 12 * octave + steps[place]
