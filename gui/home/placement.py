"""Where the window is on the screen: remembered, and put back when the screen has become another."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QByteArray
from PyQt6.QtWidgets import QMainWindow


class Placement:
    """Place and size, also maximised or full screen."""

    name = "placement"

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._held = ""

    def hold(self, on: bool) -> None:
        """Remember the place of this moment while another one is taken for a time."""
        self._held = self._now() if on else ""

    def remember(self) -> dict[str, Any]:
        """As Qt writes it down, in base 64."""
        return {"geometry": self._held or self._now()}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Go there. Qt takes care that the window fits the screen, and is on one that there is."""
        try:
            geometry = base64.b64decode(values.get("geometry", ""), validate=True)
        except (TypeError, ValueError, binascii.Error):
            return
        self._window.restoreGeometry(QByteArray(geometry))

    def _now(self) -> str:
        return base64.b64encode(self._window.saveGeometry().data()).decode()
