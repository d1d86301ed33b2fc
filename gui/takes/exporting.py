"""What the user does to save things: pitch, sound and markers, and a picture."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QToolButton

from ...realtime.recording.takes import recordings_folder
from ..menus.control_bar import action_button
from ..parts import Parts
from ..sound.listening import Listening
from ..viewmodel.history import PitchHistory
from ..viewmodel.messages import Rank
from ..viewmodel.take import Take
from ..viewmodel.take_export import LABELS, NAMES, SOUNDS, Material, free_name, save
from .errands import Errands
from .files import ask_where
from .picture import PICTURES, draw_picture
from .take_scene import TakeScene

SAID = 10.0  # s


class Exporting(QObject):
    """Saves the selection, or all there is."""

    def __init__(self, parts: Parts, listening: Listening, scene: TakeScene, errands: Errands) -> None:
        super().__init__()
        self._parts, self._listening, self._scene, self._errands = parts, listening, scene, errands
        self.folder: Path | None = None
        """Where something was saved last."""
        tip = "Save pitch, sound or markers: of the selection, or all"
        self.action = parts.menus.action("file", "&Save as …", "Ctrl+S", tip, self.ask)
        tip = "Save the picture as it is: PNG or SVG"
        self.picture_action = parts.menus.action("file", "Save the &picture …", "Ctrl+Shift+P", tip, self.ask_picture)

    def button(self) -> QToolButton:
        """One that saves."""
        button = action_button(self.action, "small")
        button.setText("Save …")
        return button

    def ask(self) -> None:
        """Ask for a name; its ending says what is saved."""
        material = self._material()
        lacking = {*(SOUNDS if material.audio is None else ()), *(() if material.marks else (LABELS,))}
        kinds = {ending: text for ending, text in NAMES.items() if ending not in lacking}
        title = "Save" if self._bounds is None else "Save the selection"
        ask_where(self._parts.window, title, self._suggested("csv"), kinds, lambda path: self.save(material, path))

    def save(self, material: Material, path: Path) -> None:
        """Write it."""
        self.folder = path.parent
        self._errands.run(lambda: save(material, path), lambda what: self._say(path, what), self._complain)

    def ask_picture(self) -> None:
        """Ask for a name of the picture."""
        suggested = self._suggested("png")
        ask_where(self._parts.window, "Save the picture", suggested, PICTURES, self.save_picture)

    def save_picture(self, path: Path) -> None:
        """Draw it now, and write it."""
        self.folder = path.parent
        try:
            write = draw_picture(self._parts.stage.view, path)
        except ValueError as error:
            self._complain(str(error))
            return
        self._errands.run(write, lambda _: self._say(path, "the picture"), self._complain)

    @property
    def _bounds(self) -> tuple[float, float] | None:
        bounds: tuple[float, float] | None = self._parts.stage.view.selection.bounds
        return bounds

    def _material(self) -> Material:
        start, stop = self._bounds or (0.0, float("inf"))
        marks = self._parts.stage.view.markers.to_list(start, stop)
        take = self._take
        if take is None:
            return Material(deepcopy(self._listening.live.history), start, stop, marks=marks)
        return Material(take.history or PitchHistory(), start, stop, take.audio, take.sample_rate, marks)

    @property
    def _take(self) -> Take | None:
        return self._scene.take if self._scene.on else None

    def _suggested(self, ending: str) -> Path:
        """Beside what was saved last; a new name that says what it is."""
        take = self._take
        folder = self.folder or (recordings_folder() if take is None else take.path.parent)
        name = "livepitch" if take is None else take.path.stem
        part = "" if self._bounds is None else " part"
        return free_name((folder if folder.is_dir() else Path.home()) / f"{name}{part}.{ending}")

    def _say(self, path: Path, what: str) -> None:
        since = ", times from the start of the selection" if self._bounds is not None and what != "the picture" else ""
        text = f"Saved {path.name}: {what}{since}"
        self._parts.stage.banner.post("saved", text, Rank.OFFER, seconds=SAID)

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("saved", why, Rank.SKIPPED, seconds=2 * SAID)
