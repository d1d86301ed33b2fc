"""The window opens what `livepitch tune` found, and says so."""

from livepitch.gui.menus.choices import DEMO, given_input
from livepitch.gui.window import Window
from livepitch.realtime.source import DemoVoice
from livepitch.realtime.tuned import Tuned, tuned_session, write_tuned
from tests.gui.conftest import FakeSource


def test_a_window_makes_tuned_sessions_unless_told_otherwise(qtbot, own_settings):
    window = Window(FakeSource())
    qtbot.addWidget(window)
    assert window.listening._make_stream is tuned_session
    write_tuned(Tuned("demo voice", "stream", 48_000, 96, 4, 70.0))
    assert window.listening._make_stream(DemoVoice()).tuned is not None
    window.close()


def test_a_tuned_stream_is_told_in_the_status_line(running, studio):
    rate = running.status.labels["rate"]
    running.listening._tell(studio.stream)
    assert rate.text() == "48 kHz"
    studio.stream.tuned = Tuned("Headset", "stream", 48_000, 128, 1, 40.0)
    running.listening._tell(studio.stream)
    assert rate.text() == "48 kHz, tuned"
    assert "livepitch tune" in rate.toolTip()


def test_a_demo_voice_of_the_command_line_keeps_its_blocks():
    voice = DemoVoice(blocksize=96)
    choice = given_input(voice)
    assert choice.key == DEMO.key
    assert choice.make() is voice
