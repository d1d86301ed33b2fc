"""The current note, large, inside its dial of cents; what else is known of it below."""

from __future__ import annotations

import math

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QResizeEvent
from PyQt6.QtWidgets import QWidget

from ...practice.music import Music
from ..look.theme import LIGHT, Theme
from ..look.wording import DASH, cents_text, steadiness_text, verdict, vibrato_text
from ..viewmodel.reading import Reading
from .arc import SAG, Arc
from .cents_dial import CentsDial, reach_of
from .note_name import NoteName
from .words import Words

NOTE_SHARE = 0.92  # of the dial's radius: height of the letter
NOTE_WIDTH, NOTE_HEIGHT = 1.8, 0.9  # of the radius within the needle: where the name has room
BESIDE_WIDTH = 1.7  # of the radius: below the name
TEXT_EVERY = 1 / 12  # s; text that changes faster cannot be read
SAID_EVERY = 1.0  # s; nor heard
SMALLEST = 228, 226  # px, width and height, whose text has the heights below
LINES = {"cents": 18, "hz": 15, "steadiness": 13, "vibrato": 13}  # px
LARGEST = 4.0  # times
GAP = 1.3  # of a line's height to the next


class NotePanel(QWidget):
    """Note name, cents in figures, words and as a needle, frequency and stability; dimmed while held."""

    def __init__(self) -> None:
        super().__init__()
        self.dial = CentsDial(self)
        self.note, self.beside = NoteName(self.dial), Words(self.dial)
        self.cents, self.hz = Words(self, bold=True), Words(self)
        self.steadiness, self.vibrato = Words(self), Words(self)
        for part, tip in (
            (self.note, "The nearest note to the voice, with its octave (C4 is middle C)"),
            (self.beside, "What the note is in the key, and how it sounds if the instrument transposes"),
            (self.cents, "Distance from the nearest note; 100 cents make a semitone"),
            (self.hz, "Frequency of the voice"),
            (self.steadiness, "For eight tenths of the last second the voice was so near its middle, vibrato apart"),
            (self.vibrato, "Swings a second, and how far they go to either side"),
        ):
            part.setToolTip(tip)
        self._reading, self._said = Reading(), Reading()
        self._theme = LIGHT
        self._scale = 1.0
        self._show(self._reading)
        self._tell(self._reading)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As large as all of it needs."""
        return QSize(180, 200)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.dial.set_theme(theme)
        self._show(self._reading)

    def set_music(self, music: Music) -> None:
        """Leave room for the names of the notes, and on the dial for their distances."""
        self.note.set_music(music)
        self.dial.set_reach(reach_of(music.tuning))

    def show_reading(self, reading: Reading) -> None:
        """Show a reading: the needle at once, text only as fast as it can be read."""
        self.dial.show_cents(reading.needle, reading.held)
        shown = self._reading
        same = (reading.name, reading.held) == (shown.name, shown.held)
        if same and abs(reading.time - shown.time) < TEXT_EVERY:
            return
        self._show(reading)
        if reading.name != self._said.name or not abs(reading.time - self._said.time) < SAID_EVERY:
            self._tell(reading)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give everything its place: the dial what the lines of text leave, the whole in the middle."""
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        self._scale = min(max(min(width / SMALLEST[0], height / SMALLEST[1]), 0.9), LARGEST)
        lines = {name: round(GAP * self._scale * px) for name, px in LINES.items()}
        room = height - sum(lines.values())
        dial = min(room, round(width / 2 * (1 + SAG)) + 24)  # no higher than its width can fill
        top = (room - dial) // 2
        self.dial.setGeometry(0, top, width, dial)
        self._place_name()
        top += dial
        for name, px in LINES.items():
            line: Words = getattr(self, name)
            line.set_height(round(self._scale * px))
            line.setGeometry(0, top, width, lines[name])
            top += lines[name]

    def _place_name(self) -> None:
        arc = Arc.within(self.dial.width(), self.dial.height())  # before the dial hears of its size
        centre, inner, small = arc.centre, arc.inner, max(round(LINES["vibrato"] * self._scale), 11)
        wide, high = NOTE_WIDTH * inner, NOTE_HEIGHT * inner
        # Just above the centre: the arc is open below, where the words stand.
        self.note.setGeometry(QRectF(centre.x() - wide / 2, centre.y() - 0.56 * high, wide, high).toRect())
        self.note.set_limits(round(NOTE_SHARE * arc.radius), wide)
        self.beside.set_height(small)
        wide = BESIDE_WIDTH * arc.radius
        place = QRectF(centre.x() - wide / 2, centre.y() + 0.48 * inner, wide, GAP * small)
        self.beside.setGeometry(place.toRect())

    def _show(self, reading: Reading) -> None:
        self._reading = reading
        none = reading.midi is None
        self.note.say(reading.name)
        self.beside.say(*_beside(reading))
        self.cents.say(f"{DASH} cents" if none else f"{cents_text(reading.cents)} · {verdict(reading.cents)}")
        self.hz.say(f"{DASH} Hz" if math.isnan(reading.hz) else f"{reading.hz:.1f} Hz")
        self.steadiness.say(steadiness_text(reading.stability))
        self.vibrato.say(vibrato_text(reading.stability))
        muted = QColor(self._theme.muted)
        colour = muted if reading.held or none else QColor(self._theme.text)
        self.note.set_colour(colour)
        for words in (self.cents, self.hz):
            words.set_look(colour)
        for words in (self.beside, self.steadiness, self.vibrato):
            words.set_look(muted)

    def _tell(self, reading: Reading) -> None:
        """Say it to a screen reader."""
        self._said = reading
        self.note.setAccessibleName(f"Note {reading.name}")
        figures = f"{cents_text(reading.cents)} {verdict(reading.cents)}".strip()
        self.dial.setAccessibleDescription(figures)
        self.setAccessibleName(f"Note {reading.name}, {figures}" if figures else "No note")


def _beside(reading: Reading) -> list[str]:
    """What stands under the name, in wordings from long to short."""
    sounding = f"sounds {reading.sounding}" if reading.sounding else ""
    both = [part for part in (reading.interval, sounding) if part]
    return [" · ".join(both), sounding or reading.interval]
