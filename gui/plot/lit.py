"""What is lit on the roll: the row of the sung note, and a dot at the newest pitch."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter, QPen

from ...model.convert import hz_to_midi
from ...practice.music import Music
from ..look.theme import LIGHT, Theme, blend
from ..viewmodel.history import PitchHistory
from ..viewmodel.intonation import band
from .rows import row_area
from .scale import Scale

ROW_SHARE = 0.13  # of the accent, over the row
DOT_RADIUS = 7.0  # px


class Lit:
    """A layer of the roll."""

    def __init__(self) -> None:
        self.theme: Theme = LIGHT
        self.music = Music()
        self.note: int | None = None
        """Whose row is lit."""
        self.history: PitchHistory | None = None
        """Whose newest pitch has a dot."""

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw both, where there is anything to show."""
        if self.note is not None:
            self._paint_row(painter, row_area(scale, self.music.tuning, self.note))
        if self.history is not None and not self.history.empty:
            self._paint_dot(painter, scale, self.history)

    def _paint_row(self, painter: QPainter, row: QRectF) -> None:
        mode = QPainter.CompositionMode
        # Over the ground alone: lines stand out from it, and keep their colours.
        painter.setCompositionMode(mode.CompositionMode_Lighten if self.theme.dark else mode.CompositionMode_Darken)
        painter.fillRect(row, blend(self.theme.accent, self.theme.row, ROW_SHARE))
        painter.setCompositionMode(mode.CompositionMode_SourceOver)

    def _paint_dot(self, painter: QPainter, scale: Scale, history: PitchHistory) -> None:
        tuning = self.music.tuning
        midi = hz_to_midi(float(history.f0[-1]), tuning.a4)
        if math.isnan(midi):
            return
        _, cents = tuning.nearest(hz_to_midi(float(history.centre[-1]), tuning.a4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.row), 2.0))
        painter.setBrush(QColor(self.theme.bands[band(cents)]))
        painter.drawEllipse(QPointF(scale.x(history.newest), scale.y(midi)), DOT_RADIUS, DOT_RADIUS)
