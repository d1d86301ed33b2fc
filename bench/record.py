"""What a run found, as the JSON that docs/bench-json.md describes: made, written as a whole, read and checked."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..model.device import describe_device
from ..model.errors import LivepitchError
from ..model.plain_file import plain_text
from ..model.replacement import replacing
from ..realtime.counters import STAGES
from ..realtime.frame import Percentiles
from ..realtime.layout import Layout
from .load import Load
from .machine import describe_machine, versions
from .run import LOSSES, WARM_UP, MeasuredSession

SCHEMA = 1
LARGEST = 64_000_000  # bytes: an hour of frames
KIND = "livepitch bench"
DIGITS = 4  # after the point; of milliseconds a tenth of a microsecond
COUNTERS = ("frames", "late", *LOSSES)

Record = dict[str, Any]


def make_record(session: MeasuredSession, complete: bool, gui: bool) -> Record:
    """Everything about a run, as JSON types without NaN; the machine is asked now, when that disturbs nothing."""
    tally = session.tally
    stats = tally.stats()
    record = {
        "kind": KIND,
        "schema": SCHEMA,
        "complete": complete,
        "when": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": describe_machine(describe_device(session.plan.backend)),
        "versions": versions(),
        "model": {"name": session.plan.model.name, "causal": session.plan.model.causal},
        "settings": _settings(session, gui),
        "seconds": tally.seconds,
        "algorithmic_latency_ms": 1e3 * session.latency,
        "stages": {name: asdict(stats.stages[name]) for name in STAGES if name in stats.stages},
        "compute_ms": _percentiles(stats.stages.get("compute")),
        "sound_to_frame_ms": _percentiles(stats.stages.get("sound_to_frame")),
        "sound_to_paint_ms": _percentiles(stats.stages.get("sound_to_paint")),
        "rtf": stats.rtf,
        "frames": stats.frames,
        "late": stats.late,
        **session.losses(),
        **(session.load or Load()).facts(),
    }
    return plain(record)  # type: ignore[no-any-return]


def _settings(session: MeasuredSession, gui: bool) -> Record:
    plan = session.plan
    layout = None if plan.model.causal else Layout.of(plan.settings)
    return {
        "source": session.source.name,
        "sample_rate": session.sample_rate,
        "blocksize": plan.blocksize,
        "hop": session.hop,
        "context": layout.context if layout else None,
        "lookahead": layout.lookahead if layout else None,
        "seconds": plan.seconds,
        "warm_up_seconds": WARM_UP,
        "gui": gui,
        "tuned": plan.tuned is not None,
        "backend": plan.backend,
    }


def _percentiles(of: Percentiles | None) -> dict[str, float] | None:
    return asdict(of) if of is not None else None


def plain(value: Any) -> Any:
    """As JSON has it: null for NaN and infinity, what could not be measured, and no more digits than mean anything."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value


def write_record(record: Record, path: Path) -> None:
    """Write a bench file. LivepitchError where that is not possible."""
    try:
        with replacing(path) as file:
            json.dump(record, file, indent=1, allow_nan=False)
            file.write("\n")
    except OSError as error:
        raise LivepitchError(f"{path}: cannot be written ({error.strerror})") from error


def read_record(path: Path) -> Record:
    """Read a bench file. LivepitchError, in one line, where it is none."""
    try:
        record = json.loads(plain_text(path, LARGEST))
    except OSError as error:
        raise LivepitchError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError):
        raise LivepitchError(f"{path}: is no JSON; --compare needs what `livepitch bench --json` wrote") from None
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise LivepitchError(f"{path}: is no bench file; --compare needs what `livepitch bench --json` wrote")
    if record.get("schema") != SCHEMA:
        raise LivepitchError(
            f"{path}: has schema {record.get('schema')}, this livepitch reads {SCHEMA}; measure it again"
        )
    wrong = missing_in(record)
    if wrong:
        raise LivepitchError(f"{path}: is damaged, {wrong} is missing or no number; measure it again")
    return record


def missing_in(record: Record) -> str | None:
    """The first field that a comparison needs and that is not as the schema says; None where all are."""
    for name in ("machine", "model", "settings", "stages"):
        if not isinstance(record.get(name), dict):
            return name
    spans = {f"stages.{name}": span for name, span in record["stages"].items()}
    spans |= {name: record.get(name, 0) for name in ("compute_ms", "sound_to_frame_ms", "sound_to_paint_ms")}
    for name, span in spans.items():
        if not _is_span(span) and (span is not None or name.startswith("stages.")):
            return name
    numbers = {name: record.get(name, "") for name in ("rtf", "algorithmic_latency_ms")}
    counts = {name: record.get(name) for name in (*COUNTERS, "seconds")}
    right = {name: value is None or _is_number(value) for name, value in numbers.items()}
    right |= {name: _is_number(value) for name, value in counts.items()}
    return next((name for name, good in right.items() if not good), None)


def _is_span(value: object) -> bool:
    return isinstance(value, dict) and all(_is_number(value.get(key)) for key in ("p50", "p95", "p99", "max"))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
