"""What `livepitch doctor` looks at of the screen, in a process of its own, since Qt may end the whole process."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...doctor.finding import Checks, Finding, Wanted, failed, warning, well

if TYPE_CHECKING:
    from PyQt6.QtGui import QScreen

MUSIC = "♯♭"  # signs that note names need


def screen(_: Wanted) -> Iterator[Finding]:
    """Whether a window can open, and where."""
    from ..app import DisplayError, check_display

    try:
        check_display(os.environ, platform.system())
    except DisplayError as error:
        found, _colon, advice = str(error).partition(": ")
        yield (failed if os.environ.get("DISPLAY") else warning)("screen", found, advice)
        return
    from PyQt6.QtCore import QT_VERSION_STR
    from PyQt6.QtWidgets import QApplication

    app = QApplication(["livepitch"])
    shown = [_screen(entry) for entry in app.screens()]
    yield well("screen", f"Qt {QT_VERSION_STR}, {app.platformName()}: {'; '.join(shown) or 'no screen'}")
    yield from _fonts()


def _screen(screen: QScreen) -> str:
    size = screen.size()
    return f"{size.width()} × {size.height()} at {screen.devicePixelRatio():g}, {screen.refreshRate():.0f} Hz"


def _fonts() -> Iterator[Finding]:
    from PyQt6.QtGui import QFontDatabase, QFontInfo, QFontMetrics
    from PyQt6.QtWidgets import QApplication

    families = QFontDatabase.families()
    if not families:
        yield failed("fonts", "none, so no text can be shown", "install one (Debian, Ubuntu: fonts-dejavu-core)")
        return
    font = QApplication.font()
    metrics = QFontMetrics(font)
    missing = [sign for sign in MUSIC if not metrics.inFontUcs4(ord(sign))]
    text = f"{QFontInfo(font).family()}, one of {len(families)}"
    if missing:
        text += f"; {' and '.join(missing)} are taken from another font"
    yield well("fonts", text)


def window(_: Wanted) -> Iterator[Finding]:
    """Whether all that the window is made of can be loaded."""
    from .. import window as loaded

    yield well("window", f"loads ({loaded.__name__.partition('.')[0]})")


CHECKS: Checks = {"screen": screen, "window": window}
