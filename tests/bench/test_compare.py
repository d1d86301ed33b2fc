"""What counts as worse: planted in a real engine, and planted in the figures of a real run."""

import copy

import pytest

from livepitch.bench.compare import CONDITIONS, LOSSES, compare
from tests.bench.conftest import PLANTED, measure, slowed_tracker

pytestmark = pytest.mark.alone


def scaled(span, factor, more=0.0):
    return {key: factor * value + more for key, value in span.items()}


def test_a_slowdown_planted_in_the_network_is_named(record):
    slowed, _ = measure(factory=slowed_tracker)
    comparison = compare(record, slowed)
    named = {phrase.split(":")[0] for phrase in comparison.regressions}
    assert {"network", "compute", "sound to frame", "RTF"} <= named
    assert not named & {"lookahead", "mel", "decode", "out", "algorithmic latency"}
    assert slowed["stages"]["network"]["p50"] > 1e3 * PLANTED
    network = next(phrase for phrase in comparison.regressions if phrase.startswith("network"))
    row = comparison.spans["network"][0]
    assert f"p50 {row.old:.1f} to {row.new:.1f} ms (+{row.change:.0f} %)" in network
    faster = compare(slowed, record).regressions
    assert not {"network", "compute", "sound to frame", "RTF"} & {phrase.split(":")[0] for phrase in faster}


def test_the_same_run_is_not_worse_than_itself(record):
    comparison = compare(record, copy.deepcopy(record))
    assert comparison.regressions == comparison.differences == []
    assert {row.change for rows in comparison.spans.values() for row in rows} == {0.0}


@pytest.mark.parametrize(
    ("old", "new", "worse"),
    [
        ((5.0, 6.0), (6.0, 7.2), True),  # + 20 %
        ((5.0, 6.0), (5.5, 6.6), False),  # + 10 %
        ((5.0, 6.0), (5.0, 60.0), False),  # only now and then
        ((5.0, 60.0), (7.0, 30.0), False),  # the older run was disturbed
        ((0.1, 0.2), (0.5, 0.6), False),  # five times as much, but nobody notices
        ((0.1, 0.2), (0.7, 0.8), True),
        ((100.0, 100.0), (110.0, 110.0), False),
        ((100.0, 100.0), (116.0, 116.0), True),
    ],
)
def test_a_stage_is_slower_only_if_median_and_95_percent_are(record, old, new, worse):
    older, newer = copy.deepcopy(record), copy.deepcopy(record)
    for which, (p50, p95) in ((older, old), (newer, new)):
        which["stages"]["mel"] = {"p50": p50, "p95": p95, "p99": 90.0, "max": 90.0}
    assert [phrase.split(":")[0] for phrase in compare(older, newer).regressions] == ["mel"] * worse


@pytest.mark.parametrize("name", LOSSES)
def test_any_more_loss_is_worse(record, name):
    newer = copy.deepcopy(record)
    newer[name] = record[name] + 1
    assert compare(record, newer).regressions == [f"{name}: {record[name]} to {newer[name]}"]
    assert compare(newer, record).regressions == []


def test_losses_are_compared_by_the_second(record):
    """Twice as many in a run twice as long are not worse; as many in a shorter run are not called so either."""
    older, newer = copy.deepcopy(record), copy.deepcopy(record)
    older["xruns"], newer["xruns"], newer["seconds"] = 3, 6, 2 * older["seconds"]
    assert compare(older, newer).regressions == []
    newer["xruns"] = 7
    assert compare(older, newer).regressions == ["xruns: 3 to 7"]


@pytest.mark.parametrize(("before", "after", "worse"), [(0, 2, False), (0, 5, True), (60, 70, False), (60, 95, True)])
def test_late_frames_are_worse_if_many_more_are(record, before, after, worse):
    older, newer = copy.deepcopy(record), copy.deepcopy(record)
    older |= {"late": before, "frames": 200}
    newer |= {"late": after, "frames": 200}
    assert [phrase.split(":")[0] for phrase in compare(older, newer).regressions] == ["late frames"] * worse


def test_more_sound_ahead_is_worse(record):
    newer = {**record, "algorithmic_latency_ms": record["algorithmic_latency_ms"] + 10}
    assert [phrase.split(":")[0] for phrase in compare(record, newer).regressions] == ["algorithmic latency"]


def test_a_window_in_one_run_only_is_no_regression(record):
    newer = copy.deepcopy(record)
    newer["stages"]["draw"] = newer["sound_to_paint_ms"] = {"p50": 20.0, "p95": 30.0, "p99": 40.0, "max": 50.0}
    newer["settings"]["gui"] = True
    for pair in ((record, newer), (newer, record)):
        comparison = compare(*pair)
        assert comparison.regressions == []
        assert [row.change for row in comparison.spans["draw"]] == [None] * 3
        assert len(comparison.differences) == 1
        assert comparison.differences[0].startswith("settings gui: ")


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in CONDITIONS.items() for name in names])
def test_other_conditions_are_told(record, part, name):
    newer = copy.deepcopy(record)
    newer[part][name] = "another"
    assert [phrase.split(":")[0] for phrase in compare(record, newer).differences] == [f"{part} {name}"]


def test_a_run_that_was_cut_short_is_told(record):
    newer = {**record, "complete": False, "seconds": 1.2}
    assert compare(record, newer).differences == ["the newer run was cut short after 1.2 s"]


def test_records_in_which_nothing_was_measured(record):
    """An interrupt may come before the first frame."""
    empty = {**record, "stages": {}, "compute_ms": None, "sound_to_frame_ms": None, "rtf": None}
    empty |= {"algorithmic_latency_ms": None, "frames": 0, "late": 0, "seconds": 0.0}
    for pair in ((record, empty), (empty, record), (empty, empty)):
        assert compare(*pair).regressions == []
