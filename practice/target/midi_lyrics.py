"""Syllables of a MIDI or karaoke file: found, cut into lines, and laid under notes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .midi_events import META, Event
from .midi_time import TempoMap
from .target import TargetNote
from .text import decoded

TEXT, LYRIC = 0x01, 0x05
REACH = 0.25  # s: how far a syllable may lie from the note that it belongs to


@dataclass(frozen=True)
class Syllable:
    """One syllable, and whether a line begins with it."""

    time: float
    text: str
    line: bool


def syllables(events: Iterable[Event], tempi: TempoMap) -> tuple[Syllable, ...]:
    """The lyrics of one track: its lyric events, or where it has none its text events written as karaoke files do.

    A slash of either kind before a syllable, or a line's end before or behind it, begins a line; "@" marks what is not
    sung. Blanks and hyphens come to stand behind syllables; where nothing parts the words, each syllable without a
    hyphen ends one.
    """
    meta = sorted((event for event in events if event.status == META), key=lambda event: event.tick)
    sung = [event for event in meta if event.kind == LYRIC]
    if not sung:
        texts = [event for event in meta if event.kind == TEXT]
        karaoke = any(event.data[:1] in (b"\\", b"/", b"@") for event in texts)
        sung = [event for event in texts if event.data[:1] != b"@"] if karaoke else []
    found: list[Syllable] = []
    line = True
    for event in sung:
        text = decoded(event.data)
        line = line or text[:1] in ("\\", "/", "\r", "\n")
        plain = text.lstrip("\\/\r\n")
        if plain.strip():
            _add(found, Syllable(tempi.at(event.tick), plain.rstrip("\r\n"), line))
            line = plain.endswith(("\r", "\n"))
    return tuple(_spaced(found))


def _add(found: list[Syllable], new: Syllable) -> None:
    """Append a syllable; a blank before it goes behind the one before."""
    if found and new.text[:1].isspace():
        found[-1] = replace(found[-1], text=found[-1].text.rstrip() + " ")
    found.append(replace(new, text=new.text.lstrip()))


def _spaced(found: Sequence[Syllable]) -> list[Syllable]:
    if any(syllable.text.endswith(" ") for syllable in found):
        return list(found)
    return [one if one.text.endswith("-") else replace(one, text=one.text + " ") for one in found]


def fit(notes: Sequence[TargetNote], words: Sequence[Syllable]) -> int:
    """How many syllables have a note that begins near them. notes: in order of time."""
    starts = [note.start for note in notes]
    return sum(abs(starts[_nearest(starts, word.time)] - word.time) <= 0.1 * REACH for word in words)


def under(notes: Sequence[TargetNote], words: Sequence[Syllable]) -> tuple[tuple[TargetNote, ...], tuple[float, ...]]:
    """The notes, in order of time, with syllables laid under the nearest within REACH; and where lines begin (s)."""
    starts = [note.start for note in notes]
    texts = [""] * len(notes)
    lines: list[float] = []
    for word in words:
        place = _nearest(starts, word.time)
        if abs(starts[place] - word.time) <= REACH:
            texts[place] += word.text
        if word.line:
            lines.append(min(word.time, starts[place]))
    return tuple(replace(note, lyric=text) for note, text in zip(notes, texts, strict=True)), tuple(lines)


def _nearest(starts: Sequence[float], time: float) -> int:
    after = bisect_left(starts, time)
    return min((index for index in (after - 1, after) if 0 <= index < len(starts)), key=lambda i: abs(starts[i] - time))
