"""Recording: what stands in the files is what was heard and given out, whatever was lost, and whoever dies."""

import csv
import math
import os
import resource
import shutil
import signal
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from livepitch.realtime import worker
from livepitch.realtime.csv_track import read_take_track
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.frame import PitchFrame, Settings
from livepitch.realtime.recording import tape
from livepitch.realtime.recording.take_writer import TakeWriter
from livepitch.realtime.recording.takes import Recording, take_files
from livepitch.realtime.session import Session
from livepitch.realtime.source import DeviceError, FileSource, Microphone, input_devices
from tests.conftest import sung_tone
from tests.realtime.fakes import PATIENT, Factory, FakeClock, FakeSource, wait_until
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

RATE = 1000  # Hz, so a hop is 10 samples


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.enumerate()
    yield
    after = [thread.name for thread in threading.enumerate() if thread not in before]
    assert [name for name in after if name.startswith("livepitch")] == []


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, np.concatenate([sung_tone(f0, 0.5) for f0 in (220.0, 330.0, 262.0)]), 16_000)
    return path


@pytest.fixture
def take(tmp_path):
    return tmp_path / "Take 2026-11-23 14.05.12"


def noise(start, stop):
    """Sound of which each sample can be told from its place, and that 24 bits hold exactly."""
    return (np.arange(start, stop) % 997 + 1).astype(np.float32) / 1024


def recorded(take, rate=RATE):
    """The samples of a take, and its rows as text."""
    sound, pitch = take_files(take)
    samples, its_rate = soundfile.read(sound, dtype="float32")
    assert its_rate == rate
    with pitch.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["time", "f0", "confidence", "voiced"]
    assert [row[0] for row in rows] == [f"{number / 100:.4f}" for number in range(len(rows))]
    return samples, rows


def rows_of(frames):
    return [
        [f"{frame.f0:.3f}" if frame.voiced else "", f"{frame.confidence:.4f}", f"{frame.voiced:d}"] for frame in frames
    ]


def done(session):
    wait_until(lambda: session.recording is not None and not session.recording.running)
    return session.recording


def test_a_recording_begins_and_ends_in_the_middle_of_a_stream(take):
    source, factory = FakeSource(RATE), Factory(latency=0.02)
    with Session(source, object(), tracker_factory=factory) as session:
        assert session.recording is None
        source.give(noise(0, 45))
        wait_until(lambda: session.stats.frames == 3)
        session.record(take)
        source.give(noise(45, 200))
        wait_until(lambda: session.stats.frames == 19)
        session.end_recording()
        source.give(noise(200, 260))  # not recorded, but the last rows need it
        recording = done(session)
        assert session.running
        frames = session.frames()
    samples, rows = recorded(take)
    np.testing.assert_array_equal(samples, noise(50, 200))  # from the first frame's centre on
    assert [row[1:] for row in rows] == rows_of(frames[5:21])
    assert (recording.path, recording.seconds, recording.error, recording.lost) == (take, 0.15, None, 0.0)


@pytest.mark.parametrize("kind", [Session, RemoteSession])
def test_a_whole_song_is_recorded_bit_for_bit(song, take, kind):
    session = kind(FileSource(song, realtime=False))
    session.record(take)
    with session:
        frames = list(session)
    samples, rows = recorded(take, 16_000)
    np.testing.assert_array_equal(samples, soundfile.read(song, dtype="float32")[0])
    assert [row[1:] for row in rows] == rows_of(frames)
    assert len(rows) == 151
    assert session.recording == Recording(take, 1.5, None, running=False, start=0.0)
    track = read_take_track(take_files(take)[1])
    np.testing.assert_allclose(track.f0, [frame.f0 for frame in frames], atol=6e-4)
    np.testing.assert_array_equal(track.voiced, [frame.voiced for frame in frames])


def test_settled_frames_replace_the_instant_ones(song, take):
    session = RemoteSession(FileSource(song, realtime=False), settle="rmvpe-small")
    session.record(take)
    with session:
        frames = list(session)
    final = {round(frame.time * 100): frame for frame in frames if not frame.settled}
    instant = dict(final)
    final |= {round(frame.time * 100): frame for frame in frames if frame.settled}
    _, rows = recorded(take, 16_000)
    assert [row[1:] for row in rows] == rows_of(final.values())
    assert rows_of(final.values()) != rows_of(instant.values())
    assert {path.name for path in take.parent.iterdir()} == {path.name for path in take_files(take)}


