"""The picture: the curve where the pitch is, the words that a reader needs, in a file that other programs open."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.image import imread

from livepitch.export.options import Options
from tests.export.written import NAN, sung_curve, written

SVG = "{http://www.w3.org/2000/svg}"
INK = np.array([0x1B, 0x4F, 0x9C]) / 255


def picture(f0, **more):
    return imread(io.BytesIO(written("png", f0, **more)))[:, :, :3]


def drawing(f0, **more):
    return ElementTree.fromstring(written("svg", f0, **more))


def words(root):
    return [each.text for each in root.iter(f"{SVG}text")]


def curve(root):
    """Points of the curve, (n, 2): the moves and lines of its path."""
    path = next(each for each in root.iter(f"{SVG}g") if each.get("id") == "pitch").find(f"{SVG}path").get("d")
    return np.array([[float(value) for value in step.split()] for step in path.replace("M", "L").split("L") if step])


def inked(image):
    """Rows and columns with the curve's colour."""
    return np.nonzero(np.abs(image - INK).max(axis=2) < 0.1)


def test_a_higher_pitch_is_drawn_higher_and_a_later_one_further_right():
    root = drawing(np.repeat([220.0, 246.94, 261.63], 100))
    x, y = curve(root).T
    assert (np.diff(x) >= 0).all()
    held = [y[np.abs(x - x[0] - share * (x[-1] - x[0])).argmin()] for share in (0.1, 0.5, 0.9)]
    a, b, c = held
    assert (a - b) / (b - c) == pytest.approx(2.0, abs=0.02)  # two semitones, then one


def test_the_image_shows_the_same_and_nothing_through_silence():
    f0 = np.full(600, 220.0)
    f0[200:400] = NAN
    image = picture(f0)
    assert image.shape[1] == 1400
    assert image.mean() > 0.85  # light
    rows, columns = inked(image)
    assert np.ptp(rows) < 8
    share = (columns - columns.min()) / np.ptp(columns)
    assert len(share) > 500
    assert not ((share > 0.36) & (share < 0.64)).any()


def test_notes_keys_times_and_the_title_are_named():
    told = words(drawing(np.repeat([220.0, 261.63], 400), title='Ä "b" <c> & $d$ 歌'))
    assert 'Ä "b" <c> & $d$ 歌' in told
    assert {"A3", "B3", "C4", "0 s", "5 s"} <= set(told)
    assert told.count("A3") == 2  # on the axis, and at the note


def test_concert_pitch_moves_the_names():
    """What is an A at 440 Hz is nearer to G sharp at 466."""
    told = words(drawing(np.full(200, 440.0), options=Options(a4=466.0)))
    assert "G♯4" in told
    assert any("A4 = 466 Hz" in each for each in told)


def test_notes_out_of_range_are_left_out():
    f0 = np.repeat([110.0, 220.0], 100)
    x = curve(drawing(f0, options=Options(lowest=50))).T[0]
    whole = curve(drawing(f0)).T[0]
    assert np.ptp(x) < 0.51 * np.ptp(whole)


@pytest.mark.parametrize("f0", [[], [NAN], [NAN] * 300])
def test_where_nothing_was_sung_there_is_the_grid(f0):
    assert not len(inked(picture(f0))[0])
    assert "C4" in words(drawing(f0))


def test_a_frame_that_is_alone_is_a_dot():
    assert 4 <= len(inked(picture([NAN, NAN, 220.0, NAN, NAN]))[0]) < 100
    assert len(inked(picture([220.0]))[0])


def test_a_song_lies_in_rows():
    groups = [each.get("id", "") for each in drawing(np.full(10_000, 220.0)).iter(f"{SVG}g")]
    assert len([name for name in groups if name.startswith("axes_")]) == 4


def test_of_hours_it_tells_how_often():
    often, seldom = np.full(90_000, 220.0), np.full(90_000, 440.0)
    seldom[::2] = NAN
    image = picture(np.concatenate([often, seldom]))
    paint = np.where(image[:, :, 2] - image[:, :, 0] > 0.15, image[:, :, 0], 1.0)  # blue
    above, below = paint[: len(paint) // 2], paint[len(paint) // 2 :]
    assert above.min() + 0.05 < below.min() < 0.5


def test_the_same_is_drawn_each_time():
    assert written("svg", sung_curve()) == written("svg", sung_curve())
