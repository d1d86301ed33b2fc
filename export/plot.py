"""A picture of the pitch: the curve over a grid of notes, on a light ground, in rows as music is written.

What is too long for a curve is drawn as how often each pitch was sung when: the more often, the darker.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..model.convert import hz_to_midi
from ..practice.notes import is_black_key, midi_name
from .options import Options
from .sung import FRAMES_PER_SECOND, Sung
from .written import written_notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, ROWS = 30.0, 8  # s of a row where that is enough, and at most so many of them
WIDTH, ROW_HEIGHT, MARGIN = 14.0, 2.5, 0.6  # inches
DOTS = 100  # an inch, of an image
SHORTEST = 1.0  # s of a row
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)  # s between times that are written
CURVE = 120.0  # s of a row up to which a curve can be told from its neighbour
COLUMNS, STEPS = 560, 4  # of a row, and to a semitone, where pitches are counted
WIDE = 0.02  # share of a row's width from which a note has room for its name
USUAL = (54, 66)  # MIDI numbers that are shown where nothing is sung
LEAST, ASIDE = 9, 1  # semitones in sight, and beyond what is sung
FEW, MANY = 17, 40  # semitones up to which every white key, or every C and G, has its name
STRAY = 0.05  # per cent of the frames to either side that do not widen what is in sight
INK, NOTE, LINE, BLACK_KEY = "#1b4f9c", "#f6c98a", "#d9dde3", "#f1f3f6"
FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Hiragino Sans", "Noto Sans", "Arial Unicode MS")

Floats = NDArray[np.float64]


def write_svg(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Write a drawing that scales; its words stay words."""
    _save(sung, file, options, "svg", {"Date": None, "Creator": "livepitch", "Title": _plain(sung.title)})


