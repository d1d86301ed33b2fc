"""Deciding whether a machine keeps up, with times that tests make up; and one real try."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from livepitch.model.registry import Model
from livepitch.realtime.frame import Settings
from livepitch.realtime.layout import Layout
from livepitch.realtime.pace import HOPS, RUNS, SHARE, Pace, look_ahead, measure_with, outlook
from livepitch.realtime.session import Session
from livepitch.realtime.tracker import StreamTracker
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, seeded
from tests.realtime.fakes import Factory, FakeSource, wait_until

LAYOUT = Layout(64, 16, 16)


class Machine:
    """Takes `fixed` seconds for a run and `per_frame` for each frame of its window."""

    def __init__(self, fixed: float, per_frame: float) -> None:
        self.fixed, self.per_frame, self.tried = fixed, per_frame, list[int]()

    def __call__(self, layout: Layout) -> float:
        self.tried.append(layout.hop)
        return self.fixed + self.per_frame * layout.longest


def test_a_fast_machine_is_tried_once() -> None:
    machine = Machine(0.01, 0.0005)
    found = outlook(LAYOUT, machine)
    assert found.now.holds
    assert found.remedy is None
    assert machine.tried == [16]


def test_a_run_must_leave_a_part_of_the_hop() -> None:
    assert Pace(LAYOUT, SHARE * 0.16).holds
    assert not Pace(LAYOUT, 0.999 * 0.16).holds


@pytest.mark.parametrize(("fixed", "per_frame"), [(0.15, 0.0005), (0.0, 0.002), (0.3, 0.001), (0.02, 0.0028)])
def test_the_shortest_hop_that_holds_is_found(fixed: float, per_frame: float) -> None:
    machine = Machine(fixed, per_frame)
    found = outlook(LAYOUT, machine)
    assert not found.now.holds
    assert found.remedy is not None
    assert found.remedy.holds
    would_hold = [hop for hop in HOPS if Pace(at := replace(LAYOUT, hop=hop), machine(at)).holds]
    assert found.remedy.layout == replace(LAYOUT, hop=min(would_hold))


def test_a_hopeless_machine_is_not_tried_for_long() -> None:
    machine = Machine(3.0, 0.01)
    found = outlook(LAYOUT, machine)
    assert not found.now.holds
    assert found.remedy is None
    assert machine.tried == [16]


def test_a_model_that_grows_too_fast_has_no_remedy() -> None:
    machine = Machine(0.0, 0.0075)
    found = outlook(LAYOUT, machine)
    assert found.remedy is None
    assert machine.tried[0] == 16
    assert machine.tried[-1] == max(HOPS)


def test_a_hop_of_the_user_is_never_made_shorter() -> None:
    machine = Machine(0.6, 0.0)
    found = outlook(replace(LAYOUT, hop=70), machine)
    assert found.remedy is not None
    assert found.remedy.layout.hop == 96
    assert outlook(replace(LAYOUT, hop=256), Machine(3.0, 0.0)).remedy is None


def test_the_delay_counts_lookahead_hop_half_a_mel_window_and_the_run() -> None:
    assert Pace(Layout(64, 16, 48), 0.3).behind == pytest.approx(0.63 + 0.032 + 0.3)


def test_the_time_of_a_run_is_the_median_by_the_clock() -> None:
    ticks = iter([0.0, 5.0, 10.0, 11.0, 20.0, 22.0])
    assert RUNS == 3
    assert measure_with(Model(seeded(SMALL_RMVPE)), lambda: next(ticks))(Layout(0, 0, 16)) == 2.0


def test_a_real_try_gives_numbers_and_leaves_no_thread() -> None:
    before = threading.active_count()
    found = look_ahead(Model(seeded(SMALL_RMVPE)), Settings(context=0, lookahead=0, hop=32))
    assert found.now.layout == Layout(0, 0, 32)
    assert 0 < found.now.seconds < 60
    assert threading.active_count() == before


@pytest.mark.parametrize(("hop_seconds", "skipped"), [(0.01, 500), (0.64, 0)])
def test_sound_may_wait_while_a_window_runs(hop_seconds: float, skipped: int) -> None:
    """0.5 s unread is too much as a rule, but less than the hop of 0.64 s that the network is at work on."""
    source, factory = FakeSource(), Factory(hop_seconds=hop_seconds)
    with Session(source, object(), tracker_factory=factory) as session:  # type: ignore[arg-type]
        source.give(np.zeros(500))
        wait_until(lambda: len(factory.made[-1].calls) > 2)
        assert session.stats.skipped == skipped


def test_a_tracker_knows_its_hop() -> None:
    windows = Settings(context=0, lookahead=0, hop=48)
    assert StreamTracker(Model(seeded(SMALL_RMVPE)), settings=windows).hop_seconds == pytest.approx(0.48)
    assert StreamTracker(Model(seeded(SMALL_CAUSAL))).hop_seconds == pytest.approx(0.01)
