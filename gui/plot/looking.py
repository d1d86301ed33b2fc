"""What the user does about the picture: how much of it is seen, and which part."""

from __future__ import annotations

from PyQt6.QtGui import QKeySequence

from ..parts import Parts

ZOOM_TIME = 1.5
ZOOM_NOTES = 4.0  # semitones


class Looking:
    """Moves the windows of time and of notes."""

    def __init__(self, parts: Parts) -> None:
        view = parts.stage.view
        zoom_in, zoom_out = QKeySequence.StandardKey.ZoomIn, QKeySequence.StandardKey.ZoomOut
        for text, keys, tip, slot in (
            ("&Fewer notes", zoom_in, "Fewer notes, larger rows", lambda: view.zoom(-ZOOM_NOTES)),
            ("&More notes", zoom_out, "More notes, smaller rows", lambda: view.zoom(ZOOM_NOTES)),
            ("L&onger time", "Ctrl+Left", "Show more seconds", lambda: view.scale_time(ZOOM_TIME)),
            ("S&horter time", "Ctrl+Right", "Show fewer seconds", lambda: view.scale_time(1 / ZOOM_TIME)),
        ):
            parts.menus.action("view", text, keys, tip, slot)
        parts.menus.separator("view")
