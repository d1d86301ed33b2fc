"""The choice of a Scala file, in a window of its own that nothing waits for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QWidget


def ask_scala(parent: QWidget, before: str, chosen: Callable[[str], object]) -> QFileDialog:
    """Let the user choose a file, beginning beside the one `before`; `chosen` is called with its path."""
    folder = str(Path(before).parent) if before else ""
    dialog = QFileDialog(parent, "Scala file", folder, "Scala files (*.scl);;All files (*)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setWindowModality(Qt.WindowModality.NonModal)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(chosen)
    dialog.show()
    return dialog
