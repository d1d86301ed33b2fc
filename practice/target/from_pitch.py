"""A recording's notes as a target: sing it as it was sung."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .target import Target, TargetNote, one_voice
from .target_file import TargetError

if TYPE_CHECKING:
    from ..segmentation import SungNote


def target_from_notes(notes: Sequence[SungNote], name: str, keep_cents: bool = False) -> Target:
    """The notes that a voice sang, at the nearest semitones, or as they were with `keep_cents`; no beats are known.

    Times are the recording's own. TargetError where it has no notes.
    """
    if not notes:
        raise TargetError(f"no notes were heard in {name}: choose a recording of one voice")
    pitched = (TargetNote(note.start, note.end, note.midi if keep_cents else float(round(note.midi))) for note in notes)
    return Target(name, one_voice(tuple(pitched)))
