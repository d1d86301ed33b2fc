"""A folder of many recordings: how much sooner two processes are through than one, a kill in the middle, memory.

    python benchmarks/folder.py                # 1,000 sung files of 1 to 3 s
    python benchmarks/folder.py --files 100 --others

The ways run in turn, a few seconds each, in one call: every process of one is stopped while another runs, so that what
else the machine does falls on all alike. Only the time in which a way runs counts, its start included.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer
from machine import describe_machine

from livepitch.realtime.demo import demo_phrase

RATE = 44_100  # Hz
SHORTEST, LONGEST = 1.0, 3.0  # s of a file
SLICE = 4.0  # s
LOOK = 0.1  # s between two looks at who has ended
WANTED = 1.7  # times one process

TRACK = "import sys; from livepitch.__main__ import main; sys.argv = ['livepitch', *sys.argv[1:]]; main()"
ONE_THREAD = f"import livepitch.batch.processes as p; p.cores = lambda: 1; {TRACK}"
ONE_BY_ONE = """
import sys
from pathlib import Path
from livepitch.batch.track_file import track_file
folder, out = Path(sys.argv[2]), Path(sys.argv[4])
out.mkdir()
for path in sorted(folder.iterdir()):
    track_file(path, out / f"{path.stem}.f0.csv")
"""
ONE, TWO = "one process on one core", "two processes on one core each"
WAYS = {
    ONE: (ONE_THREAD, ("-j", "1")),
    TWO: (TRACK, ("-j", "2")),
    "one process on all cores": (TRACK, ("-j", "1")),
    "as before: here, one after another": (ONE_BY_ONE, ()),
}
OTHERS = tuple(WAYS)[2:]


@dataclass
class Run:
    """A way of tracking the folder, in a process group of its own."""

    folder: Path
    out: Path
    code: str
    options: tuple[str, ...] = ()
    active: float = 0.0
    """Seconds in which it ran."""
    memory: list[float] = field(default_factory=list)
    """MB of all its processes, at each look."""
    cpu: float = 0.0
    """Seconds of a processor that it and what it started took; known at its end."""
    code_left: int | None = None

    def start(self) -> None:
        """Begin."""
        command = [sys.executable, "-c", self.code, "track", str(self.folder), "-o", str(self.out), *self.options]
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 # closed with the run
        self.process = subprocess.Popen(command, stderr=self._errors, start_new_session=True)

    @property
    def ended(self) -> bool:
        """Whether its first process is gone."""
        if self.code_left is None:
            found, status, used = os.wait4(self.process.pid, os.WNOHANG)
            if found:
                self.code_left, self.cpu = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        return self.code_left is not None

    def go(self, seconds: float) -> None:
        """Let it run, so long at most."""
        begun = time.monotonic()
        self._signal(signal.SIGCONT)
        while not self.ended and time.monotonic() - begun < seconds:
            self.memory.append(group_memory(self.process.pid))
            time.sleep(LOOK)
        if not self.ended:
            self._signal(signal.SIGSTOP)
        self.active += time.monotonic() - begun

    def finish(self) -> str:
        """Let it come to its end; what it said."""
        while not self.ended:
            self.go(SLICE)
        self._errors.seek(0)
        return self._errors.read()

    def kill(self) -> None:
        """The one process that was started, as `kill -9` does; its children find it gone."""
        self.process.kill()
        self._signal(signal.SIGCONT)
        while not self.ended:
            time.sleep(LOOK)
        while group_memory(self.process.pid):
            time.sleep(LOOK)

    def written(self) -> dict[str, tuple[int, int]]:
        """The files that there are, and which ones."""
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in self.out.glob("*.f0.csv")}

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def group_memory(group: int) -> float:
    """MB that the living processes of a group hold, shared ones counted in each."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(values[2]) == group and values[0] != "Z":
            total += int(values[21])
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


