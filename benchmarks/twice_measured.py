"""Notes of real singers measured twice: from the reference pitch of their recordings, and from the tracked one.

Nobody knows how a real note was sung to the cent; but what the same rules say of the reference pitch and of the tracked
one differs by the tracker's doing alone. The target is made of the notes of the reference pitch.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from recordings import SAMPLE_RATE, Recording, read_recordings

import livepitch
from livepitch.practice.scoring.heard import Heard, hear
from livepitch.practice.scoring.judging import Judging
from livepitch.practice.scoring.result import NoteScore
from livepitch.practice.scoring.take import score_take
from livepitch.practice.segmentation import sung_notes
from livepitch.practice.target.from_pitch import target_from_notes

SINGING = ("MIR-1K", "vocadito")
LONG = 0.4  # s
AS_RECORDED = Judging(alignment="none")
Pair = tuple[NoteScore, NoteScore]
NEAR = 0.03  # s from a frame of the reference
FIGURES = {  # name: of a note, in the unit named
    "cents off (cents)": lambda note: note.cents_off,
    "onset (ms)": lambda note: 1e3 * note.onset_delay,
    "drift (cents)": lambda note: note.drift_cents,
    "spread (cents)": lambda note: note.spread_cents,
    "vibrato rate (Hz)": lambda note: note.vibrato_rate,
    "vibrato extent (cents)": lambda note: note.vibrato_extent,
    "points (of 100)": lambda note: 100 * note.points,
}


def measured_twice(data: Path, limit: int | None, model: livepitch.Model) -> dict[str, Any]:
    """Figures of livepitch, and of WORLD's pitch where that is installed; the tables of them printed."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    scores: dict[str, list[float]] = defaultdict(list)
    for recording in read_recordings(data, None, limit):
        if any(name.lower() in recording.source.lower() for name in SINGING):
            ours = hear(recording.voice, SAMPLE_RATE, model)
            reference = _with_pitch(ours, recording.time, recording.f0)
            notes = sung_notes(reference.track.time, reference.track.f0, reference.level)
            target = target_from_notes(notes, recording.name)
            first = score_take(target, reference, AS_RECORDED)
            for name, heard in {"livepitch": ours, **_by_world(recording, ours)}.items():
                second = score_take(target, heard, AS_RECORDED)
                scores[name].append(abs(first.score - second.score))
                pairs[name] += zip(first.notes, second.notes, strict=True)
    return {name: _told(name, pairs[name], scores[name]) for name in pairs}


def _told(name: str, pairs: list[Pair], scores: list[float]) -> dict[str, Any]:
    """The figures of one tracker."""
    long = [pair for pair in pairs if pair[0].target.length >= LONG]
    figures: dict[str, Any] = {"all": _rows(pairs), f"{LONG} s and longer": _rows(long)}
    figures["all"]["score of a take (of 100)"] = _differences(scores)
    for which, rows in figures.items():
        print(f"\n{name}, notes {which}, of {len(scores)} recordings:\n\n{_table(rows)}")
    counted = np.array([(first.hit, second.hit) for first, second in pairs])
    shares = {
        "reference": counted[:, 0].mean(),
        name: counted[:, 1].mean(),
        "alike": (counted[:, 0] == counted[:, 1]).mean(),
    }
    print("\nhit: " + ", ".join(f"{each} {100 * share:.1f} %" for each, share in shares.items()))
    return figures | {"hit": {each: float(share) for each, share in shares.items()}}


def _by_world(recording: Recording, ours: Heard) -> dict[str, Heard]:
    """The same take by WORLD's DIO and StoneMask: what another tracker differs by says how good the reference is."""
    try:
        import pyworld
    except ImportError:
        return {}
    audio = recording.voice.astype(np.float64)
    f0, times = pyworld.dio(audio, SAMPLE_RATE, frame_period=5.0)
    return {"WORLD": _with_pitch(ours, times, pyworld.stonemask(audio, f0, times, SAMPLE_RATE))}


def _with_pitch(ours: Heard, times: NDArray[np.float64], hz: NDArray[np.float64]) -> Heard:
    """The same take with another pitch: (m,) s and Hz, 0 where unvoiced."""
    time = ours.track.time
    after = np.clip(np.searchsorted(times, time), 1, len(times) - 1)
    low, high = hz[after - 1], hz[after]
    share = np.clip((time - times[after - 1]) / (times[after] - times[after - 1]), 0, 1)
    both = (low > 0) & (high > 0)
    between = np.exp((1 - share) * np.log(np.where(both, low, 1)) + share * np.log(np.where(both, high, 1)))
    f0 = np.where(both, between, np.where(share < 0.5, low, high))
    near = np.minimum(np.abs(time - times[after - 1]), np.abs(time - times[after])) < NEAR
    voiced = near & (f0 > 0)
    found = np.where(voiced, f0, np.nan).astype(np.float32)
    return replace(ours, track=replace(ours.track, f0=found, voiced=voiced, candidate=found))


def _rows(pairs: list[Pair]) -> dict[str, Any]:
    found: dict[str, list[float]] = defaultdict(list)
    one_sided: dict[str, int] = defaultdict(int)
    for first, second in pairs:
        for name, figure in FIGURES.items():
            a, b = figure(first), figure(second)
            if np.isnan(a) != np.isnan(b):
                one_sided[name] += 1
            elif not np.isnan(a):
                found[name].append(abs(a - b))
    return {name: _differences(found[name]) | {"in one only": one_sided[name]} for name in FIGURES}


def _differences(values: list[float]) -> dict[str, float]:
    if not values:
        return {"count": 0}
    return dict(zip(("median", "p90", "p95"), np.percentile(values, (50, 90, 95)).tolist(), strict=True)) | {
        "count": len(values)
    }


def _table(rows: dict[str, Any]) -> str:
    lines = ["| difference of | notes | median | 90 % | 95 % | in one only |", "|---|---|---|---|---|---|"]
    for name, row in rows.items():
        sizes = " | ".join(f"{row[key]:.2g}" for key in ("median", "p90", "p95")) if row["count"] else "– | – | –"
        lines.append(f"| {name} | {row['count']} | {sizes} | {row.get('in one only', '')} |")
    return "\n".join(lines)
