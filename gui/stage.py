"""The middle of the window: the picture with its notices at the left, note, level and legend at the right."""

from __future__ import annotations

import math
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ..practice.music import Music
from .help.hint import Hint
from .look.legend import Legend
from .look.theme import LIGHT, Theme
from .note.note_panel import NotePanel
from .notices import Banner, Welcome
from .plot.keys import WIDTH as KEYS_WIDTH
from .plot.pitch_view import PitchView
from .plot.time_strip import HEIGHT as CLOCK_HEIGHT
from .sound.level_meter import LevelMeter
from .viewmodel.live import Live
from .viewmodel.loudness import Loudness
from .viewmodel.reading import Reading

SPACING = 12  # px between two cards
SQUEEZED = 0.85  # of its height that a part beside the picture takes at least; it scrolls, and the note stays in sight
PANEL_SHARE, PANEL_WIDTHS = 0.25, (264, 500)  # of the width; px


class Stage(QWidget):
    """All that shows the voice; it knows nothing of streams, devices or time."""

    def __init__(self) -> None:
        super().__init__()
        self.view, self.banner, self.welcome = PitchView(), Banner(), Welcome()
        self.hint = Hint()
        self.note, self.meter, self.legend = NotePanel(), LevelMeter(), Legend()
        self.panel = self._make_panel()
        self._theme, self._music = LIGHT, Music()
        self.reading = Reading()
        """What the note panel shows."""
        self._growth = 1.0
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 10)
        layout.setSpacing(12)
        self._left = QVBoxLayout()
        self._left.setSpacing(8)
        self._left.addWidget(self._make_picture(), 1)
        layout.addLayout(self._left, 1)
        layout.addWidget(self.panel)

    def _make_picture(self) -> QWidget:
        picture = QWidget()
        layout = QGridLayout(picture)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(_card(self.view, 6), 0, 0)
        self._notices = notice = QVBoxLayout()
        notice.setContentsMargins(24, 18, 24 + KEYS_WIDTH, 18)
        notice.addWidget(self.banner, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(notice, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._middle = middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, KEYS_WIDTH, 0)
        middle.addWidget(self.welcome)
        layout.addLayout(middle, 0, 0, Qt.AlignmentFlag.AlignCenter)
        foot = QVBoxLayout()
        foot.setContentsMargins(24, 0, 24 + KEYS_WIDTH, 18 + CLOCK_HEIGHT)
        foot.addWidget(self.hint)
        layout.addLayout(foot, 0, 0, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        return picture

    def _make_panel(self) -> QWidget:
        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(_card(self.note), 1)
        layout.addWidget(_card(self.meter))
        layout.addWidget(_card(self.legend))
        layout.addStretch()
        self._beside: QFrame | None = None
        self._offered: list[QWidget] = []
        self._cards: dict[QWidget, QFrame] = {}
        return panel

    def add_notice(self, widget: QWidget) -> None:
        """Put a widget into the picture, at the left of its top."""
        self._notices.insertWidget(0, widget, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def add_middle(self, widget: QWidget) -> None:
        """Put a widget into the middle of the picture."""
        self._middle.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)

    def add_below(self, widget: QWidget) -> None:
        """Put a widget below the picture."""
        self._left.addWidget(widget)

    @property
    def music(self) -> Music:
        """The music settings."""
        return self._music

    def show_beside(self, part: QWidget, on: bool) -> None:
        """Put a part into the panel above the level, or take it away; of several only the last is seen.

        The legend makes room for it first, then the part itself a little, then the note.
        """
        layout: Any = self.panel.layout()
        if part not in self._cards:
            self._cards[part] = _card(part)
            self._cards[part].setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._offered = [*(other for other in self._offered if other is not part), *([part] if on else [])]
        self._beside = self._cards[self._offered[-1]] if self._offered else None
        if self._beside is not None:
            layout.insertWidget(1, self._beside)
        for card in self._cards.values():
            card.setVisible(card is self._beside)
        self._share_height()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, in every part."""
        self._theme = theme
        for part in (self.note, self.meter, self.legend, self.hint):
            part.set_theme(theme)
        self.view.set_look(theme, self._music)

    def set_music(self, music: Music) -> None:
        """Take other music settings, also for what is on screen already."""
        self._music = music
        self.note.set_music(music)
        self.view.set_look(self._theme, music)

    def advance(self, live: Live, clock: float, passed: float) -> None:
        """Show a running stream at `clock` (monotonic s), `passed` s after the last call."""
        reading = live.note.read(clock, self._music)
        self.view.advance(live, reading, clock, passed)
        self.show_moment(reading, live.loudness)

    def show_moment(self, reading: Reading, loudness: Loudness, lit: Reading | None = None) -> None:
        """Show a note and a level; the note, or another that is `lit`, also on the keys."""
        self.reading = reading
        self.note.show_reading(reading)
        self.view.light(lit or reading)
        self.meter.show_loudness(loudness)

    def rest(self) -> None:
        """Show that nothing is heard now; the picture stays for looking at."""
        self.reading = Reading()
        self.note.show_reading(self.reading)
        self.view.rest()
        self.meter.show_loudness(Loudness())

    def grow(self, factor: float) -> None:
        """Show note and keys so many times as large, for who sits far away."""
        self._growth = factor
        self.view.keys.grow(factor)
        self._share_width()

    def begin_lower(self, on: bool) -> None:
        """Leave room at the top, where no controls stand above."""
        layout: Any = self.layout()
        layout.setContentsMargins(12, 12 if on else 0, 12, 10)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give the panel its share of the width."""
        super().resizeEvent(event)
        self._share_width()
        self._share_height()

    def _share_height(self) -> None:
        cards: tuple[Any, ...] = tuple(part.parentWidget() for part in (self.note, self.meter, self.legend))
        (note, meter, legend), beside = cards, self._beside
        room = math.inf
        spare = 0  # that the part beside gives for the note, but not for the legend
        if beside is not None:
            height = beside.sizeHint().height()
            least = getattr(self._offered[-1], "least", None) or round(SQUEEZED * height)
            spare = height - max(beside.minimumSizeHint().height(), min(least, height))
            room = self.panel.height() - height - meter.sizeHint().height() - SPACING
        for card, more in ((note, spare), (legend, 0)):
            needed = card.minimumSizeHint().height() + SPACING
            card.setVisible(room + more >= needed)
            room -= needed if room + more >= needed else 0

    def _share_width(self) -> None:
        low, high = (self._growth * width for width in PANEL_WIDTHS)
        low = min(low, max(PANEL_WIDTHS[0], 0.4 * self.width()))  # large letters leave the picture its room
        share = self._growth * PANEL_SHARE * self.width()
        self.panel.setFixedWidth(round(min(max(share, low), high)))


def _card(part: QWidget, margin: int = 14) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.addWidget(part)
    return card
