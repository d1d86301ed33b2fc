"""Long runs that show that nothing is lost: one command, a run of it by name.

    python benchmarks/soak.py                     what there is
    python benchmarks/soak.py ring --operations 10000000
    python benchmarks/soak.py day --hours 24
    python benchmarks/soak.py live --minutes 30

Each run lies in a module of its own, `soak_<name>.py`, which is loaded only when it is asked for. It prints a table of
figures as Markdown and ends with exit code 1 if what it is to show does not hold. What came out: docs/faults.md.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

RUNS = {
    "ring": "the ring, the inlet, the outlet and the chunker: random operations, threads, every interleaving",
    "faults": "faults planted in a session, one after the other, in random order",
    "day": "a day of sound pushed faster than real time: memory, counts, drift",
    "live": "half an hour in real time through PortAudio and a virtual microphone",
    "overload": "a model that is too slow: latency bounded, skipped sound counted",
    "kills": "recordings killed at random moments, and what is left of them",
    "fuzz": "hostile files: readers run on mutated ones, guided by coverage",
    "malformed": "folders of malformed files from other people's test suites",
    "window": "random keys, clicks and faults in the window",
}


def main() -> None:
    """Run what the first argument names, with the others as its options."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in RUNS:
        print("usage: soak.py RUN [--help | options]\n")
        print("\n".join(f"  {run:10} {what}" for run, what in RUNS.items()))
        sys.exit(0 if name in ("", "--help") else 2)
    run = getattr(import_module(f"soak_{name}"), name)
    sys.argv[:2] = [f"soak.py {name}"]
    typer.run(run)


if __name__ == "__main__":
    main()
