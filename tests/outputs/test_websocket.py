"""The WebSocket output, heard by the websockets library's own client."""

import json
import math
import pickle
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

import livepitch as lp
from livepitch.outputs import listener
from livepitch.outputs.websocket import WebSocketOutput
from livepitch.practice.naming import NoteNames
from tests.outputs.frames import PATIENCE, parts, sung, wait_until


def listening(output: WebSocketOutput, **options: Any) -> connect:
    return connect(output.page.replace("http", "ws"), compression=None, close_timeout=1, **options)


def heard(receiver: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(receiver.recv(PATIENCE)))


def times(receiver: ClientConnection, n: int) -> list[float]:
    """Of the next n frames."""
    got: list[float] = []
    while len(got) < n:
        got += [frame["time"] for frame in heard(receiver)["frames"]]
    return got


def test_receivers_are_greeted_and_get_every_frame_in_order(output: WebSocketOutput) -> None:
    frames = sung(69.25, 3.0)
    with listening(output) as first, listening(output) as second:
        for receiver in (first, second):
            hello = heard(receiver)
            assert (hello["type"], hello["protocol"], hello["a4"]) == ("hello", 1, 440.0)
            assert hello["livepitch"] == lp.__version__
            assert (hello["notes"]["69"], hello["notes"]["70"]) == ("A4", "A♯4")
        wait_until(lambda: output.receivers == 2)
        for part in parts(frames):
            output.send(part)
            for receiver in (first, second):
                assert times(receiver, len(part)) == [round(frame.time, 4) for frame in part]


def test_a_frame_says_what_was_sung(output: WebSocketOutput) -> None:
    with listening(output) as receiver:
        heard(receiver)
        output.send([*sung(60.3, 0.01), lp.PitchFrame(0.01, math.nan, 0.125, -math.inf, settled=False)])
        voiced, silent = heard(receiver)["frames"]
    assert voiced == {
        "time": 0.0, "f0": 266.199, "midi": 60.3, "note": "C4", "cents": 30.0,
        "confidence": 0.9, "level": -20.0, "voiced": True, "settled": True,
    }  # fmt: skip
    assert silent == {
        "time": 0.01, "f0": None, "midi": None, "note": None, "cents": None,
        "confidence": 0.125, "level": None, "voiced": False, "settled": False,
    }  # fmt: skip


def test_concert_pitch_and_names_are_the_users() -> None:
    output = WebSocketOutput("127.0.0.1:0", a4=415.0, names=NoteNames("german"))
    output.open()
    try:
        with listening(output) as receiver:
            assert heard(receiver)["notes"]["71"] == "H4"
            output.send([lp.PitchFrame(0.0, 415.0 * 2 ** (2 / 12), 0.9, -20.0)])
            frame = heard(receiver)["frames"][0]
        assert (frame["note"], frame["cents"], frame["midi"]) == ("H4", 0.0, 71.0)
    finally:
        output.close()


def test_a_stalled_receiver_loses_its_oldest_frames_and_delays_nobody(output: WebSocketOutput) -> None:
    frames = sung(69, 60.0)
    with listening(output) as quick, listening(output, max_queue=1) as stalled:
        heard(quick)
        wait_until(lambda: output.receivers == 2)
        for part in parts(frames, 100):
            output.send(part)
            assert times(quick, len(part)) == [round(frame.time, 4) for frame in part]
        assert heard(stalled)["type"] == "hello"
        lost, got = 0, list[float]()
        while not got or got[-1] < frames[-1].time:
            message = heard(stalled)
            lost += message.get("lost", 0)
            got += [frame["time"] for frame in message["frames"]]
    assert got == sorted(set(got))
    assert lost == output.lost == len(frames) - len(got)
    # What waited when it began to read again: the newest, and no more than fits.
    assert got[-listener.WAITING :] == [round(frame.time, 4) for frame in frames[-listener.WAITING :]]
    assert lost > len(frames) // 3


def test_the_end_is_said_and_the_port_given_back_though_a_receiver_has_stalled() -> None:
    output = WebSocketOutput("0")
    output.open()
    port = output.page.rsplit(":", 1)[1].strip("/")
    with listening(output) as receiver, listening(output, max_queue=1):
        wait_until(lambda: output.receivers == 2)
        heard(receiver)
        for _ in range(40):
            output.send(sung(69, 1.0))
            times(receiver, 100)
        output.send(sung(70, 0.01))
        output.close()
        told = [heard(receiver)]
        while told[-1]["type"] != "end":
            told.append(heard(receiver))
        assert [frame["note"] for each in told[:-1] for frame in each["frames"]] == ["A♯4"]
        with pytest.raises(ConnectionClosed):
            receiver.recv(PATIENCE)
    assert "livepitch-websocket" not in {thread.name for thread in threading.enumerate()}
    output.close()  # a second time: nothing
    output.send(sung(69, 0.01))
    again = WebSocketOutput(port)
    again.open()
    with listening(again) as receiver:
        assert heard(receiver)["type"] == "hello"
    again.close()


def test_it_closes_though_somebody_has_only_knocked(output: WebSocketOutput) -> None:
    host, port = output.page.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port))) as knocking:
        knocking.sendall(b"GET / HT")
        begun = time.monotonic()
        output.close()
        assert time.monotonic() - begun < PATIENCE
    assert "livepitch-websocket" not in {thread.name for thread in threading.enumerate()}


