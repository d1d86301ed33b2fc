"""The music settings as menus: one for each topic, the present choice marked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtGui import QAction, QActionGroup

from ...practice.music import SCALA, Music
from ..parts import Parts
from .topics import PITCHES, STANDARD, chosen, topics

Choose = Callable[[str, str], object]
"""Called with a topic's field and the value of its entry."""


class MusicMenus:
    """Fills the music menu."""

    def __init__(self, parts: Parts, choose: Choose, set_a4: Callable[[float], object], music: Music) -> None:
        self._parts = parts
        self._actions: dict[tuple[str, str], QAction] = {}
        self.pitches = self._make_pitches(set_a4)
        for topic in topics(music):
            menu, group = parts.menus.submenu("music", topic.menu), QActionGroup(parts.window)
            for entry in topic.entries:
                slot = partial(choose, topic.field, entry.value)
                action = parts.menus.action(menu, entry.label, entry.keys, entry.tip, slot, group=group)
                self._actions[topic.field, entry.value] = action

    def _make_pitches(self, set_a4: Callable[[float], object]) -> dict[float, QAction]:
        menu = self._parts.menus.submenu("music", "Concert &pitch")
        pitches, others = {}, 0
        for a4, who in PITCHES.items():
            others += a4 != STANDARD
            keys = "Ctrl+Alt+A" if a4 == STANDARD else f"Ctrl+Y, {others}"
            action = self._parts.menus.action(
                menu, f"A4 = {a4:g} Hz", keys, f"{who} pitch" if who.isalpha() else who, partial(set_a4, a4)
            )
            action.setCheckable(True)
            pitches[a4] = action
        return pitches

    def show_music(self, music: Music) -> None:
        """Mark what is chosen, and call the tonics what the music calls them."""
        for a4, action in self.pitches.items():
            action.setChecked(a4 == music.a4)
        for topic in topics(music):
            for entry in topic.entries:
                action = self._actions[topic.field, entry.value]
                if topic.field == "root" or entry.value == SCALA:
                    action.setText(entry.label.replace("&", "&&"))
                action.setChecked(entry.value == chosen(music, topic.field))
