"""The menus of the window; every action stands in one of them, with a shortcut and a tip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu

TITLES = {
    "file": "&File",
    "listen": "&Listen",
    "practice": "&Practice",
    "takes": "&Recording",
    "sound": "&Sound",
    "view": "&View",
    "music": "&Music",
    "help": "&Help",
}
Keys = str | QKeySequence.StandardKey


class Menus:
    """The menu bar, filled by the rooms of the window, each with what it can do."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        bar: Any = window.menuBar()
        self._menus = {name: bar.addMenu(title) for name, title in TITLES.items()}
        for menu in self._menus.values():
            menu.setToolTipsVisible(True)

    def action(
        self,
        menu: str | QMenu,
        text: str,
        keys: Keys,
        tip: str,
        slot: Callable[..., object],
        *,
        checkable: bool = False,
        fallback: str = "",
        group: QActionGroup | None = None,
    ) -> QAction:
        """Add an action at the end of a menu, by its name in TITLES or itself; shortcuts hold in the whole window.

        slot: called without arguments, of a checkable action with whether it is on. fallback: the shortcut where the
        platform has none for `keys`. group: actions of which one is chosen.
        """
        action = QAction(text, self._window)
        action.setShortcuts(keys if not isinstance(keys, str) else [QKeySequence(keys)])
        if not action.shortcuts() and fallback:
            action.setShortcut(fallback)
        keys_text = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({keys_text})")
        action.setCheckable(checkable or group is not None)
        action.triggered.connect(slot if checkable else lambda _=False: slot())
        if group is not None:
            group.addAction(action)
        self._window.addAction(action)
        self._menu(menu).addAction(action)
        return action

    def submenu(self, menu: str, title: str) -> QMenu:
        """Add a menu within a menu."""
        inner = QMenu(title, self._window)
        self.add(menu, inner)
        return inner

    def add(self, menu: str, inner: QMenu) -> None:
        """Add a menu that fills itself."""
        inner.setToolTipsVisible(True)
        self._menu(menu).addMenu(inner)

    def separator(self, menu: str | QMenu) -> None:
        """Add a line."""
        self._menu(menu).addSeparator()

    def give_letters(self) -> None:
        """Let no two entries of a menu have the same letter, whichever rooms have filled it."""
        menus = list(self._menus.values())
        for menu in menus:  # grows by the menus within
            taken: set[str] = set()
            for action in menu.actions():
                action.setText(_with_letter(action.text(), taken))
                inner: Any = action.menu()
                menus += [inner] if inner is not None else []

    def _menu(self, menu: str | QMenu) -> QMenu:
        found: QMenu = menu if isinstance(menu, QMenu) else self._menus[menu]
        return found


def _with_letter(text: str, taken: set[str]) -> str:
    """The text with a mark before its own letter or else another that is free; `taken` grows by that."""
    own = text.replace("&&", "  ").find("&")
    if own < 0:
        return text
    plain = text[:own] + text[own + 1 :]
    places = [own, *(place for place, letter in enumerate(plain) if letter.isalnum())]
    free = next((place for place in places if plain[place].casefold() not in taken), None)
    if free is None:
        return plain
    taken.add(plain[free].casefold())
    return f"{plain[:free]}&{plain[free:]}"
