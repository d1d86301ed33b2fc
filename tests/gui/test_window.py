import math
import platform
import threading
import time

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QTextDocumentFragment
from PyQt6.QtWidgets import QApplication

from livepitch.gui.look.theme import DARK, LIGHT
from livepitch.gui.menus.choices import DEMO, model_choices
from livepitch.gui.sound import listening as listening_module
from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.source import DemoVoice, DeviceError, InputDevice, Microphone


def sing(window, studio, frames):
    """Let the stream deliver frames and the window show them."""
    studio.stream.ready = frames
    window.listening._told = -math.inf  # figures are due
    window.listening.tick()


def note_text(window):
    return QTextDocumentFragment.fromHtml(window.stage.note.note.text()).toPlainText()


def status_text(window):
    return "  ".join(label.text() for label in window.status.labels.values() if label.isVisible())


def labels(menu):
    return [action.text() for action in menu.actions() if action.text()]


def test_a_sung_note_is_shown_with_its_cents_and_frequency(running, studio, tone):
    sing(running, studio, tone(440.0 * 2 ** (20 / 1200), 0.3))
    assert note_text(running) == "A4"
    assert running.stage.note.cents.text() == "+20 cents · sharp"
    assert running.stage.note.hz.text() == "445.1 Hz"
    assert running.stage.note.dial.needle_tip().x() > running.stage.note.dial.centre.x()
    assert not running.stage.welcome.isVisible()


def test_sharps_have_the_real_sign(running, studio, tone):
    sing(running, studio, tone(369.99, 0.3))
    assert note_text(running) == "F♯4"


def test_status_line_tells_the_facts(running, studio, tone):
    sing(running, studio, tone(440.0, 0.1))
    text = status_text(running)
    for fact in (
        "Headset",
        "48 kHz",
        "model stream",
        "latency 47 ms (32 ms algorithmic)",
        "xruns 3",
        "skipped 0.5 s",
    ):
        assert fact in text


def test_level_and_overload_are_shown(running, studio, tone):
    sing(running, studio, tone(440.0, 0.3, level=-23.0))
    assert running.stage.meter.figure.text() == "−23 dBFS"
    sing(running, studio, tone(440.0, 0.1, start=0.3, level=-2.0))
    assert "too loud" in running.stage.meter.figure.text()


def test_message_of_the_stream_is_visible_and_goes_away(running, studio, tone):
    studio.stream.message = "input lost, waiting"
    sing(running, studio, tone(440.0, 0.1))
    assert running.stage.banner.isVisible()
    assert running.stage.banner.label.text() == "Input lost, waiting"
    studio.stream.message = None
    sing(running, studio, tone(440.0, 0.1, start=0.1))
    assert not running.stage.banner.isVisible()


@pytest.mark.parametrize(("system", "hint"), [("Darwin", "Privacy & Security"), ("Linux", "muted")])
def test_digital_silence_gets_a_hint(running, studio, tone, monkeypatch, system, hint):
    monkeypatch.setattr(platform, "system", lambda: system)
    sing(running, studio, tone(math.nan, 2.5, level=-math.inf))
    assert hint in running.stage.banner.label.text()
    assert running.stage.banner.isVisible()


def test_space_starts_and_stops(window, qtbot, studio):
    assert window.listening.start_button.text() == "Start"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    assert window.listening.start_button.text() == "Stop"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.listening.start_button.text() == "Start"
    qtbot.waitUntil(lambda: studio.stream.stopped_on is not None)
    assert studio.stream.stopped_on == "livepitch-transport"


def test_a_slow_start_does_not_block_the_window(window, qtbot, studio):
    studio.prepare = lambda stream: stream.may_start.clear()
    window.start()
    qtbot.wait(50)
    assert window.listening.transport.state is State.STARTING
    assert window.stage.welcome.isVisible()
    assert "Headset" in window.stage.welcome.text.text()
    studio.stream.may_start.set()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)


def test_stopped_while_starting_stays_stopped(window, qtbot, studio):
    studio.prepare = lambda stream: stream.may_start.clear()
    window.start()
    qtbot.waitUntil(lambda: len(studio.streams) == 1)
    window.listening.toggle()
    studio.stream.may_start.set()
    qtbot.waitUntil(lambda: studio.stream.stopped_on is not None)
    assert window.listening.transport.state is State.STOPPED
    assert window.listening.transport.stream is None


