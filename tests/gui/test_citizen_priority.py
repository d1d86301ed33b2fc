"""What wins: the command line, then what is remembered, then the default."""

import json
import math

import pytest
from PyQt6.QtCore import Qt

from livepitch.cli import live as live_module
from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.frame import Settings

MEMORY = {
    "choosing": {"model": "rmvpe-small", "settled": True},
    "sound": {"input": "default", "channel": None, "gain": 6.0, "gate": -50.0},
}
RESET = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "window.json"
    file.write_text(json.dumps({"version": 1, "rooms": MEMORY}))
    return file


@pytest.fixture
def opened(qtbot, studio, file):
    windows = []

    def make(*named, **settings):
        model, settle = settings.pop("model", "stream"), settings.pop("settle", None)
        made = Settings(**settings)
        windows.append(Window(None, model, made, studio.make, settle=settle, memory=file, named=named))
        qtbot.addWidget(windows[-1])
        windows[-1].show()
        windows[-1].activateWindow()
        qtbot.waitUntil(windows[-1].isActiveWindow)
        return windows[-1]

    yield make
    for window in windows:
        window.close()


def heard(window, qtbot, studio):
    """Model, settler, gain and gate that a stream really runs with."""
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    stream = studio.stream
    return stream.model, stream.settle, stream.settings.gain, stream.settings.gate


def kept(file):
    return json.loads(file.read_text())["rooms"]


def test_what_is_remembered_comes_before_the_defaults(opened, qtbot, studio):
    window = opened()
    assert heard(window, qtbot, studio) == ("rmvpe-small", "rmvpe-small", 6.0, -50.0)
    assert window.choosing.model_button.accessibleName() == "Model: rmvpe-small"
    assert window.choosing.settle_action.isChecked()


def test_the_command_line_comes_before_what_is_remembered_also_with_a_default(opened, qtbot, studio, file):
    window = opened("model", "gain", "gate", gate=-70.0)
    assert heard(window, qtbot, studio) == ("stream", "rmvpe-small", 0.0, -70.0)
    window.close()
    assert kept(file)["choosing"]["model"] == "rmvpe-small"  # it held for that time
    assert (kept(file)["sound"]["gain"], kept(file)["sound"]["gate"]) == (6.0, -50.0)


def test_what_is_chosen_in_the_window_is_remembered_whatever_the_command_line_said(opened, file):
    window = opened("gain", gain=-3.0)
    window.sound.set_gain(9.0)
    window.choosing.settle_action.trigger()
    window.close()
    assert kept(file)["sound"]["gain"] == 9.0
    assert kept(file)["choosing"]["settled"] is False


def test_a_model_that_is_gone_gives_way_to_the_default_and_that_is_said_once(opened, qtbot, studio, file, tmp_path):
    rooms = {**MEMORY, "choosing": {"model": str(tmp_path / "crooner.safetensors"), "settled": False}}
    file.write_text(json.dumps({"version": 1, "rooms": rooms}))
    window = opened()
    said = window.stage.banner.label.text()
    assert said == "The model crooner.safetensors is not there any more: stream is used."
    assert heard(window, qtbot, studio)[0] == "stream"
    window.close()
    assert not opened().stage.banner.isVisible()


def test_a_model_file_is_found_again_from_another_folder(opened, file, tmp_path, monkeypatch):
    (tmp_path / "tenor.safetensors").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    file.unlink()
    window = opened(model="tenor.safetensors")
    window.looks.choose_theme("dark")
    window.close()
    monkeypatch.chdir("/")
    assert opened().choosing.model_button.accessibleName() == "Model: tenor.safetensors"


def test_as_at_first_sets_gain_gate_and_model_back_in_what_runs(opened, qtbot, studio):
    window = opened()
    heard(window, qtbot, studio)
    qtbot.keyClick(window, Qt.Key.Key_R, RESET)
    qtbot.waitUntil(lambda: studio.stream.model == "stream" and window.listening.transport.state is State.RUNNING)
    assert studio.stream.settle is None
    assert studio.stream.adjusted[-1] == {"gain": 0.0, "gate": -math.inf}
    assert window.sound.controls.gate.figure.text() == "off"
    assert window.sound.controls.gain.figure.text() == "0 dB"


def test_as_at_first_keeps_what_the_command_line_named(opened, qtbot):
    window = opened("gain", gain=-3.0)
    window.sound.set_gain(9.0)
    qtbot.keyClick(window, Qt.Key.Key_R, RESET)
    assert window.sound.controls.gain.figure.text() == "−3 dB"


@pytest.mark.parametrize(
    ("options", "named", "input_named"),
    [
        ([], [], False),
        (["--gain", "0"], ["gain"], False),
        (["--gate", "-60", "--settle", "rmvpe-small"], ["gate", "settle", "model"], False),
        (["--model", "stream", "--demo"], ["model"], True),
        (["--threshold", "0.1", "--rate", "44100"], ["model"], True),
        (["--device", "Studio"], [], True),
    ],
)
def test_the_window_hears_which_options_were_given(monkeypatch, options, named, input_named):
    import typer
    from typer.testing import CliRunner

    told = {}
    monkeypatch.setattr("livepitch.gui.app.run_window", lambda *a, **more: told.update(more, source=a[0]) or 0)
    monkeypatch.setattr(live_module, "_is_tuned", lambda *_: False)
    app = typer.Typer()
    app.command()(live_module.live)
    assert CliRunner().invoke(app, options).exit_code == 0
    assert sorted(told["named"]) == sorted(named)
    assert (told["source"] is not None) == input_named
