"""Targets from songs of UltraStar and its kin (.txt), with the odd corners of twenty years of the format.

Source: the format's description by the UltraStar project (usdx.eu/format) and how the game reads what it leaves open.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from pathlib import Path

from .assembly import Draft, assembled
from .target import Kind, TargetNote
from .target_file import TargetError, TargetFile
from .text import codec_named, decoded
from .ultrastar_header import beat_of, number, singer, tags, version, window

KINDS = {":": Kind.NORMAL, "*": Kind.GOLDEN, "F": Kind.FREESTYLE, "R": Kind.RAP, "G": Kind.RAP_GOLDEN}
PITCH_0 = 60  # C4
NOTE = re.compile(r"\s*([!-\"$-,.-~])\s*([+-]?\d{1,9})\s+([+-]?\d{1,9})\s+([+-]?\d{1,9})(?:\s(.*))?", re.DOTALL)
BREAK = re.compile(r"\s*-\s*([+-]?\d{1,9})?(?:\s+([+-]?\d{1,9}))?")
VOICE = re.compile(r"\s*P\s*([1-9])\s*", re.IGNORECASE)
TEMPO = re.compile(r"\s*B\s*([+-]?[\d.,]{1,20})\s+([\d.,]{1,20})\s*", re.IGNORECASE)
END = re.compile(r"\s*E\s*", re.IGNORECASE)
BOTH = 3  # "P3" before version 1: both voices of a duet


@dataclass
class Voice:
    """What one singer has, in beats, while the song is read."""

    notes: list[tuple[int, int, TargetNote]] = field(default_factory=list)
    """First beat, length in beats, and the note, still without its times."""
    lines: list[int] = field(default_factory=list)
    """Which notes begin a line."""
    base: int = 0
    """Beat that a song in relative mode counts the line from."""
    fresh: bool = True
    """Whether the next note begins a line."""


def is_ultrastar(data: bytes) -> bool:
    """Whether bytes look like a song: a tag before anything else."""
    return decoded(data[:4096]).lstrip("\ufeff \t\r\n").startswith("#")


def read_ultrastar(path: Path, data: bytes) -> TargetFile:
    """The song's voice, or the two voices of a duet. Times are the song's own: the first beat lies at #GAP.

    Where a negative gap would put notes before 0, all is later by so much that the first begins at 0. Notes wholly
    before #START or behind #END are left out, and so are notes without length; pitches outside MIDI's are moved by
    octaves. Notes of an unknown kind count as freestyle; what the format's version 1 removed holds for older songs.
    TargetError for what is no song, or has a line of notes that is not understood.
    """
    text = decoded(data, _encoding(data))
    lines = [line.strip("\ufeff\0") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    header = tags(lines)
    beat_seconds = beat_of(header)
    if math.isnan(beat_seconds):
        raise TargetError(f"{path} is no UltraStar song: a line such as #BPM:240 is missing; choose another file")
    voices, tempi = _voices(path, lines, header)
    clock = _Clock(beat_seconds, tempi, number(header.get("GAP", "")))
    names = {voice: singer(header, voice) if len(voices) > 1 else "" for voice in sorted(voices)}
    drafts = [_draft(voices[voice], clock, name, header) for voice, name in names.items()]
    return assembled(path, header.get("TITLE", ""), _from_zero(drafts))


def _encoding(data: bytes) -> str | None:
    """The song's own word for its encoding, which the format has no more from version 1 on."""
    header = tags(data[:8192].decode("latin-1").replace("\r", "\n").split("\n"))
    return codec_named(header.get("ENCODING", "")) if version(header) < 1 else None


