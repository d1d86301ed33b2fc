"""The middle of the window: the picture with its notices at the left, note, level and legend at the right."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ..practice.music import Music
from .look.legend import Legend
from .look.theme import LIGHT, Theme
from .note.note_panel import NotePanel
from .notices import Banner, Welcome
from .plot.keys import WIDTH as KEYS_WIDTH
from .plot.pitch_view import PitchView
from .sound.level_meter import LevelMeter
from .viewmodel.live import Live
from .viewmodel.loudness import Loudness
from .viewmodel.reading import Reading

PANEL_SHARE, PANEL_WIDTHS = 0.25, (264, 340)  # of the width; px


class Stage(QWidget):
    """All that shows the voice; it knows nothing of streams, devices or time."""

    def __init__(self) -> None:
        super().__init__()
        self.view, self.banner, self.welcome = PitchView(), Banner(), Welcome()
        self.note, self.meter, self.legend = NotePanel(), LevelMeter(), Legend()
        self._panel = self._make_panel()
        self._theme, self._music = LIGHT, Music()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 10)
        layout.setSpacing(12)
        layout.addWidget(self._make_picture(), 1)
        layout.addWidget(self._panel)

    def _make_picture(self) -> QWidget:
        picture = QWidget()
        layout = QGridLayout(picture)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(_card(self.view, 6), 0, 0)
        notice = QVBoxLayout()
        notice.setContentsMargins(24, 18, 24 + KEYS_WIDTH, 18)
        notice.addWidget(self.banner, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(notice, 0, 0, Qt.AlignmentFlag.AlignTop)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, KEYS_WIDTH, 0)
        middle.addWidget(self.welcome)
        layout.addLayout(middle, 0, 0, Qt.AlignmentFlag.AlignCenter)
        return picture

    def _make_panel(self) -> QWidget:
        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(_card(self.note), 1)
        layout.addWidget(_card(self.meter))
        layout.addWidget(_card(self.legend))
        return panel

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, in every part."""
        self._theme = theme
        for part in (self.note, self.meter, self.legend):
            part.set_theme(theme)
        self.view.set_look(theme, self._music)

    def set_music(self, music: Music) -> None:
        """Take other music settings, also for what is on screen already."""
        self._music = music
        self.view.set_look(self._theme, music)

    def advance(self, live: Live, clock: float, passed: float) -> None:
        """Show a running stream at `clock` (monotonic s), `passed` s after the last call."""
        reading = live.note.read(clock, self._music)
        self.view.advance(live, reading, clock, passed)
        self.note.show_reading(reading)
        self.meter.show_loudness(live.loudness)

    def rest(self) -> None:
        """Show that nothing is heard now; the picture stays for looking at."""
        self.note.show_reading(Reading())
        self.view.light(Reading())
        self.meter.show_loudness(Loudness())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give the panel its share of the width."""
        super().resizeEvent(event)
        low, high = PANEL_WIDTHS
        self._panel.setFixedWidth(round(min(max(PANEL_SHARE * self.width(), low), high)))


def _card(part: QWidget, margin: int = 14) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.addWidget(part)
    return card
