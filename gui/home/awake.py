"""Keeps the screen from going dark, where the system has a simple way to ask for it: macOS."""

from __future__ import annotations

import os
import platform
import subprocess


class Awake:
    """Holds one request at a time."""

    def __init__(self) -> None:
        self._helper: subprocess.Popen[bytes] | None = None  # macOS's own program for it

    def keep(self) -> None:
        """From now on, until `release` or the end of the program."""
        if platform.system() == "Darwin" and self._helper is None:
            self._helper = subprocess.Popen(["caffeinate", "-d", "-w", str(os.getpid())])

    def release(self) -> None:
        """The screen may go dark again."""
        if self._helper is not None:
            self._helper.terminate()
            self._helper.wait()
            self._helper = None