def _voices(
    path: Path, lines: Sequence[str], header: Mapping[str, str]
) -> tuple[dict[int, Voice], list[tuple[float, float]]]:
    """The voices by number, and changes of tempo as (beat, seconds of a beat)."""
    legacy = version(header) < 1
    relative = legacy and header.get("RELATIVE", "").casefold() in ("yes", "true", "1")
    voices: dict[int, Voice] = defaultdict(Voice)
    now = [voices[1]]
    tempi: list[tuple[float, float]] = []
    for place, line in enumerate(lines, 1):
        if (match := VOICE.fullmatch(line)) is not None:
            number_of = int(match[1])
            now = [voices[1], voices[2]] if legacy and number_of == BOTH else [voices[number_of]]
        elif (match := TEMPO.fullmatch(line)) is not None:
            if number(match[2]) >= 1:
                tempi.append((number(match[1]) + (now[0].base if relative else 0), 15 / number(match[2])))
        elif (match := NOTE.fullmatch(line)) is not None:
            for voice in now:
                _add(voice, match, relative)
        elif (match := BREAK.match(line)) is not None:
            for voice in now:
                voice.fresh = True
                voice.base += int(match[2] or match[1] or 0) if relative else 0
        elif END.fullmatch(line):
            break
        elif line.lstrip()[:1] in KINDS:
            raise TargetError(f"{path}, line {place} is no note: {line.strip()[:40]!r}; mend or remove that line")
    return voices, tempi


def _add(voice: Voice, match: re.Match[str], relative: bool) -> None:
    """Append a note; one of no length gives its line to the next, and one of an unknown kind does not count."""
    kind = KINDS.get(match[1].upper(), Kind.FREESTYLE)
    first, length = int(match[2]) + (voice.base if relative else 0), int(match[3])
    if length <= 0:
        return
    pitched = kind not in (Kind.RAP, Kind.RAP_GOLDEN)
    midi = _in_range(int(match[4]) + PITCH_0) if pitched else math.nan
    if voice.fresh:
        voice.lines.append(len(voice.notes))
        voice.fresh = False
    voice.notes.append((first, length, TargetNote(0.0, 0.0, midi, match[5] or "", kind)))


def _in_range(midi: int) -> int:
    """The pitch, moved by octaves into 0 to 127."""
    return midi if 0 <= midi <= 127 else midi % 12 + 60


class _Clock:
    """When beats sound. tempi: (beat, seconds of a beat) from there on; gap: ms, NaN for none."""

    def __init__(self, beat_seconds: float, tempi: Sequence[tuple[float, float]], gap: float) -> None:
        self.beat_seconds = beat_seconds
        changes = dict(sorted((max(beat, 0.0), length) for beat, length in tempi if not math.isnan(beat)))
        self._beats = [0.0, *changes]
        self._lengths = [beat_seconds, *changes.values()]
        self._gap = 0.0 if math.isnan(gap) else gap / 1000
        steps = [(after - before) * length
                 for (before, after), length in zip(pairwise(self._beats), self._lengths, strict=False)]  # fmt: skip
        self._seconds = list(accumulate(steps, initial=0.0))

    def at(self, beat: float) -> float:
        """Seconds of the song."""
        place = max(bisect_right(self._beats, beat) - 1, 0)
        return self._gap + self._seconds[place] + (beat - self._beats[place]) * self._lengths[place]


def _draft(voice: Voice, clock: _Clock, name: str, header: Mapping[str, str]) -> Draft:
    timed = [replace(note, start=clock.at(first), end=clock.at(first + length)) for first, length, note in voice.notes]
    lines = tuple(min(note.start for note in timed[begin:end]) for begin, end in pairwise([*voice.lines, len(timed)]))
    start, stop = window(header)
    kept = [note for note in _spaced(timed) if note.end > start and note.start < stop]
    return Draft(name, kept or timed, (), lines, clock.beat_seconds)


def _spaced(notes: Sequence[TargetNote]) -> list[TargetNote]:
    """Blanks before a syllable put behind the one before it, as most songs have them."""
    texts = [note.lyric for note in notes]
    for place in range(1, len(texts)):
        if texts[place][:1].isspace():
            texts[place - 1] = texts[place - 1].rstrip() + " "
    return [replace(note, lyric=text.lstrip()) for note, text in zip(notes, texts, strict=True)]


def _from_zero(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, all later by what brings their first note to 0 if it lay before."""
    first = min((note.start for draft in drafts for note in draft.notes), default=0.0)
    if first >= 0:
        return list(drafts)
    return [
        replace(
            draft,
            notes=[replace(note, start=note.start - first, end=note.end - first) for note in draft.notes],
            line_times=tuple(time - first for time in draft.line_times),
        )
        for draft in drafts
    ]
