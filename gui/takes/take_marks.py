"""The markers of a recording: kept beside a take, as a label track that Audacity reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..parts import Parts
from ..viewmodel.take import Take, markers_file
from ..viewmodel.take_export import read_labels, write_labels
from .errands import Errands


class TakeMarks:
    """Reads them when a take is opened, writes them when it is left; files of others get none."""

    def __init__(self, parts: Parts, errands: Errands) -> None:
        self._markers, self._errands = parts.stage.view.markers, errands
        self._path: Path | None = None
        self._known: list[dict[str, Any]] = []  # in the file

    def open(self, take: Take) -> None:
        """Show those of a recording, in place of none."""
        self._known = []
        if take.recorded:
            self._path = path = markers_file(take.path)
            self._errands.run(lambda: read_labels(path), lambda found: self._show(path, found))

    def save(self) -> None:
        """Write them if they are others now."""
        path, marks = self._path, self._markers.to_list()
        self._path = None
        if path is not None and marks != self._known:
            self._errands.run(lambda: write_labels(path, marks))

    def _show(self, path: Path, found: list[dict[str, Any]]) -> None:
        if path == self._path:
            self._markers.take_list(found)
            self._known = self._markers.to_list()
