"""The ring and the inlet in every order in which two threads can touch them; planted faults are found."""

import random

import pytest

from tests.realtime.interleaving import explore, sample
from tests.realtime.ring_trials import BYTECODES, FAULTS, Handing, Looking, Streaming

TRIALS = (Handing, Streaming, Looking)


@pytest.mark.parametrize("trial", TRIALS)
def test_in_no_order_is_a_sample_lost_torn_or_doubled(trial):
    assert explore(trial) > 1000  # states in which another order was tried


@pytest.mark.parametrize("fault", FAULTS)
def test_some_order_shows_what_is_wrong_with(fault):
    trial, parts = FAULTS[fault]
    with pytest.raises((AssertionError, IndexError)):
        explore(lambda turns: trial(turns, **parts))


@pytest.mark.parametrize("trial", [Handing, Streaming])
def test_nor_in_random_orders_of_single_bytecodes(trial):
    rng = random.Random(8)
    for _ in range(300):
        sample(trial, rng, rng.choice((0.02, 0.1, 0.5)), BYTECODES)
