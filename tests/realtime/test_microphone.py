"""A real PortAudio callback on a virtual microphone: what is played is heard, to the sample and the cent."""

import os
import signal
import time
from multiprocessing import get_context

import numpy as np
import pytest
import soundfile

from livepitch.model.errors import LivepitchError
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.session import Session
from livepitch.realtime.source import DeviceError, Microphone, input_devices
from tests.realtime.fakes import Factory, wait_until
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

pytestmark = pytest.mark.audio


@pytest.fixture
def virtual_microphone():
    skip_unless_installed()
    opened = []

    def make(sample_rate):
        microphone = VirtualMicrophone(sample_rate).__enter__()
        opened.append(microphone)
        # PortAudio made its list before the server was there.
        assert DEVICE in [device.name for device in input_devices(refresh=True)]
        return microphone

    yield make
    for microphone in opened:
        microphone.__exit__()


class Recorder:
    """A sink that keeps the sound and its stamps."""

    def __init__(self):
        self.blocks, self.captured, self.arrived, self.overflows = [], [], [], 0

    def __call__(self, block, captured, overflowed):
        self.blocks.append(block.copy())
        self.captured.append(captured)
        self.arrived.append(time.monotonic())
        self.overflows += overflowed

    def wait_for_room(self, samples, timeout):
        return True


def open_and_start(microphone, sink):
    """Start, anew if nothing comes: the ALSA plugin of PulseAudio now and then misses its first wake-up."""
    for _ in range(5):
        microphone.open(sink)
        microphone.start()
        limit = time.monotonic() + 2
        while time.monotonic() < limit:
            if len(sink.blocks) > 10:
                return
            time.sleep(0.01)
    pytest.fail("no block in five attempts")


def best_lag(heard, played):
    """Sample of `heard` at which `played` begins."""
    size = 1 << (len(heard) + len(played) - 1).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size)), size)
    return int(np.argmax(correlation[: len(heard)]))


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_what_is_played_is_recorded_sample_for_sample(virtual_microphone, tmp_path, rate):
    played = demo_phrase(rate)[0][: 5 * rate]
    soundfile.write(tmp_path / "phrase.wav", played, rate, subtype="PCM_16")
    virtual, sink, microphone = virtual_microphone(rate), Recorder(), Microphone(DEVICE, sample_rate=rate)
    open_and_start(microphone, sink)
    assert virtual.play(tmp_path / "phrase.wav").wait(60) == 0
    time.sleep(0.5)
    microphone.close()
    heard = np.concatenate(sink.blocks)
    lag = best_lag(heard, played)
    # One sample lost or doubled anywhere would leave a residue of the voice's own size. (The playing side may
    # be late for the first few of all; they are faint.)
    np.testing.assert_allclose(heard[lag : lag + len(played)][1000:], played[1000:], atol=1e-3)
    assert sink.overflows == 0
    ages = np.array(sink.arrived) - sink.captured
    lengths = np.array([len(block) for block in sink.blocks]) / rate
    assert np.all(ages >= lengths - 1e-6)
    assert np.median(ages) < 0.1


def test_a_session_counts_every_sample_of_a_real_stream(virtual_microphone):
    virtual_microphone(48_000)
    factory = Factory()
    with Session(Microphone(DEVICE, sample_rate=48_000), object(), tracker_factory=factory) as session:
        frames = [frame for frame, _ in zip(session, range(200), strict=False)]
        stats = session.stats
    assert session.sample_rate == 48_000
    assert (stats.xruns, stats.dropped, stats.skipped) == (0, 0, 0)
    times = np.array([frame.time for frame in frames])
    np.testing.assert_allclose(np.diff(times[-100:]), 0.01, atol=1e-9)
    assert all(0 < frame.latency < 2 for frame in frames[-100:])


def known_at(frames, f0, start):
    """The phrase's f0 (log2 Hz, NaN where unvoiced) at each frame, if it began at `start` s of the stream.

    Between two entries, 10 ms apart, it is taken as a straight line.
    """
    at = (np.array([frame.time for frame in frames]) - start) * 100
    return np.interp(at, np.arange(len(f0)), np.log2(f0), left=np.nan, right=np.nan)


