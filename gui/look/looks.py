"""Light or dark, as the user chose or the desktop is; and the colours of the trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PyQt6.QtGui import QActionGroup
from PyQt6.QtWidgets import QApplication

from ..parts import Parts
from .palettes import PALETTES, SAFE
from .stylesheet import qt_palette, stylesheet, system_theme
from .theme import DARK, LIGHT, Theme

THEMES = (
    ("system", "As the &system", "Ctrl+Shift+S", "Light or dark as the desktop is"),
    ("light", "&Light", "Ctrl+Shift+L", "Light window"),
    ("dark", "&Dark", "Ctrl+Shift+D", "Dark window"),
)


class Looks:
    """What the user does about colours."""

    name = "looks"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.theme_name, self.palette = "system", SAFE
        self._shown: Theme | None = None
        menu, group = parts.menus.submenu("view", "C&olours"), QActionGroup(parts.window)
        self._themes = {
            name: parts.menus.action(menu, text, keys, tip, partial(self.choose_theme, name), group=group)
            for name, text, keys, tip in THEMES
        }
        parts.menus.separator(menu)
        group = QActionGroup(parts.window)
        self._palettes = {
            palette.name: parts.menus.action(
                menu, palette.label, f"Ctrl+Shift+{place}", palette.tip, partial(self.choose_palette, name), group=group
            )
            for place, (name, palette) in enumerate(PALETTES.items(), 1)
        }
        hints = QApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(lambda _: self._show())
        self._show()

    def choose_theme(self, name: str) -> None:
        """Take the theme "light" or "dark", or "system" for what the desktop asks for."""
        self.theme_name = name
        self._show()

    def choose_palette(self, name: str) -> None:
        """Take other colours for the trace, by their name in PALETTES."""
        self.palette = PALETTES[name]
        self._show()

    def remember(self) -> dict[str, Any]:
        """Names of both."""
        return {"theme": self.theme_name, "palette": self.palette.name}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take what was remembered, as far as there is such a thing."""
        theme, palette = values.get("theme"), values.get("palette")
        self.theme_name = theme if isinstance(theme, str) and theme in self._themes else self.theme_name
        self.palette = PALETTES.get(palette, self.palette) if isinstance(palette, str) else self.palette
        self._show()

    def _show(self) -> None:
        self._themes[self.theme_name].setChecked(True)
        self._palettes[self.palette.name].setChecked(True)
        app: Any = QApplication.instance()
        ground = {"light": LIGHT, "dark": DARK}.get(self.theme_name) or system_theme(app)
        in_tune, near, far = self.palette.dark if ground.dark else self.palette.light
        self._take(replace(ground, in_tune=in_tune, near=near, far=far))

    def _take(self, theme: Theme) -> None:
        if theme == self._shown:  # to style every widget anew takes a while
            return
        self._shown = theme
        app: Any = QApplication.instance()
        app.setPalette(qt_palette(theme))
        self._parts.window.setStyleSheet(stylesheet(theme))
        self._parts.stage.set_theme(theme)
