"""All that the menus offer, read from the menus themselves, so that it is never out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True, slots=True)
class Entry:
    """One action: where it is found, its name, its shortcut and its tip, as text."""

    place: str
    """Menu, and menu within it: "Music › Key"."""
    name: str
    keys: str
    tip: str


def plain(text: str) -> str:
    """A menu's or an action's text without the marks of its mnemonic."""
    return re.sub(r"&(.)", r"\1", text)


def entries(window: QMainWindow, portable: bool = False) -> list[Entry]:
    """Every action of every menu, in order; `portable`: shortcuts as on no system in particular."""
    bar: Any = window.menuBar()
    found = []
    for action in bar.actions():
        found += [_entry(place, each, portable) for place, each in _walk(action.menu(), plain(action.text()))]
    return found


def walk(window: QMainWindow) -> list[QAction]:
    """The actions themselves, those of menus within menus, too."""
    bar: Any = window.menuBar()
    return [each for action in bar.actions() for _, each in _walk(action.menu(), "")]


def menus(window: QMainWindow) -> list[QMenu]:
    """Every menu, those within others, too."""
    bar: Any = window.menuBar()
    found: list[QMenu] = [action.menu() for action in bar.actions()]
    for menu in found:  # grows meanwhile
        found += [inner for action in menu.actions() if (inner := action.menu()) is not None]
    return found


def _walk(menu: QMenu, place: str) -> Iterator[tuple[str, QAction]]:
    for action in menu.actions():
        inner: Any = action.menu()
        if inner is not None:
            yield from _walk(inner, f"{place} › {plain(action.text())}")
        elif not action.isSeparator() and (action.isEnabled() or action.shortcuts()):  # "nothing found" is no action
            yield place, action


def _entry(place: str, action: QAction, portable: bool) -> Entry:
    style = QKeySequence.SequenceFormat
    kept = style.PortableText if portable else style.NativeText
    keys = " or ".join(key.toString(kept) for key in action.shortcuts())
    shown = action.shortcut().toString(style.NativeText)
    return Entry(place, plain(action.text()), keys, action.toolTip().removesuffix(f" ({shown})"))