def test_the_gain_is_on_record_and_clips_there(take):
    source = FakeSource(RATE)
    session = Session(source, object(), Settings(gain=20 * math.log10(8)), tracker_factory=Factory())
    session.record(take)
    with session:
        source.give(noise(0, 200))
        wait_until(lambda: session.stats.frames == 20)
        frames = session.frames()
    samples, _ = recorded(take)
    assert samples.max() == 1 - 2**-23
    np.testing.assert_allclose(samples, np.minimum(8 * noise(0, 200), 1.0), atol=2**-23)
    assert [frame.f0 for frame in frames] == pytest.approx(8 * noise(0, 200)[::10])


def stalling():
    """A tracker that waits in its first push; two events, that it does and that it may go on."""
    going, busy = threading.Event(), threading.Event()

    def compute(block):
        busy.set()
        assert going.wait(PATIENT)

    return Factory(before_push=compute), busy, going


def test_what_the_worker_jumps_over_is_recorded_and_what_the_ring_refuses_is_silent(take):
    factory, busy, going = stalling()
    source, settings = FakeSource(RATE), Settings(max_behind=0.25, ring_seconds=0.4)
    session = Session(source, object(), settings, tracker_factory=factory)
    session.record(take)
    with session:
        source.give(noise(0, 40))
        assert busy.wait(PATIENT)
        source.give(noise(40, 200))
        source.give(noise(200, 500))  # refused whole
        source.give(noise(500, 600))
        source.give(noise(600, 690))
        going.set()
        wait_until(lambda: session.stats.skipped == 350)
        source.give(noise(690, 720))
        wait_until(lambda: session.stats.frames == 7)
        frames = session.frames()
    samples, rows = recorded(take)
    expected = noise(0, 720)
    expected[200:500] = 0
    np.testing.assert_array_equal(samples, expected)
    unvoiced = ["", "0.0000", "0"]
    # The end of the stream leaves the row at the very end of the sound without a frame.
    assert [row[1:] for row in rows] == [*rows_of(frames[:4]), *[unvoiced] * 65, *rows_of(frames[4:]), unvoiced]


def test_a_device_that_was_away_leaves_silence_as_long(take, monkeypatch):
    monkeypatch.setattr(worker, "REOPEN", 0.001)
    source, clock = FakeSource(RATE), FakeClock()
    session = Session(source, object(), tracker_factory=Factory(), clock=clock)
    session.record(take)
    with session:
        source.give(noise(0, 25), captured=1000.0)
        wait_until(lambda: session.stats.frames == 3)
        source.give(noise(25, 28), captured=1000.025)  # too little for a frame
        source.open_error = DeviceError("unplugged")
        source.end(DeviceError("stopped by the system"))
        wait_until(lambda: source.log.count("refused") > 1)
        clock.now += 1.5
        source.open_error = None
        wait_until(lambda: source.log.count("start") == 2)
        source.give(noise(0, 40), captured=1001.6)
        wait_until(lambda: session.stats.frames >= 6)
        frames = session.frames()
    samples, rows = recorded(take)
    assert frames[3].time == pytest.approx(1.53)
    away = len(samples) - 28 - 40
    assert away == pytest.approx(1500, abs=3)  # by the clock, which went on while three samples were on their way
    np.testing.assert_array_equal(samples, np.concatenate([noise(0, 28), np.zeros(away), noise(0, 40)]))
    assert [row[3] for row in rows] == ["1"] * 3 + ["0"] * 150 + ["1"] * (len(frames) - 3) + ["0"] * (
        len(rows) - 150 - len(frames)
    )
    assert float(rows[153][1]) == pytest.approx(frames[3].f0, abs=1e-3)


