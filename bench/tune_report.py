"""What a search of `livepitch tune` found, for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..model.registry import Model
from ..realtime.counters import HOP
from ..realtime.tuned import Tuned, model_key
from .chance import SHARE, runs_needed
from .machine import describe_machine, versions
from .record import plain
from .tune import Attempt, Candidate, Search, TrialResult

SCHEMA = 1
KIND = "livepitch tune"


def tuned_of(search: Search, device: str, model: Model) -> Tuned | None:
    """What to keep of a search; None if nothing holds."""
    if search.found is None or search.found.result is None:
        return None
    of, delay = search.found.candidate, search.found.result.sound_to_frame
    return Tuned(device, model_key(model), of.sample_rate, of.blocksize, of.hop, round(delay.p50, 2))


def setting(of: Candidate) -> str:
    """A candidate in the words of the progress and of JSON readers."""
    return f"blocks of {of.blocksize} samples ({1e3 * of.block_seconds:.1f} ms), hop {of.hop}"


def line(attempt: Attempt) -> str:
    """One attempt in a line."""
    result, told = attempt.result, attempt.fault or "held"
    if result is not None and not attempt.fault:
        told += f" for {result.frames * HOP:.0f} s, {result.late} of {result.frames} frames late"
    return f"  {setting(attempt.candidate)}: {told}"


def explanation(search: Search, tuned: Tuned, model: Model) -> str:
    """What was found and why, in words for a singer."""
    assert search.found is not None
    assert search.found.result is not None
    of, delay = search.found.candidate, search.found.result.sound_to_frame
    each = "a pitch every 10 ms" + (f", {of.hop} at a time" if of.hop > 1 else "")
    return (
        f"On this machine, {tuned.device} with {model.name}: blocks of {of.blocksize} samples "
        f"({1e3 * of.block_seconds:.1f} ms) and {each}; {delay.p50:.0f} ms from sound to pitch (99 of 100 within "
        f"{delay.p99:.0f} ms). {_smaller(search)}Larger blocks would only add delay. {_assurance(search)}"
    )


def _smaller(search: Search) -> str:
    failed = [attempt for attempt in search.attempts if attempt.fault and attempt.result is not None]
    if not failed:
        return ""
    of = failed[-1].candidate
    return f"With less ({of.blocksize} samples, {of.hop} at a time) it did not hold: {failed[-1].fault}. "


def _assurance(search: Search) -> str:
    """What the trial that decided says about late frames, and how long one must be to say enough."""
    assert search.found is not None
    assert search.found.result is not None
    of, result = search.found.candidate, search.found.result
    counted = f"{result.late or 'None'} of {result.frames} pitches came late"
    if search.surest <= SHARE:
        return f"{counted}: at most {100 * search.surest:.2f} % do, with 95 % confidence."
    needed = runs_needed(of.runs(result.late)) * of.group * HOP
    return (
        f"{counted}, which says only that at most {100 * search.surest:.2g} % do, with 95 % confidence: "
        f"for {100 * SHARE:g} %, give --seconds {needed:.0f}."
    )


def failure(search: Search, device: str, model: Model, advice: str) -> str:
    """Why nothing was found, in a line."""
    tried = [attempt for attempt in search.attempts if attempt.result is not None]
    if tried and all(attempt.result is not None and attempt.result.refused for attempt in tried):
        return f"{device}: opens with no block size ({tried[-1].fault}); the setting stays as it was"
    last = f"; at last, with {setting(tried[-1].candidate)}: {tried[-1].fault}" if tried else ""
    return f"{device} with {model.name}: no block size and hop holds{last}; {advice}; the setting stays as it was"


def make_record(search: Search, device: str, model: Model, seconds: float, path: Path | None) -> dict[str, Any]:
    """Everything about a search, as JSON types; docs/tune.md describes it."""
    found = search.found.candidate if search.found is not None else None
    record = {
        "kind": KIND,
        "schema": SCHEMA,
        "when": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "versions": versions(),
        "device": device,
        "model": {"name": model.name, "causal": model.causal},
        "seconds": seconds,
        "found": asdict(found) if found is not None else None,
        "late_percent_at_most": 100 * search.surest if found is not None else None,
        "written": str(path) if path is not None else None,
        "attempts": [_attempt(attempt) for attempt in search.attempts],
    }
    return plain(record)  # type: ignore[no-any-return]


def _attempt(attempt: Attempt) -> dict[str, Any]:
    of = attempt.candidate
    result = asdict(attempt.result or TrialResult())
    delay = result.pop("sound_to_frame")
    about = {"added_ms": 1e3 * of.added, "confirming": attempt.confirming, "tried": attempt.result is not None}
    return asdict(of) | about | {"fault": attempt.fault} | result | {"sound_to_frame_ms": delay}
