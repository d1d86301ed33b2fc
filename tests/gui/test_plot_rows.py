import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from livepitch.gui.look.theme import DARK, LIGHT, blend
from livepitch.gui.plot.pitch_view import PitchView
from livepitch.gui.plot.rows import OUTSIDE, TONIC
from livepitch.gui.viewmodel.key_names import named_keys, text_size
from livepitch.gui.viewmodel.live import Live
from livepitch.gui.viewmodel.reading import Reading
from livepitch.practice.music import Music
from livepitch.practice.scales import Key
from tests.gui.plotting import colour_at, pixels, where

QtSvg = pytest.importorskip("PyQt6.QtSvg")


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def view(qtbot, request):
    view = PitchView()
    qtbot.addWidget(view)
    view.resize(600, 620)
    view.theme = request.param
    view.set_look(view.theme, Music())
    view.show()
    return view


def picture(view, music):
    view.set_look(view.theme, music)
    return pixels(view.viewport().grab().toImage())


def row_colours(view, image, notes):
    scale = view.roll.scale_on_screen
    return [colour_at(image, scale.area.left() + 40, scale.y(note) + 3) for note in notes]


def test_rows_outside_the_key_are_dimmed_and_the_tonics_marked(view):
    image = picture(view, Music(key=Key(2, "major")))
    theme = view.theme
    dim, tonic = blend(theme.key_black, theme.row, OUTSIDE[theme.dark]).name(), blend(theme.accent, theme.row, TONIC)
    # D major: D, E, F♯ belong to it; F natural and C natural do not, though they are white keys
    assert row_colours(view, image, (62, 64, 66, 65, 60, 63)) == [
        tonic.name(),
        theme.row,
        theme.row,
        dim,
        dim,
        dim,
    ]
    keys = view.roll.scale_on_screen.area.right()
    assert colour_at(image, keys + 2, view.roll.scale_on_screen.y(62)) == theme.accent  # the bar on the tonic's key
    assert colour_at(image, keys + 2, view.roll.scale_on_screen.y(64)) == theme.key_white


def test_without_a_key_the_rows_are_those_of_the_piano(view):
    image = picture(view, Music())
    theme = view.theme
    assert row_colours(view, image, (60, 61, 62, 63)) == [theme.row, theme.row_black, theme.row, theme.row_black]


def test_black_keys_are_those_of_the_written_notes(view):
    image = picture(view, Music(instrument="b-flat"))  # sounding C4 is written D4, sounding B3 is written C♯4
    keys, scale = view.roll.scale_on_screen.area.right(), view.roll.scale_on_screen
    assert colour_at(image, keys + 4, scale.y(59) + 4) == view.theme.key_black
    assert colour_at(image, keys + 4, scale.y(60) + 4) == view.theme.key_white


def test_a_ladder_of_names_has_no_black_keys(view):
    view.show_names(True)
    image = picture(view, Music())
    scale = view.roll.scale_on_screen
    assert colour_at(image, scale.area.right() + 4, scale.y(61) + 4) == view.theme.key_white


@pytest.mark.parametrize("steps", [5, 19])
def test_rows_of_a_scala_scale_fill_the_picture(view, tmp_path, steps):
    path = tmp_path / "scale.scl"
    cents = "".join(f" {1200 * (place + 1) / steps:.5f}\n" for place in range(steps))
    path.write_text(f"! scale.scl\n!\nequal\n {steps}\n!\n{cents}")
    image = picture(view, Music(temperament="scala", scala=str(path)))
    scale = view.roll.scale_on_screen
    column = image[round(scale.area.top()) : round(scale.area.bottom()), round(scale.area.left()) + 40]
    lines = [QColor(*(int(value) for value in pixel)).name() not in (view.theme.row,) for pixel in column]
    assert sum(lines) == pytest.approx(2 * steps, abs=1)  # two octaves


@pytest.mark.parametrize(
    ("height", "music", "named"),
    [
        (20.0, Music(), list(range(48, 73))),
        (8.0, Music(), [48, 50, 52, 55, 57, 60, 62, 64, 67, 69, 72]),
        (8.0, Music(key=Key(2, "major")), [48, 50, 52, 55, 57, 60, 62, 64, 67, 69, 72]),
        (4.0, Music(), [48, 60, 72]),
    ],
)
def test_keys_are_named_as_far_as_there_is_room(height, music, named):
    places = {note: -height * note for note in range(48, 73)}
    found = sorted(named_keys(places, music, None, text_size([height]) + 1.0))
    assert found == named


def test_the_sung_key_is_named_before_all_others():
    places = {note: -4.0 * note for note in range(48, 73)}
    assert 61 in named_keys(places, Music(), 61, 10.0)


@pytest.fixture
def sung(view, tone):
    live = Live()
    live.observe([*tone(440.0, 3.0), *tone(523.25, 3.0, start=3.0)], 0.0)
    view.show_live(live)
    view.advance(live, Reading(), 0.0, 0.016)
    view.markers.add(2.0, "Here")
    view.select(4.0, 5.0)
    return view


def painted(view, scale):
    image = QImage(800 * scale, 500 * scale, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.scale(scale, scale)
    view.paint_vector(painter, QRectF(0, 0, 800, 500))
    painter.end()
    return pixels(image)


@pytest.mark.parametrize("scale", [1, 2])
def test_the_picture_is_painted_at_any_size(sung, scale):
    image, theme, width = painted(sung, scale), sung.theme, 800 - 62
    window, notes = sung.time_window, sung.note_range
    rows, columns = where(image[:, : width * scale], theme.in_tune)
    assert window.left < 0 < 3 < window.right
    y = 474 * (notes.high - 69.0) / (notes.high - notes.low)
    left = columns[abs(rows / scale - y) < 1]
    assert left.min() / scale == pytest.approx(width * (0.0 - window.left) / window.seconds, abs=2)
    assert colour_at(image, scale * (width + 10), scale * 487) == theme.card  # the corner under the keys
    flag = width * (2.0 - window.left) / window.seconds
    assert colour_at(image, scale * (flag + 3), scale * 3) == theme.accent


def test_the_picture_is_painted_as_lines_and_text_for_svg(sung, tmp_path, qtbot):
    sung.cursor.put(3.0)
    generator = QtSvg.QSvgGenerator()
    generator.setFileName(str(tmp_path / "picture.svg"))
    generator.setViewBox(QRectF(0, 0, 800, 500))
    painter = QPainter(generator)
    sung.paint_vector(painter, QRectF(0, 0, 800, 500))
    painter.end()
    text = (tmp_path / "picture.svg").read_text()
    assert "<image" not in text
    for word in ("Here", ">C5<", "0:03", "1.00 s"):
        assert word in text
    assert "cents" not in text  # no cursor
    image = QImage(800, 500, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    QtSvg.QSvgRenderer(str(tmp_path / "picture.svg")).render(painter)
    painter.end()
    rows, _ = where(pixels(image)[:, :738], sung.theme.in_tune)
    notes = sung.note_range
    wanted = 474 * (notes.high - 72.0) / (notes.high - notes.low)
    assert (abs(rows - wanted) < 2).sum() > 100
