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
