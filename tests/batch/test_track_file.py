"""One recording to files, as a program or another machine asks for it."""

import csv
import os
import pickle

import numpy as np
import pytest
import soundfile

import livepitch as lp
from livepitch.batch.track_file import track_file
from livepitch.export.options import Options
from livepitch.realtime.audio_file import read_audio


@pytest.fixture
def take(tmp_path, tone):
    soundfile.write(tmp_path / "ta ke ü", tone(220.0, 1.0, 44_100), 44_100, format="WAV")
    return tmp_path / "ta ke ü"


def test_it_writes_what_estimate_finds(take, tmp_path):
    told = []
    target = track_file(take, tmp_path / "a.csv", progress=told.append)
    assert target == tmp_path / "a.csv"
    track = lp.estimate(read_audio(take), lp.load_model("rmvpe-small"))
    with open(target, newline="") as file:
        rows = list(csv.DictReader(file))
    np.testing.assert_allclose([float(row["f0"] or "nan") for row in rows], track.f0, atol=6e-4)
    assert told[-1] == 1.0


def test_format_model_options_and_a_picture(take, tmp_path):
    target = track_file(
        str(take), tmp_path / "notes of it", format="notes", picture=tmp_path / "a.svg", model="stream", stream=True,
        options=Options(lowest=69),
    )  # fmt: skip
    assert target.read_text() == "start,end,midi,name,hz,cents\n"  # A3 lies below
    assert "ta ke ü" in (tmp_path / "a.svg").read_text()


def test_a_settled_threshold_is_used(take, tmp_path):
    track_file(take, tmp_path / "a.csv", settings=lp.Settings(threshold=1.0))
    assert ",1\n" not in (tmp_path / "a.csv").read_text()


def test_nothing_is_replaced_unless_that_is_asked_for(take, tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    for names in ({}, {"picture": tmp_path / "a.png"}):
        with pytest.raises(lp.LivepitchError, match=r"a\.csv: is there already"):
            track_file(take, tmp_path / "a.csv", **names)
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "ta ke ü"]
    assert (tmp_path / "a.csv").read_text() == "mine"
    track_file(take, tmp_path / "a.csv", overwrite=True)
    assert (tmp_path / "a.csv").read_text().startswith("time,")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"path": "missing.wav"}, "missing.wav: no such file"),
        ({"target": "none/a.csv"}, "there is no folder none"),
        ({"target": "a.doc"}, "its ending names no format"),
        ({"model": "no-such-model"}, "no-such-model"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(take, tmp_path, monkeypatch, names, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(lp.LivepitchError, match=told):
        track_file(**{"path": take.name, "target": "a.csv", **names})
    assert os.listdir(tmp_path) == [take.name]


def test_it_travels():
    assert pickle.loads(pickle.dumps(track_file)) is track_file
