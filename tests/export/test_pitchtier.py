"""PitchTier as Praat reads it."""

import numpy as np
import parselmouth
import pytest
from parselmouth.praat import call

from tests.export.written import NAN, sung_curve, track_of, written


def read(tmp_path, f0):
    (tmp_path / "a b ü.PitchTier").write_bytes(written("pitchtier", f0))
    return parselmouth.read(str(tmp_path / "a b ü.PitchTier"))


@pytest.mark.parametrize("f0", [[220.0], [NAN, 220.0, NAN], sung_curve(), np.full(25_001, 220.123)])
def test_praat_finds_the_voiced_frames(tmp_path, f0):
    tier, track = read(tmp_path, f0), track_of(f0)
    assert call(tier, "Get start time") == 0
    assert call(tier, "Get end time") == pytest.approx(len(track) / 100)
    times, pitches = track.time[track.voiced], track.f0[track.voiced]
    assert call(tier, "Get number of points") == len(times)
    for number in {1, len(times) // 2 + 1, len(times)}:
        assert call(tier, "Get time from index", number) == pytest.approx(times[number - 1], abs=5e-5)
        assert call(tier, "Get value at index", number) == pytest.approx(pitches[number - 1], abs=6e-4)


@pytest.mark.parametrize("f0", [[], [NAN] * 50])
def test_praat_reads_one_without_points(tmp_path, f0):
    tier = read(tmp_path, f0)
    assert call(tier, "Get number of points") == 0
    assert call(tier, "Get end time") == pytest.approx(max(len(f0) / 100, 0.01))
