"""Gain and gate changed while a stream runs, and the peak of what the device delivered."""

import math

import numpy as np
import pytest
import soundfile

from livepitch.model.registry import load_model
from livepitch.realtime import worker
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.frame import PitchFrame, Settings
from livepitch.realtime.session import Session
from livepitch.realtime.settling import SettlingTracker
from livepitch.realtime.source import DeviceError, FileSource
from tests.conftest import sung_tone
from tests.realtime.fakes import Factory, FakeSource, wait_until

RATE = 1000


def give(source, session, samples):
    """Have a block tracked; its frames."""
    before = session.stats.frames
    source.give(samples)
    wait_until(lambda: session.stats.frames == before + len(samples) * 100 // source.sample_rate)
    return session.frames()


def test_the_gain_is_on_everything_that_comes_after_also_after_a_restart_and_on_a_reopened_device(monkeypatch):
    for name in ("BACK_OFF", "REOPEN"):
        monkeypatch.setattr(worker, name, 0.001)

    def compute(block):
        if block[0] == -1:
            raise ValueError("on purpose")

    source, factory = FakeSource(RATE), Factory(before_push=compute)
    with Session(source, object(), tracker_factory=factory) as session:
        assert [frame.f0 for frame in give(source, session, np.full(20, 0.25))] == [0.25] * 2
        session.adjust(gain=20.0)
        assert [frame.f0 for frame in give(source, session, np.full(20, 0.25))] == pytest.approx([2.5] * 2)
        source.give(np.full(10, -0.1))
        wait_until(lambda: session.stats.restarts == 1)
        assert [frame.f0 for frame in give(source, session, np.full(20, 0.25))] == pytest.approx([2.5] * 2)
        source.end(DeviceError("stopped by the system"))
        wait_until(lambda: source.log.count("start") == 2)
        session.adjust(gate=-30.0)
        source.give(np.full(20, 0.25, np.float32))
        wait_until(lambda: session.stats.restarts == 2)
        wait_until(lambda: ("gate", -30.0) in factory.made[-1].calls)
        wait_until(lambda: session.stats.frames >= 8)
        assert [frame.f0 for frame in session.frames()] == pytest.approx([2.5] * (session.stats.frames - 6))
        session.adjust(gain=0.0)
        assert [frame.f0 for frame in give(source, session, np.full(20, 0.25))] == [0.25] * 2
    assert factory.made[0].settings.gain == 0.0
    assert [tracker.settings.gain for tracker in factory.made[1:]] == [20.0, 20.0]


@pytest.mark.parametrize("make", [Session, RemoteSession])
@pytest.mark.parametrize(
    "wrong", [{"gain": 40.1}, {"gain": math.nan}, {"gain": -math.inf}, {"gate": 1.0}, {"gate": math.nan}]
)
def test_what_is_out_of_range_is_refused_at_once(make, wrong):
    session = make(FileSource("song.wav"))
    with pytest.raises(ValueError, match=next(iter(wrong))):
        session.adjust(**wrong)
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def tone(path, seconds=1.0):
    soundfile.write(path, sung_tone(200.0, seconds), 16_000)  # two periods a hop: every level is the same
    return path


@pytest.mark.parametrize(("make", "higher"), [(Session, 11.0), (Session, 13.0), (RemoteSession, 13.0)])
def test_levels_rise_by_the_gain_and_the_gate_goes_by_them(tmp_path, make, higher):
    path = tone(tmp_path / "tone.wav")
    with Session(FileSource(path, realtime=False)) as session:
        plain = list(session)
    session = make(FileSource(path, realtime=False))
    session.adjust(gain=3.0)
    session.adjust(gain=12.0, gate=plain[50].level + higher)
    with session:
        frames = list(session)
    expected = [frame.level + 12 for frame in plain[2:-2]]
    assert [frame.level for frame in frames[2:-2]] == pytest.approx(expected, abs=1e-4)
    assert [frame.peak for frame in frames] == [frame.peak for frame in plain]
    assert {frame.voiced for frame in frames[20:80]} == {higher < 12}


def test_an_engine_is_told_while_it_runs(tmp_path):
    with RemoteSession(FileSource(tone(tmp_path / "tone.wav", 20.0))) as session:
        frames = iter(session)
        before = next(frame for frame in frames if frame.time > 0.3)
        session.adjust(gain=-6.0)
        lower = next(frame for frame in frames if frame.level < before.level - 4 and frame.voiced)
        lower = next(frame for frame in frames if frame.time > lower.time + 0.05 and frame.voiced)
        assert lower.level == pytest.approx(before.level - 6.0, abs=0.1)
        session.adjust(gate=-6.0)
        gated = next(frame for frame in frames if not frame.voiced)
        assert gated.candidate == pytest.approx(200.0, rel=0.005)
        session.adjust(gate=-math.inf)
        assert next(frame for frame in frames if frame.voiced).level == pytest.approx(gated.level, abs=0.1)


def test_the_gate_is_for_settled_frames_too():
    tracker = SettlingTracker(load_model("stream"), load_model("rmvpe-small"))
    sound = sung_tone(220.0, 1.5)
    tracker.set_gate(0.0)
    instant = tracker.push(sound) + tracker.flush()
    settled = tracker.settler.finish()
    assert len(instant) == len(settled) == 151
    assert not any(frame.voiced for frame in (*instant, *settled))
    assert min(frame.confidence for frame in settled[20:130]) > 0.5


def test_the_peak_is_that_of_the_device_whatever_the_gain():
    source = FakeSource(RATE)
    with Session(source, object(), Settings(gain=-20.0), tracker_factory=Factory(latency=0.02)) as session:
        source.give(np.full(15, 0.5))  # too little for a frame: it comes in with the next
        source.give(np.full(5, 0.1))
        wait_until(lambda: session.stats.frames == 1)
        assert session.frames()[0].peak == pytest.approx(20 * math.log10(0.5))
        quiet = [give(source, session, block)[0].peak for block in (np.full(10, 0.1), np.zeros(10))]
        loud = np.full(10, 0.1)
        loud[3] = -1.0
        assert give(source, session, loud)[0].peak == 0.0
        loud[3] = math.nan
        assert give(source, session, loud)[0].peak == pytest.approx(-20.0, abs=1e-4)
    assert quiet == [pytest.approx(-20.0, abs=1e-4), -math.inf]
    assert math.isnan(PitchFrame(0.0, 0.0, 0.0, 0.0).peak)
