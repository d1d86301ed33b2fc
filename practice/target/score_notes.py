"""The notes of one bar of a score, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from music21.note import GeneralNote
    from music21.stream import Measure, Part

FIRST_VOICE = ""


@dataclass(frozen=True)
class ScoreNote:
    """One note, or the highest of a chord. Lengths in quarters."""

    offset: float
    """From the bar's beginning."""
    length: float
    midi: float
    voice: str
    verses: tuple[str, ...]
    """Its syllable in each verse: with a hyphen where the word goes on, else with a blank."""
    tied: bool
    """To what follows."""
    tied_back: bool
    breath: bool
    """Whether the singer breathes after it: a breath mark or a fermata."""


def notes_of(bar: Measure | Part) -> list[ScoreNote]:
    """The notes of a bar that are sung at their time: without grace notes, cues, chord symbols and drums."""
    return [note for offset, voice, one in _elements(bar) if (note := _note(offset, voice, one)) is not None]


def _elements(bar: Measure | Part) -> Iterator[tuple[float, str, GeneralNote]]:
    """Notes and chords with their offset and voice: the first voice is that of bars which name none."""
    from music21 import note, stream

    inner = list(bar.getElementsByClass(stream.Voice))
    for element in bar.getElementsByClass(note.GeneralNote):
        yield float(bar.elementOffset(element)), FIRST_VOICE, element
    for index, voice in enumerate(inner):
        name = FIRST_VOICE if index == 0 else str(index)
        for element in voice.getElementsByClass(note.GeneralNote):
            yield float(bar.elementOffset(voice) + voice.elementOffset(element)), name, element


def _note(offset: float, voice: str, one: Any) -> ScoreNote | None:
    """A sung note of a music21 element; None for what is not sung."""
    from music21 import articulations, expressions, harmony

    pitches = getattr(one, "pitches", ())
    if not pitches or isinstance(one, harmony.Harmony) or one.duration.isGrace or one.duration.quarterLength <= 0:
        return None
    if one.hasStyleInformation and one.style.noteSize == "cue":
        return None
    top = max(getattr(one, "notes", (one,)), key=lambda note: note.pitch.ps)
    tie = top.tie or one.tie
    kind = tie.type if tie is not None else ""
    breath = any(isinstance(mark, articulations.BreathMark) for mark in one.articulations) or any(
        isinstance(mark, expressions.Fermata) for mark in one.expressions
    )
    return ScoreNote(
        offset, float(one.duration.quarterLength), float(top.pitch.ps), voice, _verses(one),
        kind in ("start", "continue"), kind in ("stop", "continue"), breath,
    )  # fmt: skip


def _verses(one: GeneralNote) -> tuple[str, ...]:
    """The syllables of its verses, in their order."""
    syllables = []
    for lyric in one.lyrics:
        text = (lyric.text or "").strip()
        if text:
            syllables.append(text + ("-" if lyric.syllabic in ("begin", "middle") else " "))
    return tuple(syllables)
