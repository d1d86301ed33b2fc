"""However sound is cut, and whatever is lost in between: the frames are those of the whole stretches."""

import random

import numpy as np
import pytest

from livepitch.model.mel import HOP, SAMPLE_RATE
from livepitch.model.registry import Model
from livepitch.realtime.chunker import Chunker
from livepitch.realtime.tracker import StreamTracker
from tests.model.networks import SMALL_CAUSAL, seeded
from tests.realtime.chunker_cuts import RATES, cut_at_random


@pytest.mark.parametrize("rate", RATES)
def test_random_blocks_and_gaps(rate):
    assert sum(cut_at_random(random.Random(seed), rate, 60) for seed in range(3)) > 100
    assert cut_at_random(random.Random(3), rate, 60, ahead=448) > 30


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("border", [2**31, 2**53, 2**63])
def test_the_grid_holds_where_numbers_are_large(rate, border):
    chunker = Chunker(rate)
    chunker.skip(border - 7)
    chunk = chunker.push(np.zeros(rate // 5, np.float32))
    assert abs(chunk.start * HOP * rate - (border - 7) * SAMPLE_RATE) <= HOP * rate
    assert chunk.start * HOP * rate >= (border - 7) * SAMPLE_RATE
    assert 10 <= len(chunk.mel) <= 20


@pytest.mark.parametrize("border", [2**31, 2**53])
def test_frames_keep_their_numbers_where_those_are_large(border):
    tracker = StreamTracker(Model(seeded(SMALL_CAUSAL)), 48_000)
    tracker.push(np.zeros(999, np.float32))
    tracker.skip(border - 999)
    numbers = [100 * frame.time for frame in tracker.push(np.zeros(9600, np.float32))]
    first = -(-border // 480)
    assert numbers == pytest.approx(range(first, first + len(numbers)), rel=1e-15, abs=1e-6)
    assert 10 <= len(numbers) <= 20
