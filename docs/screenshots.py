"""Makes the pictures of the window in `docs/images`: `python docs/screenshots.py`, with or without a screen.

The demo voice runs through the same pipeline as a microphone, in real time, once in light and once in dark.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if not (os.environ.get("DISPLAY") or sys.platform == "darwin"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from livepitch.gui.window import Window
from livepitch.realtime.source import DemoVoice

IMAGES = Path(__file__).parent / "images"
MOMENT = 8.65  # s of the phrase: a held note after one with vibrato


def take(theme: str) -> None:
    """Run the window until the moment has come, then save its picture."""
    window = Window(DemoVoice())
    window.looks.choose_theme(theme)
    window.show()
    window.start()
    loop = QEventLoop()
    window.listening.transport.failed.connect(lambda problem: loop.exit(print(problem, file=sys.stderr) or 1))
    watch = QTimer()
    watch.timeout.connect(lambda: loop.exit(0) if window.listening.live.history.newest >= MOMENT else None)
    watch.start(10)
    if loop.exec():
        sys.exit(1)
    window.grab().save(str(IMAGES / f"window-{theme}.png"))
    window.close()


def main() -> None:
    """Take both pictures."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    IMAGES.mkdir(exist_ok=True)
    for theme in ("light", "dark"):
        take(theme)


if __name__ == "__main__":
    main()
