"""`livepitch live` with other programs to send to: what its options mean, and what they say."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from livepitch.outputs.json_lines import JsonLinesOutput
from livepitch.outputs.lsl import LslOutput
from livepitch.outputs.midi import MidiOutput
from livepitch.outputs.osc import OscOutput
from livepitch.outputs.websocket import WebSocketOutput
from livepitch.realtime.roles import Output
from tests.conftest import Cli

Names = list[tuple[type, str]]
Sent = Callable[..., Names]


@pytest.fixture
def sent(livepitch_here: Cli, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What a window would send to, by its command line."""

    def given(*arguments: str) -> Names:
        outputs: list[Output] = []

        def run_window(*_: Any, **options: Any) -> int:
            outputs.extend(options["outputs"])
            return 0

        monkeypatch.setattr("livepitch.gui.app.run_window", run_window)
        done = livepitch_here("live", "--demo", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return [(type(output), output.name) for output in outputs]

    return given


def test_every_output_has_an_option_for_the_window_too(sent: Sent) -> None:
    assert sent() == []
    assert sent("--osc", "localhost:9000", "--osc", "[::1]:9001", "--websocket", "8765", "--json-lines") == [
        (JsonLinesOutput, "JSON Lines"),
        (OscOutput, "OSC to localhost:9000"),
        (OscOutput, "OSC to [::1]:9001"),
        (WebSocketOutput, "WebSocket on 127.0.0.1:8765"),
    ]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--midi"], "MIDI to livepitch"),
        (["--midi", "--mpe"], "MPE to livepitch"),
        (["--midi", "IAC Driver"], "MIDI to IAC Driver"),
        (["--midi=Piano", "--mpe"], "MPE to Piano"),
    ],
)
def test_midi_goes_to_a_port_or_makes_one(sent: Sent, arguments: list[str], name: str) -> None:
    assert sent(*arguments) == [(MidiOutput, name)]


@pytest.mark.parametrize(("arguments", "name"), [(["--lsl"], "livepitch"), (["--lsl", "Anna"], "Anna")])
def test_lsl_has_a_name(sent: Sent, arguments: list[str], name: str) -> None:
    ((kind, told),) = sent(*arguments)
    assert kind is LslOutput
    assert name in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--osc", "9000"), "'9000' is no address: it is HOST:PORT"),
        (("--osc",), "requires an argument"),
        (("--websocket", "host:99999"), "is no address: it is [HOST:]PORT"),
        (("--mpe",), "give --midi too"),
        (("--a4", "500"), "--a4"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_opens(
    livepitch_here: Cli, arguments: tuple[str, ...], told: str
) -> None:
    done = livepitch_here("live", "--demo", "--no-gui", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.alone
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always MIDI")
def test_one_that_cannot_be_opened_leaves_the_others_and_the_pitch(livepitch_here: Cli) -> None:
    done = livepitch_here(
        "live", "--demo", "--no-gui", "--seconds", "1.2", "--a4", "430", "--osc", "no-such-host.invalid:9000",
        "--osc", "127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.count("no-such-host.invalid: cannot be found") == 1  # said once, however often it is tried
    assert "OSC to 127.0.0.1:9: " in done.stderr
    assert "OSC to no-such-host.invalid:9000: 0 sent" in done.stderr
    assert "A3  +2" in done.stdout  # 218 Hz, as A = 430 Hz has it
