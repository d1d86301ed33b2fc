"""Counters of a session that runs for days: everything is counted, and little of it waits to be."""

import tracemalloc

import pytest

from livepitch.realtime.counters import Counters
from livepitch.realtime.inlet import Inlet


def test_what_nobody_asks_for_does_not_pile_up():
    """A file gives no frames to count, and nobody looks at its figures: once its pushes alone grew without bound."""
    counters = Counters(Inlet(lambda: 0.0))
    for _ in range(1000):
        counters.add_push(0.001, 0.1)
    tracemalloc.start()
    try:
        for _ in range(100_000):
            counters.add_push(0.001, 0.1)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000  # bytes; a reference to each would be 800,000
    assert counters.stats(0).stages["compute"].max == pytest.approx(1.0)  # ms
    assert counters.spans["compute"].total == 101_000
