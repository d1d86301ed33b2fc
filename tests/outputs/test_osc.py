"""What a program that listens to Open Sound Control hears: through python-osc's own server."""

import math
import pickle
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from livepitch.model.errors import LivepitchError
from livepitch.outputs.address import AddressError
from livepitch.outputs.osc import OscOutput
from livepitch.realtime.frame import PitchFrame
from tests.outputs.frames import sung

Messages = list[tuple[str, Any]]


class Receiver:
    """A program with a port of its own, on loopback."""

    def __init__(self, family: socket.AddressFamily = socket.AF_INET) -> None:
        self.heard: Messages = []
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(lambda address, *values: self.heard.append((address, values)))
        server = type("Server", (BlockingOSCUDPServer,), {"address_family": family})
        self._server = server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), dispatcher)
        self._server.timeout = 30.0
        self.port = self._server.server_address[1]

    def hear(self, datagrams: int) -> Messages:
        """What the next datagrams say."""
        for _ in range(datagrams):
            self._server.handle_request()
        heard, self.heard = self.heard, []
        return heard

    def close(self) -> None:
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def output(receiver: Receiver) -> Iterator[OscOutput]:
    output = OscOutput(f"127.0.0.1:{receiver.port}")
    output.open()
    yield output
    output.close()


def test_a_frame_with_voice_has_every_address(receiver: Receiver, output: OscOutput) -> None:
    output.send([PitchFrame(1.25, 448.0, 0.75, -18.5)])
    heard = dict(receiver.hear(1))
    assert heard["/livepitch/frame"] == pytest.approx((1.25, 448.0, 69.312, 31.194, 0.75, -18.5, 1), abs=1e-3)
    assert heard["/livepitch/f0"] == (448.0,)
    assert heard["/livepitch/midi"] == pytest.approx((69.312,), abs=0.001)
    assert heard["/livepitch/note"] == (69,)
    assert heard["/livepitch/cents"] == pytest.approx((31.2,), abs=0.05)
    assert (heard["/livepitch/confidence"], heard["/livepitch/level"]) == ((0.75,), (-18.5,))
    assert heard["/livepitch/voiced"] == (1,)


def test_without_voice_there_is_no_pitch(receiver: Receiver, output: OscOutput) -> None:
    output.send([PitchFrame(0.5, math.nan, math.nan, -math.inf)])
    heard = dict(receiver.hear(1))
    assert set(heard) == {f"/livepitch/{name}" for name in ("frame", "confidence", "level", "voiced")}
    assert heard["/livepitch/frame"] == (0.5, 0.0, 0.0, 0.0, 0.0, -120.0, 0)


def test_concert_pitch_shifts_notes_not_hertz(receiver: Receiver) -> None:
    output = OscOutput(f"127.0.0.1:{receiver.port}", a4=442.0)
    output.open()
    output.send([PitchFrame(0.0, 442.0, 0.9, -20.0)])
    assert dict(receiver.hear(1))["/livepitch/frame"][1:4] == (442.0, 69.0, 0.0)
    output.close()


def test_frames_come_in_order_settled_ones_by_another_name(receiver: Receiver, output: OscOutput) -> None:
    output.send(sung(60, 0.5, settled=False))
    output.send(sung(61, 0.5))
    heard = receiver.hear(100)
    times = [values[0] for address, values in heard if address == "/livepitch/frame"]
    assert times == pytest.approx([n / 100 for n in range(50)])
    settled = [values for address, values in heard if address == "/livepitch/settled"]
    assert [values[0] for values in settled] == pytest.approx(times)
    assert {round(values[2], 3) for values in settled} == {61.0}


@pytest.mark.parametrize("way", ["idle", "close"])
def test_a_voice_that_is_lost_falls_silent(receiver: Receiver, output: OscOutput, way: str) -> None:
    output.send(sung(60, 0.1))
    assert ("/livepitch/voiced", (1,)) in receiver.hear(10)
    if way == "idle":
        output.send([])
        output.send([])  # once is enough
        output.send(sung(60, 0.01, 0.1))  # the next one
        assert dict(receiver.hear(1))["/livepitch/voiced"] == (0,)
        assert dict(receiver.hear(1))["/livepitch/voiced"] == (1,)
    else:
        output.close()
        assert dict(receiver.hear(1))["/livepitch/voiced"] == (0,)


def test_six_bytes_of_address_are_as_good_as_four() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        receiver = Receiver(socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    output = OscOutput(f"[::1]:{receiver.port}")
    output.open()
    output.send(sung(60, 0.01))
    assert ("/livepitch/note", (60,)) in receiver.hear(1)
    output.close()
    receiver.close()


def test_nobody_there_is_no_trouble_until_somebody_comes() -> None:
    late = Receiver()
    port = late.port
    late.close()
    output = OscOutput(f"127.0.0.1:{port}")
    output.open()
    for frame in sung(60, 0.5):
        output.send([frame])
    output.close()


def test_a_host_that_does_not_exist_is_said() -> None:
    output = OscOutput("no-such-host.invalid:9000")
    with pytest.raises(LivepitchError, match=r"no-such-host\.invalid: cannot be found"):
        output.open()
    output.send(sung(60, 0.1))  # closed: nothing happens
    output.close()


def test_a_name_is_looked_up_once(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: asked.append(a) or real("127.0.0.1", *a[1:], **k))
    output = OscOutput(f"studio.invalid:{receiver.port}")
    output.open()
    output.send(sung(60, 0.2))
    assert len(receiver.hear(20)) > 20
    output.close()
    assert len(asked) == 1


@pytest.mark.parametrize("text", ["9000", "localhost", "host:", ":9000", "host:0", "host:65536", "::1:9000", "a:9000x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match="HOST:PORT"):
        OscOutput(text)


def test_outputs_travel_closed_and_equal_those_made_alike() -> None:
    output = OscOutput("127.0.0.1:9000", a4=442.0)
    assert pickle.loads(pickle.dumps(output)) == output
    assert output != OscOutput("127.0.0.1:9000")
    assert OscOutput("[::1]:9000").name == "OSC to [::1]:9000"
