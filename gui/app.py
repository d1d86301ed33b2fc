"""Opens the window, or says in one line why it cannot. Qt is imported only here, and only when called."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import platform
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.errors import LivepitchError
from ..model.registry import Model
from ..realtime.ending import ending_by
from ..realtime.engine.launch import prepare
from ..realtime.engine.remote import tuned_remote_session
from ..realtime.frame import Settings
from ..realtime.roles import Output
from ..realtime.source import Source
from ..realtime.tuned import config_folder
from .viewmodel.preferences import FILE

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from .sound.listening import MakeStream
    from .window import Window

log = logging.getLogger(__name__)

PACKAGES = (
    "libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0"
)  # Debian's names of what Qt needs of the system, each with its dependencies
BEAT_MS = 200
NO_WINDOW = "or do without a window (live --no-gui, bench without --gui)"


class DisplayError(LivepitchError):
    """There is no screen to open a window on, or Qt lacks a system library."""


def run_window(
    source: Source | None = None,
    model: str = "stream",
    settings: Settings | None = None,
    loaded: Model | None = None,
    make_stream: MakeStream = tuned_remote_session,
    until: Callable[[], bool] = lambda: False,
    settle: Model | str | None = None,
    record: Path | None = None,
    kiosk: bool = False,
    remember: bool = False,
    named: Collection[str] = (),
    practice: str | None = None,
    outputs: Sequence[Output] = (),
) -> int:
    """Show the live window until it is closed; returns the exit code.

    source: what to listen to, None for the default microphone. loaded: the model, if that is done already.
    make_stream: builds the session, by default in a process of its own.
    until: asked five times a second; once it is true the window closes.
    settle: what settles the curve from the beginning, if anything. record: a folder for a take from the start.
    kiosk: fill the screen with picture and note alone. remember: the user's settings, from one start to the next.
    named: options of the command line that come before what is remembered: "model", "settle", "gain", "gate".
    practice: an exercise by its id, or a file, to begin with instead of listening.
    outputs: where to send what is heard, beside what the user has switched on in the window.
    DisplayError where no window can open.
    """
    check_display(os.environ, platform.system())
    prepare()  # the engine's process does its imports while this one does Qt's
    try:
        from PyQt6 import sip
        from PyQt6.QtWidgets import QApplication

        from .home.qt_log import log_qt_messages
        from .window import Window
    except ImportError as error:
        raise DisplayError(_lacking(error)) from error
    unlog = log_qt_messages()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("livepitch")
    app.setStyle("Fusion")
    memory = config_folder() / FILE if remember else None

    def begin(window: Window) -> None:
        if kiosk:
            window.kiosk.turn(True)
        if remember:
            window.returning.look()  # before anything else is recorded
        if record is not None:
            window.record_to(record)
        if practice is None:
            window.start()
        else:
            window.practice.open_named(practice)

    window = Window(source, model, settings, make_stream, loaded, settle, memory, named, outputs)
    try:
        return _show(app, window, begin, until)
    finally:
        sip.delete(window)  # while there is an application: the other way round Qt crashes, now and then
        unlog()


def _show(app: QApplication, window: Window, begin: Callable[[Window], None], until: Callable[[], bool]) -> int:
    """Show the window until it is closed."""
    from PyQt6.QtCore import QTimer

    from .home.mishaps import Mishaps

    mishaps = Mishaps(window.parts, window.reporting.copy_report)
    mishaps.watch()
    window.show()
    ended = False

    def end() -> None:
        nonlocal ended
        ended = True  # no more: it may come in the middle of a picture

    def look() -> None:
        if ended or until():
            window.close()
            app.quit()  # a window that was closed before `exec` ends nothing

    beat = QTimer()  # Python hears of a signal only while it runs
    beat.start(BEAT_MS)
    beat.timeout.connect(look)
    with ending_by(end):
        begin(window)
        window.sound.watch()
        # A full garbage collection walks every object of the imported libraries and would hold a picture up for 75 ms.
        gc.collect()
        gc.freeze()
        log.info("window open")
        try:
            return app.exec()
        finally:
            gc.unfreeze()
            beat.stop()
            mishaps.close()


def check_display(environment: Mapping[str, str], system: str) -> None:
    """Raise DisplayError where Qt would end the whole process because it finds no display."""
    if system != "Linux" or environment.get("QT_QPA_PLATFORM", "xcb").split(":")[0] != "xcb":
        return
    if environment.get("WAYLAND_DISPLAY"):
        return
    if not environment.get("DISPLAY"):
        raise DisplayError(f"No display to open a window on: set DISPLAY or WAYLAND_DISPLAY, {NO_WINDOW}.")
    _try_xcb(environment["DISPLAY"])


def _try_xcb(display: str) -> None:
    spec = find_spec("PyQt6")
    places = spec.submodule_search_locations if spec is not None else None
    for plugin in (Path(place, "Qt6/plugins/platforms/libqxcb.so") for place in places or ()):
        if plugin.exists():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                raise DisplayError(_lacking(error)) from error
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    broken = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if broken:
        raise DisplayError(f"The display {display} cannot be reached: check DISPLAY, {NO_WINDOW}.")


def _lacking(error: Exception) -> str:
    return f"The window lacks a system library ({error}): apt-get install {PACKAGES}, {NO_WINDOW}."