def test_at_another_rate_a_recording_goes_on_as_its_next_part(take, monkeypatch):
    monkeypatch.setattr(worker, "REOPEN", 0.001)
    source = FakeSource(RATE)
    session = Session(source, object(), tracker_factory=Factory())
    session.record(take)
    with session:
        source.give(noise(0, 100))
        wait_until(lambda: session.recording.seconds == 0.1)
        source.sample_rate = 2 * RATE
        source.end(DeviceError("stopped by the system"))
        wait_until(lambda: source.log.count("start") == 2)
        source.give(noise(0, 40))
        wait_until(lambda: session.stats.frames == 12)
        wait_until(lambda: session.recording.before is not None and session.recording.seconds > 0)
        assert session.recording.running
        session.end_recording()
        last = done(session)
    part = take.with_name(f"{take.name} (2)")
    assert (last.path, last.error) == (part, None)
    assert last.before.error == f"{take}: the input came back with 2000 Hz; the recording goes on as {part.name}"
    assert not last.before.running
    np.testing.assert_array_equal(recorded(take)[0], noise(0, 100))
    samples = recorded(part, 2 * RATE)[0]
    assert 20 < len(samples) <= 40  # it begins with a frame's centre
    np.testing.assert_array_equal(samples, noise(0, 40)[-len(samples) :])


def test_a_tracker_that_fails_takes_nothing_from_the_sound(take, monkeypatch):
    monkeypatch.setattr(worker, "BACK_OFF", 0.001)

    def compute(block):
        factory.heard += len(block)
        if block[0] == noise(100, 101)[0]:
            raise ValueError("on purpose")

    source, factory = FakeSource(RATE), Factory(before_push=compute)
    factory.heard = 0
    session = Session(source, object(), tracker_factory=factory)
    session.record(take)
    with session:
        for start in range(0, 300, 50):
            source.give(noise(start, start + 50))
            wait_until(lambda start=start: factory.heard == start + 50)
    samples, rows = recorded(take)
    np.testing.assert_array_equal(samples, noise(0, 300))
    assert [row[3] for row in rows] == ["1"] * 10 + ["0"] * 5 + ["1"] * 15 + ["0"]


def test_recordings_follow_one_another(tmp_path):
    source, takes = FakeSource(RATE), [tmp_path / name for name in ("one", "two", "three")]
    with Session(source, object(), tracker_factory=Factory()) as session:
        for number, take in enumerate([takes[0], None, *takes[1:]]):
            if take is not None:  # the third while the second runs
                session.record(take)
            source.give(noise(100 * number, 100 * number + 100))
            wait_until(lambda number=number: session.stats.frames == 10 * number + 10)
            if take == takes[0]:
                session.end_recording()
    for take, start in zip(takes, (0, 200, 300), strict=True):
        np.testing.assert_array_equal(recorded(take)[0], noise(start, start + 100))


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_is_there_is_never_touched(take, which):
    kept, other = take_files(take)[which], take_files(take)[1 - which]
    kept.write_text("a good one")
    source = FakeSource(RATE)
    with Session(source, object(), tracker_factory=Factory()) as session:
        session.record(take)
        assert done(session).error == f"{kept}: is there already and was not touched; record under another name"
        source.give(noise(0, 10))
        wait_until(lambda: session.stats.frames == 1)
    assert kept.read_text() == "a good one"
    assert not other.exists()


def test_a_folder_is_made_and_a_file_in_its_place_is_an_error(tmp_path):
    source = FakeSource(RATE)
    (tmp_path / "file").touch()
    with Session(source, object(), tracker_factory=Factory()) as session:
        session.record(tmp_path / "file" / "folder" / "take")
        assert "cannot be recorded (Not a directory)" in done(session).error
        session.record(tmp_path / "new" / "folder" / "take")
        source.give(noise(0, 100))
        wait_until(lambda: session.recording.seconds == 0.1)
    np.testing.assert_array_equal(recorded(tmp_path / "new" / "folder" / "take")[0], noise(0, 100))


def test_a_folder_that_is_deleted_is_an_error_and_the_stream_goes_on(tmp_path):
    source = FakeSource(RATE)
    with Session(source, object(), tracker_factory=Factory()) as session:
        session.record(tmp_path / "folder" / "take")
        source.give(noise(0, 100))
        wait_until(lambda: session.recording.seconds == 0.1)
        shutil.rmtree(tmp_path / "folder")
        recording = done(session)
        source.give(noise(100, 200))
        wait_until(lambda: session.stats.frames == 20)
        assert session.message is None
    assert "recording ended after 0.1 s (it was deleted); " in recording.error
    assert "\n" not in recording.error