def make_songs(folder: Path, count: int) -> float:
    """Short pieces of the demo voice, each another one; seconds of all."""
    voice, _, _ = demo_phrase(RATE)
    random = np.random.default_rng(9)
    total = 0.0
    for number in range(count):
        seconds = random.uniform(SHORTEST, LONGEST)
        start = int(random.integers(0, len(voice) - int(LONGEST * RATE)))
        soundfile.write(folder / f"{number:05}.flac", voice[start : start + int(seconds * RATE)], RATE)
        total += seconds
    return total


def race(runs: list[Run]) -> None:
    """Let them run in turn until each has ended."""
    for run in runs:
        run.start()
        run.go(0)
    while left := [run for run in runs if not run.ended]:
        for run in left:
            run.go(SLICE)


def killed(folder: Path, out: Path, count: int) -> tuple[int, int, bool, Run]:
    """Kill a run when half is done and begin it again; files done before and by the second, whether all is well."""
    first, second = (Run(folder, out, *WAYS[TWO]) for _ in range(2))
    first.start()
    while not first.ended and len(first.written()) < count // 2:
        first.go(SLICE / 4)
    first.kill()
    before = first.written()
    second.start()
    said = re.search(r"(\d+) of \d+ files are done already", second.finish())
    after = second.written()
    kept = all(after.get(name) == stamp for name, stamp in before.items())
    told = int(said[1]) if said else 0
    well = kept and len(after) == count and told == len(before) and second.code_left == 0
    return len(before), len(after) - len(before), well, second


@contextmanager
def songs_in(files: int) -> Iterator[tuple[Path, Path, float]]:
    """A folder of songs, one for what is made of them, and how many seconds they have, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="livepitch-folder-") as name:
        folder = Path(name, "songs")
        folder.mkdir()
        yield folder, Path(name), make_songs(folder, files)


def main(
    files: Annotated[int, typer.Option(help="How many recordings.", min=4)] = 1000,
    others: Annotated[bool, typer.Option("--others", help="The other ways with one process, too.")] = False,
) -> None:
    """Track the same folder in several ways in turn, then kill a run in its middle and let it go on."""
    with songs_in(files) as (folder, scratch, seconds):
        runs = {name: Run(folder, scratch / f"out{n}", *way) for n, (name, way) in enumerate(WAYS.items())}
        chosen = {name: run for name, run in runs.items() if others or name not in OTHERS}
        race(list(chosen.values()))
        equal = len({tuple(p.read_text() for p in sorted(run.out.glob("*.csv"))) for run in chosen.values()}) == 1
        done, left, well, resumed = killed(folder, scratch / "killed", files)
    one, two = runs[ONE].active, runs[TWO].active
    machine = describe_machine()
    print(f"{machine['chip']}, {machine['os']}\n")
    print(f"{files} files, {seconds:.0f} s of singing\n")
    heads = ["way", "seconds", "files/s", "times real time", "two processes are so much faster"]
    heads += ["s of a processor for a file", "MB in its first half", "in its second"]
    print("|", " | ".join(heads), "|")
    print("|---" * len(heads) + "|")
    for name, run in chosen.items():
        figures = [f"{run.active:.0f}", f"{files / run.active:.2f}", f"{seconds / run.active:.1f}"]
        figures += [f"{run.active / two:.2f}", f"{run.cpu / files:.3f}"]
        figures += [f"{part.max(initial=0):.0f}" for part in np.array_split(np.array(run.memory), 2)]
        print("|", " | ".join([name, *figures]), "|")
    print(f"\nThe same files in every way: {'yes' if equal else 'NO'}.")
    whether = "yes" if well else "NO"
    print(f"Killed (-9) after {done} files; the second run made the other {left} and touched none: {whether}.")
    print(f"At most {max(resumed.memory):.0f} MB in it.")
    raise typer.Exit(0 if one / two >= WANTED and well and equal else 1)


if __name__ == "__main__":
    typer.run(main)
