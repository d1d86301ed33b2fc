"""A needle on an arc of ±50 cents, drawn round the current note."""

from __future__ import annotations

import math

from PyQt6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ..look.theme import LIGHT, Theme, blend
from ..look.wording import MINUS, cents_text, verdict
from ..viewmodel.intonation import IN_TUNE, band

SWEEP = 110.0  # degrees from the top to 50 cents
TRACK = 12.0  # px, width of the arc
MARGIN = 26.0  # px round the arc, for labels
MAX_RADIUS = 128.0  # px
SAG = -math.cos(math.radians(SWEEP))  # how far the arc's ends hang below its centre, in radii


class CentsDial(QWidget):
    """Shows how far the voice is from the nearest note; the part that counts as in tune is tinted."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._cents = math.nan
        self._held = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Distance from the nearest note")
        self.setToolTip("How far the voice is from the nearest note, in hundredths of a semitone")

    def sizeHint(self) -> QSize:  # noqa: N802
        """As large as it may grow."""
        return QSize(round(2 * (MAX_RADIUS + MARGIN)), round(MAX_RADIUS * (1 + SAG) + 2 * MARGIN))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Small enough for a window of 800 x 600."""
        return QSize(190, 150)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def show_cents(self, cents: float, held: bool) -> None:
        """Move the needle to `cents`, at most 50 to either side (NaN hides it); dimmed when `held`."""
        cents = min(max(cents, -50.0), 50.0) if not math.isnan(cents) else cents
        if (cents, held) == (self._cents, self._held) or (math.isnan(cents) and math.isnan(self._cents)):
            return
        self._cents, self._held = cents, held
        self.setAccessibleDescription(f"{cents_text(cents)} {verdict(cents)}".strip())
        self.update()

    @property
    def radius(self) -> float:
        """Radius of the arc in px."""
        width, height = self.width() / 2 - MARGIN, (self.height() - 2 * MARGIN) / (1 + SAG)
        return min(width, height, MAX_RADIUS)

    @property
    def centre(self) -> QPointF:
        """Centre of the arc; the whole is centred in the widget."""
        spare = self.height() - self.radius * (1 + SAG) - 2 * MARGIN
        return QPointF(self.width() / 2, MARGIN + spare / 2 + self.radius)

    def needle_tip(self) -> QPointF:
        """The outer end of the needle; meaningful while there is a pitch."""
        return self._at(self._cents, self.radius + TRACK / 2 + 4)

    def _at(self, cents: float, radius: float) -> QPointF:
        angle = math.radians(SWEEP * cents / 50.0)
        return self.centre + QPointF(radius * math.sin(angle), -radius * math.cos(angle))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw arc, scale and needle."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_arc(painter, -50, 50, QColor(theme.border), round_ends=True)
        self._paint_arc(painter, -IN_TUNE, IN_TUNE, blend(theme.in_tune, theme.card, 0.35))
        self._paint_scale(painter)
        if not math.isnan(self._cents):
            self._paint_needle(painter)

    def _paint_arc(self, painter: QPainter, low: float, high: float, colour: QColor, round_ends: bool = False) -> None:
        cap = Qt.PenCapStyle.RoundCap if round_ends else Qt.PenCapStyle.FlatCap
        painter.setPen(QPen(colour, TRACK, Qt.PenStyle.SolidLine, cap))
        radius, centre = self.radius, self.centre
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        degrees = [90.0 - SWEEP * cents / 50.0 for cents in (low, high)]
        painter.drawArc(box, round(16 * degrees[0]), round(16 * (degrees[1] - degrees[0])))

    def _paint_scale(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QPen(QColor(self._theme.muted)))
        for cents in (-50, -25, 0, 25, 50):
            middle = self._at(cents, self.radius + TRACK / 2 + 12)
            label = f"+{cents}" if cents > 0 else f"{MINUS}{-cents}" if cents < 0 else "0"
            box = QRectF(middle.x() - 20, middle.y() - 8, 40, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)

    def _paint_needle(self, painter: QPainter) -> None:
        theme = self._theme
        colour = QColor(theme.bands[band(self._cents)])
        if self._held:
            colour = blend(theme.muted, theme.card, 0.5)
        needle = QLineF(self._at(self._cents, self.radius - TRACK / 2 - 14), self.needle_tip())
        for tint, width in ((QColor(theme.card), 10.0), (colour, 5.0)):  # a gap of the ground sets it off
            painter.setPen(QPen(tint, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(needle)