def test_nothing_heard_leaves_no_files(take):
    with Session(FakeSource(RATE), object(), tracker_factory=Factory()) as session:
        session.record(take)
        wait_until(lambda: take_files(take)[1].exists())
        session.end_recording()
        assert "no sound came in" in done(session).error
    assert list(take.parent.iterdir()) == []
    session.record(take)
    assert "the stream has ended" in session.recording.error
    assert not session.recording.running


def test_a_session_that_never_starts_leaves_nothing(take):
    for kind in (Session, RemoteSession):
        session = kind(FileSource("no/such.wav"))
        session.record(take)
        session.stop()
    assert list(take.parent.iterdir()) == []


def test_a_disk_that_is_too_slow_leaves_silence_and_is_told(take, monkeypatch):
    monkeypatch.setattr(tape, "EVERY", 60.0)  # it looks when it is woken, however slow this machine is
    monkeypatch.setattr(tape, "MOST", 0.1)
    source = FakeSource(RATE)
    session = Session(source, object(), tracker_factory=Factory())
    session.record(take)
    wait_until(lambda: take_files(take)[1].exists())
    time.sleep(0.3)  # it has looked for the first time
    with session:
        for start in range(0, 200, 10):
            source.give(noise(start, start + 10))
            wait_until(lambda start=start: session.stats.frames == start // 10 + 1)
        session._worker.recorder._tape._woken.set()
        wait_until(lambda: session.recording.seconds > 0.1)
        source.give(noise(200, 210))
        wait_until(lambda: session.stats.frames == 21)
    samples, rows = recorded(take)
    expected = noise(0, 210)
    expected[110:200] = 0
    np.testing.assert_array_equal(samples, expected)
    assert session.recording.lost == pytest.approx(0.09)
    assert len(rows) == 22


def paced(path, rate=16_000, seconds=8.0):
    soundfile.write(path, sung_tone(220.0, seconds, rate), rate)
    return FileSource(path)


@pytest.mark.alone
def test_a_killed_engine_leaves_what_was_sung_until_then(tmp_path, take):
    with RemoteSession(paced(tmp_path / "long.wav")) as session:
        session.record(take)
        frames = []
        while not frames or frames[-1].time < 1.5:
            frames += session.frames()
        os.kill(session.pid, signal.SIGKILL)
        wait_until(lambda: not session.running)
        assert session.recording.error == f"{take}: ended with the engine"
        assert not session.recording.running
    samples, rows = recorded(take, 16_000)
    played = soundfile.read(tmp_path / "long.wav", dtype="float32")[0]
    start = np.flatnonzero([np.array_equal(samples[:4000], played[at : at + 4000]) for at in range(0, 16_000, 160)])[0]
    np.testing.assert_array_equal(samples, played[160 * start : 160 * start + len(samples)])
    seen = {round(frame.time * 100) - start: frame for frame in frames}  # a busy machine may have jumped over some
    written = {row: frame for row, frame in seen.items() if 0 <= row < len(rows)}
    assert len(written) > 20
    assert [rows[row][1:] for row in written] == rows_of(written.values())
    for end in (start / 100 + len(samples) / 16_000, start / 100 + len(rows) / 100):
        assert end > frames[-1].time - 1.0
    assert len(read_take_track(take_files(take)[1])) == len(rows)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit")
def test_a_full_disk_ends_the_recording_and_not_the_stream(tmp_path, take):
    rng = np.random.default_rng(0)  # noise, which no FLAC makes small
    soundfile.write(tmp_path / "long.wav", rng.uniform(-0.5, 0.5, 5 * 16_000), 16_000)
    with RemoteSession(FileSource(tmp_path / "long.wav")) as session:
        _, hard = resource.prlimit(session.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(session.pid, resource.RLIMIT_FSIZE, (30_000, hard))  # bytes a file: then writes fail
        session.record(take)
        recording = done(session)
        newest = [frame.time for frame in session.frames()][-1]
        frames = iter(session)
        assert next(frame for frame in frames if frame.time > newest + 0.3)
        assert session.error is None
    assert f"{take}: recording ended after " in recording.error
    assert "(File too large); free some space, or record into another folder" in recording.error
    samples, rows = recorded(take, 16_000)
    played = soundfile.read(tmp_path / "long.wav", dtype="float32")[0]
    at = np.flatnonzero(played == samples[0])[0]
    assert at % 160 == 0
    np.testing.assert_array_equal(samples, played[at : at + len(samples)])
    assert len(samples) in (8192, 12288)  # whole blocks, up to the limit
    assert len(rows) >= len(samples) // 160


def test_any_pieces_make_the_same_take(tmp_path):
    rng = np.random.default_rng(3)
    for rate, start in ((44_100, 12_345), (11_025, 7), (48_000, 0)):
        sound = (rng.integers(-(2**23), 2**23, rate) / 2**23).astype(np.float32)
        cuts = np.sort(rng.integers(0, rate, 40))
        pieces = [piece for piece in zip([0, *cuts], [*cuts, rate], strict=True) if rng.random() < 0.8]
        writer, heard = TakeWriter(tmp_path / str(rate)), np.zeros(rate, np.float32)
        for a, b in pieces:
            heard[a:b] = sound[a:b]
            writer.hear(start + a, rate, sound[a:b])
        writer.close()
        samples, rows = recorded(tmp_path / str(rate), rate)
        begun = round(-(-(start + pieces[0][0]) * 100 // rate) * rate / 100) - start
        np.testing.assert_array_equal(samples, heard[begun : pieces[-1][1]])
        assert len(rows) == len(samples) * 100 // rate + 1


def test_a_frame_settled_later_counts_and_one_before_the_beginning_does_not(tmp_path):
    writer = TakeWriter(tmp_path / "take")
    writer.see([PitchFrame(0.0, 100.0, 0.5, 0.0)], ended=False)
    writer.hear(95, 1000, np.zeros(50, np.float32))  # from 0.1 s on
    instant = [PitchFrame(k / 100, 200.0 + k, 0.5, 0.0, settled=False) for k in range(9, 15)]
    writer.see(instant, ended=False)
    writer.flush()
    assert not writer.complete
    writer.see([replace(frame, f0=math.nan, settled=True) for frame in instant[1:3]], ended=True)
    writer.see([replace(instant[-1], settled=True, f0=300.0), PitchFrame(0.15, 1.0, 1.0, 0.0)], ended=True)
    assert writer.complete
    writer.close()
    samples, rows = recorded(tmp_path / "take")
    assert len(samples) == 45
    assert [row[1] for row in rows] == ["", "", "212.000", "213.000", "300.000"]


@pytest.mark.audio
def test_a_microphone_is_recorded_sample_for_sample(tmp_path, take):
    skip_unless_installed()
    played = sung_tone(220.0, 2.0, 48_000)
    played += np.random.default_rng(0).normal(0, 0.01, len(played)).astype(np.float32)
    soundfile.write(tmp_path / "tone.wav", played, 48_000, subtype="PCM_16")
    with VirtualMicrophone(48_000) as virtual:
        assert DEVICE in [device.name for device in input_devices(refresh=True)]
        with Session(Microphone(DEVICE, sample_rate=48_000)) as session:
            next(iter(session))
            session.record(take)
            assert virtual.play(tmp_path / "tone.wav").wait(60) == 0
            session.end_recording()
            recording, frames = done(session), session.frames()
    assert (recording.error, recording.lost) == (None, 0.0)
    samples, rows = recorded(take, 48_000)
    size = 1 << (len(samples) + len(played)).bit_length()
    lag = np.argmax(np.fft.irfft(np.fft.rfft(samples, size) * np.conj(np.fft.rfft(played, size)), size))
    heard = min(len(played), len(samples) - lag)
    assert heard > 48_000
    np.testing.assert_allclose(samples[lag : lag + heard][1000:], played[1000:heard], atol=1e-3)
    between = rows[lag // 480 + 20 : (lag + heard) // 480 - 20]
    sung = [float(row[1]) for row in between if row[3] == "1"]
    assert len(sung) > len(between) / 2  # a busy machine may have jumped over some
    assert np.abs(1200 * np.log2(np.array(sung) / 220.0)).max() < 20
    assert max(frame.peak for frame in frames) == pytest.approx(20 * math.log10(np.abs(samples).max()), abs=0.01)
