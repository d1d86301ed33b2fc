"""What is said of a take and its notes, as short texts."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

from ...practice.music import Music
from ...practice.scales import CHROMATIC, Key
from ...practice.scoring.result import NoteScore, TakeScore
from ...practice.target.target import Manner
from ..look.wording import DASH, MINUS, cents_figure

COLUMNS = {
    "Note": "Which note, as asked for, with its syllable",
    "Pitch": "Cents from the note, in the middle of what was sung",
    "Entry": "Milliseconds that the voice came later (+) or earlier (−) than asked for",
    "Steady": "Half the width of the pitch, vibrato and drift taken away: the smaller, the steadier",
    "In tune": "Share of the note within 25 cents",
    "Held": "Share of its length that was sung",
    "Vibrato": "Rate and extent, where there was any",
    "Points": "Of 100",
}


@lru_cache(maxsize=8)
def spelt(music: Music, key: Key) -> Music:
    """Music that names notes as a key does, unless the singer has chosen one."""
    return music if music.key.scale != CHROMATIC.scale else replace(music, key=key)


def note_name(note: NoteScore, music: Music) -> str:
    """The note asked for: "F♯4", "C4 → G4" for a glide; a dash where it has no pitch."""
    target = note.target
    if math.isnan(target.midi):
        return DASH
    name = music.name(round(target.midi))
    return f"{name} → {music.name(round(target.midi + target.glide))}" if target.glide else name


def row(index: int, note: NoteScore, music: Music) -> list[str]:
    """The texts of a note's row, one for each of COLUMNS."""
    word = note.target.lyric.strip()
    name = note_name(note, music)
    if note.target.manner is Manner.LISTEN:
        return [f"{index + 1} · {name}", "to listen to", *[""] * (len(COLUMNS) - 2)]
    octave = {0: "", -1: " 8va ↓", 1: " 8va ↑"}.get(note.octaves, f" {note.octaves:+d} oct")
    vibrato = f"{note.vibrato_rate:.1f} Hz ±{note.vibrato_extent:.0f}" if _known(note.vibrato_rate) else ""
    return [
        f"{index + 1} · {name}  {word}".strip(),
        (cents_figure(round(note.cents_off)) if _known(note.cents_off) else DASH) + octave,
        milliseconds(note.onset_delay),
        f"±{note.spread_cents:.0f}" if _known(note.spread_cents) else DASH,
        percent(note.within_25),
        percent(note.held),
        vibrato,
        f"{100 * note.points:.0f}" if note.target.scored else "",
    ]


def milliseconds(seconds: float) -> str:
    """Signed whole milliseconds: "+120 ms"; a dash where there are none."""
    if not _known(seconds):
        return DASH
    whole = round(1000 * seconds)
    return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{abs(whole)} ms"


def percent(share: float) -> str:
    """Whole percent; a dash where there are none."""
    return f"{100 * share:.0f} %" if _known(share) else DASH


def verdict(note: NoteScore, most: int = 3) -> str:
    """What was wrong with a note, in a few words, `most` faults of it; "well sung" where nothing was."""
    if not note.target.scored:
        return "not judged"
    if not note.hit and not _known(note.sung_start):
        return "not sung"
    faults = []
    if note.octaves:
        many = abs(note.octaves)
        faults.append(f"{'an octave' if many == 1 else f'{many} octaves'} {'high' if note.octaves > 0 else 'low'}")
    if _known(note.cents_off) and abs(note.cents_off) >= 10:
        faults.append(f"{abs(note.cents_off):.0f} cents {'sharp' if note.cents_off > 0 else 'flat'}")
    if _known(note.onset_delay) and abs(note.onset_delay) >= 0.05:
        faults.append(f"{abs(1000 * note.onset_delay):.0f} ms {'late' if note.onset_delay > 0 else 'early'}")
    if _known(note.scoop_cents) and abs(note.scoop_cents) >= 50:
        faults.append(f"reached from {abs(note.scoop_cents):.0f} cents {'below' if note.scoop_cents < 0 else 'above'}")
    if _known(note.drift_cents) and abs(note.drift_cents) >= 20:
        faults.append(f"{'rising' if note.drift_cents > 0 else 'falling'} by {abs(note.drift_cents):.0f} cents")
    if _known(note.spread_cents) and note.spread_cents >= 25:
        faults.append(f"unsteady ±{note.spread_cents:.0f} cents")
    if _known(note.held) and note.held < 0.8:
        faults.append(f"held for {100 * note.held:.0f} %")
    return ", ".join(faults[:most]) or "well sung"


def place_name(index: int, note: NoteScore, music: Music) -> str:
    """Which note it is: "Note 3, E4 “love”"."""
    word = note.target.lyric.strip()
    return f"Note {index + 1}, {note_name(note, music)}" + (f" “{word}”" if word else "")


def reason(score: TakeScore) -> str:
    """Why the score is what it is, without the score, which stands beside it."""
    first = next(iter(score.advice), "")
    _, colon, rest = first.partition(" of 100: ")
    return rest[:1].upper() + rest[1:] if colon else first


def points_text(score: TakeScore) -> str:
    """UltraStar's points, where there are any: "UltraStar: 8,240 of 10,000 points"."""
    if score.ultrastar is None:
        return ""
    return f"UltraStar: {score.ultrastar.total:,} of 10,000 points"


def _known(value: float) -> bool:
    return not math.isnan(value)
