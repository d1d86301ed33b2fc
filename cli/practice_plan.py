"""What `livepitch practice run` was asked for, turned into steps and how they are practised."""

from __future__ import annotations

import math
import os.path
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .terminal import UsageError, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..practice.exercise.exercise import Exercise
    from ..practice.exercise.step import Step
    from ..practice.exercise.vocal_range import VocalRange
    from ..practice.rehearsal.arrangement import Arrangement
    from ..practice.scoring.judging import Judging
    from ..practice.target.target import Target

LARGEST_FACTOR = 4.0  # a tempo up to here is a factor, above it beats a minute
FARTHEST = 48  # semitones
TURNS = 100  # of a loop, unless it is ended


@dataclass(frozen=True)
class Wishes:
    """Options of the command line about what is sung, as they were given."""

    tempo: str | None = None
    transpose: str | None = None
    part: str | None = None
    steps: int | None = None
    first: int = 1
    singer: str | None = None
    voice: str | None = None
    loop: str | None = None
    level: str = "teacher"
    octave_free: bool = False


@dataclass(frozen=True)
class Plan:
    """What will be sung, and how."""

    name: str
    """The exercise's id, or the song's name."""
    steps: Sequence[Step]
    arrangement: Arrangement
    judging: Judging


def planned(what: str, wishes: Wishes, sounds: Arrangement) -> Plan:
    """The plan for an exercise's id, a file or typed notes; `sounds` says what is heard.

    UsageError for an option that does not read or fit; TargetError for a file that cannot be sung from.
    """
    exercise = exercise_named(what)
    if exercise is not None:
        name, steps = exercise.id, _exercise_steps(exercise, wishes)
        arranged = sounds
    else:
        target = _song(what, wishes.part)
        name, steps = target.name, _song_steps(target, wishes)
        arranged = replace(sounds, transposition=_transposition(target, wishes), loop=_loop(wishes.loop))
    try:
        arranged = replace(arranged, tempo=_tempo(wishes.tempo, steps[0].tempo))
        arranged.of(steps[0])
    except ValueError as error:
        raise UsageError(str(error)) from None
    if arranged.silent and any(step.drone_midi or any(_heard_first(step.target)) for step in steps):
        raise UsageError(f"{name} is nothing without sound: leave out --no-guide or --no-metronome")
    return Plan(name, steps, arranged, _judging(wishes))


def _heard_first(target: Target) -> Iterator[bool]:
    """Of each note, whether it is only listened to."""
    from ..practice.target.target import Manner

    return (note.manner is Manner.LISTEN for note in target.notes)


def exercise_named(what: str) -> Exercise | None:
    """The exercise of that id; None if there is none."""
    from ..practice.exercise.exercises import EXERCISES

    return next((exercise for exercise in EXERCISES if exercise.id == what), None)


def _exercise_steps(exercise: Exercise, wishes: Wishes) -> Sequence[Step]:
    from ..practice.exercise.step import Options
    from ..practice.exercise.vocal_range import VocalRange

    for option, value in (("--part", wishes.part), ("--loop", wishes.loop)):
        if value is not None:
            raise UsageError(f"{option} is for songs, and {exercise.id} is an exercise")
    singer, higher = chosen_range(wishes.singer, wishes.voice), _semitones(wishes.transpose)
    try:
        singer = VocalRange(singer.low + higher, singer.high + higher)
    except ValueError:
        raise UsageError(f"--transpose {wishes.transpose} leads beyond all notes there are") from None
    steps = exercise.steps(singer, Options(most=None))
    if wishes.first > len(steps):
        raise UsageError(f"--from {wishes.first}: {exercise.id} has {len(steps)} steps in the range {singer.title}")
    last = None if wishes.steps is None else wishes.first - 1 + wishes.steps
    return steps[wishes.first - 1 : last]


def _song(what: str, part: str | None) -> Target:
    from ..model.registry import load_model
    from ..practice.rehearsal.judge import MODEL
    from .practice_target import target_named

    with _unknown(what):
        return target_named(what, part, load_model(MODEL))


