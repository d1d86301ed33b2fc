"""The ground of the roll: a row for every note, and upright lines for the seconds."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter, QPen

from ...practice.music import Music
from ...practice.notes import is_black_key
from ...practice.tuning import Tuning
from ..look.theme import Theme
from .scale import Scale

MIN_LABEL_GAP = 64  # px between two labels of time
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)  # s


def time_step(seconds: float, width: float) -> int:
    """Seconds between two upright lines so that their labels have room on `width` px."""
    return next((step for step in STEPS if step * width >= MIN_LABEL_GAP * seconds), STEPS[-1])


def marked_seconds(scale: Scale, step: int) -> range:
    """The whole seconds within a scale that have a line."""
    first = max(math.ceil(scale.left / step) * step, 0)
    return range(first, math.floor(scale.right) + 1, step)


def clock_text(second: int) -> str:
    """Time as minutes and seconds, with hours where there are any: "1:05", "1:00:05"."""
    minutes = f"{second // 60 % 60:02d}" if second >= 3600 else f"{second // 60}"
    return f"{second // 3600}:{minutes}:{second % 60:02d}" if second >= 3600 else f"{minutes}:{second % 60:02d}"


def begins_octave(music: Music, note: int) -> bool:
    """Whether a note is a written C, or the first degree of a scale of other than 12 notes."""
    return (note + music.transposition) % 12 == 0 if music.tuning.twelve else music.tonic(note)


def is_black(music: Music, note: int) -> bool:
    """Whether a note is written for a black key of the piano."""
    return music.tuning.twelve and is_black_key(note + music.transposition)


def row_area(scale: Scale, tuning: Tuning, note: int) -> QRectF:
    """A note's row across the area, in whole px."""
    low, high = tuning.row(note)
    return _row(scale, low, high)


def _row(scale: Scale, low: float, high: float) -> QRectF:
    top, bottom = round(scale.y(high)), round(scale.y(low))
    return QRectF(scale.area.left(), top, scale.area.width(), bottom - top)


def paint_rows(painter: QPainter, scale: Scale, music: Music, theme: Theme) -> None:
    """The black keys' rows shaded, a line under each row, a strong one under every C."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    line, octave, black = QPen(QColor(theme.row_line)), QPen(QColor(theme.octave_line)), QColor(theme.row_black)
    tuning = music.tuning
    notes = tuning.notes(scale.low, scale.high)
    pitches = tuning.pitch(range(notes.start - 1, notes.stop + 1))  # at once: one by one they take most of the time
    borders = ((pitches[1:] + pitches[:-1]) / 2).tolist()
    for note, low, high in zip(notes, borders, borders[1:], strict=False):
        row = _row(scale, low, high)
        if is_black(music, note):
            painter.fillRect(row, black)
        painter.setPen(octave if begins_octave(music, note) else line)
        painter.drawLine(row.bottomLeft(), row.bottomRight())


def paint_seconds(painter: QPainter, scale: Scale, step: int, theme: Theme) -> None:
    """An upright line every `step` seconds."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(theme.row_line)))
    for second in marked_seconds(scale, step):
        x = scale.x(float(second))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
