import json
import os
import subprocess
import sys

import pytest

from livepitch.gui.app import DisplayError, check_display
from livepitch.model.errors import LivepitchError


def test_no_display_is_said_in_one_line():
    with pytest.raises(LivepitchError, match=r"No display.*--no-gui") as told:
        check_display({}, "Linux")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("environment", "system"),
    [
        ({}, "Darwin"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "Linux"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "Linux"),
    ],
)
def test_other_platforms_need_no_x_display(environment, system):
    check_display(environment, system)


@pytest.mark.skipif(sys.platform != "linux", reason="X11")
def test_a_display_that_is_not_there_is_named():
    with pytest.raises(DisplayError, match=r"display|library"):
        check_display({"DISPLAY": ":9753"}, "Linux")


def test_importing_the_entry_loads_no_qt():
    code = (
        "import sys, livepitch.gui.app;"
        "print([name for name in sys.modules if name.split('.')[0] in ('PyQt6', 'pyqtgraph', 'sounddevice')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_window_of_the_program_remembers_and_fills_the_screen_as_a_kiosk(tmp_path):
    code = """
import sys
from PyQt6.QtWidgets import QApplication
from livepitch.gui.app import run_window

def refuse(*_, **__):
    raise RuntimeError("no stream in this test")

def seen():
    print([window.isFullScreen() for window in QApplication.topLevelWidgets() if window.windowTitle() == "livepitch"])
    return True

sys.exit(run_window(make_stream=refuse, until=seen, kiosk=True, remember=True))
"""
    environment = {**os.environ, "LIVEPITCH_CONFIG": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=100)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("[True]")
    kept = json.loads((tmp_path / "window.json").read_text())["rooms"]
    assert kept["help"] == {"hint_seen": False}


def test_a_kiosk_without_a_window_is_refused(livepitch):
    result = livepitch("live", "--kiosk", "--no-gui")
    assert result.returncode == 2
    assert "--kiosk" in result.stderr
