"""What was asked for and found, kept beside a take, for whoever wants to look into it later."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...model.errors import LivepitchError
from ...model.replacement import replacing
from ...realtime.recording.takes import take_files
from ..progress.store import Progress
from ..sound.changes import Change
from ..target import target_json
from .outcome import Outcome

FORMAT, VERSION = "livepitch practice take", 1


class KeptError(LivepitchError):
    """What is kept of a take cannot be written; the text names the file."""


def kept_file(take: Path) -> Path:
    """The file beside those of `take_files`."""
    return take.with_name(f"{take.name}.practice.json")


def keep(outcome: Outcome) -> Path:
    """Write what is to be known of a take, whole or not at all; the file. KeptError."""
    taken, step = outcome.taken, outcome.taken.step
    path = kept_file(taken.take)
    record = {
        "format": FORMAT,
        "version": VERSION,
        "sound": take_files(taken.take)[0].name,
        "name": taken.name,
        "when": taken.when.isoformat(),
        "times": {"recording": taken.times.recording, "target": taken.times.target},
        "offset": taken.offset,
        "step": {
            **{name: value for name, value in vars(step).items() if name != "target"},
            "key": asdict(step.key),
            "target": json.loads(target_json.to_json(step.target)),
        },
        "arrangement": asdict(taken.arrangement),
        "changes": [_heard(change) for change in taken.changes],
        "judging": asdict(outcome.judging),
        "bleed_db": outcome.bleed.level if outcome.bleed is not None and outcome.bleed.heard else None,
        "result": outcome.score.to_json(),
    }
    try:
        with replacing(path) as file:
            json.dump(record, file, indent=1)
            file.write("\n")
    except OSError as error:
        raise KeptError(f"{path}: cannot be written ({error.strerror or error}); free some space") from None
    return path


def remember(outcome: Outcome, progress: Progress) -> None:
    """Keep a take, and add it to the singer's progress: for `Rehearsal(keep=...)`. KeptError, ProgressError."""
    keep(outcome)
    taken = outcome.taken
    progress.add(
        outcome.score,
        exercise=taken.name,
        step=taken.step.title,
        when=taken.when,
        transposition=taken.arrangement.transposition,
        tempo=taken.arrangement.tempo,
        take=take_files(taken.take)[0],
        seconds=taken.step.target.duration,
    )


def _heard(change: Change) -> dict[str, Any]:
    names = "guide", "metronome", "guide_volume", "metronome_volume"
    return {"second": change.second} | {name: getattr(change.settings, name) for name in names}
