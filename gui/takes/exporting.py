"""What the user does to save things: pitch, notes, sound and markers, and a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QToolButton

from ...export.options import ExportError, Options
from ...realtime.recording.takes import recordings_folder
from ..menus.control_bar import action_button
from ..parts import Parts
from ..sound.listening import Listening
from ..viewmodel.export_apart import Apart
from ..viewmodel.history import PitchHistory
from ..viewmodel.messages import Rank
from ..viewmodel.take import Take
from ..viewmodel.take_export import Material, notes_text, save
from ..viewmodel.take_kinds import KINDS, Kind, free_name, meant
from .errands import Errands
from .files import ask_where, ask_where_as
from .picture import PICTURES, draw_picture
from .progress_card import ProgressCard
from .save_card import SaveCard
from .take_scene import TakeScene

SAID = 10.0  # s
PATIENCE = 400  # ms of saving after which the window says so
OWN = ("tempo", "bend_range", "lowest", "highest")  # options that are chosen here


class Exporting(QObject):
    """Saves the selection, or all there is."""

    def __init__(self, parts: Parts, listening: Listening, scene: TakeScene) -> None:
        super().__init__()
        self._parts, self._listening, self._scene = parts, listening, scene
        self._errands, self._apart = Errands("livepitch-saving"), Apart()
        self._begun = self._given_up = 0  # savings, by number
        self.folder: Path | None = None
        """Where something was saved last."""
        self.card, self.progress = SaveCard(parts.stage), ProgressCard()
        self.progress.button.setToolTip("Do not write this file (Escape)")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PATIENCE)
        self._soon.timeout.connect(self.progress.show)
        self._add_actions()
        self.card.go_on.connect(self._ask_where)
        for other in (scene.shown, scene.left):  # there is something else to save
            other.connect(self.card.hide)
        self.progress.cancelled.connect(self.cancel)

    def _add_actions(self) -> None:
        action = self._parts.menus.action
        tip = "Save pitch, notes, sound or markers: of the selection, or all"
        self.action = action("file", "&Save as …", "Ctrl+S", tip, self.ask)
        tip = "Copy the notes, of the selection or all, for a spreadsheet or a message"
        action("file", "Copy the &notes", "Ctrl+Shift+C", tip, self.copy_notes)
        tip = "Save the picture as it is: PNG or SVG"
        self.picture_action = action("file", "Save the &picture …", "Ctrl+Shift+P", tip, self.ask_picture)

    def button(self) -> QToolButton:
        """One that saves."""
        button = action_button(self.action, "small")
        button.setText("Save …")
        return button

    def ask(self) -> None:
        """Ask what to save; once more, go on to where."""
        if self.card.isVisible():
            self._ask_where()
            return
        material, music = self._material(kept=False), self._parts.stage.music
        lacking = [*(("sound",) if material.audio is None else ()), *(() if material.marks else ("markers",))]
        what = "All there is: {}" if self._bounds is None else "The selection: {}, times from its start"
        self.card.name_notes(music)
        self.card.show_music(music)
        seconds = material.seconds
        self.card.offer(lacking, what.format(f"{seconds:.1f} s" if seconds else "no pitch"))
        self.card.open_card()

    def _ask_where(self) -> None:
        material, kind = self._material(), self.card.kind
        options = replace(self.card.options, a4=self._parts.stage.music.a4)
        self.card.close_card()
        title = f"Save {'the selection' if self._bounds is not None else 'all'}: {kind.title}"

        def take(path: Path, chosen: Kind) -> None:
            self.save(material, path, chosen, options)

        ask_where_as(self._parts.window, title, self._suggested(kind.ending), self.card.offered, kind, take)

    def save(self, material: Material, path: Path, chosen: Kind, options: Options) -> None:
        """Write it: what was chosen, unless the name's ending says something else."""
        self.folder = path.parent
        try:
            path, kind = meant(path, chosen, bool(material.marks))
        except ExportError as error:
            self._complain(str(error))
            return
        part = self._bounds is not None
        self._begun += 1
        number = self._begun
        self.progress.say(f"Saving {path.name} …")
        self.progress.hide()
        self._soon.start()
        self._errands.run(
            lambda: "" if number <= self._given_up else save(material, path, kind, options, self._apart),
            lambda what: self._end(number, lambda: self._say(path, what, part)),
            lambda why: self._end(number, lambda: self._complain(why)),
        )

    @property
    def busy(self) -> bool:
        """Whether there is anything to cancel."""
        return self.progress.isVisible()

    def cancel(self) -> None:
        """Give up what is being written, and what waits to be."""
        self._given_up = self._begun
        self._apart.cancel()
        self._rest()

    def copy_notes(self) -> None:
        """Put the notes on the clipboard, a line each, parted by tabs."""
        material = self._material()
        options = replace(self.card.options, a4=self._parts.stage.music.a4)
        self._errands.run(lambda: notes_text(material, options), self._copy, self._complain)

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
        self._errands.run(write, lambda _: self._say(path, "the picture", False), self._complain)

    @property
    def _bounds(self) -> tuple[float, float] | None:
        bounds: tuple[float, float] | None = self._parts.stage.view.selection.bounds
        return bounds

    def _material(self, kept: bool = True) -> Material:
        """What there is now; `kept`: what is heard on does not change it, so that another thread may have it."""
        start, stop = self._bounds or (0.0, float("inf"))
        marks = self._parts.stage.view.markers.to_list(start, stop)
        take = self._take
        if take is None:
            history = self._listening.live.history
            return Material(deepcopy(history) if kept else history, start, stop, marks=marks)
        history = take.history or PitchHistory()
        return Material(history, start, stop, take.audio, take.sample_rate, marks, take.path)

    @property
    def _take(self) -> Take | None:
        return self._scene.take if self._scene.on else None

    def _suggested(self, ending: str) -> Path:
        """Beside what was saved last; a new name that says what it is."""
        take = self._take
        folder = self.folder or (recordings_folder() if take is None else take.path.parent)
        name = "livepitch" if take is None else take.path.stem
        part = "" if self._bounds is None else " part"
        return free_name((folder if folder.is_dir() else Path.home()) / f"{name}{part}.{ending}", ending)

    def _end(self, number: int, tell: Callable[[], object]) -> None:
        if number == self._begun:
            self._rest()
        if number > self._given_up:
            tell()

    def _rest(self) -> None:
        self._soon.stop()
        self.progress.hide()

    def _copy(self, found: tuple[str, int]) -> None:
        text, count = found
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(text)
            self._parts.stage.banner.post(
                "saved", f"Copied {'one note' if count == 1 else f'{count} notes'}", Rank.OFFER, seconds=SAID
            )

    def _say(self, path: Path, what: str, part: bool) -> None:
        since = ", times from the start of the selection" if part else ""
        self._parts.stage.banner.post("saved", f"Saved {path.name}: {what}{since}", Rank.OFFER, seconds=SAID)

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("saved", why, Rank.SKIPPED, seconds=2 * SAID)

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """Folder, kind and options."""
        options = self.card.options
        chosen = {name: getattr(options, name) for name in OWN}
        return {"saved": "" if self.folder is None else str(self.folder), "kind": self.card.kind.name, **chosen}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take those of another time."""
        saved, kind = values.get("saved"), values.get("kind")
        if isinstance(saved, str):
            self.folder = Path(saved) if saved else None
        self.card.show_options(_options(values), kind if isinstance(kind, str) and kind in KINDS else "csv")

    def close(self) -> None:
        """End what is written, if it takes long, and the thread."""
        self._errands.close()
        self._apart.cancel()


def _options(values: Mapping[str, Any]) -> Options:
    """Those that were remembered; the defaults where one of them is bad."""
    chosen = {name: values[name] for name in OWN if type(values.get(name)) is type(getattr(Options(), name))}
    try:
        return replace(Options(), **chosen)
    except ValueError:
        return Options()
