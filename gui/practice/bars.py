"""What is to be sung, as bars below the voice: a layer of the roll's tiles, painted once where nothing changes."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from ...practice.scales import CHROMATIC
from ...practice.scoring.result import NoteScore
from ...practice.target.target import Kind, Manner, Target, TargetNote
from ..look.theme import blend
from ..plot.pitch_view import PitchView
from ..plot.scale import Scale
from ..viewmodel.practice_hits import Hits
from ..viewmodel.practice_words import spelt
from .marks import paint_manner, paint_star

LOWEST_BAR, HIGHEST_BAR = 10.0, 90.0  # px; between them as high as a semitone
ROUND, TEXT = 7.0, 13  # px: corner, letters
LETTER, LONGEST_NAME = 13.0, 5  # px that a letter takes at most; letters of a note's name
NEAR = 0.1  # s beyond an edge within which a beat is drawn all the same
EDGES = 10.0  # px that what is drawn at a bar reaches beyond its ends
GOOD, FAIR = 0.8, 0.5  # points of a note, 0..1
FILL, SUNG, EDGE = 0.16, 0.4, 0.85  # shares of a colour over the ground


@lru_cache(maxsize=64)
def _mixed(colour: str, ground: str, share: float) -> QColor:
    """As `blend`, which takes longer than to draw a bar."""
    return blend(colour, ground, share)


class Bars:
    """A layer of the roll."""

    def __init__(self, view: PitchView) -> None:
        self._view = view
        self.target: Target | None = None
        self.key = CHROMATIC
        """By which its notes are named."""
        self.hits: Hits | None = None
        """What was sung right so far."""
        self.scores: tuple[NoteScore, ...] = ()
        """Once the take is judged."""
        self._hidden = False  # notes to be sung are to be found by ear
        self._over = 0  # notes that are
        self._reach = self._words = 0.0  # s, the longest note; px, how far right of its begin a word may reach
        self._starts: list[float] = []
        self._beats: list[float] = []

    def show(self, target: Target, hits: Hits | None, hidden: bool = False) -> None:
        """Show a target, nothing of it sung yet; `hidden`: of the notes to be sung only when, until they are over."""
        self.target, self.hits, self.scores, self._hidden, self._over = target, hits, (), hidden, 0
        self._reach = max((note.length for note in target.notes), default=0.0)
        self._words = LETTER * max((len(note.lyric) for note in target.notes), default=0) + LETTER * LONGEST_NAME
        self._starts = [note.start for note in target.notes]
        self._beats = [beat.time for beat in target.beats]

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw beats, bars and words of what lies in the area."""
        if self.target is None:
            return
        self._paint_beats(painter, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        font = QFont(painter.font())
        font.setPixelSize(TEXT)
        painter.setFont(font)
        near = list(self._near(scale))
        for place, note in near:
            if scale.x(note.end) > scale.area.left() - EDGES and scale.x(note.start) < scale.area.right() + EDGES:
                self._paint_note(painter, scale, place, note)
        for place, note in near:
            self._paint_word(painter, scale, place, note)
        painter.restore()

    def box(self, scale: Scale, note: TargetNote) -> QRectF:
        """Where a note lies on a scale, px; a glide between its ends, what has no pitch in the middle of the rest."""
        height = min(max(scale.px_per_semitone, LOWEST_BAR), HIGHEST_BAR)
        ends = [scale.y(self._midi(note)), scale.y(self._midi(note) + note.glide)]
        left, right = scale.x(note.start), scale.x(note.end)
        return QRectF(left, min(ends) - height / 2, max(right - left - 1.5, 3.0), max(ends) - min(ends) + height)

    def conceals(self, place: int) -> bool:
        """Whether the pitch of the note at a place is not to be seen yet."""
        assert self.target is not None
        heard = self.target.notes[place].manner is Manner.LISTEN
        return self._hidden and not heard and not self.scores and place >= self._over

    def reveal(self, position: float) -> bool:
        """Show what was hidden of the notes that are over at a second; whether there was any."""
        if not self._hidden or self.target is None:
            return False
        over = sum(note.end <= position for note in self.target.notes)
        changed, self._over = over != self._over, over
        return changed

    def _near(self, scale: Scale) -> Iterator[tuple[int, TargetNote]]:
        assert self.target is not None
        left = scale.left - max(self._words / scale.px_per_second, self._reach)
        right = scale.right + EDGES / scale.px_per_second
        first, last = bisect_left(self._starts, left - NEAR), bisect_right(self._starts, right)
        yield from zip(range(first, last), self.target.notes[first:last], strict=True)

    def _midi(self, note: TargetNote) -> float:
        if not math.isnan(note.midi):
            return note.midi
        assert self.target is not None
        low, high = self.target.range
        return 60.0 if math.isnan(low) else (low + high) / 2

    def _paint_beats(self, painter: QPainter, scale: Scale) -> None:
        assert self.target is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        first = bisect_left(self._beats, scale.left - NEAR)
        for beat in self.target.beats[first : bisect_right(self._beats, scale.right + NEAR)]:
            share = 0.75 if beat.downbeat else 0.3
            painter.setPen(_mixed(self._view.shown_theme.octave_line, self._view.shown_theme.row, share))
            x = round(scale.x(beat.time))
            painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))

    # one note

    def _paint_note(self, painter: QPainter, scale: Scale, place: int, note: TargetNote) -> None:
        if self.conceals(place):
            self._paint_concealed(painter, scale, note)
            return
        theme, shape = self._view.shown_theme, self._shape(scale, note)
        golden = note.kind in (Kind.GOLDEN, Kind.RAP_GOLDEN)
        colour = theme.warning_text if golden else theme.text
        ground = theme.warning if golden else theme.row
        hollow = note.manner is Manner.LISTEN or note.kind is Kind.FREESTYLE
        if not hollow:
            painter.fillPath(shape, _mixed(colour, ground, 0.5 * FILL if golden else FILL))
        self._paint_sung(painter, scale, place, shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._edge(place, note, colour))
        painter.drawPath(shape)
        box = self.box(scale, note)
        if golden:
            paint_star(painter, box, QColor(colour))
        paint_manner(painter, box, note, QColor(theme.muted))

    def _shape(self, scale: Scale, note: TargetNote) -> QPainterPath:
        box, path = self.box(scale, note), QPainterPath()
        if note.manner is not Manner.SIREN or not note.glide:
            radius = 2.0 if note.kind in (Kind.RAP, Kind.RAP_GOLDEN) else min(ROUND, box.height() / 2, box.width() / 2)
            path.addRoundedRect(box, radius, radius)
            return path
        half = min(max(scale.px_per_semitone, LOWEST_BAR), HIGHEST_BAR) / 2
        y0, y1 = scale.y(note.midi), scale.y(note.midi + note.glide)
        path.moveTo(box.left(), y0 - half)
        for x, y in ((box.right(), y1 - half), (box.right(), y1 + half), (box.left(), y0 + half)):
            path.lineTo(x, y)
        path.closeSubpath()
        return path

    def _paint_sung(self, painter: QPainter, scale: Scale, place: int, shape: QPainterPath) -> None:
        stretches = self.hits.stretches.get(place) if self.hits is not None else None
        if not stretches:
            return
        painter.save()
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        colour, area = _mixed(self._view.shown_theme.in_tune, self._view.shown_theme.row, SUNG), shape.boundingRect()
        for start, stop in stretches:
            left = scale.x(start)
            painter.fillRect(QRectF(left, area.top(), scale.x(stop) - left, area.height()), colour)
        painter.restore()

    def _edge(self, place: int, note: TargetNote, colour: str) -> QPen:
        if note.kind is Kind.FREESTYLE:
            return QPen(
                _mixed(self._view.shown_theme.muted, self._view.shown_theme.row, 0.5), 1.0, Qt.PenStyle.DashLine
            )
        if note.manner is Manner.LISTEN:
            return QPen(QColor(self._view.shown_theme.muted), 1.5, Qt.PenStyle.DashLine)
        if place < len(self.scores) and note.scored:
            points = self.scores[place].points
            return QPen(QColor(self._view.shown_theme.bands[int(points < GOOD) + int(points < FAIR)]), 2.5)
        return QPen(_mixed(colour, self._view.shown_theme.row, EDGE), 1.25)

    def _paint_concealed(self, painter: QPainter, scale: Scale, note: TargetNote) -> None:
        left, right = scale.x(note.start), scale.x(note.end) - 1.5
        box = QRectF(left, scale.area.top(), right - left, scale.area.height())
        painter.fillRect(box, _mixed(self._view.shown_theme.muted, self._view.shown_theme.row, 0.12))
        painter.setPen(QColor(self._view.shown_theme.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")

    def _paint_word(self, painter: QPainter, scale: Scale, place: int, note: TargetNote) -> None:
        if self.conceals(place):
            return
        word = note.lyric.strip()
        letters = max(len(word), LONGEST_NAME)
        if scale.x(note.start) + LETTER * letters < scale.area.left():
            return
        box = self.box(scale, note)
        roomy = box.height() >= TEXT + 2 and box.width() >= 3 * TEXT
        if note.pitched and not note.glide and roomy and place not in self._sung:  # else the voice lies there
            name = spelt(self._view.shown_music, self.key).name(round(note.midi))
            painter.setPen(QColor(self._view.shown_theme.muted))
            inside = QRectF(round(box.left()) + 6, box.top(), box.width(), box.height())
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, name)
        if word and self._has_room(painter, scale, place, word):
            painter.setPen(QColor(self._view.shown_theme.text))
            painter.drawText(QPointF(round(box.left()) + 2, round(self._word_y(scale, note))), word)

    def _word_y(self, scale: Scale, note: TargetNote) -> float:
        return min(self.box(scale, note).bottom() + TEXT + 1, scale.area.bottom() - 4)

    def _has_room(self, painter: QPainter, scale: Scale, place: int, word: str) -> bool:
        """Whether a word ends before the next one beside it begins; the words stand below the picture anyhow."""
        assert self.target is not None
        notes, y = self.target.notes, self._word_y(scale, self.target.notes[place])
        end = scale.x(notes[place].start) + 4 + painter.fontMetrics().horizontalAdvance(word)
        for note in notes[place + 1 :]:
            if scale.x(note.start) >= end:
                return True
            if note.lyric.strip() and abs(self._word_y(scale, note) - y) < TEXT:
                return False
        return True

    @property
    def _sung(self) -> dict[int, list[tuple[float, float]]]:
        return self.hits.stretches if self.hits is not None else {}