def test_it_listens_on_this_machine_alone_unless_told_otherwise(output: WebSocketOutput) -> None:
    port = int(output.page.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(OSError, match=r"refused|not available|assign"):
        socket.create_connection(("127.0.0.2", port), timeout=PATIENCE)
    assert WebSocketOutput("8765").page == WebSocketOutput().page == "http://127.0.0.1:8765/"
    everywhere = WebSocketOutput("0.0.0.0:0")
    everywhere.open()
    try:
        with listening(everywhere) as receiver:
            assert heard(receiver)["type"] == "hello"
    finally:
        everywhere.close()


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://strangers.example", None),
        ("null", None),  # a page in a sandbox, a file
        ("http://127.0.0.1", None),  # another server of this machine
        ("http://127.0.0.1:1", None),
        ("http://strangers.example:{port}", "strangers.example:{port}"),  # whose name was pointed here
        ("http://127.0.0.1.strangers.example:{port}", "127.0.0.1.strangers.example:{port}"),
        ("http://[::1", "[::1"),
    ],
)
def test_pages_of_strangers_get_nothing(output: WebSocketOutput, origin: str, host: str | None) -> None:
    port = output.page.rsplit(":", 1)[1].strip("/")
    head = [
        "GET / HTTP/1.1", f"Host: {(host or '127.0.0.1:{port}').format(port=port)}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Origin: {origin.format(port=port)}", "", "",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE) as stranger:
        stranger.sendall("\r\n".join(head).encode())
        answer = stranger.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"hello" not in answer
    assert output.receivers == 0


def test_its_own_page_and_pages_that_were_named_may_listen() -> None:
    output = WebSocketOutput("0", origins=("http://localhost:3000/",))
    output.open()
    own = output.page.rstrip("/")
    try:
        for origin in (own, "http://localhost:3000"):
            with listening(output, origin=origin) as receiver:
                assert heard(receiver)["type"] == "hello"
        named = own.replace("127.0.0.1", "localhost")
        there = socket.create_connection(("127.0.0.1", int(own.rsplit(":", 1)[1])), timeout=PATIENCE)
        with connect(named.replace("http", "ws"), sock=there, origin=named, compression=None) as receiver:
            assert heard(receiver)["type"] == "hello"
        with pytest.raises(InvalidStatus), listening(output, origin="http://localhost:3001"):
            pass
    finally:
        output.close()


def test_who_talks_is_let_go(output: WebSocketOutput) -> None:
    with listening(output) as quiet, listening(output) as talker:
        heard(quiet)
        heard(talker)
        talker.send("hello yourself")
        with pytest.raises(ConnectionClosed) as ended:
            talker.recv(PATIENCE)
        assert ended.value.rcvd is not None
        assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (1008, "livepitch only sends")
        wait_until(lambda: output.receivers == 1)
        output.send(sung(69, 0.02))
        assert times(quiet, 2) == [0.0, 0.01]


def test_there_is_an_end_to_receivers(output: WebSocketOutput, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livepitch.outputs.broadcast.MOST_RECEIVERS", 1)
    with listening(output) as first, listening(output) as second:
        with pytest.raises(ConnectionClosed, match="1 receivers at most"):
            second.recv(PATIENCE)
        assert heard(first)["type"] == "hello"


def test_the_page_needs_nothing_from_elsewhere(output: WebSocketOutput) -> None:
    with urllib.request.urlopen(output.page + "?transparent&seconds=5", timeout=PATIENCE) as answer:
        page = answer.read().decode()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert page.startswith("<!doctype html>")
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!data:)|url\(|@import|\bfetch\(|//[a-z]+\.[a-z]", page)
    for path in ("favicon.ico", "../pyproject.toml", "%2e%2e/pyproject.toml"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(output.page + path, timeout=PATIENCE)


def test_a_port_that_is_taken_is_one_line_and_the_next_attempt_may_work(output: WebSocketOutput) -> None:
    second = WebSocketOutput(output.page.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(lp.LivepitchError, match=r"^port \d+ is taken by another program: choose another"):
        second.open()
    output.close()
    second.open()
    assert second.receivers == 0
    second.close()
    with pytest.raises(lp.LivepitchError, match=r"^203\.0\.113\.7 is no address of this machine"):
        WebSocketOutput("203.0.113.7:9000").open()
    with pytest.raises(lp.LivepitchError, match="is no address"):
        WebSocketOutput("nonsense")


def test_it_travels_to_the_engine_closed() -> None:
    output = WebSocketOutput("0", a4=442.0)
    there = pickle.loads(pickle.dumps(output))
    assert there == output != WebSocketOutput("0")
    there.open()
    with listening(there) as receiver:
        assert heard(receiver)["a4"] == 442.0
    there.close()


@pytest.mark.alone
def test_a_session_is_heard_through_it() -> None:
    """Each frame that the session gives arrives once, in order, and the end is told."""
    output = WebSocketOutput("0")
    session = lp.Session(lp.DemoVoice(), outputs=[output])
    with session:
        wait_until(lambda: not output.page.endswith(":0/"))
        with listening(output) as receiver:
            heard(receiver)
            got = times(receiver, 30)
            given = [round(frame.time, 4) for frame, _ in zip(session, range(round(100 * got[-1]) + 1), strict=False)]
            told = session.sending[0]
            assert (told.receivers, told.lost, told.error) == (1, 0, None)
            session.stop()
            while (message := heard(receiver))["type"] == "frames":
                got += [frame["time"] for frame in message["frames"]]
            assert message == {"type": "end"}
    first = given.index(got[0])
    assert got[: len(given) - first] == given[first:]
    assert got == [round(got[0] + 0.01 * n, 4) for n in range(len(got))]
