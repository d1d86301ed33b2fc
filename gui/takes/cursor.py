"""What moves over a recording: a line where it is heard, and the stretch that repeats."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPalette, QPen, QPolygonF

from ..plot.pitch_view import PitchView
from ..plot.scale import Scale
from ..viewmodel.take_playback import Loop

SHADE = 0.12  # of the accent, over what repeats
HEAD = 6.0  # px, half the width of the triangle at the top of the line
LETTER = 18.0  # px, the box of an A or a B
REACH = HEAD + 3.0  # px to either side of the line that it covers, wherever its tiles come to lie


class CursorLayer:
    """A layer of the roll, in the colours of the view's palette."""

    def __init__(self, view: PitchView) -> None:
        self._view = view
        self.position = 0.0
        """Seconds."""
        self.loop = Loop()
        self._sight: tuple[float, ...] = ()  # what was in sight at the last move
        self._same = 0  # moves since that was another

    def move(self, position: float) -> None:
        """Stand there: where nothing else has moved, only what is round the line is drawn anew."""
        before, self.position = self.position, position
        window, notes = self._view.time_window, self._view.note_range
        sight = window.left, window.seconds, notes.low, notes.span
        self._same = self._same + 1 if sight == self._sight else 0
        self._sight = sight
        if self._same < 2:  # the first paint after a move is made without tiles, and the next one with them
            self._view.refresh()
        elif position != before:
            self._view.refresh_round((before, position), REACH)

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw both."""
        palette = self._view.palette()
        accent, text = palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.Text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_loop(painter, scale, accent, palette.color(QPalette.ColorRole.HighlightedText))
        x, area = scale.x(self.position), scale.area
        painter.setPen(QPen(text, 1.5))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(text)
        head = QPointF(x - HEAD, area.top()), QPointF(x + HEAD, area.top()), QPointF(x, area.top() + 1.5 * HEAD)
        painter.drawPolygon(QPolygonF(head))

    def _paint_loop(self, painter: QPainter, scale: Scale, colour: QColor, on: QColor) -> None:
        area, ends = scale.area, (self.loop.start, self.loop.stop)
        if self.loop.whole is not None:
            left, right = (scale.x(end) for end in self.loop.whole)
            shade = QColor(colour)
            shade.setAlphaF(SHADE)
            painter.fillRect(QRectF(left, area.top(), right - left, area.height()), shade)
        font = QFont(painter.font())
        font.setPixelSize(12)
        font.setBold(True)
        painter.setFont(font)
        for letter, end in zip("AB", ends, strict=True):
            if end is not None:
                x = scale.x(end)
                box = QRectF(x if letter == "A" else x - LETTER, area.bottom() - LETTER, LETTER, LETTER)
                painter.setPen(QPen(colour, 1.5))
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                painter.fillRect(box, colour)
                painter.setPen(on)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
