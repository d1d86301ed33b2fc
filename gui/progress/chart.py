"""What all charts share: a title with a sentence, axes, and marks that arrow keys and the mouse visit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from ..look.theme import Theme

MARGIN = 10.0  # px round everything
LEFT, HEAD, FOOT = 44.0, 30.0, 24.0  # px for figures, title, days
SMALL, LARGE = 12, 14  # px of letters: figures, title
NEAR = 24.0  # px from the mouse to a mark that is meant
NOTHING = "nothing in this time"

Side = Qt.AlignmentFlag


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that can be pointed at: where (0..1 of the width), and what it is."""

    x: float
    said: str


class Chart(QWidget):
    """Paints itself in the colours of `theme`; what is in it is given by `show_marks`, and painted by `paint`."""

    empty = "–"
    """What is written in it where there is nothing to paint."""

    def __init__(self, title: str, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self.title, self._theme = title, theme
        self.marks: tuple[Mark, ...] = ()
        self.said = ""
        """What is said of all of it."""
        self.current: int | None = None
        """The mark that is pointed at."""
        self.setObjectName("chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._describe()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Two fit side by side into the smallest window."""
        return QSize(280, 176)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's, for layouts."""
        return QSize(420, 230)

    def show_marks(self, marks: Sequence[Mark], said: str) -> None:
        """Show these, with a sentence about all of them."""
        self.marks, self.said, self.current = tuple(marks), said, None
        self._describe()
        self.update()

    @property
    def readout(self) -> str:
        """What is written beside the title: of the mark that is pointed at, or of all."""
        if not self.marks:
            return NOTHING
        return self.said if self.current is None else self.marks[self.current].said

    @property
    def field(self) -> QRectF:
        """Where the chart itself is painted, in px."""
        whole = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        return whole.adjusted(LEFT, HEAD, -4, -FOOT)

    def place(self, mark: Mark) -> float:
        """Where a mark lies, in px."""
        field = self.field
        return field.left() + mark.x * field.width()

    def point_at(self, place: int | None) -> None:
        """Point at a mark, or at none."""
        if place != self.current:
            self.current = place
            self._describe()
            self.update()

    def paint(self, painter: QPainter, field: QRectF, theme: Theme) -> None:
        """Paint what is in it."""
        raise NotImplementedError

    # keys and mouse

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Arrows, Home and End go from mark to mark."""
        if event is None or not self.marks:
            super().keyPressEvent(event)
            return
        last, now = len(self.marks) - 1, self.current
        places = {
            Qt.Key.Key_Left: last if now is None else max(now - 1, 0),
            Qt.Key.Key_Right: 0 if now is None else min(now + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in places:
            self.point_at(places[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Point at the nearest mark."""
        if event is None or not self.marks:
            return
        x = event.position().x()
        place = min(range(len(self.marks)), key=lambda one: abs(self.place(self.marks[one]) - x))
        self.point_at(place if abs(self.place(self.marks[place]) - x) <= NEAR else None)

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Point at nothing."""
        super().leaveEvent(event)
        self.point_at(None)

    # the picture

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint title, chart and focus ring."""
        painter, theme = QPainter(self), self._theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, theme)
        self._paint_head(painter, theme)
        painter.setFont(sized(self.font(), SMALL))
        if self.marks:
            self.paint(painter, self.field, theme)
        else:
            painter.setPen(QColor(theme.muted))
            painter.drawText(QRectF(self.rect()), Side.AlignCenter, self.empty)
        painter.end()

    def _paint_ground(self, painter: QPainter, theme: Theme) -> None:
        focus = self.hasFocus()
        painter.setPen(QPen(QColor(theme.accent if focus else theme.border), 2.0 if focus else 1.0))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)

    def _paint_head(self, painter: QPainter, theme: Theme) -> None:
        head = QRectF(MARGIN + 4, MARGIN, self.width() - 2 * MARGIN - 8, 20)
        bold = sized(self.font(), LARGE)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        painter.drawText(head, Side.AlignLeft | Side.AlignVCenter, self.title)
        room = head.adjusted(QFontMetricsF(bold).horizontalAdvance(self.title) + 14, 0, 0, 0)
        font = sized(self.font(), LARGE - 1)
        text = QFontMetricsF(font).elidedText(self.readout, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(font)
        painter.setPen(QColor(theme.muted if self.current is None else theme.text))
        painter.drawText(room, Side.AlignRight | Side.AlignVCenter, text)

    def _describe(self) -> None:
        self.setAccessibleName(f"Chart: {self.title}")
        self.setAccessibleDescription(self.readout)
        self.setToolTip("" if not self.marks else "← → go from one to the next")


def sized(font: QFont, pixels: int) -> QFont:
    """The same letters in another size."""
    other = QFont(font)
    other.setPixelSize(pixels)
    return other


def paint_rung(painter: QPainter, field: QRectF, y: float, text: str, theme: Theme, strong: bool = False) -> None:
    """A line across at a height, with its figure at the left."""
    painter.setPen(QPen(QColor(theme.octave_line if strong else theme.row_line), 1.0))
    painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
    painter.setPen(QColor(theme.muted))
    painter.drawText(QRectF(field.left() - LEFT, y - 9, LEFT - 7, 18), Side.AlignRight | Side.AlignVCenter, text)


def paint_days(painter: QPainter, field: QRectF, ticks: Sequence[tuple[float, str]], theme: Theme) -> None:
    """Days below, each at its place but within the chart."""
    painter.setPen(QColor(theme.muted))
    for share, text in ticks:
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        left = min(field.left() + share * field.width() - width / 2, field.right() - width)
        painter.drawText(QRectF(left, field.bottom() + 5, width, 18), Side.AlignCenter, text)


def most_days(field: QRectF) -> int:
    """How many days can be named below."""
    return max(int(field.width() / 74), 2)


def paint_cursor(painter: QPainter, field: QRectF, x: float, theme: Theme) -> None:
    """A line through what is pointed at."""
    painter.setPen(QPen(QColor(theme.muted), 1.0, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()))
