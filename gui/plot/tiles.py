"""Pictures of what stays the same, kept from one paint to the next.

To draw eight seconds of voice takes several times as long as to copy their picture. So the roll is cut into tiles that
stand still in time: a paint copies them to where time has moved them, and draws only those whose content has changed,
at the newest moment one or two. While it zooms or moves up or down all is drawn at once, without any. Tiles begin
at whole pixels of the screen, hence what lies between them shows no seam.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from .scale import Scale

WIDTH = 128  # px of the screen
REACH = 4.0  # px that a line may be wide to either side
SPARE = 2  # tiles kept on either side of those in sight

Draw = Callable[[QPainter, Scale], None]


class Tiles:
    """The tiles of one roll; `draw` paints a stretch of it, over what `draw_ground` paints the same for each."""

    def __init__(self, draw: Draw, draw_ground: Draw) -> None:
        self._draw, self._draw_ground = draw, draw_ground
        self._ground: QImage | None = None
        self._look: object = None
        self._pictures: dict[int, QImage] = {}
        self._rate = 1.0  # px of the screen per second
        self.drawn = 0
        """How many were drawn so far."""

    def __len__(self) -> int:
        return len(self._pictures)

    def forget(self) -> None:
        """All looks different now."""
        self._pictures.clear()
        self._ground = None

    def forget_between(self, start: float, stop: float) -> None:
        """What was heard between two times (s; the first may be infinite) has changed."""
        if start == -math.inf:
            self.forget()
        elif start < math.inf:
            # A line is a few px wide: it reaches into the tile before its first point.
            first, last = (
                math.floor((start * self._rate - REACH) / WIDTH),
                math.floor((stop * self._rate + REACH) / WIDTH),
            )
            for place in range(max(first, min(self._pictures, default=0)), last + 1):
                self._pictures.pop(place, None)

    def aligned(self, scale: Scale, ratio: float) -> Scale:
        """The scale moved by less than a pixel of the screen, so that tiles lie on whole ones."""
        rate = scale.px_per_second * ratio
        return Scale(scale.area, round(scale.left * rate) / rate, scale.seconds, scale.low, scale.high)

    def paint(self, painter: QPainter, scale: Scale, ground: QColor, ratio: float) -> None:
        """Fill the area of an aligned scale; `ratio`: pixels of the screen per px."""
        self._rate = scale.px_per_second * ratio
        look = (self._rate, scale.low, scale.high, scale.area.height(), ratio)
        if look != self._look:  # it zooms or follows the voice up or down: none of what is kept fits, or will
            self._look = look
            self.forget()
            painter.fillRect(scale.area, ground)
            self._draw_ground(painter, scale)
            self._draw(painter, scale)
            return
        first = round(scale.left * self._rate)
        places = range(first // WIDTH, (first + math.ceil(scale.area.width() * ratio)) // WIDTH + 1)
        kept = range(places.start - SPARE, places.stop + SPARE)
        self._pictures = {place: picture for place, picture in self._pictures.items() if place in kept}
        # Whole pixels of the screen, whatever a px is: between two of them, neighbours would leave one out.
        left, top = round(scale.area.left() * ratio), round(scale.area.top() * ratio)
        for place in places:
            if place not in self._pictures:
                self._pictures[place] = self._picture(place, scale, ground, ratio)
            x = left + place * WIDTH - first
            painter.drawImage(QPointF(x / ratio, top / ratio), self._pictures[place])

    def _picture(self, place: int, scale: Scale, ground: QColor, ratio: float) -> QImage:
        self.drawn += 1
        area = QRectF(0.0, 0.0, WIDTH / ratio, scale.area.height())
        mine = Scale(area, place * WIDTH / self._rate, WIDTH / self._rate, scale.low, scale.high)
        if self._ground is None:
            self._ground = QImage(WIDTH, math.ceil(scale.area.height() * ratio), QImage.Format.Format_RGB32)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(ground)
            self._paint_on(self._ground, self._draw_ground, mine)
        picture = self._ground.copy()
        self._paint_on(picture, self._draw, mine)
        return picture

    def _paint_on(self, picture: QImage, draw: Draw, scale: Scale) -> None:
        painter = QPainter(picture)
        draw(painter, scale)
        painter.end()
