"""The loopback test's arithmetic, on delays that are planted; and the whole of it through a virtual microphone."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from livepitch.__main__ import main
from livepitch.bench.loopback import run_loopback
from livepitch.bench.loopback_sums import LoopbackError, report
from livepitch.bench.roundtrip import read_glides
from livepitch.bench.siren import ROUND, Glide, Programme
from livepitch.bench.tap import Tapped
from livepitch.model.errors import LivepitchError
from livepitch.model.registry import load_model
from livepitch.realtime.devices import DeviceError
from livepitch.realtime.playing.clicks import find_click, sweep
from livepitch.realtime.playing.loudspeaker import Loudspeaker
from livepitch.realtime.source import Microphone, input_devices
from livepitch.realtime.tracker import StreamTracker
from tests.bench.simulated_air import Air
from tests.realtime.fakes import FakeSource
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

PLANTED = {
    "plain": Air(),
    "a device of 1.7 s": Air(delay=1.7),
    "no delay at all": Air(delay=0.0, engine=0.001),
    "a slow engine": Air(engine=1.2),
    "claims 20 ms too late": Air(output_error=0.02),
    "claims of the input too early": Air(input_error=-0.015),
    "jitter of claims and engine": Air(jitter=0.004, output_error=0.005),
    "a tracker 30 cents sharp": Air(bias=30.0, pitch_noise=8.0),
    "a tracker 25 cents flat": Air(bias=-25.0, jitter=0.002),
    "other polarity": Air(gain=-0.4),
    "as loud as the noise": Air(gain=0.1, noise=0.03),
    "44.1 kHz out": Air(output_rate=44_100),
    "44.1 kHz in": Air(input_rate=44_100),
    "a telephone headset": Air(input_rate=16_000, delay=0.35),
    "an echo": Air(echo=0.3),
}


@pytest.mark.parametrize("air", PLANTED.values(), ids=PLANTED)
def test_planted_delays_are_found(air):
    found = report(air.heard(), air.programme)
    engine = air.engine + 0.6745 * air.jitter  # its jitter has one sign: the median of its size
    assert found.measured.p50 == pytest.approx(1e3 * (air.delay + engine - air.output_error), abs=2)
    assert found.handed.p50 == pytest.approx(1e3 * (air.buffer + air.delay + engine), abs=11)  # to a block
    assert found.unreported == pytest.approx(1e3 * (air.delay + air.input_error - air.output_error), abs=2)
    assert found.stages_sum == pytest.approx(found.measured.p50, abs=2)
    assert found.agrees
    assert found.bias_cents == pytest.approx(air.bias, abs=2)
    assert found.claimed_output == pytest.approx(1e3 * (air.buffer + air.output_error), abs=11)
    whole = found.claimed_output + found.unreported + found.claimed_input
    assert found.device_delay == pytest.approx(whole, abs=3)
    assert (found.clicks, found.clicks_played) == (3, 3)
    assert found.frames > 400
    assert found.measured.min <= found.measured.p50 <= found.measured.p95 <= found.measured.max


def test_stamps_that_lie_within_the_engine_are_noticed():
    """Frames that carry the pitch of 12 ms before their centre: no sum of stamps can show it, the content does."""
    air = Air()
    frames = Air(delay=air.delay + 0.012).frames()
    found = report(air.heard(frames), air.programme)
    assert found.difference == pytest.approx(12, abs=1)
    assert not found.agrees
    assert "trust the first" in found.sentence()
    assert not found.json()["agrees"]


def test_the_json_is_plain_and_its_sums_are_sums():
    told = report(Air().heard(), Air().programme).json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["claimed_ms"]["sum"] == pytest.approx(
        told["claimed_ms"]["input"] + told["claimed_ms"]["output"], abs=0.01
    )
    assert told["stages_sum_ms"] == pytest.approx(told["unreported_ms"] + told["sound_to_frame_ms"], abs=0.01)
    assert told["difference_ms"] == pytest.approx(told["measured_ms"]["p50"] - told["stages_sum_ms"], abs=0.01)
    assert list(told["stages_ms"]) == ["lookahead", "input", "wait", "mel", "network", "decode", "out"]
    assert sum(told["stages_ms"].values()) == pytest.approx(told["sound_to_frame_ms"], abs=1)


def test_an_echo_and_an_overdriven_input_are_said():
    assert report(Air(echo=0.3).heard(), Air().programme).warnings == (
        "every click was heard once more after 300 ms: turn off the input's monitoring; the first is what counts",
    )
    assert report(Air(gain=4.0).heard(), Air().programme).warnings == ("the input is overdriven: turn it down",)
    assert report(Air().heard(), Air().programme).warnings == ()


@pytest.mark.parametrize(
    ("air", "part"),
    [
        (Air(gain=0.0), "of 3 clicks played by mouth ear heard none, only silence: turn the output up"),
        (Air(gain=0.0, noise=0.01), "heard none, but other sound at -40 dBFS: turn the output up"),
        (Air(gain=0.01, noise=0.1), "heard none, but other sound at -20 dBFS"),
    ],
)
def test_where_nothing_is_heard_one_line_says_what_to_do(air, part):
    with pytest.raises(LivepitchError, match=part) as caught:
        report(air.heard(), air.programme)
    assert "\n" not in str(caught.value)


def test_clicks_without_pitch_are_one_line_too():
    unvoiced = [frame for frame in Air().frames() if not frame.voiced]
    with pytest.raises(LoopbackError, match="only 0 frames follow the sirens' pitch"):
        report(Air().heard(unvoiced), Air().programme)


def test_what_sounds_near_an_underflow_is_left_out():
    air = Air(rounds=4)
    played = air.played()
    dry = round((air.programme.clicks[1] + 0.1) * air.output_rate)
    played.underflows.append(dry)
    broken = air.heard()
    broken.playback = type(broken.playback)(played, air.output_rate)
    found, whole = report(broken, air.programme), report(air.heard(), air.programme)
    assert (found.clicks, whole.clicks) == (3, 4)
    assert 0 < found.frames < whole.frames
    assert found.measured.p50 == pytest.approx(whole.measured.p50, abs=0.5)
    assert found.warnings == ("the output ran dry, 1 time(s); what sounded near is left out",)


def test_an_output_that_runs_dry_at_every_click_is_said():
    air = Air()
    played = air.played()
    played.underflows += [round(moment * air.output_rate) for moment in air.programme.clicks]
    heard = air.heard()
    heard.playback = type(heard.playback)(played, air.output_rate)
    with pytest.raises(LoopbackError, match=r"mouth: stood still or ran dry, 3 time\(s\)"):
        report(heard, air.programme)


@pytest.mark.parametrize(("rate", "gain"), [(48_000, 0.5), (44_100, -0.3)])
def test_the_bundled_model_hears_the_sirens_to_the_millisecond(rate, gain):
    air = Air(input_rate=rate, rounds=2, gain=gain, noise=0.002, delay=0.12)
    tracker = StreamTracker(load_model("stream"), rate)
    frames = [air.stamped(frame) for frame in tracker.push(air.audio())]
    found = report(air.heard(frames), air.programme)
    assert found.measured.p50 == pytest.approx(1e3 * (air.delay + air.engine), abs=2)
    assert abs(found.difference) < 2
    assert abs(found.bias_cents) < 8
    assert found.measured.max - found.measured.min < 20
    assert found.frames > 300


def test_an_output_that_runs_dry_in_every_siren_is_said():
    air = Air()
    played = air.played()
    played.underflows += [round((moment + 1.2) * air.output_rate) for moment in air.programme.clicks]
    played.underflows += [round((moment + 2.4) * air.output_rate) for moment in air.programme.clicks]
    heard = air.heard()
    heard.playback = type(heard.playback)(played, air.output_rate)
    with pytest.raises(LoopbackError, match="close other programs"):
        report(heard, air.programme)


def test_frames_on_no_glide_read_nothing():
    air = Air()
    assert read_glides([], air.programme.glides, air.heard().playback) is None


# -- the parts ------------------------------------------------------------------------------------


def test_a_programme_has_two_rounds_at_least_and_fits():
    assert Programme.lasting(0).rounds == 2
    assert Programme.lasting(5 * ROUND + 0.1).rounds == 5
    for rate in (44_100, 48_000):
        signal = Programme(2).signal(rate)
        assert len(signal) == pytest.approx(Programme(2).seconds * rate, abs=1)
        assert signal.dtype == np.float32
        assert 0.3 < np.abs(signal).max() <= 0.51


def test_glides_are_inverted_exactly():
    for glide in Programme(1).glides:
        at = np.linspace(glide.start, glide.stop, 7)
        np.testing.assert_allclose(glide.moment(2 ** (glide.cents(at) / 1200)), at, atol=1e-9)
    falling = Glide(1.0, 440.0, -2000.0)
    assert falling.moment(np.array([220.0]))[0] == pytest.approx(1.6)


def test_the_first_click_counts_even_where_the_echo_is_louder():
    rate, click = 16_000, sweep(16_000)
    heard = np.zeros(rate, np.float32)
    heard[2000 : 2000 + len(click)] += 0.2 * click
    heard[8000 : 8000 + len(click)] += 0.3 * click
    found = find_click(heard, click, rate)
    assert (found.sample, found.echo) == (2000, pytest.approx(6000 / rate))
    assert find_click(heard[:500], click, rate) is None
    assert find_click(np.zeros(rate, np.float32), click, rate) is None


def test_a_tap_passes_everything_on_and_keeps_what_fits():
    source = FakeSource(sample_rate=1000)
    tapped, got = Tapped(source, 0.5), []

    class Sink:
        def __call__(self, block, captured, overflowed):
            got.append((block.copy(), captured, overflowed))

    tapped.open(Sink())
    tapped.start()
    for number in range(4):
        source.give(np.full(200, number), captured=5.0 + 0.2 * number, overflowed=number == 2)
    source.end()
    (recording,) = tapped.recordings
    assert [(len(block), overflowed) for block, _, overflowed in got] == [
        (200, False), (200, False), (200, True), (200, False), (0, False),
    ]  # fmt: skip
    assert recording.samples.tolist() == [0.0] * 200 + [1.0] * 200  # 0.5 s hold two blocks
    np.testing.assert_allclose(recording.captured([0, 250]), [5.0, 5.25], atol=1e-9)
    assert recording.between(-math.inf, math.inf) == (0, 400)
    assert (tapped.name, tapped.sample_rate, tapped.finished) == ("fake input", 1000, True)
    tapped.close()
    assert source.log == ["open", "start", "close"]


# -- the whole of it ------------------------------------------------------------------------------


@pytest.fixture
def virtual_microphone():
    skip_unless_installed()
    with VirtualMicrophone(48_000) as virtual:
        assert DEVICE in [device.name for device in input_devices(refresh=True)]
        yield virtual


class LateLoudspeaker(Loudspeaker):
    """A device that plays everything later than its stamps say: what no claim tells."""

    def __init__(self, *args, delay, **kwargs):
        super().__init__(*args, **kwargs)
        self.delay = delay

    def play(self, signal, latency="low"):
        super().play(np.concatenate((np.zeros(round(self.delay * self.sample_rate), np.float32), signal)), latency)


def loop(loudspeaker):
    """One run of two rounds; once more where a shared machine stood still meanwhile."""

    def run():
        return run_loopback(Microphone(DEVICE, sample_rate=48_000), loudspeaker, load_model("stream"), seconds=7.0)

    try:
        return run()
    except LivepitchError as error:
        print(f"once more: {error}")
        return run()


@pytest.mark.audio
def test_through_a_virtual_device_both_ways_agree(virtual_microphone, livepitch, tmp_path):
    command = ["bench", "--loopback", "--seconds", 7, "--input", DEVICE, "--output", DEVICE, "--json", "loop.json"]
    done = livepitch(*command)
    if done.returncode:  # a shared machine may stand still for a second: then once more
        print(done.stderr)
        done = livepitch(*command)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "loop.json").read_text())
    found = record["loopback"]
    print(found)
    assert abs(found["difference_ms"]) <= 5
    assert found["agrees"]
    assert -30 < found["unreported_ms"] < 200
    assert 20 < found["measured_ms"]["p50"] < 2000
    assert found["handed_ms"]["p50"] > found["measured_ms"]["p50"]
    assert 0 < found["device_delay_ms"] < 1000
    assert found["frames"] > 100
    assert record["kind"] == "livepitch bench --loopback"
    assert record["model"]["name"] == "stream"
    assert record["machine"]["cores"]["usable"] >= 1
    assert "sound out -> frame out" in done.stdout
    assert " ".join(done.stdout.split()).endswith("ms: the two agree.")


@pytest.mark.audio
def test_a_delay_that_no_claim_tells_is_found(virtual_microphone):
    found = loop(LateLoudspeaker(DEVICE, sample_rate=44_100, delay=0.15))
    print(found)
    assert found.unreported == pytest.approx(150, abs=30)
    assert abs(found.difference) <= 5


@pytest.mark.audio
def test_a_slow_device_is_found(virtual_microphone):
    """A second sink that is fed from the first through a buffer of 300 ms; its monitor is heard."""
    load = ("pactl", "load-module")
    for module in (
        ("module-null-sink", "sink_name=slow", "rate=48000", "channels=1"),
        ("module-loopback", "source=virt.monitor", "sink=slow", "latency_msec=300"),
    ):
        subprocess.run([*load, *module], check=True, capture_output=True)
    subprocess.run(["pactl", "set-default-source", "slow.monitor"], check=True, capture_output=True)
    found = loop(Loudspeaker(DEVICE, sample_rate=48_000))
    print(found)
    assert 100 < found.unreported < 800
    assert abs(found.difference) <= 5


@pytest.mark.audio
def test_an_output_that_is_not_heard_is_one_line(virtual_microphone, monkeypatch, capfd):
    monkeypatch.setattr("livepitch.bench.siren.LEAD", 0.2)  # s: for silence the claims need not have settled,
    monkeypatch.setattr("livepitch.bench.siren.TAIL", 0.5)  # nor is a late echo waited for
    subprocess.run(["pactl", "set-sink-mute", "virt", "1"], check=True, capture_output=True)
    words = ("bench", "--loopback", "--seconds", "1", "--input", DEVICE, "--output", DEVICE)
    monkeypatch.setattr(sys, "argv", ["livepitch", *words])
    with pytest.raises(SystemExit) as left:
        main()
    told = capfd.readouterr()
    assert left.value.code == 1
    assert [line for line in told.err.splitlines() if not line.startswith("ALSA lib")] == [
        "livepitch: of 2 clicks played by pulse pulse heard none, only silence: turn the output up and the input on, "
        "connect a cable, or allow this program to use the microphone"
    ]
    assert told.out == ""


def test_a_file_that_cannot_be_written_is_said_before_anything_is_played(livepitch):
    done = livepitch("bench", "--loopback", "--json", "nowhere/loop.json")
    assert done.returncode == 1
    assert done.stderr == "livepitch: nowhere/loop.json: cannot be written, there is no folder nowhere\n"


@pytest.mark.audio
def test_an_output_that_is_not_there(virtual_microphone):
    with pytest.raises(DeviceError, match="no output device 'no such thing': there are") as caught:
        run_loopback(Microphone(DEVICE), Loudspeaker("no such thing"), load_model("stream"))
    assert "\n" not in str(caught.value)
