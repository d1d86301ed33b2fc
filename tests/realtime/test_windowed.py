"""Streaming in windows, with a small seeded network: quick, and as sensitive to every frame as a large one."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.model.config import GRID
from livepitch.model.registry import Model
from livepitch.model.rmvpe import RmvpeNetwork
from livepitch.realtime.frame import Settings
from livepitch.realtime.layout import CONTEXT, HOP_FRAMES, LOOKAHEAD, Layout
from livepitch.realtime.whole import whole_salience
from livepitch.realtime.windowed import WindowedStream
from tests.model.networks import SMALL_RMVPE, log_mels, seeded

LAYOUTS = [Layout(0, 1, 3), Layout(32, 3, 5), Layout(64, 16, 16), Layout(40, 0, 48), Layout(96, 16, 32)]
LAYOUTS += [Layout(64, 32, 32, opening=128), Layout(32, 3, 5, opening=21)]


@cache
def model() -> Model:
    return Model(seeded(SMALL_RMVPE))


def network() -> RmvpeNetwork:
    found = model().network()
    assert isinstance(found, RmvpeNetwork)
    return found


def pushed(stream: WindowedStream, mel: np.ndarray, size: int = 7) -> np.ndarray:
    return np.concatenate([stream.push(mel[at : at + size]) for at in range(0, len(mel), size)])


class Watched:
    """A network that notes the length of every window, and what it saw in the last."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.window = np.empty(0)

    def __getattr__(self, name: str) -> object:
        return getattr(network(), name)

    def features(self, mel):
        self.lengths.append(len(mel))
        self.window = np.array(mel)
        return network().features(mel)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_frame_once_whatever_the_blocks(layout: Layout) -> None:
    mel = log_mels(150)
    whole = np.concatenate(((stream := WindowedStream(network(), layout)).push(mel), stream.flush()))
    assert whole.shape == (150, 360)
    for size in (1, 31, 64):
        stream = WindowedStream(network(), layout)
        np.testing.assert_array_equal(np.concatenate((pushed(stream, mel, size), stream.flush())), whole)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_frame_comes_as_soon_as_its_hop_and_lookahead_are_there_and_never_changes(layout: Layout) -> None:
    mel = log_mels(200)
    stream, other, n_given = WindowedStream(network(), layout), WindowedStream(network(), layout), 0
    for n in range(1, 180):
        n_given += len(stream.push(mel[n - 1 : n]))
        opening = max(layout.hop, layout.opening)
        later = n - layout.lookahead - opening
        assert n_given == (0 if later < 0 else opening + later // layout.hop * layout.hop)
    heard = other.push(mel[:180])
    assert len(other.push(log_mels(80, seed=1))) > 0  # a future that the first 180 frames could not know
    stream.reset()
    np.testing.assert_array_equal(stream.push(mel)[: len(heard)], heard)


def test_one_window_over_everything_is_the_whole_file() -> None:
    """With nothing cut off, all that differs from the whole file is who calls the network."""
    mel = log_mels(130)
    stream = WindowedStream(network(), Layout(0, 0, 200))
    assert len(stream.push(mel)) == 0
    np.testing.assert_allclose(stream.flush(), whole_salience(model(), mel, None), atol=1e-5)


def test_much_context_and_lookahead_come_close_to_the_whole_file() -> None:
    mel = log_mels(400)
    whole = whole_salience(model(), mel, None)

    def worst(layout: Layout) -> float:
        heard = pushed(WindowedStream(network(), layout), mel)
        return float(np.abs(heard - whole[: len(heard)])[64:].max())

    assert worst(Layout(160, 96, 16)) < 0.2 * worst(Layout(0, 0, 16))


def test_the_forward_state_is_carried_and_forgotten_at_a_reset() -> None:
    """Without context a window holds new frames only: what was before can reach them through the state alone."""
    layout, new = Layout(0, 0, GRID), log_mels(GRID, seed=9)
    stream = WindowedStream(network(), layout)
    fresh = stream.push(new)
    stream.push(log_mels(GRID, seed=1))
    carried = stream.push(new)
    assert np.abs(carried[0] - fresh[0]).max() > 1e-4
    stream.reset()
    np.testing.assert_array_equal(stream.push(new), fresh)


@given(context=st.integers(0, 100), lookahead=st.integers(0, 70), hop=st.integers(3, 70))
@settings(max_examples=8)
def test_windows_start_on_the_grid_and_have_the_lengths_that_are_warmed_up(
    context: int, lookahead: int, hop: int
) -> None:
    layout, mel = Layout(context, lookahead, hop), log_mels(context + lookahead + 5 * hop)
    for first in range(0, 3 * GRID, hop):
        start = layout.start(first)
        assert start % GRID == 0
        assert max(0, first - context - GRID) <= start <= max(0, first - context)
    watched = Watched()
    stream = WindowedStream(watched, layout)  # type: ignore[arg-type]
    pushed(stream, mel, hop)
    assert set(watched.lengths) <= set(layout.lengths())
    assert all(length % GRID == 0 for length in watched.lengths)


def test_every_length_that_is_warmed_up_occurs() -> None:
    for layout in LAYOUTS:
        watched = Watched()
        pushed(WindowedStream(watched, layout), log_mels(layout.context + 9 * layout.hop + 3 * GRID), 64)  # type: ignore[arg-type]
        assert set(watched.lengths) == set(layout.lengths()), layout


def test_a_window_holds_context_new_frames_and_lookahead() -> None:
    mel, watched = log_mels(300), Watched()
    stream = WindowedStream(watched, Layout(64, 32, 32))  # type: ignore[arg-type]
    given_out = len(stream.push(mel))
    np.testing.assert_array_equal(watched.window, mel[given_out - 96 : given_out + 32])


def test_the_first_window_is_that_of_the_whole_sound_so_far_and_the_next_goes_on_from_it() -> None:
    mel, watched = log_mels(200), Watched()
    stream = WindowedStream(watched, Layout(64, 32, 32, opening=128))  # type: ignore[arg-type]
    assert len(stream.push(mel[:159])) == 0
    first = stream.push(mel[159:160])
    np.testing.assert_allclose(first, whole_salience(model(), mel[:160], None)[:128], atol=1e-5)
    assert len(stream.push(mel[160:])) == 32
    np.testing.assert_array_equal(watched.window, mel[64:192])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_warming_up_runs_every_length_once_and_leaves_no_trace(layout: Layout) -> None:
    watched, mel = Watched(), log_mels(140)
    stream = WindowedStream(watched, layout)  # type: ignore[arg-type]
    stream.warm_up()
    assert watched.lengths == layout.lengths()
    np.testing.assert_array_equal(stream.push(mel), WindowedStream(network(), layout).push(mel))


def test_a_long_stream_keeps_only_what_it_needs() -> None:
    layout, block = Layout(64, 16, 32), log_mels(50)
    stream = WindowedStream(network(), layout)
    kept = []
    for _ in range(12):
        stream.push(block)
        kept.append(len(stream._mel))
    assert max(kept[6:]) <= layout.context + GRID + layout.hop + layout.lookahead


def test_a_layout_takes_what_the_user_chose_and_else_the_defaults() -> None:
    assert Layout.of(Settings()) == Layout(CONTEXT, LOOKAHEAD, HOP_FRAMES)
    assert Layout.of(Settings(context=0, lookahead=0, hop=8)) == Layout(0, 0, 8)
    assert Layout(64, 16, 4).latency == pytest.approx(0.19 + 0.032)
    assert Layout(64, 16, 4).hop_seconds == pytest.approx(0.04)


@pytest.mark.parametrize("wrong", [{"context": -1}, {"lookahead": -1}, {"hop": 0}])
def test_impossible_windows_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        Layout(**wrong)
