"""Light or dark, as the user chose or the desktop is."""

from __future__ import annotations

from functools import partial
from typing import Any

from PyQt6.QtGui import QActionGroup
from PyQt6.QtWidgets import QApplication

from ..parts import Parts
from .theme import DARK, LIGHT, Theme, palette, stylesheet, system_theme


class Looks:
    """What the user does about colours."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.name = "system"
        self._group = QActionGroup(parts.window)
        for name, text, keys, tip in (
            ("system", "As the &system", "Ctrl+Shift+S", "Light or dark as the desktop is"),
            ("light", "&Light", "Ctrl+Shift+L", "Light window"),
            ("dark", "&Dark", "Ctrl+Shift+D", "Dark window"),
        ):
            action = parts.menus.action("view", text, keys, tip, partial(self.choose_theme, name), group=self._group)
            action.setChecked(name == "system")
        hints = QApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(lambda _: self.choose_theme(self.name))
        self.choose_theme("system")

    def choose_theme(self, name: str) -> None:
        """Take the theme "light" or "dark", or "system" for what the desktop asks for."""
        self.name = name
        app: Any = QApplication.instance()
        self.set_theme({"light": LIGHT, "dark": DARK}.get(name) or system_theme(app))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, in every part."""
        app: Any = QApplication.instance()
        app.setPalette(palette(theme))
        self._parts.window.setStyleSheet(stylesheet(theme))
        self._parts.stage.set_theme(theme)
