"""What the user does when something went wrong: look into the log, copy a report to send to others."""

from __future__ import annotations

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices, QGuiApplication

from ...realtime.log.log import log_file
from ..parts import Parts
from ..takes.errands import Errands
from ..viewmodel.messages import Rank

SAID = 20.0  # s


class Reporting:
    """The last entries of the menu of help."""

    def __init__(self, parts: Parts) -> None:
        self._banner = parts.stage.banner
        self._errands: Errands | None = None  # made when it is needed
        self._busy = False
        action = parts.menus.action
        parts.menus.separator("help")
        action("help", "Show the &log …", "Ctrl+Shift+F, L", "What livepitch wrote down", self.show_log)
        tip = "Look at sound, screen, model and disk, and copy what is found"
        self.action = action("help", "Copy a &report", "Ctrl+Shift+F, R", tip, self.copy_report)

    def show_log(self) -> None:
        """Open the log in the program that the system has for texts."""
        path = log_file()
        if not path.exists():
            self._say("Nothing has been written into the log yet.")
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._say(f"No program opens the log; it is {path}")

    def copy_report(self) -> None:
        """Find out how this machine is, beside the window, and put it on the clipboard."""
        if self._busy:
            return
        from ...doctor.report import report_text

        self._busy = True
        self._banner.post("report", "Looking at sound, screen, model and disk: ten seconds …", Rank.HINT)
        self._errands = self._errands or Errands("livepitch-report")
        self._errands.run(report_text, self._take, self._fail)

    def _take(self, text: str) -> None:
        self._busy = False
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(text)
        self._say("The report is copied: paste it where you tell of the problem.")

    def _fail(self, why: str) -> None:
        self._busy = False
        self._say(f"No report: {why}")

    def _say(self, text: str) -> None:
        self._banner.post("report", text, Rank.OFFER, seconds=SAID)

    def close(self) -> None:
        """Nobody waits for it any more."""
        if self._errands is not None:
            self._errands.close(0.0)
