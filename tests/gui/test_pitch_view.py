import time

import numpy as np
import pytest
from PyQt6.QtCore import QLineF, QPointF, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from livepitch.gui.look.theme import DARK, LIGHT
from livepitch.gui.plot.pitch_view import PitchView
from livepitch.gui.plot.scale import Scale
from livepitch.gui.plot.trace import Lines, strokes
from livepitch.gui.viewmodel.live import Live
from livepitch.gui.viewmodel.reading import Reading
from livepitch.gui.viewmodel.time_window import AHEAD
from livepitch.practice.music import Music
from livepitch.practice.tuning import Tuning


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def view(qtbot, request):
    view = PitchView()
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.set_look(request.param, Music())
    view.show()
    view.theme = request.param
    return view


def show(view, frames, a4=440.0):
    """Put frames on screen, the newest just sung, and look."""
    live, clock = Live(), time.monotonic()
    live.observe(frames, clock)
    music = Music(a4)
    view.set_look(view.theme, music)
    view.show_live(live)
    view.advance(live, live.note.read(clock, music), clock, 0.016)
    return tiled(view)


def tiled(view):
    """What is seen once nothing zooms or moves up or down any more: then it is made of tiles."""
    view.grab()
    return pixels(view.grab().toImage())


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    return raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), 2::-1].copy()


def where(picture, colour, view):
    """Rows and columns of the plot whose pixels have a colour (not in the keys)."""
    wanted = QColor(colour)
    near = np.abs(picture.astype(int) - (wanted.red(), wanted.green(), wanted.blue())).max(axis=2) < 12
    near[:, round(place(view, 0.2, 60.0)[0]) :] = False
    return np.nonzero(near)


def place(view, x, midi):
    """Where in the picture the time x (s from now) and a pitch lie."""
    window = view.time_window
    x += window.stop - window.left
    point = view.mapFromScene(view.plotItem.getViewBox().mapViewToScene(QPointF(x, midi)))
    return point.x(), point.y()


def test_a_note_lies_on_its_row_in_the_colour_of_good_intonation(view, tone):
    picture = show(view, tone(440.0, 4.0))
    rows, columns = where(picture, view.theme.in_tune, view)
    assert np.median(rows) == pytest.approx(place(view, 0, 69.0)[1], abs=1.5)
    assert columns.min() == pytest.approx(place(view, -3.99, 69.0)[0], abs=4)
    assert columns.max() == pytest.approx(place(view, 0.0, 69.0)[0], abs=9)  # the dot


@pytest.mark.parametrize(("cents", "name"), [(25.0, "near"), (-25.0, "near"), (45.0, "far"), (-48.0, "far")])
def test_a_note_off_pitch_has_another_colour_and_lies_beside_its_line(view, tone, cents, name):
    picture = show(view, tone(440.0 * 2 ** (cents / 1200), 4.0))
    assert len(where(picture, view.theme.in_tune, view)[0]) == 0
    rows, _ = where(picture, getattr(view.theme, name), view)
    assert np.median(rows) == pytest.approx(place(view, 0, 69.0 + cents / 100)[1], abs=1.5)


def thickness(picture, colour, x, y):
    """Pixels that a level line at y covers, counting blended ones by their share."""
    wanted = QColor(colour)
    column = picture[round(y) - 5 : round(y) + 6, round(x)].astype(float)
    ground = column[0]
    line = np.array([wanted.red(), wanted.green(), wanted.blue()], float)
    return ((column - ground) @ (line - ground)).sum() / ((line - ground) @ (line - ground))


def test_the_line_grows_thinner_away_from_the_note(view, tone):
    view.zoom(-12)
    widths = []
    for cents, name in ((0.0, "in_tune"), (20.0, "near"), (-20.0, "near"), (36.0, "far")):
        picture = show(view, tone(440.0 * 2 ** (cents / 1200), 4.0))
        x, y = place(view, -2.05, 69.0 + cents / 100)
        widths.append(thickness(picture, getattr(view.theme, name), x, y))
    assert widths == pytest.approx([4.0, 3.0, 3.0, 2.0], abs=0.6)


def test_nothing_is_drawn_where_the_voice_is_silent(view, tone, frame):
    silence = [frame(1.0 + 0.01 * i) for i in range(100)]
    picture = show(view, [*tone(440.0, 1.0), *silence, *tone(440.0, 1.0, start=2.0)])
    _, columns = where(picture, view.theme.in_tune, view)
    gap = round(place(view, -1.98, 69)[0]) + 4, round(place(view, -1.0, 69)[0]) - 4
    assert gap[1] - gap[0] > 50
    assert not np.any((columns > gap[0]) & (columns < gap[1]))
    assert np.any(columns < gap[0])
    assert np.any(columns > gap[1])


def test_an_unsure_pitch_is_fainter(view, tone):
    picture = show(view, tone(440.0, 4.0, confidence=0.2))
    _, columns = where(picture, view.theme.in_tune, view)
    assert columns.min() > place(view, -0.2, 69)[0]  # only the dot has the full colour


def test_concert_pitch_moves_the_trace(view, tone):
    picture = show(view, tone(440.0, 4.0), a4=415.3)
    rows, _ = where(picture, view.theme.in_tune, view)
    assert np.median(rows) == pytest.approx(place(view, 0, 70.0)[1], abs=1.5)


