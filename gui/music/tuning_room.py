"""What the user does about the music settings."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from ...practice.music import HIGHEST_A4, LOWEST_A4, Music
from ..parts import Parts
from .concert_pitch import ConcertPitch


class TuningRoom(QObject):
    """Holds the music settings and offers them in the menu and the bar."""

    changed = pyqtSignal(object)
    """`music` is another one; it comes along."""

    def __init__(self, parts: Parts, music: Music) -> None:
        super().__init__()
        self._parts, self.music = parts, music
        menus = parts.menus
        menus.action("music", "A4 &up", "Ctrl+Up", "Raise A4 by 1 Hz", lambda: self.set_a4(self.music.a4 + 1))
        menus.action("music", "A4 &down", "Ctrl+Down", "Lower A4 by 1 Hz", lambda: self.set_a4(self.music.a4 - 1))
        menus.action("music", "A4 = &440 Hz", "Ctrl+Alt+A", "Standard pitch", lambda: self.set_a4(440.0))
        self.concert_pitch = ConcertPitch()
        self.concert_pitch.valueChanged.connect(self.set_a4)
        parts.bar.add_right(self.concert_pitch)
        self.set_music(music)

    def set_a4(self, a4: float) -> None:
        """Name notes by another concert pitch (Hz), also those already on screen."""
        self.set_music(replace(self.music, a4=min(max(a4, LOWEST_A4), HIGHEST_A4)))

    def set_music(self, music: Music) -> None:
        """Take other settings, in every part."""
        self.music = music
        self.concert_pitch.setValue(music.a4)
        self._parts.stage.set_music(music)
        self.changed.emit(music)
