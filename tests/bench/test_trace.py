"""The trace of a real run: slices that nest, a way without a gap for every frame, the durations of the stages."""

import json
import math
from itertools import pairwise

import pytest

from livepitch.bench import trace as trace_module
from livepitch.bench.trace import LANES, Trace, trace_file
from livepitch.model.errors import LivepitchError
from livepitch.realtime.frame import PitchFrame

EDGE = 0.01  # microseconds; instants are rounded to a thousandth


@pytest.fixture(scope="module")
def events(measured):
    whole = json.loads(measured[1].read_text(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert whole["displayTimeUnit"] == "ms"
    return whole["traceEvents"]


def slices(events, name):
    return [event for event in events if event["ph"] == "X" and event["name"] == name]


def pairs(events, name):
    """Begin and end by frame."""
    begun = {event["id"]: event for event in events if event["ph"] == "b" and event["name"] == name}
    ended = {event["id"]: event for event in events if event["ph"] == "e" and event["name"] == name}
    assert set(begun) == set(ended)
    return {key: (begun[key]["ts"], ended[key]["ts"]) for key in begun}


def nearest_rank(values, quantile):
    return sorted(values)[max(math.ceil(quantile * len(values)), 1) - 1]


def test_every_lane_has_a_name_and_a_place(events):
    named = {e["args"]["name"]: e["tid"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    assert named == LANES
    assert list(LANES) == ["input", "wait", "mel", "network", "decode", "out", "draw"]
    assert {event["ph"] for event in events} == {"M", "X", "b", "e"}
    assert all(event["tid"] == LANES[event["name"]] for event in events if event["ph"] != "M")
    assert len({event["pid"] for event in events}) == 1


def test_what_the_worker_does_never_overlaps(events):
    """It is one thread: through all its lanes each slice ends before the next begins."""
    done = sorted((event for event in events if event["ph"] == "X"), key=lambda event: (event["ts"], event["tid"]))
    assert done
    assert all(event["dur"] >= 0 for event in done)
    for one, other in pairwise(done):
        assert one["ts"] + one["dur"] <= other["ts"] + EDGE


def test_a_frame_goes_from_lane_to_lane_without_a_gap(events, measured):
    heard, waited = pairs(events, "input"), pairs(events, "wait")
    assert set(heard) == set(waited)
    assert len(heard) == measured[0]["frames"]
    begins = [event["ts"] for event in slices(events, "mel")]
    for frame, (begin, due) in heard.items():
        taken, begun = waited[frame]
        assert begin <= due + EDGE
        assert taken == pytest.approx(due, abs=EDGE)
        assert taken <= begun + EDGE
        assert min(abs(begun - start) for start in begins) <= EDGE
    for one, other in pairwise(("mel", "network", "decode", "out")):
        for before, after in zip(slices(events, one), slices(events, other), strict=True):
            assert before["ts"] + before["dur"] == pytest.approx(after["ts"], abs=EDGE)
            assert before["args"] == after["args"]


def test_the_durations_are_those_of_the_stages(events, measured):
    record = measured[0]
    for name in ("mel", "network", "decode", "out"):
        taken = [event["dur"] for event in slices(events, name) for _ in range(event["args"]["frames"])]
        assert len(taken) == record["frames"]
        assert record["stages"][name]["max"] == pytest.approx(max(taken) / 1e3, rel=1e-3, abs=2e-4)
        for key, quantile in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            assert record["stages"][name][key] == pytest.approx(
                nearest_rank(taken, quantile) / 1e3, rel=0.0105, abs=0.01
            )
    for name in ("input", "wait"):
        taken = [end - begin for begin, end in pairs(events, name).values()]
        assert record["stages"][name]["max"] == pytest.approx(max(taken) / 1e3, rel=1e-3, abs=2e-4)
    steps = zip(*(slices(events, name) for name in ("mel", "network", "decode", "out")), strict=True)
    pushes = [sum(event["dur"] for event in group) for group in steps]
    assert record["compute_ms"]["max"] == pytest.approx(max(pushes) / 1e3, rel=1e-3, abs=2e-4)


def frame_at(instant, time):
    steps = [instant + 0.001 * step for step in range(8)]
    return PitchFrame(time, 220.0, 0.9, -20.0, 220.0, True, *steps)


def test_a_trace_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(trace_module, "LONGEST", 0.1)
    with trace_file(tmp_path / "a.json") as trace:
        for number in range(1000):
            trace.add([frame_at(50 + 0.01 * number, 1 + 0.01 * number)])
            trace.add_painted([frame_at(50 + 0.01 * number, 1 + 0.01 * number)], 60 + 0.01 * number)
    written = json.loads((tmp_path / "a.json").read_text())["traceEvents"]
    assert len(slices(written, "mel")) == len(pairs(written, "draw")) == 10
    assert min(event["ts"] for event in written if event["ph"] != "M") == pytest.approx(1e3)


def test_frames_of_one_push_are_one_slice(tmp_path):
    with trace_file(tmp_path / "a.json") as trace:
        trace.add([frame_at(50, 1.0), frame_at(50, 1.01)])
        trace.add([frame_at(51, 1.02)])
    written = json.loads((tmp_path / "a.json").read_text())["traceEvents"]
    assert [event["args"]["frames"] for event in slices(written, "network")] == [2, 1]
    assert len(pairs(written, "wait")) == 3


def test_a_trace_that_cannot_be_written_is_told_before_the_run(tmp_path):
    with pytest.raises(LivepitchError, match=r"none/a\.json: cannot be written"), trace_file(tmp_path / "none/a.json"):
        pytest.fail("the run would have begun")


def test_without_a_path_there_is_no_trace():
    with trace_file(None) as trace:
        assert trace is None


def test_events_are_written_as_they_come(tmp_path):
    """Nothing is kept: what the file has taken grows with every frame."""
    with (tmp_path / "a.json").open("w") as file:
        trace, sizes = Trace(file), []
        for number in range(5):
            trace.add([frame_at(50 + number, float(number))])
            sizes.append(file.tell())
        assert sorted(set(sizes)) == sizes
        assert not [value for value in vars(trace).values() if isinstance(value, (list, dict))]
