"""Asking for files, in dialogs that hold nothing up; and files that are dropped on the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QFileDialog, QMainWindow

from ...realtime.audio_file import ENDINGS
from ..viewmodel.take_kinds import Kind, renamed

SOUNDS = f"Sound ({' '.join(f'*{ending}' for ending in ENDINGS)})"


def ask_for_sound(window: QMainWindow, title: str, folder: Path, take: Callable[[Path], object]) -> None:
    """Have the user choose a recording; `take` hears of it, if one is chosen."""
    ask_for_file(window, title, folder, SOUNDS, take)


def ask_for_file(window: QMainWindow, title: str, folder: Path, kinds: str, take: Callable[[Path], object]) -> None:
    """Have the user choose an existing file of some kinds, a filter as Qt has it; `take` hears of it."""
    dialog = _dialog(window, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([kinds, "All files (*)"])
    _open(dialog, take)


def ask_where(
    window: QMainWindow, title: str, suggested: Path, kinds: Mapping[str, str], take: Callable[[Path], object]
) -> None:
    """Have the user choose a name to save under; an existing file is asked about. kinds: by ending, what it is."""
    dialog = _dialog(window, title, suggested.parent)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    filters = {f"{text} (*.{ending})": ending for ending, text in kinds.items()}
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(next(iter(kinds)))
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen]))
    dialog.selectFile(suggested.name)
    _open(dialog, take)


def ask_where_as(
    window: QMainWindow,
    title: str,
    suggested: Path,
    kinds: Sequence[Kind],
    chosen: Kind,
    take: Callable[[Path, Kind], object],
) -> None:
    """Have the user choose a name to save under, and perhaps another one of the kinds; its name then ends as that."""
    dialog = _dialog(window, title, suggested.parent)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    filters = {f"{kind.title} (*.{kind.ending})": kind for kind in kinds}
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(chosen.ending)
    dialog.selectNameFilter(f"{chosen.title} (*.{chosen.ending})")

    def rename(text: str) -> None:
        dialog.setDefaultSuffix(filters[text].ending)
        names = dialog.selectedFiles()
        if names:
            dialog.selectFile(renamed(Path(names[0]), filters[text]).name)

    dialog.filterSelected.connect(rename)
    dialog.selectFile(suggested.name)
    _open(dialog, lambda path: take(path, filters[dialog.selectedNameFilter()]))


def _dialog(window: QMainWindow, title: str, folder: Path) -> QFileDialog:
    for old in window.findChildren(QFileDialog):
        old.close()
    dialog = QFileDialog(window, title, str(folder))
    dialog.setModal(False)
    return dialog


def _open(dialog: QFileDialog, take: Callable[[Path], object]) -> None:
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.show()


class Drops(QObject):
    """Files dropped anywhere on the window."""

    dropped = pyqtSignal(object)
    """The paths."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the window: what is dragged over it or dropped there."""
        if not isinstance(event, QDropEvent) or event.type() == QEvent.Type.DragMove:
            return False
        data = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in (data.urls() if data is not None else []) if url.isLocalFile()]
        if not paths:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True
