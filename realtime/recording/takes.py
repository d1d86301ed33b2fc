"""Takes: where recordings lie, what they are called, and what is known of one."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from ...model.errors import LivepitchError

VARIABLE = "LIVEPITCH_RECORDINGS"
"""Environment variable that names another folder for recordings."""


class TakeError(LivepitchError):
    """A folder that no take can be recorded into; the text names it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is known of a recording, under way or ended."""

    path: Path
    """The take: its files are those of `take_files`."""
    seconds: float = 0.0
    """Written so far."""
    error: str | None = None
    """One sentence, if it ended too early or could not begin."""
    running: bool = True
    """Whether its files may still change."""
    lost: float = 0.0
    """Seconds that are silent in it, because the disk was too slow to take them."""
    start: float = math.nan
    """Second of the session that it begins with; NaN until there is any sound."""
    left: float = math.inf
    """Seconds that the disk still has room for, after which it ends by itself; infinite if unknown, or not running."""
    before: Recording | None = None
    """The recording that broke off, where this one goes on with it under another name (`next_part`)."""

    @property
    def parts(self) -> tuple[Recording, ...]:
        """Those that broke off before it, in their order, and itself."""
        return (*(self.before.parts if self.before is not None else ()), self)


def recordings_folder() -> Path:
    """Where recordings go: `LIVEPITCH_RECORDINGS`, or livepitch's folder in the user's music; it may not exist yet."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_music_path

    return user_music_path() / "livepitch"


def take_files(take: Path) -> tuple[Path, Path]:
    """A take's sound and its pitches."""
    # No `with_suffix`: it would take the seconds in the name for one.
    return take.with_name(f"{take.name}.flac"), take.with_name(f"{take.name}.csv")


def new_take(folder: Path, now: datetime) -> Path:
    """A take in `folder` named after the time of day, of which there are no files yet; makes none."""
    name = f"Take {now:%Y-%m-%d %H.%M.%S}"
    names = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(folder / name for name in names if not any(file.exists() for file in take_files(folder / name)))


def next_part(take: Path) -> Path:
    """The take that goes on where `take` broke off: its name and (2), (3) …, the first of which there are no files."""
    name = re.sub(r" \(\d+\)$", "", take.name)
    parts = (take.with_name(f"{name} ({number})") for number in count(2))
    return next(part for part in parts if not any(file.exists() for file in take_files(part)))
