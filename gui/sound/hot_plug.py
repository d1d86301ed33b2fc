"""Notices that something was plugged in or out, without asking PortAudio, which would have to start anew for that."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QLoggingCategory, QObject, QTimer, pyqtSignal

SETTLED = (300, 3000, 8000)  # ms after a change: a sound server holds a new device for some seconds to try it
POLL = 4000  # ms between two looks where Qt cannot tell


class HotPlug(QObject):
    """Watches from `watch` on. Qt asks the system's sound service, without opening any device."""

    changed = pyqtSignal(bool)
    """Time to list the devices anew; whether an input may have come."""

    def __init__(self) -> None:
        super().__init__()
        self._devices: Any = None
        self._known: set[bytes] = set()
        self._came = False
        self._looks = [self._timer(after) for after in SETTLED]

    def watch(self) -> None:
        """Begin; where Qt's part for sound is missing, look regularly."""
        # It tells standard error which libraries it found, and that there is no sound service.
        QLoggingCategory.setFilterRules("qt.multimedia.*=false\ndefault.warning=false")
        try:
            self._watch_system()
        except ImportError:
            self._poll()
        finally:
            QLoggingCategory.setFilterRules("")

    def _watch_system(self) -> None:
        from PyQt6.QtMultimedia import QMediaDevices

        self._devices = QMediaDevices(self)
        self._known = self._inputs()
        self._devices.audioInputsChanged.connect(self._look)
        self._devices.audioOutputsChanged.connect(self._look)

    def _poll(self) -> None:
        timer = QTimer(self)
        timer.timeout.connect(lambda: self.changed.emit(True))
        timer.start(POLL)

    def _timer(self, after: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after)
        timer.timeout.connect(lambda: self.changed.emit(self._came))
        return timer

    def _inputs(self) -> set[bytes]:
        return {bytes(device.id()) for device in self._devices.audioInputs()}

    def _look(self) -> None:
        before, self._known = self._known, self._inputs()
        self._came = bool(self._known - before)
        for timer in self._looks:
            timer.start()