def write_png(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Write an image, 1400 dots wide."""
    _save(sung, file, options, "png", {"Software": "livepitch", "Title": _plain(sung.title)})


def _save(sung: Sung, file: BinaryIO, options: Options, kind: str, about: dict[str, Any]) -> None:
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    style: Any = {
        "font.family": [name for name in FONTS if name in there],
        "font.size": 8,
        "svg.fonttype": "none",
        "svg.hashsalt": "livepitch",  # the same drawing each time
    }
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # of a title in letters that no font here has
        figure = _drawn(sung, options)
        figure.savefig(file, format=kind, dpi=DOTS, metadata=about)


def _drawn(sung: Sung, options: Options) -> Figure:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MultipleLocator

    rows = min(max(math.ceil(sung.duration / ROW), 1), ROWS)
    seconds = max(sung.duration / rows, SHORTEST)
    figure = Figure((WIDTH, rows * ROW_HEIGHT + MARGIN), layout="constrained", facecolor="white")
    figure.suptitle(_title(sung, options), x=0.01, ha="left", fontsize=11, parse_math=False)
    midi = _midi(sung, options)
    lowest, highest = _range(midi)
    every: Any = figure.subplots(rows, squeeze=False)
    for number, axes in enumerate(every[:, 0]):
        _grid(axes, lowest, highest)
        axes.set_xlim(number * seconds, (number + 1) * seconds)
        axes.xaxis.set_major_locator(MultipleLocator(next((each for each in TICKS if 12 * each >= seconds), 7200)))
        axes.xaxis.set_major_formatter(lambda value, _: _clock(value))
        first, last = (round(edge * seconds * FRAMES_PER_SECOND) for edge in (number, number + 1))
        if seconds > CURVE:
            _counts(axes, sung.track.time[first:last], midi[first:last])
        else:
            _curve(axes, sung.track.time[first:last], midi[first:last])
    if seconds <= ROW:
        _notes(every[:, 0], sung, options, seconds)
    return figure


def _title(sung: Sung, options: Options) -> str:
    pitch = f"   A4 = {options.a4:g} Hz" if options.a4 != 440.0 else ""
    return f"{_plain(sung.title)}{pitch}"


def _plain(title: str) -> str:
    """In one line, of signs that can be drawn; XML may not hold the others."""
    return "".join(sign if sign.isprintable() else " " for sign in title)


def _midi(sung: Sung, options: Options) -> Floats:
    """Fractional MIDI numbers of all frames, NaN where there is none in sight."""
    track = sung.track
    midi = np.asarray(hz_to_midi(np.where(track.voiced, track.f0, np.nan), options.a4), np.float64)
    with np.errstate(invalid="ignore"):
        midi[(midi < options.lowest - 0.5) | (midi > options.highest + 0.5)] = np.nan
    return midi


def _range(midi: Floats) -> tuple[float, float]:
    """What is in sight, from below a note to above one."""
    sung = midi[np.isfinite(midi)]
    if not len(sung):
        return USUAL[0] - 0.5, USUAL[1] + 0.5
    low, high = np.percentile(sung, (STRAY, 100 - STRAY))
    lowest, highest = math.floor(low + 0.5) - ASIDE, math.floor(high + 0.5) + ASIDE
    more = max(LEAST - (highest - lowest), 0)
    return lowest - more // 2 - 0.5, highest + (more + 1) // 2 + 0.5


def _grid(axes: Axes, lowest: float, highest: float) -> None:
    """A line between any two notes, black keys shaded, as many names as there is room for."""
    notes = range(math.ceil(lowest), math.floor(highest) + 1)
    for note in notes:
        axes.axhline(note + 0.5, color=LINE, linewidth=0.6, zorder=0)
        if is_black_key(note):
            axes.axhspan(note - 0.5, note + 0.5, color=BLACK_KEY, linewidth=0, zorder=0)
    named = [note for note in notes if _has_name(note, len(notes))]
    axes.set_yticks(named, [midi_name(note) for note in named])
    axes.set_ylim(lowest, highest)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines[:].set_color(LINE)


def _has_name(note: int, semitones: int) -> bool:
    if semitones <= FEW:
        return not is_black_key(note)
    return note % 12 == 0 or (note % 12 == 7 and semitones <= MANY)


def _curve(axes: Axes, time: Floats, midi: Floats) -> None:
    """A line, broken where there is no voice; a dot for a frame that has none beside it."""
    axes.plot(time, midi, color=INK, linewidth=1.3, solid_capstyle="round", gid="pitch")
    voiced = np.concatenate(([False], np.isfinite(midi), [False]))
    alone = voiced[1:-1] & ~voiced[:-2] & ~voiced[2:]
    if alone.any():
        axes.plot(time[alone], midi[alone], ".", color=INK, markersize=4, clip_on=False, gid="frames")


def _counts(axes: Axes, time: Floats, midi: Floats) -> None:
    """How often each pitch is sung; darkest where it is sung all the time."""
    from matplotlib.colors import PowerNorm

    (begin, end), (lowest, highest) = axes.get_xlim(), axes.get_ylim()
    edges = np.linspace(begin, end, COLUMNS + 1), np.linspace(lowest, highest, round(highest - lowest) * STEPS + 1)
    sung = np.isfinite(midi)
    counts = np.histogram2d(time[sung], midi[sung], edges)[0].T
    most = (end - begin) * FRAMES_PER_SECOND / COLUMNS
    axes.imshow(
        np.ma.masked_equal(counts, 0), cmap="Blues", norm=PowerNorm(0.5, -0.2 * most, most), origin="lower",
        extent=(begin, end, lowest, highest), aspect="auto", interpolation="nearest", zorder=1,
    )  # fmt: skip


def _notes(rows: NDArray[Any], sung: Sung, options: Options, seconds: float) -> None:
    """A bar behind the curve for each note, with its name where there is room; those at a row's end in both."""
    for note in written_notes(sung, options):
        for number in range(int(note.start / seconds), min(int(note.end / seconds), len(rows) - 1) + 1):
            bar = (note.start, note.end - note.start), (note.number - 0.5, 1.0)
            rows[number].broken_barh([bar[0]], bar[1], color=NOTE, linewidth=0, zorder=0.5)
        if note.end - note.start >= WIDE * seconds:
            row = rows[min(int(note.start / seconds), len(rows) - 1)]
            row.text(note.start, note.number + 0.6, note.name, fontsize=6.5, color="#8a5a14", clip_on=True, va="bottom")


def _clock(value: float) -> str:
    """Seconds as 0.5 s, 1:05 or 1:00:05."""
    if value < 60:
        return f"{round(value, 1):g} s"
    hours, rest = divmod(round(value), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
