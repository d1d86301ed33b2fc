"""What is heard is sent to other programs: what the user switches on, nothing else, and how that goes."""

import json
import os
import signal
import socket

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QDesktopServices, QGuiApplication
from websockets.sync.client import connect

from livepitch.gui.sending import sending_room
from livepitch.gui.sound.transport import State
from livepitch.gui.viewmodel.sending import Receivers, state_text, summary
from livepitch.gui.window import Window
from livepitch.outputs.lsl import LslOutput
from livepitch.outputs.midi import MidiOutput
from livepitch.outputs.osc import OscOutput
from livepitch.outputs.websocket import WebSocketOutput
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.sending import Sending
from livepitch.realtime.source import DemoVoice

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = {"osc": Qt.Key.Key_O, "midi": Qt.Key.Key_M, "websocket": Qt.Key.Key_W, "lsl": Qt.Key.Key_L}


@pytest.fixture(autouse=True)
def no_midi(monkeypatch):
    """The ports of the machine are not those of the test."""
    monkeypatch.setattr(sending_room, "_ports", lambda: ["Synth:in", "Drums:in"])


def press(window, qtbot, kind):
    """Ctrl+Shift+X, and a letter."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.stage.view.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_X, CTRL | SHIFT)
    qtbot.keyClick(window, KEY[kind])


def sends(qtbot, studio, outputs):
    """Wait until the stream sends to these."""
    qtbot.waitUntil(lambda: bool(studio.stream.outputs) and studio.stream.outputs[-1] == outputs)


def tell(window, *states):
    """The stream says how it goes."""
    stream = window.listening.transport.stream
    stream.sending = states
    window.status.show_stream(stream, "Headset of the singer")
    window.listening.told.emit()


def test_nothing_is_sent_that_nobody_has_switched_on(running, studio, qtbot):
    qtbot.keyClick(running, Qt.Key.Key_G, CTRL | SHIFT)
    panel = running.sending.panel
    assert panel.isVisible()
    assert [group.switch.isChecked() for group in panel.groups.values()] == [False] * 4
    assert not any(group.settings.isVisible() for group in panel.groups.values())
    assert studio.stream.outputs == []
    assert not running.status.labels["sending"].isVisible()


def test_each_is_switched_by_its_keys_and_told_apart(running, studio, qtbot):
    wanted = [OscOutput("127.0.0.1:9000"), MidiOutput(), WebSocketOutput("8765"), LslOutput("livepitch")]
    for count, kind in enumerate(KEY, 1):
        press(running, qtbot, kind)
        sends(qtbot, studio, wanted[:count])
    tell(running, *(Sending(output.name, 100) for output in wanted))
    assert running.status.labels["sending"].text() == "→ OSC, MIDI, web page, LSL"
    running.resize(800, 600)
    qtbot.waitUntil(lambda: running.status.labels["sending"].text() == "→ 4")
    assert running.status.labels["skipped"].geometry().right() < running.status.width()
    assert "LSL" in running.status.labels["sending"].accessibleName()
    for kind in KEY:
        press(running, qtbot, kind)
    sends(qtbot, studio, [])
    assert not running.status.labels["sending"].isVisible()


def test_settings_are_typed_and_a_wrong_one_is_said(running, studio, qtbot):
    running.sending.show_panel(True)
    panel = running.sending.panel
    osc, port = panel.groups["osc"], panel.page_port
    qtbot.keyClick(osc.switch, Qt.Key.Key_Return)
    sends(qtbot, studio, [OscOutput("127.0.0.1:9000")])
    for text, made in (("[::1]:9100", [OscOutput("[::1]:9100")]), ("my studio", [])):
        panel.address.setFocus()
        panel.address.selectAll()
        qtbot.keyClicks(panel.address, text)
        qtbot.keyClick(panel.address, Qt.Key.Key_Return)
        sends(qtbot, studio, made)
        assert panel.address.text() == text  # letters and the space were no shortcuts
    assert running.listening.transport.state is State.RUNNING
    assert osc.state.text() == "'my studio' is no address: it is HOST:PORT, such as 127.0.0.1:9000"
    qtbot.keyClick(osc.switch, Qt.Key.Key_Return)
    qtbot.keyClick(panel.groups["websocket"].switch, Qt.Key.Key_Return)
    port.setFocus()
    port.selectAll()
    qtbot.keyClicks(port, "9321")
    qtbot.keyClick(port, Qt.Key.Key_Tab)
    sends(qtbot, studio, [WebSocketOutput("9321")])
    assert panel.page.text() == "http://127.0.0.1:9321/"
    running.sending.copy_address()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:9321/"
    qtbot.keyClick(panel.page_port, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel.isVisible())


def test_the_page_is_opened_and_switched_on_by_that(running, studio, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    qtbot.keyClick(running, Qt.Key.Key_X, CTRL | SHIFT)
    qtbot.keyClick(running, Qt.Key.Key_P)
    sends(qtbot, studio, [WebSocketOutput("8765")])
    assert opened == ["http://127.0.0.1:8765/"]


def test_midi_goes_to_the_port_that_is_chosen(running, studio, qtbot):
    running.sending.show_panel(True)
    panel = running.sending.panel
    qtbot.keyClick(panel.groups["midi"].switch, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.port.count() == 3)
    assert panel.port.currentText() == "Virtual port “livepitch”"
    panel.port.setCurrentIndex(2)
    panel.port.activated.emit(2)
    qtbot.keyClick(panel.mpe, Qt.Key.Key_Return)
    sends(qtbot, studio, [MidiOutput("Drums:in", mpe=True)])
    running.sending.recall({"midi": True, "midi_port": "Piano:in"})
    sends(qtbot, studio, [MidiOutput("Piano:in")])
    assert panel.port.currentText() == "Piano:in (not there now)"


def test_how_it_goes_is_seen(running, studio, qtbot):
    running.sending.show_panel(True)
    press(running, qtbot, "osc")
    press(running, qtbot, "websocket")
    outputs = [OscOutput("127.0.0.1:9000"), WebSocketOutput("8765")]
    sends(qtbot, studio, outputs)
    group = running.sending.panel.groups["websocket"]
    osc, page = (output.name for output in outputs)
    tell(running, Sending(osc, 50), Sending(page, 50, 1200, None, 2))
    assert group.state.text() == "Sending, 2 receivers, 1,200 frames lost"
    tell(running, Sending(osc, 50), Sending(page, 0, 70, "port 8765: another program has it"))
    assert group.state.text() == "Port 8765: another program has it"
    assert group.state.objectName() == "wrong"
    assert running.status.labels["sending"].text() == "→ OSC; not web page"
    assert "another program has it" in running.status.labels["sending"].toolTip()
    running.listening.transport.stop()
    assert group.state.text() == "Waits until something is heard"
    assert not running.status.labels["sending"].isVisible()


def test_the_next_stream_sends_too_and_by_the_music_settings(running, studio, qtbot):
    press(running, qtbot, "osc")
    sends(qtbot, studio, [OscOutput("127.0.0.1:9000")])
    first = studio.stream
    running.start()
    qtbot.waitUntil(lambda: studio.stream is not first)
    sends(qtbot, studio, [OscOutput("127.0.0.1:9000")])
    running.tuning_room.set_a4(442.0)
    sends(qtbot, studio, [OscOutput("127.0.0.1:9000", a4=442.0)])


def test_it_is_remembered_and_begun_anew(window, studio, qtbot):
    window.sending.recall({"osc": True, "osc_address": "127.0.0.1:9001", "websocket_port": 70_000, "lsl": "yes"})
    assert window.sending.chosen == Receivers(osc=True, osc_address="127.0.0.1:9001")
    kept = window.sending.remember()
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    sends(qtbot, studio, [OscOutput("127.0.0.1:9001")])
    window.keeping.start_over()
    sends(qtbot, studio, [])
    window.sending.recall(kept)
    sends(qtbot, studio, [OscOutput("127.0.0.1:9001")])


def test_what_the_command_line_asks_for_is_sent_once(qtbot, studio):
    given = [OscOutput("127.0.0.1:9000"), LslOutput("voice")]
    window = Window(make_stream=studio.make, outputs=given)
    qtbot.addWidget(window)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    sends(qtbot, studio, given)
    assert window.sending.remember()["osc"] is False
    press(window, qtbot, "osc")  # the same receiver
    sends(qtbot, studio, given)
    window.sending.show_panel(True)
    groups = window.sending._given_groups
    assert [group.switch.text() for group in groups] == ["OSC to 127.0.0.1:9000", "LSL stream voice"]
    qtbot.keyClick(groups[1].switch, Qt.Key.Key_Return)
    sends(qtbot, studio, given[:1])
    window.close()


@pytest.mark.parametrize(
    ("sending", "counts", "text"),
    [
        (None, True, "Waits until something is heard"),
        (Sending("x"), True, "Opening …"),
        (Sending("x", 3), True, "Sending"),
        (Sending("x", 3, receivers=0), True, "Sending, nobody listens yet"),
        (Sending("x", 3, receivers=1), True, "Sending, one receiver"),
        (Sending("x", 3, receivers=1), False, "Sending, somebody listens"),
        (Sending("x", 3, 7, "cannot be reached"), True, "Cannot be reached"),
    ],
)
def test_states_in_words(sending, counts, text):
    assert state_text(sending, counts) == text


def test_the_line_at_the_bottom_in_words():
    assert summary([], []) == ("", "")
    assert summary(["OSC"], []) == ("→ OSC", "→ 1")
    assert summary([], ["MIDI"]) == ("→ not MIDI", "→ 0!")


def test_a_real_receiver_hears_on_when_the_engine_is_started_again(qtbot, tmp_path):
    """Over UDP, from an engine's process that is killed meanwhile."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.setblocking(False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    window = Window(DemoVoice(16_000), make_stream=RemoteSession)
    qtbot.addWidget(window)
    window.show()
    try:
        window.sending.recall({"osc": True, "osc_address": f"127.0.0.1:{receiver.getsockname()[1]}"})
        window.start()
        qtbot.waitUntil(lambda: heard(receiver) > 0, timeout=60_000)
        qtbot.waitUntil(lambda: window.status.labels["sending"].text() == "→ OSC", timeout=60_000)
        window.sending.choose(websocket=True, websocket_port=port)
        page = window.sending.panel.groups["websocket"]
        qtbot.waitUntil(lambda: page.state.text() == "Sending, nobody listens yet", timeout=60_000)
        with connect(f"ws://127.0.0.1:{port}/") as browser:
            assert json.loads(browser.recv(60))["type"] == "hello"
            qtbot.waitUntil(lambda: page.state.text().startswith("Sending, one receiver"), timeout=60_000)
        window.sending.turn("websocket", False)
        stream = window.listening.transport.stream
        os.kill(stream.pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: stream.generation == 1, timeout=60_000)
        while heard(receiver):
            pass
        qtbot.waitUntil(lambda: heard(receiver) > 0, timeout=60_000)
        window.sending.turn("osc", False)
        qtbot.waitUntil(lambda: stream.sending == (), timeout=60_000)
        while heard(receiver):
            pass
        before = window.listening.live.history.newest
        qtbot.waitUntil(lambda: window.listening.live.history.newest > before + 0.3, timeout=60_000)
        assert heard(receiver) == 0
    finally:
        window.close()
        receiver.close()


def heard(receiver):
    """How many messages have come since the last call."""
    count = 0
    while True:
        try:
            receiver.recv(65_536)
        except BlockingIOError:
            return count
        count += 1
