"""What the user does within the picture: read it at the cursor, mark moments, select a stretch."""

from __future__ import annotations

from ..parts import Parts
from ..viewmodel.markers import Marker


class Marking:
    """Cursor, markers and selection by keys and menus."""

    def __init__(self, parts: Parts) -> None:
        self._view = parts.stage.view
        menus = parts.menus
        marks = menus.submenu("view", "Mar&kers")
        for text, keys, tip, slot in (
            ("&Set a marker", "M", "Mark this moment, in a standing picture the cursor's", self._mark),
            (
                "N&ext marker",
                "Shift+M",
                "Look at the next marker, after the last at the first",
                lambda: self._visit(True),
            ),
            ("&Previous marker", "Alt+Shift+M", "Look at the marker before", lambda: self._visit(False)),
            ("&Name the marker", "Alt+N", "Name the marker that was set or looked at last", self._name),
            ("&Remove the marker", "Alt+D", "Take that marker away", self._remove),
        ):
            menus.action(marks, text, keys, tip, slot)
        reading = menus.submenu("view", "&Cursor and selection")
        for text, keys, tip, slot in (
            ("&Cursor", "C", "Read the picture at a cursor that Left and Right move, or put it away", self._toggle),
            (
                "&Edge of the selection",
                "X",
                "Begin a selection at this moment or the cursor, or end it",
                self._set_edge,
            ),
            ("&Zoom to the selection", "Alt+Z", "Show just what is selected", self._zoom),
            ("Select &nothing", "Escape", "Take selection and cursor away", self._escape),
        ):
            menus.action(reading, text, keys, tip, slot)
        parts.menus.separator("view")

    def _mark(self) -> None:
        self._view.markers.add(self._view.moment)

    def _visit(self, later: bool) -> None:
        view, markers = self._view, self._view.markers
        before = markers.current.time if markers.current in list(markers) else view.moment
        if (found := markers.visit(before, later)) is not None:
            view.time_window.hold()
            view.look_at(found.time)

    def _current(self) -> Marker | None:
        markers = self._view.markers
        last = list(markers)[-1:]
        return markers.current or (last[0] if last else None)

    def _name(self) -> None:
        if (marker := self._current()) is not None:
            self._view.name_marker(marker)

    def _remove(self) -> None:
        if (marker := self._current()) is not None:
            self._view.markers.remove(marker)

    def _toggle(self) -> None:
        self._view.hide_cursor() if self._view.cursor.by_keys else self._view.put_cursor()

    def _set_edge(self) -> None:
        self._view.selection.set_edge(self._view.moment)
        self._view.tell_selection()

    def _zoom(self) -> None:
        if (bounds := self._view.selection.bounds) is not None:
            self._view.time_window.show(*bounds)
            self._view.look()

    def _escape(self) -> None:
        if not self._view.deselect():
            self._view.hide_cursor()