def test_no_input_device_is_said_in_one_sentence_and_the_demo_offered(window, qtbot, studio):
    def refuse(stream):
        stream.error = (
            DeviceError("No input device: connect a microphone.") if stream.source.name == "Headset" else None
        )

    studio.prepare = refuse
    window.start()
    qtbot.waitUntil(lambda: window.stage.welcome.text.text() == "No input device: connect a microphone.")
    assert window.isVisible()
    assert window.stage.welcome.isVisible()
    assert window.stage.welcome.demo_button.isVisible()
    qtbot.mouseClick(window.stage.welcome.demo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    assert type(studio.stream.source).__name__ == "DemoVoice"
    assert "Demo voice" in status_text(window)


def test_a_stream_that_breaks_is_reported(running, studio, tone):
    sing(running, studio, tone(440.0, 0.1))
    studio.stream.broken = RuntimeError("the model broke\nin two lines")
    running.listening.tick()
    assert running.listening.transport.state is State.STOPPED
    assert running.stage.welcome.isVisible()
    assert running.stage.welcome.text.text() == "The model broke in two lines"


def test_a_file_that_ends_stops_after_its_last_frame(running, studio, tone):
    studio.stream.running = False
    sing(running, studio, tone(440.0, 0.1))
    assert running.listening.transport.state is State.RUNNING
    running.listening.tick()
    assert running.listening.transport.state is State.STOPPED
    assert running.listening.live.history.newest == pytest.approx(0.09)


def test_devices_are_listed_when_the_menu_opens(window, qtbot, monkeypatch):
    found = [InputDevice(4, "USB & more", "ALSA", 2, 44100, 0.01, False)]
    monkeypatch.setattr(listening_module, "input_devices", lambda refresh: found)
    menu = window.listening.choosing.input_menu
    assert "No input device found" in labels(menu)
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: "USB && more" in labels(menu))
    assert {"Default microphone", "Headset", "Demo voice"} <= set(labels(menu))
    found.clear()
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: "No input device found" in labels(menu))


def test_no_audio_system_still_offers_the_demo_voice(window, qtbot, monkeypatch):
    def broken(refresh):
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(listening_module, "input_devices", broken)
    with qtbot.waitSignal(window.listening.transport.listed):
        window.listening.choosing.input_menu.aboutToShow.emit()
    assert "Demo voice" in labels(window.listening.choosing.input_menu)


def test_choosing_an_input_ends_the_old_stream_before_the_new_one_starts(running, qtbot, studio):
    old = studio.stream
    running.listening.choosing.choose_input(DEMO)
    qtbot.waitUntil(lambda: running.listening.transport.stream not in (None, old))
    assert old.stopped_on == "livepitch-transport"
    assert len(studio.streams) == 2
    assert running.listening.transport.stream is studio.stream


def test_choosing_a_model_starts_with_it(running, qtbot, studio):
    menu = running.listening.choosing.model_menu
    menu.aboutToShow.emit()
    names = labels(menu)
    assert "stream" in names
    other = next(action for action in menu.actions() if action.text() == names[-1])
    other.trigger()
    qtbot.waitUntil(lambda: len(studio.streams) == 2)
    assert studio.stream.model == names[-1]
    assert f"model {names[-1]}" in status_text(running)


def test_concert_pitch_renames_what_is_sung(running, studio, tone):
    sing(running, studio, tone(440.0, 0.3))
    running.tuning_room.set_a4(415.0)
    sing(running, studio, tone(440.0, 0.1, start=0.3))
    assert note_text(running) == "A♯4"
    running.tuning_room.set_a4(running.tuning_room.music.a4 + 1)
    assert running.tuning_room.concert_pitch.text() == "A4 = 416.0 Hz"
    running.tuning_room.set_a4(1000.0)
    assert running.tuning_room.concert_pitch.value() == 466.0


