"""What was asked for and found, kept beside a take, so that it can be shown and judged again."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ...model.errors import LivepitchError
from ...model.plain_file import plain_text
from ...realtime.export import replacing
from ...realtime.takes import take_files
from ..exercise.step import Step
from ..progress.store import Progress
from ..scales import Key
from ..sound.changes import Change
from ..target import target_json
from ..temperament import Temperament
from ..tuning import Tuning
from .accompanied import guide_settings
from .arrangement import Arrangement
from .outcome import Outcome
from .recorded import Taken
from .time_map import TimeMap

LARGEST = 64_000_000  # bytes: more than the notes of any song need
FORMAT, VERSION = "livepitch practice take", 1


class KeptError(LivepitchError):
    """What is kept of a take cannot be written or read; the text names the file."""


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


def read_kept(path: Path) -> tuple[Taken, dict[str, Any]]:
    """What `keep` wrote: the take, as a `Judge` judges it, and the result as `TakeScore.to_json` gave it. KeptError."""
    try:
        record = json.loads(plain_text(path, LARGEST))
        if (record["format"], record["version"]) != (FORMAT, VERSION):
            raise KeptError(f"{path}: was not written by this version of livepitch")
        return _taken(path, record), dict(record["result"])
    except OSError as error:
        raise KeptError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise KeptError(f"{path}: holds no practised take") from None


def _taken(path: Path, record: dict[str, Any]) -> Taken:
    step, arrangement, times = record["step"], record["arrangement"], record["times"]
    tuning, loop = arrangement["tuning"], arrangement["loop"]
    temperament = {**tuning["temperament"], "cents": tuple(tuning["temperament"]["cents"])}
    tuning = Tuning(**{**tuning, "temperament": Temperament(**temperament)})
    taken = Taken(
        take=path.with_name(record["sound"].removesuffix(".flac")),
        name=record["name"],
        step=Step(
            **{
                **step,
                "target": target_json.from_json(json.dumps(step["target"])),
                "key": Key(**step["key"]),
                "cue": tuple(step["cue"]),
            }
        ),
        arrangement=Arrangement(**{**arrangement, "tuning": tuning, "loop": loop and (loop[0], loop[1])}),
        when=datetime.fromisoformat(record["when"]),
        times=TimeMap(tuple(times["recording"]), tuple(times["target"])),
        offset=record["offset"],
    )
    settings = guide_settings(taken.step, taken.arrangement)
    changes = ({**change} for change in record.get("changes", []))  # takes that are older have none
    return replace(taken, changes=tuple(Change(c.pop("second"), replace(settings, **c)) for c in changes))


def _heard(change: Change) -> dict[str, Any]:
    names = "guide", "metronome", "guide_volume", "metronome_volume"
    return {"second": change.second} | {name: getattr(change.settings, name) for name in names}
