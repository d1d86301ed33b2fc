"""Drafts of parts, as readers of files give them, made into targets: one voice each, within limits."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..scales import CHROMATIC, Key
from .target import Beat, Target, TargetNote, one_voice
from .target_file import TargetError, TargetFile
from .text import shown

MAX_SECONDS = 4 * 3600.0
MAX_NOTES = 50_000  # of a part
MAX_BEATS = 100_000
MAX_PARTS = 2000
LOWEST, HIGHEST = -128, 256  # MIDI numbers: what a target that is saved may have
VOICES = re.compile(
    r"voc|voice|vox|voix|voz|sing|gesang|stimme|chant|cant|lead|melod|lyric|sopran|treble|discant|superius|tenor|alto?\b"
    r"|bass?us|bariton|mezzo|choir|chor|solo",
    re.IGNORECASE,
)
INSTRUMENTS = re.compile(r"guitar|gtr|synth|sax|flute|horn|tromb|trump|recorder|viol|clarin|drum|pad\b", re.IGNORECASE)
MONOPHONIC = 0.8  # share of a part's notes that one voice can sing


@dataclass(frozen=True)
class Draft:
    """One part as its file has it: notes in any order, perhaps several at a time."""

    part: str
    notes: Sequence[TargetNote]
    beats: tuple[Beat, ...] = ()
    line_times: tuple[float, ...] = ()
    """Seconds at which lines of the lyrics begin."""
    beat_seconds: float = math.nan
    key: Key = CHROMATIC


def assembled(path: Path, title: str, drafts: Sequence[Draft]) -> TargetFile:
    """The targets of a file, from those of its drafts that have notes.

    Of notes that begin together the highest is kept; `voice` is the likeliest part, see `likeliest`. TargetError where
    there is nothing to sing, or more than MAX_SECONDS, MAX_NOTES, MAX_BEATS or MAX_PARTS.
    """
    singable = [draft for draft in drafts if any(note.end > note.start for note in draft.notes)]
    if not singable:
        raise TargetError(f"{path} has no notes to sing: choose another file")
    if len(singable) > MAX_PARTS:
        raise TargetError(f"{path} has {len(singable)} parts, more than {MAX_PARTS}: save those wanted to a file")
    name = shown(title).strip() or shown(path.stem)
    used: Counter[str] = Counter()
    parts = [_target(path, name, _unlike(draft.part, used), draft) for draft in singable]
    pure = [len(part.notes) / len(draft.notes) for part, draft in zip(parts, singable, strict=True)]
    return TargetFile(name, tuple(parts), likeliest(parts, pure))


def _target(path: Path, name: str, part: str, draft: Draft) -> Target:
    if len(draft.notes) > MAX_NOTES or len(draft.beats) > MAX_BEATS:
        raise TargetError(f"{path} is too long to practise: a part has more than {MAX_NOTES} notes; save less of it")
    ends = [note.end for note in draft.notes]
    if not all(math.isfinite(end) and end <= MAX_SECONDS for end in ends):
        hours = MAX_SECONDS / 3600
        raise TargetError(f"{path} lasts longer than {hours:.0f} hours: its times are damaged; save it anew")
    if not all(math.isnan(note.midi) or LOWEST <= note.midi <= HIGHEST for note in draft.notes):
        raise TargetError(f"{path} has a note far beyond all voices: mend that note")
    sung = one_voice([replace(note, lyric=shown(note.lyric)) for note in draft.notes if note.end > note.start])
    starts = [note.start for note in sung]
    lines = {bisect_left(starts, time - 1e-6) for time in draft.line_times} - {len(sung)}
    return Target(name, sung, draft.beats, part, path, draft.beat_seconds, tuple(sorted(lines)), draft.key)


def _unlike(part: str, used: Counter[str]) -> str:
    """A part's name, told apart from those already `used`."""
    name = shown(part).strip()
    used[name.casefold()] += 1
    times = used[name.casefold()]
    return name if times == 1 else f"{name} ({times})".strip()


def likeliest(parts: Sequence[Target], pure: Sequence[float]) -> int:
    """Index of the part that a singer most likely wants.

    Those with about as many syllables as the part that has most; of them those named like voices or melodies; of them
    those that one voice can sing (`pure`: share of the notes kept) and that have half as many notes as the busiest; of
    them the highest on average.
    """
    left = list(range(len(parts)))
    sung = [sum(bool(note.lyric.strip()) for note in part.notes) for part in parts]
    if max(sung) > 0:
        left = [index for index in left if sung[index] >= 0.5 * max(sung)]
    left = [index for index in left if _sung(parts[index].part)] or left
    left = [index for index in left if pure[index] >= MONOPHONIC] or left
    busiest = max(len(parts[index].notes) for index in left)
    left = [index for index in left if len(parts[index].notes) >= 0.5 * busiest]
    return max(left, key=lambda index: (_mean_pitch(parts[index]), -index))


def _sung(name: str) -> bool:
    """Whether a part's name is one of voices or melodies: "Alto", not "Alto sax"."""
    return VOICES.search(name) is not None and INSTRUMENTS.search(name) is None


def _mean_pitch(part: Target) -> float:
    pitches = [note.midi for note in part.notes if not math.isnan(note.midi)]
    return sum(pitches) / len(pitches) if pitches else -math.inf
