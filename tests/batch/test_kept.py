"""Pitch that was tracked before, found again with what lies beside it."""

import numpy as np
import pytest
import soundfile

from livepitch.batch.kept import kept_pitch, part
from livepitch.model.errors import LivepitchError
from livepitch.realtime.csv_track import csv_lines
from tests.export.written import sung_curve, track_of

SECONDS = 3.0


@pytest.fixture
def csv(tmp_path):
    (tmp_path / "Take 12.30.csv").write_text("".join(csv_lines(track_of(sung_curve(SECONDS)))))
    return tmp_path / "Take 12.30.csv"


def sound(path, rate=44_100, seconds=SECONDS - 0.01, **more):
    soundfile.write(path, np.full(round(seconds * rate), 0.1), rate, **more)
    return path


def test_a_csv_alone_is_its_pitch(csv):
    sung = kept_pitch(csv)
    assert (sung.title, sung.sound, sung.track.level) == ("Take 12.30", None, None)
    np.testing.assert_allclose(sung.track.f0, track_of(sung_curve(SECONDS)).f0, atol=6e-4)
    renamed = csv.rename(csv.with_name("song.f0.csv"))
    assert kept_pitch(renamed).title == "song"


def test_with_its_sound_levels_are_known(csv):
    flac = sound(csv.with_name("Take 12.30.flac"))
    for path in (csv, flac):
        sung = kept_pitch(path)
        assert (sung.title, sung.sound) == ("Take 12.30", flac)
        np.testing.assert_allclose(sung.track.level[2:-2], -20.0, atol=0.1)
        assert len(sung.track.level) == len(sung.track)


@pytest.mark.parametrize("name", ["Take 12.30.wav", "Take 12.30.ogg"])
def test_a_recording_that_was_tracked_is_found_by_its_sound(csv, name):
    path = sound(csv.with_name(name))
    csv.rename(csv.with_name("Take 12.30.f0.csv"))
    assert len(kept_pitch(path).track) == 100 * SECONDS


def test_a_sound_of_another_length_tells_no_levels(csv):
    sound(csv.with_name("Take 12.30.flac"), seconds=2.0)
    assert kept_pitch(csv).track.level is None


def test_a_recording_without_pitch_says_what_to_do(tmp_path):
    with pytest.raises(LivepitchError, match=r"a\.csv or a\.f0\.csv; `livepitch track`"):
        kept_pitch(sound(tmp_path / "a.wav"))


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [(None, None, 0, 300), (1.0, None, 100, 300), (None, 0.5, 0, 51), (1.005, 1.5, 101, 151), (9.0, None, 300, 300)],
)
def test_a_part_counts_from_its_start(csv, start, end, first, last):
    sound(csv.with_name("Take 12.30.flac"))
    whole = kept_pitch(csv)
    track = part(whole, start, end).track
    np.testing.assert_array_equal(track.f0, whole.track.f0[first:last])
    np.testing.assert_array_equal(track.level, whole.track.level[first:last])
    np.testing.assert_allclose(track.time, np.arange(last - first) / 100, atol=1e-9)
