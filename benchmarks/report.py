"""What was measured, as numbers by tracker, source and condition, and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from measuring import About, Clip
from scores import SHARES, clip_mean, pooled, scored
from timing import joined

COLUMNS = {
    "RPA": "RPA",
    "RCA": "RCA",
    "VR": "VR",
    "VFA": "VFA",
    "OA": "OA",
    "octave": "octave",
    "gross": "gross",
    "fine": "fine, c",
    "fine_std": "sd, c",
    "onset": "onset, ms",
    "onset_p90": "90 %, ms",
    "missed": "missed",
    "flicker": "flicker /s",
}
PERCENT = (*SHARES, "missed")
MILLISECONDS = ("onset", "onset_p90")


@dataclass(frozen=True)
class Result:
    """One tracker on one source in one condition."""

    tracker: str
    source: str
    condition: str
    clips: int
    frames: int
    seconds_of_audio: float
    seconds_taken: float
    by_frame: dict[str, float]
    """Scores of all frames pooled, and what is about time of all clips together."""
    by_clip: dict[str, float]
    """Mean of the clips' own scores."""
    each: dict[str, dict[str, float]]
    """Scores by clip."""


def results_of(clips: Iterable[Clip]) -> list[Result]:
    """The clips of every tracker, source and condition taken together."""
    groups: dict[tuple[str, str, str], list[Clip]] = {}
    for clip in clips:
        groups.setdefault((clip.tracker, clip.source, clip.condition), []).append(clip)
    return [_result(*key, sorted(group, key=lambda clip: clip.name)) for key, group in groups.items()]


def _result(tracker: str, source: str, condition: str, clips: list[Clip]) -> Result:
    every = pooled(clip.frames for clip in clips)
    return Result(
        tracker,
        source,
        condition,
        len(clips),
        len(every),
        sum(clip.audio for clip in clips),
        sum(clip.taken for clip in clips),
        scored(every) | joined(clip.timing for clip in clips).figures(),
        clip_mean(clip.frames for clip in clips),
        {clip.name: scored(clip.frames) | clip.timing.figures() for clip in clips},
    )


def markdown(results: list[Result], tools: list[About], sources: list[str], conditions: list[str]) -> str:
    """Trackers, a summary, then every source and condition in the order given, then speed."""
    places = [(s, c) for s in sources for c in conditions if any((r.source, r.condition) == (s, c) for r in results)]
    parts = ["## Trackers", _trackers(tools), "## Summary", SUMMARY_LEGEND, _summary(results, tools, places)]
    parts += [*_steady(results, tools), "## Every measure", DETAILS_LEGEND]
    for source, condition in places:
        here = [_found(results, tool.name, source, condition) for tool in tools]
        measured = [result for result in here if result]
        parts.append(f"### {source}, {condition}: {measured[0].clips} clips, {measured[0].frames} frames scored")
        parts.append(table(["tracker", *COLUMNS.values()], [_row(result) for result in measured]))
    return "\n\n".join([*parts, "## Computing", _speed(results, tools)])


SUMMARY_LEGEND = "RPA / OA (VFA) in per cent, every frame alike."
DETAILS_LEGEND = (
    "Per cent, cents (c), milliseconds of sound at each tracker's latency, and changes a second; every frame alike."
)


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def shown(name: str, value: float) -> str:
    """A figure in the unit that its column has."""
    if math.isnan(value):
        return "–"
    if name in PERCENT:
        return f"{100 * value:.1f}"
    return f"{1e3 * value:.0f}" if name in MILLISECONDS else f"{value:.2f}" if name == "flicker" else f"{value:.1f}"


def _found(results: list[Result], tracker: str, source: str, condition: str) -> Result | None:
    same = (r for r in results if (r.tracker, r.source, r.condition) == (tracker, source, condition))
    return next(same, None)


def _trackers(tools: list[About]) -> str:
    rows = [[tool.name, tool.version, tool.voicing, f"{1e3 * tool.latency:.0f}", tool.why] for tool in tools]
    return table(["tracker", "version", "voiced where", "latency, ms", "because"], rows)


def _summary(results: list[Result], tools: list[About], places: list[tuple[str, str]]) -> str:
    rows = []
    for source, condition in places:
        here = [_found(results, tool.name, source, condition) for tool in tools]
        rows.append([source, condition, *(_brief(result) for result in here)])
    return table(["source", "condition", *(tool.name for tool in tools)], rows)


def _brief(result: Result | None) -> str:
    if result is None:
        return ""
    rpa, oa, vfa = (shown(name, result.by_frame[name]) for name in ("RPA", "OA", "VFA"))
    return f"{rpa} / {oa} ({vfa})"


def _row(result: Result) -> list[str]:
    return [result.tracker, *(shown(name, result.by_frame[name]) for name in COLUMNS)]


def _steady(results: list[Result], tools: list[About]) -> list[str]:
    """Tones and transposed voices have exact references; there steady frames are worth a table of their own."""
    exact = [r for r in results if r.source.startswith(("transposed", "tones"))]
    if not exact:
        return []
    rows = []
    for source in dict.fromkeys(result.source for result in exact):
        here = [_found(exact, tool.name, source, "clean") for tool in tools]
        both = ("steady", "steady_said")
        rows.append([source, *(" / ".join(shown(n, r.by_frame[n]) for n in both) if r else "" for r in here)])
    legend = "Steady frames whose best guess is right / that are called voiced as well, in per cent."
    return ["## Exactly known pitch", legend, table(["source", *(tool.name for tool in tools)], rows)]


def _speed(results: list[Result], tools: list[About]) -> str:
    rows = []
    for tool in tools:
        mine = [result for result in results if result.tracker == tool.name]
        audio, taken = sum(r.seconds_of_audio for r in mine), sum(r.seconds_taken for r in mine)
        rows.append([tool.name, f"{audio / 60:.1f}", f"{60 * taken / audio:.1f}" if audio else "–"])
    return table(["tracker", "minutes of sound", "seconds of computing a minute, one thread"], rows)
