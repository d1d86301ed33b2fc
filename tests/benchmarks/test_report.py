"""Tables and targets from results made by hand, and answers kept from run to run."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conditions import Condition
from measuring import About, Clip, Spec, answered, kept_as
from peers import PEERS, Tracker
from report import COLUMNS, Result, markdown, results_of, shown
from scores import Estimate, aligned
from targets import Target, checklist, targets
from timing import timed

from tests.benchmarks.voices import ALL, FLAT, estimate, recording

NAMES = (*COLUMNS, "steady", "steady_said")
OURS = About("stream", "1", "≥ 0.5", 0.032, "declared", "stream")
WHOLE = About("rmvpe-small", "1", "≥ 0.5", 0.342, "declared", "file")
PEER = About("swift-f0", "0.3", "≥ 0.5", 0.176, "its stream", "peer")
OTHER = About("praat", "6.1", "0.45", 0.03, "half its window", "peer")


def clip(tracker: str, hz: np.ndarray, name: str = "x") -> Clip:
    one = recording(FLAT)
    track = estimate(hz, ALL)
    return Clip(tracker, "X", "clean", name, aligned(one, track), timed(one, track, 0.1), 1.0, 0.5)


def test_clips_of_a_tracker_are_taken_together() -> None:
    results = results_of([clip("a", FLAT, "1"), clip("a", FLAT * 2, "0"), clip("b", FLAT)])
    first, second = results
    assert (first.tracker, first.clips, first.frames, first.seconds_taken) == ("a", 2, 200, 1.0)
    assert first.by_frame["RPA"] == pytest.approx(0.5)
    assert first.by_frame["octave"] == pytest.approx(0.5)
    assert list(first.each) == ["0", "1"]
    assert second.by_frame["RPA"] == 1
    assert first.by_frame.keys() >= set(COLUMNS)


def test_tables_hold_every_tracker_place_and_figure() -> None:
    results = results_of([clip("stream", FLAT), clip("swift-f0", FLAT * 2)])
    text = markdown(results, [OURS, PEER], ["X"], ["clean"])
    assert "| X | clean | 100.0 / 100.0 (–) | 0.0 / 0.0 (–) |" in text
    assert "### X, clean: 1 clips, 100 frames scored" in text
    assert "| stream | 1.0 | 30.0 |" not in text
    assert "| stream | 0.0 | 30.0 |" in text  # a sixtieth of a minute of sound, half as long to compute
    assert "| stream | 1 | ≥ 0.5 | 32 | declared |" in text


def test_figures_have_their_units() -> None:
    figures = (("RPA", 0.9876), ("onset", 0.0423), ("flicker", 0.123), ("fine", 7.96), ("RCA", math.nan))
    assert [shown(*figure) for figure in figures] == ["98.8", "42", "0.12", "8.0", "–"]


def result(tracker: str, source: str, condition: str, **figures: float) -> Result:
    return Result(tracker, source, condition, 1, 1, 1.0, 1.0, dict.fromkeys(NAMES, math.nan) | figures, {}, {})


def found(results: list[Result], words: str) -> Target:
    (target,) = (t for t in targets(results, [OURS, WHOLE, PEER, OTHER]) if words in t.asked)
    return target


def test_targets_pass_fail_or_were_not_measured() -> None:
    results = [
        result("stream", "MIR-1K", "clean", RPA=0.981, VFA=0.11, flicker=0.2, onset=0.05),
        result("rmvpe-small", "MIR-1K", "clean", RPA=0.981),
        result("stream", "MIR-1K", "0 dB", RPA=0.9, OA=0.8),
        result("swift-f0", "MIR-1K", "0 dB", RPA=0.9, OA=0.7),
        result("swift-f0", "MIR-1K", "clean", flicker=0.2, onset=0.18),
        result("stream", "Keele", "clean", RPA=0.9, OA=0.9),
        result("swift-f0", "Keele", "clean", RPA=0.9, OA=0.91),
        result("stream", "tones", "clean", steady=0.99),
    ]
    assert found(results, "MIR-1K clean: RPA ≥ 98.0").passed is True
    assert found(results, "MIR-1K clean: VFA ≤ 10.0").passed is False
    assert found(results, "MIR-1K clean: OA").passed is None
    assert found(results, "stream, MIR-1K 0 dB: RPA above every other").passed is False  # level is not ahead
    assert found(results, "stream, MIR-1K 0 dB: OA above every other").passed is True
    assert found(results, "rmvpe-small, MIR-1K clean: RPA at least stream").passed is True
    assert found(results, "Keele clean: RPA at least swift-f0").passed is True
    assert found(results, "Keele clean: OA at least swift-f0").passed is False
    assert found(results, "tones clean: steady ≥").passed is True
    assert found(results, "MIR-1K clean: flicker lower").passed is False
    assert found(results, "MIR-1K clean: onset lower") == Target(
        "stream, MIR-1K clean: onset lower than every other tracker", "50 against 180 (swift-f0)", True
    )
    assert found(results, "MIR-1K -5 dB: RPA above").passed is None
    text = checklist(list(targets(results, [OURS, WHOLE, PEER, OTHER])))
    assert "| pass | stream, MIR-1K clean: RPA ≥ 98.0 | 98.1 |" in text
    assert "| FAIL | stream, MIR-1K clean: VFA ≤ 10.0 | 11.0 |" in text


def counting() -> tuple[Tracker, list[int]]:
    """A tracker that counts how often it is asked."""
    asked: list[int] = []

    def track(audio: np.ndarray) -> Estimate:
        asked.append(len(audio))
        return estimate(FLAT, ALL)

    return Tracker("counter", "1", "always", track, 0.01, "it is simple", "peer", "abc"), asked


def test_answers_are_kept_by_sound_version_and_checkpoint(tmp_path: Path) -> None:
    made, asked = counting()
    sound = recording(FLAT).voice
    first, taken = answered(made, sound, tmp_path)
    again, taken_again = answered(made, sound, tmp_path)
    assert len(asked) == 1
    assert taken == taken_again
    for name in ("time", "hz", "voiced"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    keys = {
        kept_as(made, sound),
        kept_as(made, Condition.of("level:-50").heard(recording(FLAT))),
        kept_as(replace(made, version="2"), sound),
        kept_as(replace(made, identity="abd"), sound),
        kept_as(replace(made, name="other"), sound),
    }
    assert len(keys) == 5
    assert kept_as(replace(made, latency=0.5), sound) in keys  # measures may change: the answer does not
    answered(made, sound, None)
    assert len(asked) == 2
    assert not list(tmp_path.rglob("*.part"))


def test_a_peer_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from measuring import tracker

    def missing() -> Tracker:
        raise ImportError("No module named 'nowhere'")

    monkeypatch.setitem(PEERS, "nowhere", missing)
    with pytest.raises(ImportError, match="nowhere"):
        tracker(Spec("peer", "nowhere"))


def test_pyin_says_what_a_tone_is() -> None:
    made = PEERS["pyin"]()
    time = np.arange(8000) / 16_000
    answer = made.track(np.sin(2 * np.pi * 220 * time).astype(np.float32))
    middle = slice(10, 40)
    assert answer.voiced[middle].all()
    assert answer.hz[middle] == pytest.approx(220, rel=0.01)
    assert made.latency == pytest.approx(0.032)
