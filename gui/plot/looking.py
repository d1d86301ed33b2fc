"""What the user does about the picture: how much of it is seen, and which part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtGui import QActionGroup, QKeySequence

from ..parts import Parts
from ..viewmodel.note_range import Held
from .field_keys import FieldKeys

ZOOM_TIME = 1.5
ZOOM_NOTES = 4.0  # semitones
STEP, HALF, PAGE = 0.125, 0.5, 0.9  # of the width
STEP_NOTES = 2.0  # semitones


class Looking:
    """Moves the windows of time and of notes."""

    name = "looking"

    def __init__(self, parts: Parts) -> None:
        self._parts, self._view = parts, parts.stage.view
        self._field_keys = FieldKeys(parts.window)
        self._add_time()
        self._add_notes()
        parts.menus.separator("view")

    def _add_time(self) -> None:
        view, menus = self._view, self._parts.menus
        menus.action(
            "view", "&Pause the picture", "P", "Let the picture stand, or go on; what comes is kept", view.pause
        )
        menu = menus.submenu("view", "&Time in sight")
        for text, keys, tip, slot in (
            ("L&onger time", "Ctrl+Left", "Show more seconds", lambda: view.scale_time(ZOOM_TIME)),
            ("S&horter time", "Ctrl+Right", "Show fewer seconds", lambda: view.scale_time(1 / ZOOM_TIME)),
            ("&Earlier", "Left", "Look earlier, or move the cursor", lambda: self._step(-1, STEP)),
            ("&Later", "Right", "Look later, or move the cursor", lambda: self._step(1, STEP)),
            ("Much e&arlier", "Shift+Left", "Look half a picture earlier", lambda: self._step(-1, HALF)),
            ("Much la&ter", "Shift+Right", "Look half a picture later", lambda: self._step(1, HALF)),
            ("Page &back", "PgUp", "Look a whole picture earlier", lambda: self._turn(-PAGE)),
            ("Page &forth", "PgDown", "Look a whole picture later", lambda: self._turn(PAGE)),
            ("&Oldest", "Home", "Look at the beginning", self._to_oldest),
            ("&Newest", "End", "Go to the newest moment and stay with it", self._to_newest),
        ):
            menus.action(menu, text, keys, tip, slot)

    def _add_notes(self) -> None:
        view, menus = self._view, self._parts.menus
        menu = menus.submenu("view", "&Notes in sight")
        group = QActionGroup(self._parts.window)
        self._ranges = {
            held: menus.action(menu, text, keys, tip, slot, group=group)
            for held, text, keys, tip, slot in (
                (Held.VOICE, "Follow the &voice", "F", "Keep the sung voice in sight", self._follow_voice),
                (Held.FIXED, "&Fixed range", "Shift+F", "Stay at the notes in sight", self._fix),
                (Held.TYPE, "Range of the voice t&ype", "V", "Show what the voice type is written for", view.show_type),
            )
        }
        view.ranged.connect(self._check_range)
        self._check_range()
        menus.separator(menu)
        zoom_in, zoom_out = QKeySequence.StandardKey.ZoomIn, QKeySequence.StandardKey.ZoomOut
        for text, keys, tip, change in (
            ("&Fewer notes", zoom_in, "Fewer notes, larger rows", lambda: view.zoom(-ZOOM_NOTES)),
            ("&More notes", zoom_out, "More notes, smaller rows", lambda: view.zoom(ZOOM_NOTES)),
            ("&Higher notes", "Up", "Look at higher notes and stay there", lambda: view.pan_notes(STEP_NOTES)),
            ("&Lower notes", "Down", "Look at lower notes and stay there", lambda: view.pan_notes(-STEP_NOTES)),
        ):
            menus.action(menu, text, keys, tip, change)
        tip = "A ladder of note names beside the picture, or piano keys"
        self._names = menus.action("view", "Note na&mes for keys", "Alt+K", tip, view.show_names, checkable=True)

    # time

    def _step(self, way: int, share: float) -> None:
        if self._view.cursor.by_keys:
            self._view.move_cursor(way, far=share > STEP)
        else:
            self._turn(way * share)

    def _turn(self, share: float) -> None:
        self._view.pan_time(share * self._view.time_window.seconds)

    def _to_oldest(self) -> None:
        self._view.time_window.to_oldest()
        self._view.look()

    def _to_newest(self) -> None:
        self._view.time_window.to_newest()
        self._view.look()

    # notes

    def _follow_voice(self) -> None:
        self._view.note_range.follow_voice()
        self._view.look()

    def _fix(self) -> None:
        self._view.note_range.fix()
        self._view.look()

    def _check_range(self) -> None:
        self._ranges[self._view.note_range.held].setChecked(True)

    # from one day to the next

    def remember(self) -> dict[str, Any]:
        """How the picture is looked at, as plain values."""
        view = self._view
        notes = view.note_range
        return {
            "seconds": view.time_window.seconds,
            "held": notes.held.value,
            "low": notes.low if notes.held is Held.FIXED else 0.0,  # else it moves with the voice
            "span": notes.span,
            "names": view.keys.plain,
        }

    def recall(self, values: Mapping[str, Any]) -> None:
        """Look as `remember` said; what is missing or bad stays as it is."""
        view = self._view
        number = {key: float(values[key]) for key in ("seconds", "low", "span") if _is_number(values.get(key))}
        if "seconds" in number:
            view.scale_time(number["seconds"] / view.time_window.seconds)
        if "span" in number:
            view.zoom(number["span"] - view.note_range.span)
        held = values.get("held")
        if held == Held.FIXED.value and "low" in number:
            view.pan_notes(number["low"] - view.note_range.low)
        elif held == Held.TYPE.value:
            view.show_type()
        elif held == Held.VOICE.value:
            self._follow_voice()
        if isinstance(values.get("names"), bool):
            self._names.setChecked(values["names"])
            view.show_names(values["names"])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e6
