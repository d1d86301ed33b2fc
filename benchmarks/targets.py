"""What the bundled checkpoints are meant to reach, held against what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from measuring import About
from report import Result, shown, table

SINGING, SPEECH, SOLO = "MIR-1K", ("Keele", "FDA"), "vocadito"
VOICES = (SINGING, *SPEECH, SOLO)
RIVAL = "swift-f0"  # in speech
EXACT = ("tones", "transposed")


@dataclass(frozen=True)
class Target:
    """One line: what was asked, what was found, and whether it is enough; None where it was not measured."""

    asked: str
    found: str
    passed: bool | None


@dataclass(frozen=True)
class Figures:
    """The results by the words that targets use."""

    results: list[Result]
    tools: list[About]

    def of(self, tracker: str, source: str, condition: str, name: str) -> float:
        """A figure; NaN where it was not measured. `source` may be the beginning of a source's name."""
        for r in self.results:
            if (r.tracker, r.condition) == (tracker, condition) and r.source.startswith(source):
                return r.by_frame[name]
        return math.nan

    def ours(self, role: str) -> str:
        """The first of livepitch's trackers in that role: "stream" or "file"; empty where there is none."""
        return next((tool.name for tool in self.tools if tool.role == role), "")

    def peers(self) -> list[str]:
        """Everybody else."""
        return [tool.name for tool in self.tools if tool.role == "peer"]

    def sources(self, beginnings: tuple[str, ...]) -> list[str]:
        """The sources so named that were measured."""
        return list(dict.fromkeys(r.source for r in self.results if r.source.startswith(beginnings)))


def targets(results: list[Result], tools: list[About]) -> Iterator[Target]:
    """Every line, in the order of the issue that set them."""
    figures = Figures(results, tools)
    stream, whole = figures.ours("stream"), figures.ours("file")
    yield from _singing(figures, stream)
    yield from _speech(figures, stream)
    for source in figures.sources(VOICES):
        yield _limit(figures, stream, source, "clean", "octave", most=0.005)
    for source in figures.sources(EXACT):
        for name in ("steady", "steady_said"):
            yield _limit(figures, stream, source, "clean", name, least=0.99)
    yield _limit(figures, whole, SINGING, "clean", "RPA", least=0.988)
    for condition in ("clean", "20 dB", "10 dB", "5 dB", "0 dB", "-5 dB"):
        yield _against(figures, whole, [stream], SINGING, condition, "RPA", level=True)
    for source in figures.sources(VOICES):
        yield _limit(figures, stream, source, "clean", "onset", most=0.060)
        yield _against(figures, stream, figures.peers(), source, "clean", "onset", lower=True)
    yield _limit(figures, stream, SINGING, "clean", "fine", most=8.0)
    yield _limit(figures, stream, SOLO, "clean", "fine", most=8.0)
    for source in figures.sources(VOICES):
        yield _against(figures, stream, figures.peers(), source, "clean", "flicker", lower=True)


def _singing(figures: Figures, stream: str) -> Iterator[Target]:
    yield _limit(figures, stream, SINGING, "clean", "RPA", least=0.98)
    yield _limit(figures, stream, SINGING, "clean", "VFA", most=0.10)
    yield _limit(figures, stream, SINGING, "clean", "OA", least=0.955)
    yield _limit(figures, stream, SINGING, "5 dB", "RPA", least=0.95)
    yield _limit(figures, stream, SINGING, "0 dB", "RPA", least=0.90)
    for condition in ("10 dB", "5 dB", "0 dB", "-5 dB"):
        for name in ("RPA", "OA"):
            yield _against(figures, stream, figures.peers(), SINGING, condition, name)


def _speech(figures: Figures, stream: str) -> Iterator[Target]:
    for source in SPEECH:
        for name in ("RPA", "OA"):
            yield _against(figures, stream, [RIVAL], source, "clean", name, level=True)
    yield _limit(figures, stream, SOLO, "clean", "RPA", least=0.985)


def _limit(
    figures: Figures,
    tracker: str,
    source: str,
    condition: str,
    name: str,
    least: float = -math.inf,
    most: float = math.inf,
) -> Target:
    value = figures.of(tracker, source, condition, name)
    sign, bound = ("≥", least) if least > -math.inf else ("≤", most)
    asked = f"{tracker}, {source} {condition}: {name} {sign} {shown(name, bound)}"
    return Target(asked, shown(name, value), None if math.isnan(value) else least <= value <= most)


def _against(
    figures: Figures,
    tracker: str,
    others: list[str],
    source: str,
    condition: str,
    name: str,
    lower: bool = False,
    level: bool = False,
) -> Target:
    """Ahead of all others; with `level`, level with them is enough."""
    value = figures.of(tracker, source, condition, name)
    rivals = {other: figures.of(other, source, condition, name) for other in others}
    rivals = {other: rival for other, rival in rivals.items() if not math.isnan(rival)}
    word = "lower than" if lower else "at least" if level else "above"
    who = others[0] if len(others) == 1 else "every other tracker"
    asked = f"{tracker}, {source} {condition}: {name} {word} {who}"
    if math.isnan(value) or not rivals:
        return Target(asked, shown(name, value), None)
    choose: Callable[..., str] = min if lower else max
    best = choose(rivals, key=lambda other: rivals[other])
    ahead = value < rivals[best] if lower else value >= rivals[best] if level else value > rivals[best]
    return Target(asked, f"{shown(name, value)} against {shown(name, rivals[best])} ({best})", ahead)


def checklist(found: list[Target]) -> str:
    """Markdown: every target with its verdict."""
    words = {True: "pass", False: "FAIL", None: "not measured"}
    reached = sum(target.passed is True for target in found)
    rows = [[words[target.passed], target.asked, target.found] for target in found]
    return f"## Targets: {reached} of {len(found)} reached\n\n{table(['', 'asked', 'found'], rows)}"
