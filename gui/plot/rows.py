"""The ground of the roll: a row for every note, and upright lines for the seconds."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter, QPen

from ...practice.music import Music
from ...practice.notes import is_black_key
from ...practice.tuning import Tuning
from ..look.theme import Theme, blend
from .scale import Scale

MIN_LABEL_GAP = 64  # px between two labels of time
TONIC = 0.11  # of the accent over the tonic's row
OUTSIDE = (0.10, 0.75)  # of the black keys' colour over rows outside the key: light, dark
BEYOND = 0.18  # of the muted colour over what lies outside a voice's range
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)  # s


def time_step(seconds: float, width: float) -> int:
    """Seconds between two upright lines so that their labels have room on `width` px."""
    return next((step for step in STEPS if step * width >= MIN_LABEL_GAP * seconds), STEPS[-1])


def marked_seconds(scale: Scale, step: int) -> range:
    """The whole seconds within a scale that have a line."""
    first = max(math.ceil(scale.left / step) * step, 0)
    return range(first, math.floor(scale.right) + 1, step)


def begins_octave(music: Music, note: int) -> bool:
    """Whether a note is a written C, or the first degree of a scale of other than 12 notes."""
    return (note + music.transposition) % 12 == 0 if music.tuning.twelve else music.tonic(note)


def is_black(music: Music, note: int) -> bool:
    """Whether a note is written for a black key of the piano."""
    return music.tuning.twelve and is_black_key(note + music.transposition)


def has_key(music: Music) -> bool:
    """Whether a key is chosen, so that some notes belong to it and others do not."""
    return music.tuning.twelve and music.key.scale != "chromatic"


def row_colour(music: Music, theme: Theme, note: int) -> QColor | None:
    """The ground of a note's row, None where it is the plain one: in a key by what belongs to it, else as the keys."""
    if not has_key(music):
        return QColor(theme.row_black) if is_black(music, note) else None
    if music.tonic(note):
        return blend(theme.accent, theme.row, TONIC)
    return None if music.contains(note) else blend(theme.key_black, theme.row, OUTSIDE[theme.dark])


def row_area(scale: Scale, tuning: Tuning, note: int) -> QRectF:
    """A note's row across the area, in whole px."""
    low, high = tuning.row(note)
    return _row(scale, low, high)


def _row(scale: Scale, low: float, high: float) -> QRectF:
    top, bottom = round(scale.y(high)), round(scale.y(low))
    return QRectF(scale.area.left(), top, scale.area.width(), bottom - top)


def paint_rows(painter: QPainter, scale: Scale, music: Music, theme: Theme) -> None:
    """The rows in their colours, a line under each, a strong one under every C."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    line, octave = QPen(QColor(theme.row_line)), QPen(QColor(theme.octave_line))
    tuning = music.tuning
    notes = tuning.notes(scale.low, scale.high)
    pitches = tuning.pitch(range(notes.start - 1, notes.stop + 1))  # at once: one by one they take most of the time
    borders = ((pitches[1:] + pitches[:-1]) / 2).tolist()
    for note, low, high in zip(notes, borders, borders[1:], strict=False):
        row = _row(scale, low, high)
        if (colour := row_colour(music, theme, note)) is not None:
            painter.fillRect(row, colour)
        painter.setPen(octave if begins_octave(music, note) else line)
        painter.drawLine(row.bottomLeft(), row.bottomRight())


def paint_beyond(painter: QPainter, scale: Scale, low: float, high: float, theme: Theme) -> None:
    """Shade what lies below and above two pitches (MIDI numbers), with a line at either."""
    shade = QColor(theme.muted)
    shade.setAlphaF(BEYOND)
    area = scale.area
    below, above = max(round(scale.y(low)), area.top()), min(round(scale.y(high)), area.bottom())
    painter.setPen(QPen(QColor(theme.muted)))
    if below < area.bottom():
        painter.fillRect(QRectF(area.left(), below, area.width(), area.bottom() - below), shade)
        painter.drawLine(QPointF(area.left(), below), QPointF(area.right(), below))
    if above > area.top():
        painter.fillRect(QRectF(area.left(), area.top(), area.width(), above - area.top()), shade)
        painter.drawLine(QPointF(area.left(), above), QPointF(area.right(), above))


def paint_seconds(painter: QPainter, scale: Scale, step: int, theme: Theme) -> None:
    """An upright line every `step` seconds."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(theme.row_line)))
    for second in marked_seconds(scale, step):
        x = scale.x(float(second))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