def test_the_sung_key_is_lit(view, tone):
    picture = show(view, tone(440.0, 1.0))
    x = round(place(view, AHEAD * view.time_window.seconds, 69.0)[0]) + 8

    def key(midi):
        return QColor(*(int(value) for value in picture[round(place(view, 0, midi)[1]) + 8, x])).name()

    assert key(69.0) == view.theme.in_tune
    assert key(71.0) == view.theme.key_white
    assert key(73.0) == view.theme.key_black


def test_a_held_note_lights_no_key(view, tone):
    view.advance(Live(), Reading(69, 0.0, 0.0, 440.0, held=True), time.monotonic(), 0.016)
    assert view.keys.lit is None


def test_only_the_newest_tiles_are_drawn_again(view, tone, frame):
    live = Live()
    for start in range(0, 60, 5):
        live.observe(tone(440.0, 5.0, start=float(start)), float(start + 5))
    view.note_range.follow(69.0, 0.016)
    view.show_live(live)
    view.advance(live, Reading(), 60.0, 0.016)
    tiled(view)
    before = view.roll.tiles.drawn
    for tick in range(10):
        live.observe([frame(60.0 + 0.01 * tick, 440.0)], 60.0 + 0.01 * tick)
        view.advance(live, Reading(), 60.0 + 0.01 * tick, 0.01)
        view.grab()
    assert view.roll.tiles.drawn - before <= 2 * 10 + 1  # of 7 in sight


def test_a_picture_of_tiles_is_the_picture_drawn_at_once(view, tone):
    live = Live()
    live.observe([*tone(440.0, 2.0), *tone(450.0, 2.0, start=2.0), *tone(453.0, 4.0, start=4.0)], 0.0)
    view.show_live(live)
    view.advance(live, Reading(), 8.0, 0.016)
    picture = tiled(view)
    scale = view.roll.scale_on_screen
    whole = QImage(round(scale.area.width()), round(scale.area.height()), QImage.Format.Format_RGB32)
    whole.fill(QColor(view.theme.row))
    painter = QPainter(whole)
    area = QRectF(0.0, 0.0, scale.area.width(), scale.area.height())
    for draw in (view.roll._draw_ground, view.roll._draw):
        draw(painter, Scale(area, scale.left, scale.seconds, scale.low, scale.high))
    painter.end()
    left, top = round(scale.area.left()), round(scale.area.top())
    part = picture[top : top + whole.height(), left : left + whole.width()]
    off = np.abs(part.astype(int) - pixels(whole)).max(axis=2) > 40
    off[:, round(scale.x(7.9) - left) :] = False  # the dot
    assert off.mean() < 1e-4


def test_ten_minutes_on_screen_are_one_line_for_each_pixel(view, tone, frame):
    live = Live()
    for start in range(0, 600, 10):
        live.observe([*tone(440.0, 5.0, start=float(start)), *tone(392.0, 5.0, start=start + 5.0)], start + 10.0)
    view.show_live(live)
    view.advance(live, Reading(), 600.0, 0.016)
    view.scale_time(600 / 8)
    view.grab()
    scale = view.roll.scale_on_screen
    made = strokes(live.history, scale, Tuning())
    assert 0.85 * scale.area.width() < len(made.lines) <= scale.area.width()
    heights = {round(scale.midi_at(y), 1) for y in made.lines[:, [1, 3]].ravel().tolist()}
    assert {67.0, 69.0} <= {round(height) for height in heights}


def test_zoomed_out_only_what_can_be_seen_is_drawn_again(view, tone, frame):
    live = Live()
    live.observe(tone(440.0, 60.0), 0.0)
    view.show_live(live)
    view.advance(live, Reading(), 0.0, 0.016)
    view.scale_time(600 / 8)
    tiled(view)
    before = view.roll.tiles.drawn
    for tick in range(100):
        live.observe([frame(60.0 + 0.01 * tick, 440.0)], 60.0 + 0.01 * tick)
        view.advance(live, Reading(), 0.01 * tick, 0.01)
        view.grab()
    assert 2 <= view.roll.tiles.drawn - before <= 20  # of a second, four times what is new, in one tile or two
    view.lit.history = None
    _, columns = where(pixels(view.grab().toImage()), view.theme.in_tune, view)
    assert columns.max() == pytest.approx(place(view, 0.0, 69.0)[0], abs=2)


def test_a_voice_between_two_notes_is_dotted(view, tone):
    show(view, tone(440.0 * 2 ** (45 / 1200), 6.0))
    view.light(Reading())  # the light on the row brightens dark colours a little
    picture = pixels(view.grab().toImage())
    y = round(place(view, 0, 69.45)[1])
    _, columns = where(picture[y - 1 : y + 2], view.theme.far, view)
    gaps = np.diff(np.unique(columns)) > 1
    assert gaps.sum() > 40


def test_more_seconds_and_more_notes(view):
    view.scale_time(1e6)
    assert view.time_window.seconds == 1800
    view.zoom(4)
    (left, right), (low, high) = view.plotItem.getViewBox().viewRange()
    assert (left, right) == (0, 1800)
    assert high - low == 28


def test_lines_are_drawn_from_memory_that_is_used_again():
    """A part of the array that was handed out once is handed out again: each new one would leak."""
    lines = Lines(QLineF, 4)
    lines.resize(5)
    lines.ndarray()[:] = np.arange(20).reshape(5, 4)
    lines.resize(3)
    part = lines.instances()
    assert [line.x1() for line in part] == [0.0, 4.0, 8.0]
    lines.resize(2)
    lines.resize(3)
    assert lines.instances() is part
    lines.resize(50)
    assert len(lines.instances()) == 50