def check_named(what: str) -> None:
    """Refuse what is neither an exercise nor a file nor notes. TargetError, UsageError."""
    from ..practice.target.target_file import TargetError
    from .practice_target import AUDIO, written_target

    if exercise_named(what) is not None or os.path.exists(what):
        return
    if Path(what).suffix.lower() in AUDIO:
        raise TargetError(f"{what}: no such file")
    with _unknown(what):
        written_target(what, None)


@contextmanager
def _unknown(what: str) -> Iterator[None]:
    """Say of a single word that is no note what it might have been."""
    from ..practice.target.target_file import TargetError

    try:
        yield
    except TargetError:
        if Path(what).suffix or " " in what or os.path.exists(what):
            raise
        raise UsageError(f"{what!r} is no exercise (see livepitch practice list), no file, and no notes") from None


def _song_steps(target: Target, wishes: Wishes) -> Sequence[Step]:
    from ..practice.rehearsal.arrangement import song_step

    return (song_step(target),) * (wishes.steps or (TURNS if wishes.loop else 1))


def _transposition(target: Target, wishes: Wishes) -> int:
    from ..practice.target.fitting import fitted

    if wishes.transpose != "auto":
        return _semitones(wishes.transpose)
    singer = chosen_range(wishes.singer, wishes.voice)
    higher = fitted(target, singer.low, singer.high)
    say(f"transposed by {higher:+d} semitones, into {singer.title}")
    return higher


def _semitones(text: str | None) -> int:
    if text in (None, "auto"):  # exercises are made for the range
        return 0
    read = re.fullmatch(r"[+-]?\d{1,2}", str(text).replace("−", "-"))
    if read is None or abs(int(read[0])) > FARTHEST:
        raise UsageError(f"--transpose {text}: give semitones, such as -3, {FARTHEST} at most, or auto")
    return int(read[0])


def chosen_range(singer: str | None, voice: str | None, remedy: str = "or give --range") -> VocalRange:
    """The range that is named, else the remembered one, else one that most voices share; `remedy` is said then.

    UsageError for what does not read.
    """
    from ..practice.exercise.vocal_range import VocalRange
    from ..practice.rehearsal.singer import UNKNOWN, remembered_range

    if singer is not None:
        return _range(singer)
    if voice is not None:
        try:
            return VocalRange.of_voice(voice)
        except ValueError as error:
            raise UsageError(f"--voice: {error}") from None
    remembered = remembered_range()
    if remembered is None:
        say(f"your range is not known, {UNKNOWN.title} is taken: run the exercise vocal-range, {remedy}")
    return remembered or UNKNOWN


def _range(text: str) -> VocalRange:
    from ..practice.exercise.vocal_range import VocalRange
    from ..practice.target.target_file import TargetError
    from ..practice.target.typed import typed_target

    ends = re.fullmatch(r"\s*([^\s–]+?)\s*[-–]\s*([A-Ha-h]\S*)\s*", text)
    try:
        low, high = (typed_target(end).notes[0].midi for end in ends.groups()) if ends else (1, 0)
        return VocalRange(round(low), round(high))
    except (ValueError, TargetError):
        raise UsageError(f"--range {text}: give the lowest and the highest note, such as C3-G4") from None


def _tempo(text: str | None, written: float) -> float:
    """How much faster than written: from a factor, a percentage, or beats a minute."""
    if text is None:
        return 1.0
    read = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(%|bpm)?", text.strip().lower())
    if read is None or not float(read[1].replace(",", ".")):
        raise UsageError(f"--tempo {text}: give a factor (0.8), a percentage (80%) or beats a minute (96bpm)")
    value = float(read[1].replace(",", "."))
    if read[2] == "%":
        return value / 100
    return value if read[2] is None and value <= LARGEST_FACTOR else value / written


def _loop(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    ends = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[-–]\s*(\d+(?:\.\d+)?)\s*", text)
    if ends is None or not float(ends[1]) < float(ends[2]) < math.inf:
        raise UsageError(f"--loop {text}: give two seconds of the song, such as 12.5-20")
    return float(ends[1]), float(ends[2])


def _judging(wishes: Wishes) -> Judging:
    from ..practice.scoring.judging import LEVELS

    if wishes.level not in LEVELS:
        raise UsageError(f"--level {wishes.level}: it can be {', '.join(LEVELS)}")
    judging = LEVELS[wishes.level]
    return replace(judging, octave_free=True) if wishes.octave_free else judging
