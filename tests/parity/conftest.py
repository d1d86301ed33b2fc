"""A small seeded RMVPE calibrated on the demo voice. All of these tests need PyTorch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

torch = pytest.importorskip("torch")

from livepitch.model.checkpoint import Checkpoint
from livepitch.parity.clips import Clip
from livepitch.parity.seeded import seeded_checkpoint
from livepitch.realtime.demo import demo_phrase
from tests.model.networks import SMALL_RMVPE


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Small networks are no faster on several, and on a busy machine far slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def voice() -> Clip:
    """The first 3 s of the demo voice: silence, breath, consonants and three notes."""
    return Clip("demo", demo_phrase(16_000)[0][:48_000])


@pytest.fixture(scope="session")
def small(voice: Clip) -> Checkpoint:
    return seeded_checkpoint([voice.mel], SMALL_RMVPE)
