"""The parts of the window that its rooms put their things into."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtWidgets import QMainWindow

from .menus.control_bar import ControlBar
from .menus.menus import Menus
from .scenes import Scenes
from .stage import Stage
from .status_line import StatusLine


@dataclass(frozen=True)
class Parts:
    """One of each, made by the window."""

    window: QMainWindow
    menus: Menus
    bar: ControlBar
    stage: Stage
    status: StatusLine
    scenes: Scenes
