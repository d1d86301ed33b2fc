"""Every reader of files under a coverage-guided fuzzer, each in a process with its limits.

    python benchmarks/soak.py fuzz --seconds 60                   every target for so long
    python benchmarks/soak.py fuzz wav torch --seconds 600        some
    python benchmarks/soak.py fuzz --keep FOLDER                  corpora and finds stay there, and are gone on with

Wants atheris (PyPI), which livepitch itself does not: `pip install atheris`, or, to leave the environment as it is,
`pip install --target FOLDER atheris` and `--atheris FOLDER`. It comes for Linux, Python 3.11 to 3.13.

Each file that is read may open or be refused in one printable line. Everything else is a find: another error, an end of
the process (libsndfile and protobuf are C), more than 1 GB of memory, 5 s of computing, a program started, a file
written elsewhere, a socket. Exit code 1 if there are any.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from fuzz_target import Target

MODULES = ("soak_fuzz_files", "soak_fuzz_practice")
"""Modules that hold `TARGETS`."""
GRACE = 60  # s that a child may take to begin and to end
MOST_DEATHS = 10  # of one target's processes, then it is left
_COVERED = re.compile(rb"cov: (\d+) ft: (\d+) corp: (\d+)")


@dataclass
class Result:
    """What came of one target."""

    name: str
    tally: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    branches: int = 0
    corpus: int = 0
    deaths: list[str] = field(default_factory=list)
    finds: list[str] = field(default_factory=list)

    def row(self) -> str:
        """Of the table."""
        files, opened, refused = self.tally.total(), self.tally["opened"], self.tally["refused"]
        cells = (self.name, f"{self.seconds:.0f}", f"{files:,}", f"{opened:,}", f"{refused:,}", str(self.branches))
        return f"| {' | '.join(cells)} | {self.corpus:,} | {len(self.deaths)} | {len(self.finds)} |"


HEAD = """\
| reader | s | files | opened | refused in a line | branches | in the corpus | deaths | kinds of finds |
|---|---|---|---|---|---|---|---|---|"""


def targets() -> dict[str, tuple[str, Target]]:
    """By name: the module that holds it, and the target."""
    there = [name for name in MODULES if importlib.util.find_spec(name)]
    return {one.name: (name, one) for name in there for one in importlib.import_module(name).TARGETS}


def fuzzed(module: str, target: Target, folder: Path, seconds: float, environment: dict[str, str]) -> Result:
    """One target for so long, in one process after another if they die."""
    for part in ("good", "corpus", "finds"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    target.write(folder / "good")
    result, begun = Result(target.name), time.monotonic()
    while (left := begun + seconds - time.monotonic()) >= 1 and len(result.deaths) < MOST_DEATHS:
        _run_child(result, module, folder, int(left), environment)
    result.seconds = time.monotonic() - begun
    result.finds = sorted(path.read_text(encoding="utf-8").strip() for path in (folder / "finds").glob("*.txt"))
    return result


def _run_child(result: Result, module: str, folder: Path, seconds: int, environment: dict[str, str]) -> None:
    (folder / "tally.json").unlink(missing_ok=True)
    child = Path(__file__).with_name("fuzz_child.py")
    command = [sys.executable, str(child), module, result.name, str(folder), str(seconds), str(len(result.deaths) + 1)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds + GRACE, check=False)
        code, said = done.returncode, done.stderr
    except subprocess.TimeoutExpired as error:
        code, said = -signal.SIGKILL, error.stderr or b""
    if covered := _COVERED.findall(said):
        result.branches = max(result.branches, int(covered[-1][0]))
        result.corpus = int(covered[-1][2])
    if not (folder / "tally.json").exists():
        print(said.decode(errors="replace"), file=sys.stderr)
        raise RuntimeError(f"{result.name}: its process ended with code {code} before it read a file")
    result.tally.update(json.loads((folder / "tally.json").read_text(encoding="utf-8")))
    if code:
        _keep_death(result, folder, code, said)


def _keep_death(result: Result, folder: Path, code: int, said: bytes) -> None:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    why = next((line for line in lines if "ERROR" in line or "Error" in line), lines[-1] if lines else "without a word")
    text = f"died with code {code}: {why}"
    result.deaths.append(text)
    for path in sorted((folder / "input").glob("*")) if (folder / "input").exists() else []:
        kept = folder / "finds" / f"death-{time.time_ns()}{path.suffix}"
        kept.write_bytes(path.read_bytes())
        kept.with_name(f"{kept.name}.txt").write_text(f"{text}\n", encoding="utf-8")


def fuzz(
    names: Annotated[list[str] | None, typer.Argument(help="Readers; every one of them without any.")] = None,
    seconds: Annotated[float, typer.Option(help="For each.")] = 60.0,
    keep: Annotated[Path | None, typer.Option(help="A folder for corpora and finds.")] = None,
    atheris: Annotated[Path | None, typer.Option(help="Where pip --target has put it.")] = None,
) -> None:
    """Fuzz the readers of files."""
    known = targets()
    if unknown := [name for name in names or [] if name not in known]:
        raise typer.BadParameter(f"{', '.join(unknown)}: no such reader; there are {', '.join(known)}")
    environment = dict(os.environ)
    if atheris:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(atheris), environment.get("PYTHONPATH"))))
    elif not importlib.util.find_spec("atheris"):
        raise typer.BadParameter("atheris is not installed: pip install --target FOLDER atheris, and --atheris FOLDER")
    with tempfile.TemporaryDirectory() as passing:
        results = []
        for name in names or known:
            module, target = known[name]
            folder = (keep or Path(passing)).resolve() / name
            results.append(fuzzed(module, target, folder, seconds, environment))
            print(f"{name}: {dict(results[-1].tally)}, {len(results[-1].deaths)} deaths", file=sys.stderr)
    print("\n".join([HEAD, *(result.row() for result in results)]))
    for result in results:
        print("\n".join(f"- {result.name}: {find}" for find in result.finds))
    raise typer.Exit(int(any(result.finds or result.deaths for result in results)))


if __name__ == "__main__":
    typer.run(fuzz)
