"""A needle on an arc as wide as notes are apart, drawn round the current note."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ...practice.tuning import Tuning
from ..look.theme import LIGHT, Theme, blend
from ..look.wording import cents_figure
from ..viewmodel.intonation import IN_TUNE, band
from .arc import GAP, NEEDLE, SWEEP, Arc

EQUAL_REACH = 50  # cents to either side with twelve equal notes
FINEST = 0.1  # cents, less than half a pixel: the needle rests while it would move less


def reach_of(tuning: Tuning) -> int:
    """Cents to either side that the dial has for a tuning: as far as a voice can be from its note, in whole tens."""
    return max(10, math.ceil(round(tuning.widest, 3) / 10) * 10)


class CentsDial(QWidget):
    """Shows how far the voice is from the nearest note; the part that counts as in tune is tinted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._cents = math.nan
        self._held = False
        self.reach = EQUAL_REACH
        """Cents at either end."""
        self.arc = Arc.within(self.width(), self.height())
        self._ground: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # the card below need not be painted first
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the card below is painted with every frame
        self.setAccessibleName("Distance from the nearest note")
        self.setToolTip("How far the voice is from the nearest note, in hundredths of a semitone")

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Small enough for a window of 800 x 600."""
        return QSize(180, 120)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._forget()

    def set_reach(self, cents: int) -> None:
        """Let the scale end at `cents` to either side."""
        if cents != self.reach:
            self.reach = cents
            self._forget()

    def _forget(self) -> None:
        self._ground = None
        self.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Draw the scale anew."""
        super().resizeEvent(event)
        self.arc = Arc.within(self.width(), self.height())
        self._forget()

    def show_cents(self, cents: float, held: bool) -> None:
        """Move the needle to `cents`, at most to the end of the scale (NaN hides it); dimmed when `held`."""
        if not math.isnan(cents):
            cents = round(min(max(cents, -self.reach), self.reach) / FINEST) * FINEST
        if (cents, held) == (self._cents, self._held) or (math.isnan(cents) and math.isnan(self._cents)):
            return
        self._update_needle()
        self._cents, self._held = cents, held
        self._update_needle()

    def _update_needle(self) -> None:
        """Have the needle's place painted, and nothing else."""
        if not math.isnan(self._cents):
            needle, gap = self.arc.needle(self._share), GAP * self.arc.track
            place = QRectF(needle.p1(), needle.p2()).normalized().adjusted(-gap, -gap, gap, gap)
            self.update(place.toAlignedRect())

    @property
    def _share(self) -> float:
        return min(max(self._cents / self.reach, -1.0), 1.0)

    @property
    def centre(self) -> QPointF:
        """Centre of the arc."""
        return self.arc.centre

    def needle_tip(self) -> QPointF:
        """The outer end of the needle; meaningful while there is a pitch."""
        return self.arc.at(self._share, self.arc.tip)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Copy arc and scale, draw the needle."""
        ratio = self.devicePixelRatioF()
        if self._ground is None or self._ground.devicePixelRatio() != ratio:
            self._ground = self._paint_ground(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        if not math.isnan(self._cents):
            self._paint_needle(painter)

    def _paint_ground(self, ratio: float) -> QPixmap:
        theme = self._theme
        ground = QPixmap(math.ceil(self.width() * ratio), math.ceil(self.height() * ratio))
        ground.setDevicePixelRatio(ratio)
        ground.fill(QColor(theme.card))
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_arc(painter, 1.0, QColor(theme.border), Qt.PenCapStyle.RoundCap)
        in_tune = min(IN_TUNE / self.reach, 1.0)
        self._paint_arc(painter, in_tune, blend(theme.in_tune, theme.card, 0.35), Qt.PenCapStyle.FlatCap)
        font = QFont(self.font())
        font.setPixelSize(self.arc.label)
        painter.setFont(font)
        painter.setPen(QPen(QColor(theme.muted)))
        for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
            figure = cents_figure(round(share * self.reach))
            painter.drawText(self.arc.figure(share), Qt.AlignmentFlag.AlignCenter, figure)
        painter.end()
        return ground

    def _paint_arc(self, painter: QPainter, share: float, colour: QColor, cap: Qt.PenCapStyle) -> None:
        painter.setPen(QPen(colour, self.arc.track, Qt.PenStyle.SolidLine, cap))
        painter.drawArc(self.arc.box, round(16 * (90.0 - SWEEP * share)), round(32 * SWEEP * share))

    def _paint_needle(self, painter: QPainter) -> None:
        theme, needle = self._theme, self.arc.needle(self._share)
        colour = blend(theme.muted, theme.card, 0.5) if self._held else QColor(theme.bands[band(self._cents)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for tint, width in ((QColor(theme.card), GAP), (colour, NEEDLE)):  # a gap of the ground sets it off
            painter.setPen(QPen(tint, width * self.arc.track, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(needle)
