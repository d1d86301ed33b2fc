"""What the user does about the music settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog

from ...model.errors import LivepitchError
from ...practice.music import HIGHEST_A4, LOWEST_A4, SCALA, Music
from ..look.wording import sentence
from ..parts import Parts
from .music_button import MusicButton
from .music_card import MusicCard
from .music_menus import MusicMenus
from .scala_dialog import ask_scala
from .topics import choose, summaries


class TuningRoom(QObject):
    """Holds the music settings and offers them in the menu, the bar and a card."""

    name = "music"
    changed = pyqtSignal(object)
    """`music` is another one; it comes along."""

    def __init__(self, parts: Parts, music: Music) -> None:
        super().__init__()
        self._parts, self.music = parts, music
        self.dialog: QFileDialog | None = None
        """The choice of a Scala file, while it is open."""
        tip = "Key, tuning, instrument, note names and voice"
        self._toggle = parts.menus.action("music", "&Settings", "K", tip, self._show_card, checkable=True)
        self._menus = MusicMenus(parts, self.choose, self.set_a4, music)
        for text, keys, tip, step in (
            ("A4 &up", "Ctrl+Up", "Raise A4 by 1 Hz", 1.0),
            ("A4 &down", "Ctrl+Down", "Lower A4 by 1 Hz", -1.0),
        ):
            parts.menus.action("music", text, keys, tip, lambda step=step: self.set_a4(self.music.a4 + step))
        self.card = MusicCard(parts.stage, self._menus.pitches)
        self.card.picked.connect(self.choose)
        self.card.closed.connect(self._closed)
        self.concert_pitch = self.card.concert_pitch
        self.concert_pitch.valueChanged.connect(self.set_a4)
        self.button = MusicButton(parts.bar)
        self.button.setToolTip(self._toggle.toolTip())
        self.button.clicked.connect(self._toggle.trigger)
        self.set_music(music)

    def choose(self, field: str, value: str) -> None:
        """Take another entry of a topic; for a Scala file the user is asked which."""
        if value == SCALA:
            self._ask_scala()
        else:
            self.set_music(choose(self.music, field, value))
        self._show()  # what was picked on the card, and is not chosen yet, is not shown as chosen

    def read_scala(self, path: str) -> None:
        """Tune by a Scala file; one that cannot be used is told on the card, and the tuning stays."""
        try:
            self.set_music(replace(self.music, temperament=SCALA, scala=path, scale_read=None))
        except LivepitchError as error:
            self.open_card()
            self.card.say_problem(sentence(str(error)))

    def set_a4(self, a4: float) -> None:
        """Name notes by another concert pitch (Hz), also those already on screen."""
        self.set_music(replace(self.music, a4=min(max(a4, LOWEST_A4), HIGHEST_A4)))

    def set_music(self, music: Music) -> None:
        """Take other settings, in every part."""
        self.music = music
        self._show()
        self._parts.stage.set_music(music)
        self.changed.emit(music)

    def open_card(self) -> None:
        """Show all settings."""
        self._show_card(True)

    def remember(self) -> dict[str, Any]:
        """All settings, as plain values."""
        return dict(self.music.to_dict())

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take what was remembered, as far as it can still be used."""
        self.set_music(Music.from_dict(values))

    def _show(self) -> None:
        self._menus.show_music(self.music)
        self.card.show_music(self.music)
        self.button.say(summaries(self.music))

    def _show_card(self, on: bool) -> None:
        self._toggle.setChecked(on)
        self.button.setChecked(on)
        self.card.open_card() if on else self.card.close_card()

    def _closed(self) -> None:
        self._toggle.setChecked(False)
        self.button.setChecked(False)
        self._parts.window.setFocus()

    def _ask_scala(self) -> None:
        if self.dialog is None:
            self.dialog = ask_scala(self._parts.window, self.music.scala, self.read_scala)
            self.dialog.finished.connect(self._asked)
        self.dialog.raise_()

    def _asked(self) -> None:
        self.dialog = None
