"""Parts of a score that music21 has read, as drafts: bars as they are played, voices told apart, ties joined."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..scales import CHROMATIC, Key, signature_key
from .assembly import Draft
from .repeats import played
from .score_bars import bar_marks, bars_of
from .score_beats import CLOSE, beats
from .score_notes import ScoreNote, notes_of
from .score_time import ScoreClock
from .target import Beat, TargetNote

if TYPE_CHECKING:
    from music21.stream import Part, Score


@dataclass(frozen=True)
class Place:
    """One note of one voice where it is played, in quarters."""

    start: float
    end: float
    note: ScoreNote
    turn: int
    """How often its bar was played before."""


def drafts_of(score: Score) -> list[Draft]:
    """The voices of a score's parts at sounding pitch, in seconds.

    Repeats are played, and the lyrics of a verse are those of the turn, or the first. Grace notes, cues and what has no
    pitch are left out; of a chord the highest note is meant. Voices of one staff that overlap are parts of their own.
    Lines begin after a breath or a fermata. ValueError for more bars or beats than anyone practises.
    """
    parts: list[Any] = list(score.parts) or [score]
    for part in parts:
        part.toSoundingPitch(inPlace=True)
    bars = [bars_of(part) for part in parts]
    order = played(bar_marks(bars))
    clock = ScoreClock(bars, order)
    grid = beats([clock.meters[index] for index in order], clock.begins, clock.seconds)
    drafts: list[Draft] = []
    for part, own in zip(parts, bars, strict=True):
        voices = _separate(_voices([notes_of(bar) for bar in own], order, clock))
        name = _name(part, len(drafts) + 1)
        names = [f"{name}, voice {number}" for number in range(1, len(voices) + 1)] if len(voices) > 1 else [name]
        key = _key(part)
        drafts += [
            replace(_draft(voice, places, clock, grid), key=key) for voice, places in zip(names, voices, strict=False)
        ]
    return drafts


def _key(part: Part) -> Key:
    """That of its first signature, as it sounds."""
    first: Any = part.recurse().getElementsByClass("KeySignature").first()
    if first is None or first.sharps is None or abs(first.sharps) > 7:
        return CHROMATIC
    return signature_key(first.sharps, getattr(first, "mode", None) == "minor")


def _name(part: Part, number: int) -> str:
    """The part's own name; some programs write numbers as identifiers, which say no more than its place."""
    own = str(part.partName or part.id or "").strip()
    return own if own and not own.isdecimal() and "0x" not in own else f"Part {number}"


def _voices(bars: Sequence[Sequence[ScoreNote]], order: Sequence[int], clock: ScoreClock) -> dict[str, list[Place]]:
    """Where the notes of each voice are played."""
    voices: dict[str, list[Place]] = defaultdict(list)
    turns: Counter[int] = Counter()
    for position, index in enumerate(order):
        if index < len(bars):
            begin = clock.begins[position]
            for note in bars[index]:
                place = Place(begin + note.offset, begin + note.offset + note.length, note, turns[index])
                voices[note.voice].append(place)
        turns[index] += 1
    return {voice: _joined(sorted(places, key=lambda place: place.start)) for voice, places in voices.items()}


def _joined(places: Sequence[Place]) -> list[Place]:
    """Notes tied to the next of their pitch made one; what is played after a jump is tied to nothing."""
    joined: list[Place] = []
    tied: dict[float, int] = {}
    for place in places:
        before = tied.pop(place.note.midi, None)
        if before is not None and place.note.tied_back and abs(joined[before].end - place.start) < CLOSE:
            joined[before] = replace(joined[before], end=place.end)
        else:
            before = len(joined)
            joined.append(place)
        if place.note.tied:
            tied[place.note.midi] = before
    return joined


def _separate(voices: dict[str, list[Place]]) -> list[list[Place]]:
    """Voices that never sound together as one; else each its own, in the order of their names."""
    together = sorted((place for places in voices.values() for place in places), key=lambda place: place.start)
    chords = {(place.start, place.end) for place in together}
    overlap = len(voices) > 1 and any(before[1] > after[0] + CLOSE for before, after in pairwise(sorted(chords)))
    return [voices[name] for name in sorted(voices)] if overlap else [together] if together else []


def _draft(name: str, places: Sequence[Place], clock: ScoreClock, grid: tuple[Beat, ...]) -> Draft:
    notes = [
        TargetNote(clock.seconds(place.start), clock.seconds(place.end), place.note.midi, _lyric(place))
        for place in places
    ]
    lines = tuple(clock.seconds(place.end) for place in places if place.note.breath)
    return Draft(name, notes, grid, (notes[0].start, *lines) if lines and notes else ())


def _lyric(place: Place) -> str:
    verses = place.note.verses
    return verses[min(place.turn, len(verses) - 1)] if verses else ""
