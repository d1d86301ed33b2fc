"""Which parts of the window are shown: the panel at the right, the controls above, the figures below."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PyQt6.QtWidgets import QWidget

from ..parts import Parts


class Panels:
    """What the user does about them; `hide` takes all away for a time."""

    name = "panels"

    def __init__(self, parts: Parts) -> None:
        self._stage = parts.stage
        self._widgets: dict[str, QWidget] = {
            "side": parts.stage.panel,
            "controls": parts.bar,
            "figures": parts.status,
        }
        self._hidden = False
        menu = parts.menus.submenu("view", "&Panels")
        self._actions = {
            name: parts.menus.action(menu, text, keys, tip, partial(self._show, name), checkable=True)
            for name, text, keys, tip in (
                ("side", "Side pa&nel", "F9", "Note, level and legend beside the picture"),
                ("controls", "&Controls", "F10", "The row of controls above the picture"),
                ("figures", "F&igures", "Ctrl+F10", "The line of figures below the picture"),
            )
        }
        for action in self._actions.values():
            action.setChecked(True)

    def show_panel(self, name: str, on: bool) -> None:
        """Show or hide "side", "controls" or "figures"."""
        self._actions[name].setChecked(on)
        self._show(name, on)

    def strip(self, on: bool) -> None:
        """Take controls and figures away for a time, or give back what was chosen."""
        self._hidden = on
        for name, action in self._actions.items():
            self._show(name, action.isChecked())

    def remember(self) -> dict[str, Any]:
        """Which are shown."""
        return {name: action.isChecked() for name, action in self._actions.items()}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Show those that were shown."""
        for name in self._widgets:
            if isinstance(values.get(name), bool):
                self.show_panel(name, values[name])

    def _show(self, name: str, on: bool) -> None:
        shown = on and not (self._hidden and name != "side")
        self._widgets[name].setVisible(shown)
        if name == "controls":
            self._stage.begin_lower(not shown)
