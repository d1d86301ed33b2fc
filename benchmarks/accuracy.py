"""How right livepitch and other trackers are, on the same audio.

    python benchmarks/accuracy.py --data FOLDER --peers all --jobs 4 --cache CACHE --json accuracy.json

Prints Markdown tables. Every tracker hears the same 16 kHz mono audio and decides voicing at its own shipped or
recommended threshold. `docs/accuracy.md` says what is measured, what FOLDER holds and where to get it.

recordings, originals   the recordings and their reference pitch
conditions              noise, rooms, levels, telephones
transposed              voices and tones of exactly known pitch
peers, ours             the trackers
scores, timing          the measures
measuring               running and keeping what was answered
report, targets         the tables, and what is to be reached
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from conditions import Condition
from machine import describe_machine
from measuring import About, Clip, Spec, about, measured, processes
from originals import read_folder
from peers import PEERS, versions
from recordings import Recording
from report import Result, markdown, results_of
from rich.console import Console
from rich.progress import Progress
from targets import checklist, targets
from transposed import tones, transposed

import livepitch

console = Console(stderr=True)
ALSO = "white:20,white:10,white:0,room:20,room:10,level:-35,level:-50,telephone"


def words(text: str) -> list[str]:
    """The words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def main(
    data: Annotated[Path, typer.Option(help="Folder of recordings with their pitch; docs/accuracy.md says which.")],
    models: Annotated[str, typer.Option(help="Checkpoints, on whole files.")] = "stream,rmvpe-small",
    live: Annotated[str, typer.Option(help="Checkpoints, through the streaming tracker.")] = "",
    peers: Annotated[str, typer.Option(help=f"Other trackers: {', '.join(PEERS)}, or all.")] = "",
    snr: Annotated[str, typer.Option(help="Ratios in dB of voice to accompaniment.")] = "clean,20,10,5,0,-5",
    also: Annotated[str, typer.Option(help="Further conditions; '' for none.")] = ALSO,
    exact: Annotated[bool, typer.Option(help="Voices transposed by WORLD and plain tones.")] = True,
    sources: Annotated[str, typer.Option(help="Only these sources.")] = "",
    limit: Annotated[int | None, typer.Option(help="At most so many recordings of each source.", min=1)] = None,
    jobs: Annotated[int, typer.Option(help="Processes, of one thread each.", min=1)] = 1,
    cache: Annotated[Path | None, typer.Option(help="Folder where answers are kept from run to run.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Also hold the figures against the targets.")] = False,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Write the tables here.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything here.")] = None,
) -> None:
    """Score livepitch and other trackers against recordings with known pitch."""
    try:
        conditions = [Condition.of(word) for word in words(snr) + words(also)]
        recordings = read_folder(data, words(sources) or None, limit)
        specs = chosen(words(models), words(live), words(peers))
    except ValueError as error:
        stop(error)
    tasks = [
        (recording, condition) for recording in recordings for condition in conditions if condition.suits(recording)
    ]
    tasks += [(recording, Condition("clean")) for recording in (known(recordings) if exact else [])]
    try:
        tools, clips = run(tasks, specs, jobs, cache)
    except livepitch.LivepitchError as error:
        stop(error)
    results = results_of(clips)
    names = list(dict.fromkeys(recording.source for recording, _ in tasks))
    parts = [f"# Accuracy\n\n{setting()}", markdown(results, tools, names, list(map(str, conditions)) or ["clean"])]
    if check:
        parts.insert(1, checklist(list(targets(results, tools))))
    text = "\n\n".join(parts) + "\n"
    print(text, end="")
    if markdown_file is not None:
        markdown_file.write_text(text, encoding="utf-8")
    if json_file is not None:
        json_file.write_text(json.dumps(everything(tools, results), indent=1), encoding="utf-8")


def stop(error: Exception) -> NoReturn:
    """Says in one line what is wrong with the command."""
    print(error, file=sys.stderr)
    raise typer.Exit(2)


def chosen(models: list[str], live: list[str], peers: list[str]) -> list[Spec]:
    """The trackers asked for, ours first.

    Raises:
        ValueError: a peer that nobody knows.
    """
    if peers == ["all"]:
        peers = list(PEERS)
    if unknown := [name for name in peers if name not in PEERS]:
        raise ValueError(f"no tracker {', '.join(unknown)}; there are {', '.join(PEERS)}")
    if not models + live + peers:
        raise ValueError("no tracker at all: --models, --live and --peers are empty")
    ours = [Spec("whole", name) for name in models] + [Spec("live", name) for name in live]
    return ours + [Spec("peer", name) for name in peers]


def known(recordings: list[Recording]) -> list[Recording]:
    """Recordings of exactly known pitch; without WORLD, the tones alone and a word about it."""
    try:
        with console.status("WORLD takes voices apart and puts them together again"):
            return [*transposed(recordings), *tones()]
    except ImportError as error:
        console.print(f"transposed voices are left out: {error}; `pip install pyworld 'setuptools<81'` brings them")
        return list(tones())


def run(
    tasks: list[tuple[Recording, Condition]], specs: list[Spec], jobs: int, cache: Path | None
) -> tuple[list[About], list[Clip]]:
    """Every tracker that is there on every task."""
    clips: list[Clip] = []
    with processes(jobs) as pool, Progress(console=console, transient=True) as progress:
        found = {spec: tool for spec in specs if (tool := installed(pool, spec))}
        if twice := [name for name, n in Counter(tool.name for tool in found.values()).items() if n > 1]:
            raise livepitch.LivepitchError(f"two trackers are called {twice[0]}; rename one of the checkpoints")
        seconds = sum(recording.seconds for recording, _ in tasks)
        bar = progress.add_task(f"{len(tasks)} sounds", total=seconds)
        for done in measured(pool, tasks, list(found), cache, 4 * jobs):
            clips += done
            progress.advance(bar, done[0].audio if done else 0)
    return list(found.values()), clips


def installed(pool: Executor, spec: Spec) -> About | None:
    """What is to be said of a tracker; None, and a word about it, where a peer is not there."""
    try:
        return pool.submit(about, spec).result()
    except ImportError as error:
        if spec.kind != "peer":
            raise
        console.print(f"{spec.name} is left out: {error}")
        return None


def setting() -> str:
    """What everything was measured on, in a line or two."""
    machine = describe_machine()
    packages = ", ".join(f"{name} {number}" for name, number in versions().items())
    python = machine["packages"]["python"]
    return f"{machine['cores']['usable']} cores of {machine['chip']}, Python {python}; {packages}."


def everything(tools: list[About], results: list[Result]) -> dict[str, Any]:
    """What the JSON file holds."""
    machine = describe_machine()
    machine["packages"] |= versions()
    described = [asdict(tool) for tool in tools]
    whole = {"command": sys.argv[1:], "machine": machine, "trackers": described}
    return without_nan(whole | {"results": [asdict(result) for result in results]})  # type: ignore[no-any-return]


def without_nan(value: Any) -> Any:
    """JSON has no NaN: null stands for what was not there to be measured."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


if __name__ == "__main__":
    typer.run(main)
