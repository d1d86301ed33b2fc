"""Outputs of a session: opened, sent to, opened again after a failure, changed while it runs, closed at its end."""

import threading
from dataclasses import dataclass, field

import pytest

import livepitch as lp
from livepitch.realtime import sending
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.engine.wire import pack_outputs, unpack_outputs
from livepitch.realtime.session import Session
from tests.realtime.fakes import PATIENT, FakeSource, FakeTracker, sing, wait_until


@dataclass
class Noted:
    """Notes what is done with it; `before_open` and `before_send` may fail or wait."""

    name: str = "noted"
    log: list = field(default_factory=list, compare=False)
    frames: list = field(default_factory=list, compare=False)
    before_open: object = field(default=lambda: None, compare=False)
    before_send: object = field(default=lambda frames: None, compare=False)

    def open(self):
        self.before_open()
        self.log.append("open")

    def send(self, frames):
        self.before_send(frames)
        self.frames += frames
        self.log.append("idle" if not frames else "send")

    def close(self):
        self.log.append("close")


@dataclass(frozen=True)
class Times:
    """Writes each frame's time into a file: what another process sent can be read there."""

    path: str

    @property
    def name(self):
        return f"times in {self.path}"

    def open(self):
        open(self.path, "w").close()

    def send(self, frames):
        with open(self.path, "a") as file:
            file.writelines(f"{frame.time:.2f}\n" for frame in frames)

    def close(self):
        pass


class Unknown(Times):
    """Cannot be made anew."""

    def __reduce__(self):
        return (int, ("no number",))


def running(outputs, **options):
    source = FakeSource()
    return source, Session(source, object(), outputs=outputs, tracker_factory=FakeTracker, **options)


def sent(session, number=0):
    return session.sending[number].sent


def test_an_output_gets_every_frame_and_is_closed_at_the_end():
    output = Noted()
    source, session = running([output])
    with session:
        sing(source, session, 50)
        frames = session.frames()
    assert [frame.time for frame in output.frames] == [frame.time for frame in frames]
    assert len(frames) == 50
    assert output.log[0] == "open"
    assert output.log[-1] == "close"
    assert output.log.count("close") == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "livepitch-sending"]


def test_an_output_is_told_when_nothing_comes():
    output = Noted()
    _, session = running([output])
    with session:
        wait_until(lambda: "idle" in output.log)
    assert output.frames == []


def test_one_that_cannot_be_opened_or_fails_is_tried_again_and_says_why(monkeypatch):
    monkeypatch.setattr(sending, "REOPEN", 0.01)
    troubles = [ConnectionRefusedError(111, "Connection refused"), ValueError("no such port")]
    failures = [OSError(32, "Broken pipe")]
    seen, output = [], Noted()

    def before_open():
        seen.append(session.sending[0].error)
        if troubles:
            raise troubles.pop(0)

    def before_send(frames):
        if frames and failures:
            raise failures.pop(0)

    output.before_open, output.before_send = before_open, before_send
    source, session = running([output])
    with session:
        while sent(session) < 20:
            sing(source, session, 10)
            threading.Event().wait(0.005)
        told = session.sending[0]
    assert seen == [None, "Connection refused", "no such port", "Broken pipe"]
    assert told.error is None
    assert told.lost >= 10
    assert told.sent + told.lost <= session.stats.frames
    assert output.log.count("open") == 2


def test_one_that_hangs_holds_up_neither_the_pitch_nor_the_others_nor_the_end(monkeypatch):
    monkeypatch.setattr(sending, "GRACE", 0.05)
    let_go = threading.Event()
    hanging, other = Noted("hanging", before_send=lambda frames: let_go.wait(PATIENT)), Noted("other")
    source, session = running([hanging, other])
    with session:
        sing(source, session, 7000)  # more than a minute of frames
        wait_until(lambda: sent(session, 1) == 7000)
        assert session.stats.frames == 7000
        assert sent(session) == 0
        assert session.sending[0].lost >= 900
    let_go.set()
    assert len(other.frames) == 7000


def test_outputs_are_changed_while_it_runs_and_equal_ones_go_on():
    first, second = Noted("first"), Noted("second")
    source, session = running([first])
    with session:
        sing(source, session, 10)
        wait_until(lambda: sent(session) == 10)
        session.send([second, Noted("first")])
        assert [each.name for each in session.sending] == ["second", "first"]
        sing(source, session, 10)
        wait_until(lambda: sent(session, 0) == 10)
        wait_until(lambda: sent(session, 1) == 20)
        session.send([])
        assert session.sending == ()
        assert first.log[-1] == second.log[-1] == "close"
    assert first.log.count("open") == 1
    assert len(first.frames) == 20


def test_sending_to_nobody_after_the_end_does_nothing():
    _, session = running([])
    with session:
        pass
    output = Noted()
    session.send([output])
    wait_until(lambda: output.log == ["close"])


def test_outputs_run_in_the_engines_process(tmp_path):
    paths = [tmp_path / name for name in ("first", "second")]
    first, second = (Times(str(path)) for path in paths)
    given_out = []
    with RemoteSession(lp.DemoVoice(), outputs=[first]) as session:
        for frame in session:
            given_out.append(f"{frame.time:.2f}")
            if frame.time >= 0.5:
                break
        session.send([first, second])
        wait_until(lambda: len(session.sending) == 2 and session.sending[1].sent > 10)
        assert session.sending[0].name == first.name
    lines = [path.read_text().split() for path in paths]
    assert lines[0][: len(given_out)] == given_out
    assert lines[0][-len(lines[1]) :] == lines[1]
    assert session.sending[0].sent == len(lines[0])


def test_an_output_that_cannot_travel_is_said_at_once_or_in_its_place():
    with pytest.raises(ValueError, match="noted: cannot be pickled"):
        RemoteSession(lp.DemoVoice(), outputs=[Noted(before_open=lambda: None)])
    (broken,) = unpack_outputs(pack_outputs([Unknown("/x")]))
    assert broken.name == "times in /x"
    with pytest.raises(lp.LivepitchError, match="cannot be made in the engine's process"):
        broken.open()
