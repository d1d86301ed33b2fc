"""Every file of some folders through the readers of sound and weights, each in a process of its own.

    python benchmarks/soak.py malformed FOLDER …

For the malformed files that other projects keep for their tests, as they lie in packages: scipy's wheel
(scipy/io/tests/data), and the source packages of mutagen, tinytag, audioread, libsndfile. Nothing is fetched here.

Sound is tried on every file, weights on those that could be. Exit code 1 if a file did anything but open or be refused
in one printable line, within its limits of time and memory.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

SUFFIXES = {
    "sound": (
        "wav", "wave", "aif", "aiff", "aifc", "flac", "ogg", "oga", "opus", "spx", "mp3", "mp2", "mpc", "ape", "wv",
        "au", "snd", "caf", "w64", "rf64", "voc", "m4a", "mp4", "aac", "wma", "asf", "ofr", "ofs", "tak", "tta",
        "dsf", "dff", "ac3", "eac3", "xm", "iff", "svx", "sf", "raw",
    ),
    "weights": ("pt", "pth", "onnx", "safetensors", "zip", "pkl"),
}  # fmt: skip
PATIENCE = 60  # s
MEMORY = 1 << 30  # bytes beyond what the process begins with
CHILD = "import soak_malformed; soak_malformed.read_one()"


def read_one() -> None:
    """The child's side: reads what its arguments name, and prints how that went."""
    from fuzz_guard import limit_memory, ran_out

    from livepitch.model.checkpoint import read_checkpoint
    from livepitch.model.errors import LivepitchError
    from livepitch.realtime.audio_file import read_audio

    kind, path = sys.argv[1:]
    limit_memory(MEMORY)
    begun = time.perf_counter()
    told: dict[str, object]
    try:
        (read_audio if kind == "sound" else read_checkpoint)(path)
        told = {"result": "opened", "reason": ""}
    except LivepitchError as error:
        plain = str(error).isprintable() and not ran_out(error)
        told = {"result": "refused" if plain else "broken", "reason": str(error).replace(path, "…")}
    seconds = time.perf_counter() - begun
    print(json.dumps({**told, "seconds": seconds, "kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def _read(kind: str, path: Path) -> tuple[str, str, float]:
    """Result, reason, seconds."""
    command = [sys.executable, "-c", CHILD, kind, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return "broken", "took too long", float(PATIENCE)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        name = signal.Signals(-done.returncode).name if done.returncode < 0 else str(done.returncode)
        return "broken", f"{name}: {last}", 0.0
    told = json.loads(done.stdout.splitlines()[-1])
    return told["result"], told["reason"], told["seconds"]


def _kind(path: Path) -> str:
    suffix = path.suffix.lower().lstrip(".")
    return next((kind for kind, suffixes in SUFFIXES.items() if suffix in suffixes), "")


def malformed(
    folders: Annotated[list[Path], typer.Argument(help="Searched through and through.")],
    verbose: Annotated[bool, typer.Option(help="A line for each file too.")] = False,
) -> None:
    """Read other people's malformed files."""
    tally: dict[Path, Counter[str]] = {}
    reasons, broken, slowest = Counter[str](), list[str](), 0.0
    for folder in folders:
        tally[folder] = Counter()
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and _kind(path)):
            result, reason, seconds = _read(_kind(path), path)
            tally[folder][result] += 1
            slowest = max(slowest, seconds)
            reasons[reason.split(" at ")[0].split(" after ")[0]] += result == "refused"
            broken += [f"- {path}: {reason}"] if result == "broken" else []
            if verbose:
                print(f"{result:8} {seconds:6.2f} s  {path.name}  {reason}", file=sys.stderr)
    print("| folder | files | opened | refused in a line | broken |\n|---|---|---|---|---|")
    for folder, one in tally.items():
        cells = (folder.name, one.total(), one["opened"], one["refused"], one["broken"])
        print(f"| {' | '.join(map(str, cells))} |")
    print(f"\nThe slowest took {slowest:.1f} s.\n")
    print("\n".join([*(f"- {count} × {reason}" for reason, count in reasons.most_common() if count), *broken]))
    raise typer.Exit(int(bool(broken)))


if __name__ == "__main__":
    typer.run(malformed)
