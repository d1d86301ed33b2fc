"""What an earlier run left behind when it crashed or was killed: its takes are completed, and it is told of once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...realtime.recording.takes import recordings_folder, take_files
from ..look.wording import sentence
from ..parts import Parts
from ..takes.takes_room import TakesRoom
from ..viewmodel.messages import Rank
from ..viewmodel.take_list import Entry, recordings

if TYPE_CHECKING:
    from ...realtime.log.crashes import Crash

SAID = 60.0  # s; it comes at the start, when one is busy with other things
BROKEN_OFF = "The last time, livepitch ended before its recording did."


@dataclass(frozen=True)
class LeftBehind:
    """What an earlier run has left."""

    crashes: list[Crash]
    kept: list[Entry]
    """Recordings of it: those completed just now, else the last one that it made."""
    problems: list[str]
    """Sentences about what could not be completed."""


class Returning:
    """Looks once, beside the window. report: copies what is known of a crash."""

    name = "returning"

    def __init__(self, parts: Parts, takes: TakesRoom, report: Callable[[], object]) -> None:
        self._banner, self._takes, self._report = parts.stage.banner, takes, report
        self._folder: Path | None = None  # that was recorded into another time, if not the usual one

    def look(self) -> None:
        """Complete what is not, and tell of it."""
        other = self._folder
        self._takes.run(lambda: _left_behind(other), self._tell)

    def _tell(self, left: LeftBehind) -> None:
        why = left.crashes[-1].sentence if left.crashes else BROKEN_OFF
        for entry in left.kept:
            self._takes.know(entry.path)
        if left.kept:
            sound = left.kept[-1].path
            self._say(f"{why} {_kept(left.kept)}", "Look at it", lambda: self._takes.open(sound))
        elif left.crashes:
            self._say(why, "Copy a report", self._report)
        for problem in left.problems:
            self._banner.post("broken", sentence(problem), Rank.SKIPPED, seconds=SAID)

    def _say(self, text: str, button: str, act: Callable[[], object]) -> None:
        self._banner.post("returned", text, Rank.OFFER, seconds=SAID, button=button, act=act)

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """Where takes are made, unless it is the usual folder."""
        folder = self._takes.recording.folder
        self._folder = folder if folder is not None else self._folder
        return {"folder": "" if self._folder is None else str(self._folder)}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Know it again."""
        folder = values.get("folder")
        if isinstance(folder, str) and folder:
            self._folder = Path(folder)


def _left_behind(other: Path | None) -> LeftBehind:
    """Of the usual folders, and of another."""
    from ...practice.rehearsal.rehearsal import FOLDER
    from ...realtime.log.crashes import WINDOW, crashes
    from ...realtime.recording.unfinished import finish_takes

    usual = recordings_folder()
    folders = dict.fromkeys(folder for folder in (usual, usual / FOLDER, other) if folder is not None)
    finished = [take for folder in folders for take in finish_takes(folder)]
    whole = {take_files(take.path)[0] for take in finished if take.seconds}
    entries = [entry for folder in folders for entry in reversed(recordings(folder, []))]
    found = [crash for crash in crashes() if crash.role in WINDOW]
    kept = [entry for entry in entries if entry.path in whole] or (_last(entries, found[-1].when) if found else [])
    return LeftBehind(found, kept, [take.error for take in finished if take.error is not None])


def _last(entries: list[Entry], since: datetime) -> list[Entry]:
    """The newest recording, if anything was written of it since then."""
    times = {entry.path.stat().st_mtime: entry for entry in entries}
    newest = max(times, default=-math.inf)
    return [times[newest]] if newest >= since.timestamp() else []


def _kept(entries: list[Entry]) -> str:
    last = entries[-1]
    if len(entries) == 1:
        return f"Its last recording is kept: {last.name}, {last.length} long."
    return f"Its {len(entries)} recordings are kept, the last of them {last.name}."
