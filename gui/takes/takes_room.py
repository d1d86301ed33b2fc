"""Recordings: made, found again, opened, played, compared, judged and saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QToolButton

from ...realtime.playing.player import Player
from ...realtime.recording.takes import recordings_folder
from ..menus.control_bar import action_button
from ..parts import Parts
from ..sound.listening import Listening
from ..viewmodel.messages import Rank
from ..viewmodel.take import Take
from ..viewmodel.take_list import recordings, with_recent
from .comparing import Comparing
from .errands import Errands, Result
from .exporting import Exporting
from .files import Drops, ask_for_sound
from .live_picture import LivePicture
from .mouse import TakeMouse
from .opening import Opening
from .recording import RecordingRoom
from .replaying import Replaying
from .shelf import Shelf
from .statistics import Statistics
from .take_marks import TakeMarks
from .take_scene import TakeScene

SAID = 20.0  # s


class TakesRoom(QObject):
    """What the user does about recordings."""

    name = "takes"
    entering = pyqtSignal()
    """A recording is about to take the stage."""

    def __init__(self, parts: Parts, listening: Listening, player: Player | None = None) -> None:
        super().__init__()
        self._parts, self._listening = parts, listening
        self._files, self._sound = Errands("livepitch-files"), Errands("livepitch-replay")
        self._recent: list[Path] = []
        self._next: Path | None = None  # to be shown over what is being opened
        self.recording = RecordingRoom(parts, listening, self._files)
        self.scene = TakeScene(parts, player or Player(), self._sound)
        self.opening, self.second_opening = Opening(self._files), Opening(self._files)
        self.shelf = Shelf()
        self._add_actions(parts)
        self.comparing = Comparing(parts, self.scene, self.second_opening, self._files)
        self.exporting = Exporting(parts, listening, self.scene)
        self.statistics = Statistics(parts, listening, self.scene, self._files)
        self._marks, self._live = TakeMarks(parts, self._files), LivePicture(parts, listening)
        self.mouse = TakeMouse(parts, self.scene)
        self._fill_stage(parts)
        self._connect(parts)
        self._offer()

    def _add_actions(self, parts: Parts) -> None:
        action = parts.menus.action
        action("takes", "Recor&dings …", "Ctrl+T", "The list of recordings", self.show_list)
        action("file", "&Open …", "Ctrl+O", "Open an audio file or a take", self.ask)
        tip = "A second recording over this"
        second = action("file", "&Compare with …", "Ctrl+Shift+O", tip, self.ask_second)
        self.replaying = Replaying(parts, self.scene)
        tip = "With the model that hears it all"
        track = action("takes", "&Find the pitch again", "Ctrl+P", tip, self.track_again)
        tip = "Close the recording and show the live picture again"
        self._close_action = action("takes", "Bac&k to live", "Ctrl+W", tip, self.go_live)
        self._of_recording = second, track, self._close_action

    def _fill_stage(self, parts: Parts) -> None:
        strip = self.scene.strip
        self.loop_button = _button(self.replaying.loop_action, "Loop")
        for button in (self.loop_button, _button(self._close_action, "Close"), self.exporting.button()):
            strip.add(button)
        parts.stage.add_below(strip)
        for card in (self.opening.card, self.second_opening.card, self.exporting.progress, self.shelf):
            parts.stage.add_middle(card)

    def _connect(self, parts: Parts) -> None:
        self.opening.opened.connect(self._show)
        self.opening.tracked.connect(self.scene.show_pitch)
        self.opening.failed.connect(self._complain)
        self.recording.look.connect(self.open)
        self.shelf.chosen.connect(self.open)
        self.shelf.compared.connect(self._compare)
        self.shelf.asked.connect(self.ask)
        self.scene.left.connect(self._leave)
        self.scene.shown.connect(self._offer)
        self.scene.turned.connect(self._offer)
        self.scene.complained.connect(self._complain)
        drops = Drops(parts.window)
        drops.dropped.connect(self._take_files)

    # what the user does

    def show_list(self) -> None:
        """Show what there is to look at, or hide the list again."""
        if self.shelf.isVisible():
            self.shelf.hide()
            return
        recent, folder = list(self._recent), recordings_folder()
        on = self.scene.on
        self._files.run(lambda: recordings(folder, recent), lambda entries: self.shelf.offer(entries, folder, on))

    def ask(self) -> None:
        """Ask for a file to look at."""
        self.shelf.hide()
        ask_for_sound(self._parts.window, "Open a recording", self._folder, self.open)

    def ask_second(self) -> None:
        """Ask for a file to show over the one on the stage."""
        ask_for_sound(self._parts.window, "Compare with", self._folder, self._compare)

    def open(self, path: Path) -> None:
        """Look at a recording."""
        self.shelf.hide()
        self._next = None
        self.opening.open(path)

    def track_again(self) -> None:
        """Find the pitch of what is on the stage with the model that sees all of it."""
        if self.scene.on and self.scene.take is not None:
            self.opening.track(self.scene.take)

    def go_live(self) -> None:
        """Close the recording; the microphone's picture comes back, to be started."""
        if self.scene.on:
            self._parts.scenes.enter(self._listening)
            self._listening.come_back()
            self._live.restore()

    def leave_for_practice(self) -> None:
        """Something is to be sung: close the recording, and what lies over the picture."""
        self.shelf.hide()
        self.go_live()

    def run(self, work: Callable[[], Result], then: Callable[[Result], object]) -> None:
        """Do something about files after what is asked for already; what it gives goes to `then`, on this thread."""
        self._files.run(work, then, self._complain)

    def know(self, path: Path) -> None:
        """Have a recording in the list, wherever it lies."""
        self._recent = with_recent(self._recent, path)

    def busy(self) -> bool:
        """Whether there is a list to close, or an opening or a saving to give up."""
        return self.shelf.isVisible() or any(each.busy for each in self._cancellable)

    def cancel(self) -> None:
        """Close the list, else give up what is being opened or saved."""
        if self.shelf.isVisible():
            self.shelf.hide()
            return
        for each in self._cancellable:
            if each.busy:
                each.cancel()

    @property
    def _cancellable(self) -> tuple[Opening | Exporting, ...]:
        return self.opening, self.second_opening, self.exporting

    def _compare(self, path: Path) -> None:
        if self.scene.on:
            self.comparing.open(path)
        else:
            self.open(path)

    def _take_files(self, paths: list[Path]) -> None:
        """The first is looked at, and the second one, if there is one, over it."""
        self.open(paths[0])
        self._next = paths[1] if len(paths) > 1 else None

    # what is seen

    def _show(self, take: Take) -> None:
        self.know(take.path)
        self._parts.stage.banner.withdraw("takes")
        if self.scene.on:
            self._marks.save()
        else:
            self.entering.emit()
            self._live.keep()
        self.scene.show(take)
        self._marks.open(take)
        if self._next is not None:
            self.comparing.open(self._next)

    def _leave(self) -> None:
        self._marks.save()
        self._live.restore_time()
        self._parts.stage.banner.withdraw("takes")
        self.opening.cancel()
        self._offer()

    def _offer(self) -> None:
        on = self.scene.on
        self.replaying.offer(on)
        for action in self._of_recording:
            action.setEnabled(on)
        loop = self.scene.loop
        self.loop_button.setText("End loop" if loop.whole else "Loop" if loop.start is None else "Set B")
        if on:
            self._listening.show_verb("Pause" if self.scene.playing else "Play", self.scene.playing)

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("takes", why, Rank.OFFER, seconds=SAID)

    @property
    def _folder(self) -> Path:
        folder = self._recent[0].parent if self._recent else recordings_folder()
        return folder if folder.is_dir() else Path.home()

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """Files opened before, the folder of what was saved and how, the volume."""
        return {
            "recent": [str(path) for path in self._recent],
            "volume": self.scene.strip.volume.value(),
            **self.exporting.remember(),
        }

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take those of another time."""
        recent, volume = values.get("recent"), values.get("volume")
        if isinstance(recent, list):
            self._recent = [Path(path) for path in recent if isinstance(path, str)]
        self.exporting.recall(values)
        if isinstance(volume, int):
            self.scene.strip.volume.setValue(min(max(volume, 0), 100))

    def close(self) -> None:
        """End what is under way, and the threads."""
        for opening in (self.opening, self.second_opening):
            opening.cancel()
        self._marks.save()
        if self.scene.on:
            self._live.restore_time()  # for what is remembered
        self.statistics.close()
        self.recording.close()
        self.scene.close()
        self.exporting.close()
        for errands in (self._sound, self._files):
            errands.close()


def _button(action: QAction, text: str) -> QToolButton:
    button = action_button(action, "small")
    button.setText(text)
    return button
