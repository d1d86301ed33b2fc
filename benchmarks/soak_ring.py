"""The ring, the inlet, the outlet and the chunker for longer than a test may take.

    python benchmarks/soak.py ring --operations 10000000 --minutes 3 --schedules 20000 --cuts 1000

Random operations against a list and a queue, with indices beyond 2^31, 2^53 and 2^63; two free-running threads with
every sample looked at and checksummed on both sides; every order of accesses that two and three threads may take, the
same with wrong orders planted, which must be found, and random orders of single bytecodes; random cuts and gaps of
sound against the whole of it. What does each lies in tests/realtime, where less of it runs with every test.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from soaking import Figures

sys.path.insert(0, str(Path(__file__).parents[1]))  # what is run here, the tests own
from tests.realtime.chunker_cuts import RATES, cut_at_random
from tests.realtime.interleaving import explore, sample
from tests.realtime.ring_model import EPISODE, operate_outlet, operate_ring
from tests.realtime.ring_threads import frequent_switches, pass_through
from tests.realtime.ring_trials import BYTECODES, FAULTS, Handing, Looking, Streaming

LONGER = {"blocks": (2, 1, 2, 1, 1, 2), "takes": 3}  # than in the tests
CHANCES = (0.02, 0.1, 0.5)  # of a change of threads at a bytecode
OPERATIONS = 100  # pushes and gaps of one stream


def ring(
    operations: Annotated[int, typer.Option(help="random ones on rings; a tenth as many on outlets")] = 10_000_000,
    minutes: Annotated[float, typer.Option(help="that two threads run, in all")] = 3.0,
    schedules: Annotated[int, typer.Option(help="random orders of bytecodes")] = 20_000,
    cuts: Annotated[int, typer.Option(help="streams cut at random")] = 1000,
    seed: Annotated[int, typer.Option(help="of everything random")] = 1,
) -> None:
    """Lose, tear or double a sample; exit code 1 if that can be done."""
    found = Figures()
    for part in (
        lambda: _operations(found, operations, seed),
        lambda: _orders(found),
        lambda: _bytecodes(found, schedules, seed),
        lambda: _cuts(found, cuts, seed),
        lambda: _threads(found, minutes, seed),
    ):
        part()
        print(f"{found}\n", flush=True)
    raise typer.Exit(int(not found.hold))


def _holds(found: Figures, what: str, run: Callable[[], object]) -> None:
    """A line of the table: what `run` says, or the assertion that failed."""
    try:
        found.add(what, run(), True)
    except (AssertionError, IndexError) as error:
        found.add(what, f"{type(error).__name__}: {error}", False)


def _operations(found: Figures, operations: int, seed: int) -> None:
    def on_rings() -> str:
        operate_ring(operations, seed)
        return f"{-(-operations // EPISODE) * EPISODE:,} agree"

    def on_outlets() -> str:
        operate_outlet(operations // 10, seed)
        return f"{-(-operations // 10 // EPISODE) * EPISODE:,} agree"

    _holds(found, "random operations on rings, up to 2^63, against a list", on_rings)
    _holds(found, "random operations on outlets against a queue", on_outlets)


def _orders(found: Figures) -> None:
    for trial, options in ((Handing, LONGER), (Streaming, LONGER), (Looking, {"capacity": 2})):
        what = f"every order of two or three threads, {trial.__name__.lower()}"

        def all_orders(trial: type = trial, options: dict[str, object] = options) -> str:
            return f"{explore(lambda turns: trial(turns, **options)):,} states left in every way"

        _holds(found, what, all_orders)
    caught = [name for name, (trial, parts) in FAULTS.items() if _fails(trial, parts)]
    found.add("planted wrong orders that are found", f"{len(caught)} of {len(FAULTS)}", len(caught) == len(FAULTS))


def _fails(trial: type, parts: dict[str, type]) -> bool:
    try:
        explore(lambda turns: trial(turns, **parts))
    except (AssertionError, IndexError):
        return True
    return False


def _bytecodes(found: Figures, schedules: int, seed: int) -> None:
    rng = random.Random(seed)

    def all_of_them() -> str:
        for number in range(schedules):
            trial = (Handing, Streaming)[number % 2]
            sample(lambda turns, trial=trial: trial(turns, **LONGER), rng, rng.choice(CHANCES), BYTECODES)
        return f"{schedules:,} without a fault"

    _holds(found, "random orders of single bytecodes", all_of_them)


def _cuts(found: Figures, cuts: int, seed: int) -> None:
    def all_of_them() -> str:
        frames = sum(cut_at_random(random.Random(seed + i), RATES[i % len(RATES)], OPERATIONS) for i in range(cuts))
        return f"{cuts:,} streams, {frames:,} frames equal to the last bit"

    _holds(found, "sound cut and lost at random against whole stretches", all_of_them)


def _threads(found: Figures, minutes: float, seed: int) -> None:
    ways = [(waits, often) for waits in (False, True) for often in (False, True)]
    for waits, often in ways:
        switching: AbstractContextManager[None] = frequent_switches() if often else nullcontext()
        end = time.monotonic() + 60 * minutes / len(ways)
        with switching:
            passed = pass_through(lambda _, end=end: time.monotonic() < end, seed, waits)
        how = f"{'waiting for room' if waits else 'refused when full'}, switches {'often' if often else 'as usual'}"
        what = f"{passed.taken:,} taken, {passed.refused:,} refused of {passed.given:,}; {passed.wrong} wrong"
        found.add(f"two threads for {15 * minutes:.0f} s, {how}", f"{what}; CRC {passed.received:08x}", passed.whole)
