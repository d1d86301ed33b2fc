"""What the user does about earlier practice: look at it, save it, delete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ..home.escapes import Escapes
from ..parts import Parts
from ..takes.errands import Errands
from ..takes.files import ask_where

if TYPE_CHECKING:  # the page and the database are loaded when they are first wanted
    from ...practice.progress.records import Session
    from ...practice.progress.store import Progress
    from ..viewmodel.progress_found import Found, Wish
    from .page import ProgressPage

KINDS = {"csv": "Table of the takes", "json": "Everything, with notes and ranges"}
NAME = "livepitch practice.csv"


class ProgressRoom(QObject):
    """The page is made when it is first opened; the file is read and written on a thread of its own."""

    name = "progress"
    take_wanted = pyqtSignal(object)
    """The path of a recording to look at; the page has closed."""

    def __init__(self, parts: Parts, escapes: Escapes, today: Callable[[], datetime] = datetime.now) -> None:
        super().__init__()
        self._parts, self._today = parts, today
        self.page: ProgressPage | None = None
        self._errands: Errands | None = None
        self._file: Progress | None = None
        self._said: list[str] = []
        """What the database had to say; filled on the other thread, emptied on this one."""
        self._exercise, self._days = "", 30
        self._folder, self._before = Path.home(), parts.window.focusWidget()
        action = parts.menus.action
        action("practice", "Pro&gress", "F12", "How your practice goes: charts and takes", self.toggle)
        action("practice", "&Save progress as …", "Ctrl+M, S", "Save what was practised as CSV or JSON", self.ask_save)
        tip = "Delete what was practised, after a question"
        action("practice", "&Delete progress …", "Ctrl+M, D", tip, self.ask_delete)
        escapes.add(self.shown, self.step_back)

    def shown(self) -> bool:
        """Whether the page is open."""
        return self.page is not None and self.page.isVisible()

    def toggle(self) -> None:
        """Open the page, or close it."""
        self.close_page() if self.shown() else self.open_page()

    def open_page(self) -> None:
        """Open the page and read what there is."""
        page = self._made()
        if not self.shown():
            self._before = self._parts.window.focusWidget()
            page.say("")
            page.open_page()
        self.refresh()

    def close_page(self) -> None:
        """Close it; the keys are the window's again."""
        if self.page is not None and self.shown():
            self.page.question.drop()
            self.page.hide()
            if self._before is not None and self._before.isVisible():
                self._before.setFocus()

    def step_back(self) -> None:
        """Close the question if there is one, else the page."""
        if self.page is not None and self.page.question.isVisible():
            self.page.question.drop()
        else:
            self.close_page()

    def refresh(self) -> None:
        """Read again what there is, as after a new take; nothing while the page is closed."""
        if not self.shown():
            return
        from ..viewmodel.progress_found import Wish, look_up

        wish, today = Wish(self._exercise, self._days), self._today().date()
        self._run(lambda progress: look_up(progress, wish, today), self._show)

    # what the user does

    def ask_save(self) -> None:
        """Ask for a name; its ending says what is saved."""
        self._open_for_more()
        suggested = self._folder / NAME
        ask_where(self._parts.window, "Save what was practised", suggested, KINDS, self.save)

    def save(self, path: Path) -> None:
        """Write all of it as JSON, or the takes as CSV."""
        self._folder = path.parent

        def work(progress: Progress) -> None:
            progress.export_json(path) if path.suffix.lower() == ".json" else progress.export_csv(path)

        self._run(work, lambda _: self._say(f"Saved as {path}", True))

    def ask_delete(self) -> None:
        """Ask whether everything, or all of the chosen exercise, is to be deleted."""
        self._open_for_more()
        page, exercise = self._made(), self._exercise
        title = page.exercise.currentText() if exercise else ""
        what = f"every take of “{title}”" if exercise else "every take, every range and all that was kept of them"
        which: dict[str, Any] = {"exercise": exercise} if exercise else {"everything": True}
        self._ask(f"Delete {what}? This cannot be undone. Recordings stay.", which, page.delete_button.setFocus)

    def _ask_one(self, session: Session) -> None:
        from ..viewmodel.progress_words import moment_text

        sentence = f"Delete the take of {moment_text(session.when, self._today().date())}? Its recording stays."
        self._ask(sentence, {"id": session.id}, self._made().table.setFocus)

    def _ask(self, sentence: str, which: Mapping[str, Any], after: Callable[[], object]) -> None:
        page = self._made()
        page.say("")
        page.question.ask(sentence, "Delete", lambda: self._delete(which), after)

    def _delete(self, which: Mapping[str, Any]) -> None:
        def deleted(number: int) -> None:
            if "id" not in which:
                self._exercise = ""
                self._say(f"{number} take{'' if number == 1 else 's'} deleted", True)
            self.refresh()

        self._run(lambda progress: progress.delete(**which), deleted)

    def _open_take(self, session: Session) -> None:
        take = session.take
        if take is None:
            self._say("Nothing was recorded with this take")
        elif not take.exists():
            self._say(f"{take}: not there any more")
        else:
            self.close_page()
            self.take_wanted.emit(take)

    def _wish(self, wish: Wish) -> None:
        self._exercise, self._days = wish.exercise, wish.days
        self.refresh()

    # what is seen

    def _show(self, found: Found) -> None:
        known = {name for name, _ in found.names}
        if self._exercise and self._exercise not in known:
            self._exercise = ""  # its last take was deleted
            self.refresh()
        elif self.page is not None and (found.wish.exercise, found.wish.days) == (self._exercise, self._days):
            self.page.show_found(found)

    def _say(self, sentence: str, good: bool = False) -> None:
        if self.page is not None:
            self.page.say(sentence, good)

    def _open_for_more(self) -> None:
        if not self.shown():
            self.open_page()

    def _made(self) -> ProgressPage:
        if self.page is None:
            from .page import ProgressPage

            stage = self._parts.stage
            self.page = page = ProgressPage(stage, lambda: stage.view.lit.theme, lambda: stage.music)
            page.wished.connect(self._wish)
            page.save_asked.connect(self.ask_save)
            page.delete_asked.connect(self.ask_delete)
            page.closed.connect(self.close_page)
            page.table.opened.connect(self._open_take)
            page.table.deleted.connect(self._ask_one)
        return self.page

    # the other thread

    def _run(self, work: Callable[[Progress], Any], then: Callable[[Any], object]) -> None:
        if self._errands is None:
            self._errands = Errands("livepitch-progress")

        def told(result: Any) -> None:
            if self._said:
                self._say(self._said.pop())
            then(result)

        self._errands.run(lambda: work(self._opened()), told, self._say)

    def _opened(self) -> Progress:
        """On the other thread alone."""
        if self._file is None:
            from ...practice.progress.store import Progress

            self._file = Progress(complain=self._said.append)
        return self._file

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """What is looked at, and where something was saved."""
        return {"exercise": self._exercise, "days": self._days, "folder": str(self._folder)}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Look at the same again."""
        exercise, days, folder = values.get("exercise"), values.get("days"), values.get("folder")
        if isinstance(exercise, str):
            self._exercise = exercise
        if days in (7, 30, 91, 365, 0) and isinstance(days, int):
            self._days = days
        if isinstance(folder, str) and Path(folder).is_dir():
            self._folder = Path(folder)

    def close(self) -> None:
        """End what is under way, and the thread."""
        if self._errands is not None:
            self._errands.close()
