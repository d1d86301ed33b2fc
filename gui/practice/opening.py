"""Turns what was chosen into steps to sing; all of it may take a while, none of it needs the screen."""

from __future__ import annotations

import os.path
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...realtime.audio_file import ENDINGS
from ..viewmodel.practice_offers import EXERCISE, FILE, RECORDED, TYPED, Offer

if TYPE_CHECKING:
    from ...practice.exercise.step import Step
    from ...practice.exercise.vocal_range import VocalRange
    from ...practice.rehearsal.apart import Apart
    from ...practice.target.target import Target


SONG_ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".musicxml", ".xml", ".mxl", ".mei", ".abc", ".txt")


@dataclass(frozen=True)
class Opened:
    """Something to practise."""

    key: str
    """By which it is remembered; nothing where it is not."""
    name: str
    """By which its takes are kept: an exercise's id, a song's name."""
    steps: tuple[Step, ...]
    parts: tuple[Target, ...] = ()
    """Of a song."""
    part: int = 0

    def with_part(self, part: int) -> Opened:
        """The same song, another of its parts."""
        from ...practice.rehearsal.arrangement import song_step

        return replace(self, part=part, steps=(song_step(self.parts[part]),))


def open_offer(offer: Offer, singer: VocalRange, cancelled: Callable[[], bool]) -> Opened:
    """An exercise's steps within a singer's range, a song, typed notes. TargetError, ValueError for no such thing.

    cancelled: asked now and then whether a song that takes long is still wanted.
    """
    if offer.kind == EXERCISE:
        return _exercise(offer, singer)
    if offer.kind == TYPED:
        from ...practice.target.typed import typed_target

        return song(offer.key, (typed_target(offer.value, name="Typed notes"),))
    from ...practice.target.reading import read_targets

    read = read_targets(Path(offer.value), cancelled)
    return song(offer.key, read.parts, read.voice, read.name)


def _exercise(offer: Offer, singer: VocalRange) -> Opened:
    from ...practice.exercise.exercises import EXERCISES, Options

    exercise = next((each for each in EXERCISES if each.id == offer.value), None)
    if exercise is None:
        raise ValueError(f"there is no exercise {offer.value!r}: F3 shows those there are")
    seed = int(time.time()) % 100_000  # other notes every time, where they are drawn by lot
    return Opened(offer.key, exercise.id, tuple(exercise.steps(singer, Options(seed=seed))))


def song(key: str, parts: tuple[Target, ...], part: int = 0, name: str = "") -> Opened:
    """A song of several parts, to sing one of them."""
    return Opened(key, name or parts[part].name, (), parts).with_part(part)


def open_recording(path: Path, apart: Apart, report: Callable[[float], None]) -> Opened:
    """The notes of a voice in a recording; `report` is told the finished share. AudioFileError, TargetError."""
    return song("", (apart.reference(path, report),))


def offer_named(name: str) -> Offer:
    """What the command line names: an exercise by its id, a file, else notes, of which each has an octave."""
    path = Path(name)
    if os.path.isfile(path) or path.suffix.lower() in (*SONG_ENDINGS, *ENDINGS):
        kind = RECORDED if path.suffix.lower() in ENDINGS else FILE
        return Offer(kind, str(path.absolute()), path.stem, "", "")
    return Offer(TYPED if re.search(r"\d", name) else EXERCISE, name, name, "", "")
