"""An exercise, and the steps that a singer with a certain range sings of it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import cycle, islice

from ..naming import NoteNames
from ..scales import SCALES, Key
from ..target.target import Beat, Manner, Target
from .phrase import Phrase
from .step import Course, Options, Step
from .vocal_range import VocalRange

PICKED = 10  # steps of an exercise that is drawn by lot
START = 6  # the first tonic lies this part of the way from the lowest one to the highest
EDGE = 6  # and this part at either end is left out when tonics are drawn by lot
HIGHEST_DRONE = 54  # F♯3: a drone above it goes down by octaves, under the voice
DEFAULTS = Options()


class Group(str, Enum):
    """Kinds of exercises, in the order in which they are listed; the values are titles."""

    WARM_UP = "Warm-up"
    SCALES = "Scales"
    ARPEGGIOS = "Arpeggios"
    INTERVALS = "Intervals"
    SIRENS = "Sirens"
    DYNAMICS = "Dynamics"
    ARTICULATION = "Articulation"
    VIBRATO = "Vibrato"
    DRONE = "Drone and sing"
    CALL = "Call and response"
    EAR = "Ear training"
    RANGE = "Vocal range"


@dataclass(frozen=True)
class Exercise:
    """Phrases to be sung step by step through a singer's range."""

    id: str
    """Lower-case words with hyphens; never changes."""
    title: str
    group: Group
    sentence: str
    """What to do, and what it is good for."""
    phrases: tuple[Phrase, ...]
    """Sung in turn, or drawn by lot."""
    tempo: float = 80.0
    """Beats a minute."""
    bar: int = 4
    """Beats to the bar."""
    course: Course = Course.UP_AND_DOWN
    guide: bool = True
    hidden: bool = False
    drone: bool = False
    """Whether the tonic sounds throughout."""
    picked: bool = False
    """Whether phrases and tonics are drawn by lot instead of moving by semitone."""
    finds_range: bool = False
    """Whether a `RangeFinder` leads through it; its steps are held notes through the range given."""

    def steps(self, singer: VocalRange, options: Options = DEFAULTS) -> Sequence[Step]:
        """The steps within a singer's range; at least one, as near to it as can be, however small the range is."""
        way = self._picked(singer, options) if self.picked else self._by_semitone(singer, options)
        sung = [place for place in islice(way, options.most) for _ in range(options.repeats)]
        tempo = options.tempo or self.tempo
        return tuple(self._step(phrase, tonic, number, tempo) for number, (phrase, tonic) in enumerate(sung, 1))

    def _by_semitone(self, singer: VocalRange, options: Options) -> Iterator[tuple[Phrase, int]]:
        phrases = self._fitting(singer)
        low, high = zip(*(phrase.reach for phrase in phrases), strict=True)
        bottom, top = _tonics(singer, min(low), max(high))
        tonics = _way(bottom, top, _start(bottom, top, options.key), options.course or self.course)
        return zip(cycle(phrases), tonics, strict=False)

    def _picked(self, singer: VocalRange, options: Options) -> Iterator[tuple[Phrase, int]]:
        lot, phrases, last = random.Random(options.seed), self._fitting(singer), None
        for _ in range(options.most or PICKED):
            last = lot.choice([phrase for phrase in phrases if phrase is not last] or phrases)
            bottom, top = _tonics(singer, *last.reach)
            edge = (top - bottom) // EDGE
            yield last, lot.randint(bottom + edge, top - edge)

    def _fitting(self, singer: VocalRange) -> list[Phrase]:
        """The phrases that are no wider than the range; the narrowest if all are."""
        room = singer.high - singer.low
        return [phrase for phrase in self.phrases if phrase.width <= room] or [
            min(self.phrases, key=lambda phrase: phrase.width)
        ]

    def _step(self, phrase: Phrase, tonic: int, number: int, tempo: float) -> Step:
        key = Key(tonic % 12, phrase.scale)
        title = self.title if self.hidden else f"{self.title}, {self._place(phrase, tonic, key)}"
        spoken = phrase.ask or self.sentence
        return Step(
            target=replace(_target(title, phrase, tonic, tempo, self.bar), key=key),
            title=title,
            spoken=spoken if self.hidden else f"{spoken} {_beginning(phrase, tonic, key)}",
            number=number,
            key=key,
            tempo=tempo,
            bar=self.bar,
            cue=tuple(float(tonic + semitones) for semitones in phrase.chord),
            guide=self.guide,
            hidden=self.hidden,
            drone_midi=_under(tonic) if self.drone else None,
        )

    def _place(self, phrase: Phrase, tonic: int, key: Key) -> str:
        """The key, or its tonic alone, where three different notes make one; otherwise the notes."""
        names = NoteNames(key=key)
        if phrase.scale == "chromatic" or len({tone.semitones % 12 for tone in phrase.tones}) < 3:
            return "–".join(dict.fromkeys(names.name(tonic + end) for end in phrase.reach))
        scale = SCALES[phrase.scale].title
        mode = "" if scale in self.title.lower() else f" {scale.split()[-1]}"
        return names.name(tonic, octave=False) + (mode if mode in (" major", " minor") else "")


def _tonics(singer: VocalRange, low: int, high: int) -> tuple[int, int]:
    """Lowest and highest tonic of pitches `low` to `high` semitones above it; a small range is overstepped evenly."""
    bottom, top = singer.low - low, singer.high - high
    return (bottom, top) if bottom <= top else ((bottom + top) // 2, (bottom + top) // 2)


def _start(bottom: int, top: int, pitch_class: int | None) -> int:
    """The first tonic: low, but not at the bottom; of those of a pitch class the one nearest to that."""
    start = bottom + round((top - bottom) / START)
    fitting = [tonic for tonic in range(bottom, top + 1) if tonic % 12 == pitch_class]
    return min(fitting, key=lambda tonic: abs(tonic - start), default=start)


def _way(bottom: int, top: int, start: int, course: Course) -> list[int]:
    up, down = list(range(start, top + 1)), list(range(start, bottom - 1, -1))
    return {
        Course.UP: up,
        Course.DOWN: down,
        Course.UP_AND_DOWN: up + list(range(top - 1, bottom - 1, -1)),
        Course.DOWN_AND_UP: down + list(range(bottom + 1, top + 1)),
    }[course]


def _target(name: str, phrase: Phrase, tonic: int, tempo: float, bar: int) -> Target:
    beat = 60.0 / tempo
    beats = math.ceil(phrase.beats / bar) * bar
    return Target(
        name,
        tuple(tone.note(tonic, beat) for tone in phrase.tones),
        tuple(Beat(number * beat, number % bar == 0) for number in range(beats)),
    )


def _beginning(phrase: Phrase, tonic: int, key: Key) -> str:
    word = "It begins" if phrase.tones[0].manner is Manner.LISTEN else "Begin"
    return f"{word} on {NoteNames(key=key).name(tonic + phrase.tones[0].semitones)}."


def _under(tonic: int) -> float:
    return float(tonic - 12 * max(0, math.ceil((tonic - HIGHEST_DRONE) / 12)))