def test_themes_change_the_colours_of_the_window(window):
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        window.looks.choose_theme(name)
        assert window.grab().toImage().pixelColor(3, window.height() // 2).name() == theme.window
    window.looks.choose_theme("system")
    assert window.grab().toImage().pixelColor(3, window.height() // 2).name() in (LIGHT.window, DARK.window)


def test_every_action_has_a_shortcut_of_its_own_and_a_tip(window):
    shortcuts = []
    for action in window.actions():
        assert action.shortcut().toString(), action.text()
        assert "(" in action.toolTip(), action.text()
        shortcuts += [key.toString() for key in action.shortcuts()]
    menus = window.listening.choosing.input_menu.actions() + window.listening.choosing.model_menu.actions()
    shortcuts += [action.shortcut().toString() for action in menus if action.shortcut().toString()]
    assert len(shortcuts) == len(set(shortcuts))


def test_widgets_have_names_for_screen_readers(running, studio, tone):
    sing(running, studio, tone(440.0, 0.3))
    assert running.stage.note.note.accessibleName() == "Note A4"
    assert running.stage.note.dial.accessibleDescription() == "0 cents in tune"
    assert running.listening.start_button.accessibleName() == "Stop listening"
    assert running.listening.choosing.input_button.accessibleName() == "Input: Headset"


def test_closing_leaves_no_thread(running, studio):
    running.close()
    assert studio.stream.stopped_on is not None
    assert "livepitch-transport" not in {thread.name for thread in threading.enumerate()}


def test_nothing_is_clipped_in_a_small_window(running, studio, tone):
    running.resize(800, 600)
    sing(running, studio, tone(207.65, 0.3))
    QApplication.processEvents()
    note = running.stage.note.note
    text = QTextDocumentFragment.fromHtml(note.text()).toPlainText()
    assert text == "G♯3"
    assert note.sizeHint().width() <= note.width()
    for label in (
        running.stage.note.cents,
        running.stage.note.hz,
        running.stage.meter.figure,
        *running.status.labels.values(),
    ):
        assert label.sizeHint().width() <= label.width() + 1, label.text()


def test_a_model_still_to_be_fetched_is_not_offered(monkeypatch, tmp_path):
    monkeypatch.setenv("LIVEPITCH_CACHE", str(tmp_path))
    assert [choice.key for choice in model_choices("stream")] == ["stream", "rmvpe-small"]
    (tmp_path / "rmvpe.pt").touch()
    assert [choice.key for choice in model_choices("stream")] == ["stream", "rmvpe-small", "rmvpe"]


def test_the_default_input_shows_which_device_it_is(qtbot, studio, tone):
    source = Microphone()
    window = Window(source, "/somewhere/voice.safetensors", make_stream=studio.make)
    qtbot.addWidget(window)
    window.show()
    assert labels(window.listening.choosing.input_menu)[0] == "Default microphone"
    assert "default input" not in labels(window.listening.choosing.input_menu)
    assert "voice.safetensors" in labels(window.listening.choosing.model_menu)
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    window.scenes.timer.stop()
    assert studio.stream.source is source
    assert studio.stream.model == "/somewhere/voice.safetensors"
    source._found = InputDevice(0, "MacBook Pro Microphone", "Core Audio", 1, 48000, 0.05, True)
    sing(window, studio, tone(440.0, 0.1))
    assert "MacBook Pro Microphone" in status_text(window)
    assert "model voice.safetensors" in status_text(window)
    window.close()


def test_the_demo_voice_of_the_command_line_is_the_one_of_the_menu(qtbot, studio):
    window = Window(DemoVoice(), make_stream=studio.make)
    qtbot.addWidget(window)
    menu = window.listening.choosing.input_menu
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Demo voice"]
    assert labels(menu).count("Demo voice") == 1
    window.close()


def test_frames_are_reported_once_when_the_picture_that_shows_them_is_painted(running, studio, tone, qtbot):
    before, stream = time.monotonic(), studio.stream
    sing(running, studio, tone(220.0, 0.05))
    assert not stream.shown  # moved into the picture is not yet on screen
    qtbot.waitUntil(lambda: bool(stream.shown), timeout=5000)
    running.stage.view.repaint()
    frames = [frame.time for shown, _ in stream.shown for frame in shown]
    assert frames == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.04])
    assert before < stream.shown[0][1] <= time.monotonic()
