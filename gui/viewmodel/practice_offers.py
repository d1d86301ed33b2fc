"""What the shelf offers to practise, as lines to choose from."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

EXERCISE, FILE, TYPED, RECORDED, ASK_SONG, ASK_NOTES, ASK_RECORDING = (
    "exercise",
    "file",
    "typed",
    "recorded",
    "song …",
    "notes …",
    "recording …",
)
MOST_RECENT = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the shelf."""

    kind: str
    value: str
    """An exercise's id, a path, or notes as typed; nothing for what asks for one."""
    title: str
    sentence: str
    """What it is, in a sentence or two."""
    group: str

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return f"{self.kind}:{self.value}"


OWN = "Songs and your own"
RECENT = "Practised lately"
FIRST = "First of all"
ASKING = (
    Offer(ASK_SONG, "", "Open a song …", "A file with notes: MIDI, MusicXML, UltraStar, MEI or ABC.", OWN),
    Offer(ASK_NOTES, "", "Type notes …", "Write what you want to sing: C4 D4 E4:2 r C4", OWN),
    Offer(
        ASK_RECORDING, "", "From a recording …", "A recording of a voice, turned into notes to sing along with.", OWN
    ),
)


def offers(recent: Sequence[str], range_known: bool = True) -> list[Offer]:
    """Everything there is: the singer's range unless it is known, what was practised lately, exercises, songs."""
    from ...practice.exercise.exercises import EXERCISES

    exercises = [Offer(EXERCISE, each.id, each.title, each.sentence, str(each.group.value)) for each in EXERCISES]
    known = {offer.key: offer for offer in exercises}
    lately = [found for key in recent if (found := known.get(key) or of_key(key)) is not None]
    finding = {each.id for each in EXERCISES if each.finds_range and not range_known}
    first = [replace(offer, group=FIRST) for offer in exercises if offer.value in finding]
    return [*first, *(replace(offer, group=RECENT) for offer in lately), *exercises, *ASKING]


def of_key(key: str) -> Offer | None:
    """A file or notes practised before; None for a file that is gone, and for anything else."""
    kind, _, value = key.partition(":")
    if kind == FILE and value and os.path.isfile(value):
        return Offer(FILE, value, Path(value).stem, f"From {Path(value).name}", OWN)
    if kind == TYPED and value.strip():
        return Offer(TYPED, value, value, "Notes that you typed.", OWN)
    return None


def found(all_of_it: Sequence[Offer], words: str) -> list[Offer]:
    """Those in which every word occurs, each once."""
    wanted = _plain(words).split()
    hits: dict[str, Offer] = {}
    for offer in all_of_it:
        text = _plain(f"{offer.title} {offer.sentence} {offer.group} {offer.value}")
        if all(word in text for word in wanted):
            hits.setdefault(offer.key if wanted else f"{offer.group} {offer.key}", offer)
    return list(hits.values())


def _plain(words: str) -> str:
    return words.casefold().replace("-", " ")


def with_recent(recent: Sequence[str], key: str) -> list[str]:
    """What was practised, the last first."""
    return [key, *(other for other in recent if other != key)][:MOST_RECENT]
