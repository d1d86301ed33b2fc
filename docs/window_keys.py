"""Writes the table of keys in `docs/window.md` from the menus themselves: `python docs/window_keys.py`."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtWidgets import QApplication

from livepitch.gui.help.overview import entries
from livepitch.gui.window import Window

PAGE = Path(__file__).parent / "window.md"
BEGIN, END = "<!-- keys: written by docs/window_keys.py -->\n", "<!-- end of keys -->"
CHANGING = ("Sound › Input", "Listen › Model")  # depend on the machine


def key_table(window: Window) -> str:
    """Every action of the menus, by menu, with its keys as on Linux."""
    lines = []
    known = [entry for entry in entries(window, portable=True) if entry.place not in CHANGING]
    for place, group in groupby(known, key=lambda entry: entry.place):
        lines += ["", f"**{place}**", "", "| keys | action | |", "|---|---|---|"]
        lines += [f"| {_code(entry.keys)} | {entry.name} | {entry.tip} |" for entry in group]
    return "\n".join(lines).lstrip("\n") + "\n"


def _code(keys: str) -> str:
    return f"`{keys.split(' or ')[0]}`"  # the first: what else there is depends on the desktop


def main() -> None:
    """Write the table into its place."""
    app = QApplication([])
    window = Window()
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + key_table(window) + END + rest.split(END)[1], encoding="utf-8")
    window.close()
    del app


if __name__ == "__main__":
    main()
