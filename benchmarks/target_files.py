"""Every song and score of a folder opened for practice: what opens, what is refused and why, what is slow, what breaks.

    python benchmarks/target_files.py                      music21's own corpus
    python benchmarks/target_files.py --data FOLDER        another
    python benchmarks/target_files.py --sample 300         so many files, seeded, and all of rare kinds

Scores are read as livepitch reads them, each in a process with its limits of time and memory; the common formats come
first, the smallest file of each first. Exit code 1 if any file broke the reader: another error than a `TargetError`, or
an end of its process that was not its own.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from livepitch.practice.target.reading import KINDS, read_targets
from livepitch.practice.target.target_file import TargetError

RARE = 60  # files of a kind that are all read, whatever the sample
SLOW = 5.0  # s
BROKE = "broke its reader"  # so says `score_process`


@dataclass(frozen=True)
class Outcome:
    """What came of one file."""

    path: Path
    result: str
    """opened, refused or broken."""
    reason: str
    seconds: float
    parts: int = 0
    notes: int = 0
    length: float = 0.0
    """Seconds of music, of the likeliest part."""


def opened(path: Path) -> Outcome:
    """One file read."""
    begun = time.perf_counter()
    try:
        file = read_targets(path)
        notes = sum(len(part.notes) for part in file.parts)
        seconds = time.perf_counter() - begun
        return Outcome(path, "opened", "", seconds, len(file.parts), notes, file.part().duration)
    except TargetError as error:
        result = "broken" if BROKE in str(error) else "refused"
        return Outcome(path, result, _reason(str(error), path), time.perf_counter() - begun)
    except Exception as error:
        return Outcome(path, "broken", f"{type(error).__name__}: {error}"[:120], time.perf_counter() - begun)


def _reason(text: str, path: Path) -> str:
    return re.sub(r"\d+", "N", text.replace(str(path), "FILE"))[:150]


def chosen(paths: Sequence[Path], sample: int | None) -> list[Path]:
    """All files, or a seeded sample of the kinds that are common and all of the others."""
    if sample is None:
        return list(paths)
    kinds: defaultdict[str, list[Path]] = defaultdict(list)
    for path in paths:
        kinds[path.suffix.lower()].append(path)
    common = [path for files in kinds.values() if len(files) > RARE for path in files]
    rare = [path for files in kinds.values() if len(files) <= RARE for path in files]
    return sorted(rare + random.Random(7).sample(common, min(sample, len(common))))


def table(outcomes: Iterable[Outcome]) -> str:
    """Lines of what came of each kind of file, the reasons, and the slowest."""
    every = list(outcomes)
    lines = ["kind        files  opened  refused  broken   parts    notes   hours of music   s to read     MB"]
    for kind in [*sorted({one.path.suffix.lower() for one in every}), "all"]:
        of_kind = [one for one in every if kind in (one.path.suffix.lower(), "all")]
        tally = Counter(one.result for one in of_kind)
        size = sum(one.path.stat().st_size for one in of_kind) / 1e6
        sums = [sum(getattr(one, name) for one in of_kind) for name in ("parts", "notes", "length", "seconds")]
        results = f"{tally['opened']:6}  {tally['refused']:7}  {tally['broken']:6}"
        figures = f"{sums[0]:6}  {sums[1]:7}  {sums[2] / 3600:15.1f}  {sums[3]:10.0f}  {size:5.1f}"
        lines.append(f"{kind:10}  {len(of_kind):5}  {results}  {figures}")
    for (result, reason), count in Counter((one.result, one.reason) for one in every if one.reason).most_common():
        example = next(one.path.name for one in every if (one.result, one.reason) == (result, reason))
        lines.append(f"{result} {count} ×: {reason} ({example})")
    slow = sorted((one for one in every if one.seconds > SLOW), key=lambda one: -one.seconds)
    lines += [f"slow: {one.seconds:.1f} s, {one.notes} notes: {one.path.name}" for one in slow[:10]]
    return "\n".join(lines)


def main(
    data: Annotated[Path | None, typer.Option(help="Folder of songs and scores (music21's corpus).")] = None,
    sample: Annotated[int | None, typer.Option(help="Read only so many of the common kinds.", min=1)] = None,
    workers: Annotated[int, typer.Option(help="Files read at a time.", min=1)] = 1,
) -> None:
    """Read the files and print the table."""
    paths = sorted(path for path in (data or _corpus()).rglob("*") if path.suffix.lower() in KINDS and path.is_file())
    files = sorted(chosen(paths, sample), key=lambda path: (path.suffix.lower() == ".abc", path.stat().st_size))
    print(f"{len(files)} of {len(paths)} files", file=sys.stderr)
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(workers) as pool:
        for future in as_completed([pool.submit(opened, path) for path in files]):
            one = future.result()
            outcomes.append(one)
            print(f"{one.result} {one.seconds:.2f} s {one.parts} {one.notes} {one.path} {one.reason}", file=sys.stderr)
    print(table(outcomes))
    raise typer.Exit(int(any(one.result == "broken" for one in outcomes)))


def _corpus() -> Path:
    from music21 import common

    return Path(common.getCorpusFilePath())


if __name__ == "__main__":
    typer.run(main)
