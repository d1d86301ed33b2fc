"""Sonic Visualiser's layer, read as XML by the rules that its documents show."""

from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from tests.export.written import NAN, sung_curve, track_of, written

STRANGE = "a \"b\" <c> & 'd' ü 歌 \x07\n\U0001f3a4"


@pytest.mark.parametrize("f0", [[], [NAN] * 9, [220.0], sung_curve()])
@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_points_lie_at_samples_of_the_recording(tmp_path, f0, rate):
    sound = tmp_path / "so und.wav"
    soundfile.write(sound, np.zeros(rate), rate)
    root, track = ElementTree.fromstring(written("svl", f0, sound=sound)), track_of(f0)
    assert root.tag == "sv"
    model, layer = root.find("data/model"), root.find("display/layer")
    assert (model.get("type"), model.get("dimensions"), model.get("sampleRate")) == ("sparse", "2", str(rate))
    assert model.get("dataset") == root.find("data/dataset").get("id")
    assert model.get("resolution") == str(rate // 100)
    assert (layer.get("type"), layer.get("model")) == ("timevalues", model.get("id"))
    points = root.findall("data/dataset/point")
    frames = np.array([int(point.get("frame")) for point in points])
    values = np.array([float(point.get("value")) for point in points])
    np.testing.assert_allclose(frames / rate, track.time[track.voiced], atol=0.5 / rate)
    np.testing.assert_allclose(values, track.f0[track.voiced], atol=6e-4)
    if len(values):
        assert float(model.get("minimum")) == values.min()
        assert float(model.get("maximum")) == values.max()


def test_a_strange_title_is_kept_as_far_as_xml_can():
    model = ElementTree.fromstring(written("svl", [220.0], STRANGE)).find("data/model")
    assert model.get("name") == "a \"b\" <c> & 'd' ü 歌 \U0001f3a4"


@pytest.mark.parametrize("sound", [None, "gone.wav", "text.wav"])
def test_without_its_sound_it_counts_at_the_usual_rate(tmp_path, sound):
    (tmp_path / "text.wav").write_text("la la")
    path = tmp_path / sound if sound else None
    assert b'sampleRate="44100"' in written("svl", [220.0], sound=path)