def begin_of(frames, f0):
    """Second of the stream at which the phrase began, to 1 ms.

    Where most frames are within 50 cents; of the places nearly as good, where they are least off.
    """
    heard = np.log2([frame.f0 for frame in frames])

    def fit(start):
        off = 1200 * np.abs(heard - known_at(frames, f0, start))
        close = off[off < 50]
        return len(close), -np.median(close) if len(close) else -np.inf

    coarse = max(np.arange(0, frames[-1].time - 0.5 * len(f0) * 0.01, 0.02), key=fit)
    fits = {start: fit(start) for start in coarse + np.arange(-0.04, 0.04, 0.001)}
    most = max(count for count, _ in fits.values())
    return max((start for start, (count, _) in fits.items() if count >= 0.98 * most), key=lambda s: fits[s][1])


def lost(stats):
    return stats.xruns, stats.skipped, stats.dropped, stats.unread


def listen(virtual, wav, rate):
    """All frames, and the counters, of a session with the bundled model that hears `wav` to its end."""
    with Session(Microphone(DEVICE, sample_rate=rate), "stream") as session:
        frames = [next(iter(session))]  # it listens: now play
        player = virtual.play(wav)
        for frame in session:
            frames.append(frame)
            if player.poll() is not None:
                break
        assert player.wait() == 0
        return frames, session.stats


@pytest.mark.alone
@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_a_sung_phrase_is_followed_from_the_air_to_the_frames(virtual_microphone, tmp_path, rate):
    """The bundled model for 13 s: right, complete, nothing lost on the way."""
    phrase, _, f0 = demo_phrase(rate)
    soundfile.write(tmp_path / "phrase.wav", phrase, rate, subtype="PCM_16")
    virtual = virtual_microphone(rate)
    frames, stats = listen(virtual, tmp_path / "phrase.wav", rate)
    if any(lost(stats)):  # a shared machine may stand still for a second: then once more
        frames, stats = listen(virtual, tmp_path / "phrase.wav", rate)
    known = known_at(frames, f0, begin_of(frames, f0))
    heard = np.log2([frame.f0 for frame in frames])
    error = np.nanmedian(np.abs(1200 * (heard - known)))
    recall = 1 - np.mean(np.isnan(heard[~np.isnan(known)]))
    figures = f"{rate} Hz: median error {error:.2f} cents, voiced recall {recall:.4f}, {stats}"
    print(figures)
    assert lost(stats) == (0, 0, 0, 0), figures
    np.testing.assert_allclose(np.diff([frame.time for frame in frames]), 0.01, atol=1e-6)
    # Of each voiced run the last entry has no line behind it.
    assert np.count_nonzero(~np.isnan(known)) >= 0.97 * np.count_nonzero(~np.isnan(f0))
    assert error <= 10, figures
    assert recall >= 0.95, figures


def test_a_refused_rate_is_one_line(virtual_microphone, capfd):
    virtual_microphone(48_000)
    with pytest.raises(DeviceError) as caught:
        Microphone(DEVICE, sample_rate=1_000_000).open(Recorder())
    assert str(caught.value).startswith("pulse: does not record at 1000000 Hz; leave the rate out, or use ")
    assert capfd.readouterr().err == ""


def test_an_unknown_device_and_a_channel_that_is_not_there(virtual_microphone):
    virtual_microphone(48_000)
    for microphone in (Microphone("no such thing"), Microphone(999), Microphone(DEVICE, channel=500)):
        with pytest.raises(LivepitchError) as caught:
            microphone.open(Recorder())
        assert "\n" not in str(caught.value)


def dies_and_comes_back():
    os.setsid()
    with VirtualMicrophone(48_000) as first:
        assert DEVICE in [device.name for device in input_devices(refresh=True)]
        with Session(Microphone(DEVICE, sample_rate=48_000), object(), tracker_factory=Factory()) as session:
            wait_until(lambda: session.stats.frames > 50)
            restarts = session.stats.restarts
            first._daemon.terminate()
            first._daemon.wait(30)
            wait_until(lambda: session.message and session.message.startswith("input lost"))
            with VirtualMicrophone(48_000):
                frames = session.stats.frames
                wait_until(lambda: session.stats.frames > frames + 50)
                assert session.stats.restarts > restarts
                assert session.message is None
                session.stop()


def test_a_sound_server_that_dies_and_comes_back():
    """In a process of its own: now and then the ALSA plugin of a server that dies never returns to PortAudio."""
    skip_unless_installed()
    for _ in range(3):
        process = get_context("spawn").Process(target=dies_and_comes_back)
        process.start()
        process.join(45)
        if process.exitcode is not None:
            break
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
    assert process.exitcode == 0
