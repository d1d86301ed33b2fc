"""Sources without any device: pacing, back-pressure, choosing an input, and what goes wrong."""

import sys
import threading
import time
import types

import numpy as np
import pytest
import soundfile

from livepitch.model.errors import LivepitchError
from livepitch.realtime import portaudio as portaudio_module
from livepitch.realtime.audio_file import AudioFileError, read_audio
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.devices import find_input
from livepitch.realtime.session import Session
from livepitch.realtime.source import (
    DemoVoice,
    DeviceError,
    FileSource,
    InputDevice,
    Microphone,
    capture_instant,
    input_devices,
)
from tests.realtime.fakes import PATIENT, Factory, wait_until


class Collector:
    """A sink that keeps everything, with the instant of each call."""

    def __init__(self, room=True):
        self.blocks, self.captured, self.arrived, self.woken, self.room = [], [], [], threading.Event(), room

    def __call__(self, block, captured, overflowed):
        if not len(block):
            self.woken.set()
            return
        self.blocks.append(block.copy())
        self.captured.append(captured)
        self.arrived.append(time.monotonic())

    def wait_for_room(self, samples, timeout):
        if not self.room:
            time.sleep(0.001)
        return self.room

    @property
    def audio(self):
        return np.concatenate(self.blocks)


@pytest.fixture
def wav(tmp_path, tone):
    path = tmp_path / "take1.wav"
    soundfile.write(path, tone(220.0, 0.5, 16_000), 16_000, subtype="FLOAT")
    return path


def no_source_thread():
    return not any(thread.name == "livepitch-source" for thread in threading.enumerate())


@pytest.mark.parametrize("realtime", [True, False])
def test_a_file_is_delivered_whole_and_says_when_it_ends(wav, realtime):
    sink, source = Collector(), FileSource(wav, realtime=realtime, blocksize=333)
    source.open(sink)
    assert not sink.blocks
    source.start()
    assert sink.woken.wait(PATIENT)
    assert source.finished
    assert source.error is None
    np.testing.assert_array_equal(sink.audio, read_audio(wav))
    assert {len(block) for block in sink.blocks[:-1]} == {333}
    source.close()
    assert no_source_thread()
    assert (source.name, source.sample_rate, source.live) == ("take1.wav", 16_000, realtime)


def test_real_time_is_kept_by_deadline(wav):
    """Capture instants lie exactly one block apart however late the thread runs; nothing comes early."""
    sink, source = Collector(), FileSource(wav, blocksize=160)
    source.open(sink)
    source.start()
    assert sink.woken.wait(PATIENT)
    source.close()
    np.testing.assert_allclose(np.diff(sink.captured), 0.01, atol=1e-9)
    assert all(arrived >= captured + 0.01 - 1e-9 for captured, arrived in zip(sink.captured, sink.arrived, strict=True))


def test_without_room_a_file_waits_and_loses_nothing(wav):
    sink, source = Collector(room=False), FileSource(wav, realtime=False)
    source.open(sink)
    source.start()
    time.sleep(0.05)
    assert not sink.blocks
    sink.room = True
    assert sink.woken.wait(PATIENT)
    np.testing.assert_array_equal(sink.audio, read_audio(wav))
    source.close()


@pytest.mark.parametrize(
    "make",
    [lambda wav: FileSource(wav), lambda wav: FileSource(wav, realtime=False), lambda wav: DemoVoice()],
)
def test_close_in_the_middle_leaves_no_thread(wav, make):
    sink, source = Collector(room=False), make(wav)
    source.close()
    source.open(sink)
    source.close()
    source.open(sink)
    source.start()
    source.close()
    assert no_source_thread()
    assert not source.finished
    with pytest.raises(RuntimeError, match="open it"):
        source.start()


def test_a_file_can_be_played_again(wav):
    source = FileSource(wav, realtime=False)
    for _ in range(2):
        sink = Collector()
        source.open(sink)
        assert not source.finished
        source.start()
        assert sink.woken.wait(PATIENT)
        assert len(sink.audio) == 8000


def test_a_file_that_cannot_be_read_is_one_line_at_open(tmp_path):
    path = tmp_path / "notes.wav"
    path.write_text("la la la")
    for bad in (path, tmp_path / "missing.wav"):
        with pytest.raises(AudioFileError) as caught:
            FileSource(bad).open(Collector())
        assert bad.name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_file_with_a_bad_sample_ends_with_its_error(tmp_path):
    path = tmp_path / "nan.wav"
    samples = np.zeros(100_000, np.float32)
    samples[90_000] = np.nan
    soundfile.write(path, samples, 16_000, subtype="FLOAT")
    with Session(FileSource(path, realtime=False), object(), tracker_factory=Factory()) as session:
        wait_until(lambda: not session.running)
    assert isinstance(session.error, AudioFileError)
    assert no_source_thread()


def test_a_file_through_a_session_as_fast_as_possible(wav):
    with Session(FileSource(wav, realtime=False), object(), tracker_factory=Factory()) as session:
        frames = list(session)
    assert len(frames) == 50
    np.testing.assert_array_equal([frame.f0 for frame in frames], read_audio(wav)[::160])
    assert (session.stats.dropped, session.stats.skipped, session.stats.unread) == (0, 0, 0)


def test_the_demo_voice_sings_the_phrase_in_a_loop():
    sink, source = Collector(), DemoVoice(8000)
    phrase = demo_phrase(8000)[0]
    source.open(sink)
    blocks = source._blocks()
    assert source.sample_rate == 8000
    two_rounds = np.concatenate([next(blocks) for _ in range(2 * -(-len(phrase) // 80))])
    np.testing.assert_array_equal(two_rounds, np.tile(phrase, 2))
    source.start()
    wait_until(lambda: len(sink.blocks) >= 20)
    source.close()
    np.testing.assert_array_equal(sink.audio, phrase[: len(sink.audio)])


def test_block_sizes_and_rates_are_checked(wav):
    with pytest.raises(ValueError, match="-1"):
        FileSource(wav, blocksize=-1)
    with pytest.raises(ValueError, match="4000"):
        DemoVoice(4000)
    for wrong in ({"sample_rate": 0}, {"blocksize": -4}, {"channel": -1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Microphone(**wrong)


# -- which input is meant ----------------------------------------------------------------------

DEVICES = [
    InputDevice(0, "MacBook Pro Microphone", "Core Audio", 1, 48_000.0, 0.0485, True),
    InputDevice(2, "Scarlett 2i2", "Core Audio", 2, 44_100.0, 0.01, False),
    InputDevice(3, "Scarlett 2i2 Loopback", "Core Audio", 2, 44_100.0, 0.01, False),
    InputDevice(5, "Yeti", "Core Audio", 2, 44_100.0, 0.01, False),
    InputDevice(6, "Yeti", "JACK", 2, 44_100.0, 0.01, False),
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [(None, 0), (2, 2), ("macbook", 0), ("Scarlett 2i2", 2), ("loop", 3), ("yeti", 5)],
)
def test_finding_an_input(wanted, index):
    assert find_input(wanted, DEVICES).index == index


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (1, "no input device 1"),
        (-1, "no input device -1"),
        ("Zoom", "'Zoom'"),
        ("", "no input device"),
        ("scar", "2 Scarlett"),
    ],
)
def test_an_input_that_is_not_there_or_not_clear(wanted, part):
    with pytest.raises(DeviceError, match=part) as caught:
        find_input(wanted, DEVICES)
    assert "\n" not in str(caught.value)
    assert "livepitch devices" in str(caught.value) or "number" in str(caught.value)


def test_no_input_at_all():
    with pytest.raises(DeviceError, match="no input device: plug in"):
        find_input(None, [])


# -- a microphone on a PortAudio that the test plays --------------------------------------------


class FakePortAudio(types.ModuleType):
    """As much of sounddevice as a microphone uses."""

    class PortAudioError(Exception):
        pass

    def __init__(self):
        super().__init__("sounddevice")
        self.devices = [
            {"name": "Speaker", "max_input_channels": 0},
            {"name": "Built-in", "max_input_channels": 1},
            {"name": "Interface", "max_input_channels": 18},
        ]
        for entry in self.devices:
            entry |= {"hostapi": 0, "default_samplerate": 44_100.0, "default_low_input_latency": 0.01}
        self.default = types.SimpleNamespace(device=[1, 0])
        self.refuses, self.streams, self.initialised = None, [], 1

    def query_devices(self):
        return self.devices

    def query_hostapis(self):
        return [{"name": "Core Audio"}]

    def check_input_settings(self, **options):
        if self.refuses and options["samplerate"] != 44_100:
            raise self.PortAudioError(self.refuses, -9997)

    def InputStream(self, **options):  # noqa: N802
        stream = types.SimpleNamespace(**options | {"state": "open", "latency": 0.01})
        stream.start = lambda: setattr(stream, "state", "started")
        stream.close = lambda: setattr(stream, "state", "closed")
        self.streams.append(stream)
        return stream

    def _terminate(self):
        assert all(stream.state == "closed" for stream in self.streams), "this would end a stream"

    def _initialize(self):
        self.initialised += 1


@pytest.fixture
def portaudio(monkeypatch):
    fake = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    yield fake
    assert not portaudio_module.open_streams


def instants(adc, current):
    return types.SimpleNamespace(inputBufferAdcTime=adc, currentTime=current)


def test_listing_leaves_out_what_cannot_record(portaudio):
    listed = input_devices()
    assert [(entry.index, entry.name, entry.default) for entry in listed] == [
        (1, "Built-in", True),
        (2, "Interface", False),
    ]
    assert portaudio.initialised == 1
    input_devices(refresh=True)
    assert portaudio.initialised == 2


def test_a_driver_that_fails_when_closed_or_listed_is_found_again(portaudio, monkeypatch):
    def fail(*arguments):
        raise portaudio.PortAudioError("Unanticipated host error", -9999)

    microphone = Microphone()
    microphone.open(Collector())
    portaudio.streams[0].close, close = fail, portaudio.streams[0].close
    with pytest.raises(DeviceError, match="Unanticipated host error"):
        microphone.close()
    close()
    assert not portaudio_module.open_streams
    microphone.close()
    monkeypatch.setattr(portaudio, "_initialize", fail)
    with pytest.raises(DeviceError, match="the sound devices cannot be listed"):
        input_devices(refresh=True)
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio)
    portaudio._initialized = 0
    monkeypatch.setattr(portaudio, "_terminate", fail)  # as PortAudio does where it is not initialised
    assert [entry.name for entry in input_devices(refresh=True)] == ["Built-in", "Interface"]


def test_the_list_is_not_refreshed_under_an_open_stream(portaudio):
    microphone = Microphone()
    microphone.open(Collector())
    input_devices(refresh=True)
    assert portaudio.initialised == 1
    microphone.close()
    microphone.close()
    input_devices(refresh=True)
    assert portaudio.initialised == 2


def test_a_microphone_opens_starts_delivers_and_closes(portaudio):
    sink, microphone = Collector(), Microphone()
    assert (microphone.name, microphone.sample_rate) == ("default input", 0)
    microphone.open(sink)
    (stream,) = portaudio.streams
    assert (microphone.name, microphone.sample_rate) == ("Built-in", 44_100)
    assert (stream.device, stream.channels, stream.samplerate, stream.blocksize) == (1, 1, 44_100, 0)
    microphone.start()
    now = time.monotonic()
    stream.callback(
        np.full((441, 1), 0.5, np.float32),
        441,
        instants(99.97, 100.0),
        types.SimpleNamespace(input_overflow=False),
    )
    assert sink.audio.tolist() == [0.5] * 441
    assert sink.captured[0] == pytest.approx(now - 0.03, abs=0.02)
    microphone.close()
    stream.finished_callback()
    assert stream.state == "closed"
    assert microphone.error is None


@pytest.mark.parametrize(("channel", "opened", "heard"), [(None, 2, 0.5), (0, 1, 0.0), (1, 2, 1.0), (3, 4, 3.0)])
def test_channels_are_mixed_or_chosen(portaudio, channel, opened, heard):
    sink, microphone = Collector(), Microphone("interface", channel=channel)
    microphone.open(sink)
    (stream,) = portaudio.streams
    assert stream.channels == opened
    for size in (100, 10_000):  # beyond the scratch memory too
        block = np.tile(np.arange(opened, dtype=np.float32), (size, 1))
        stream.callback(block, size, instants(0, 0), types.SimpleNamespace(input_overflow=False))
        np.testing.assert_array_equal(sink.blocks[-1], np.full(size, heard, np.float32))
    microphone.close()


def test_a_channel_that_is_not_there(portaudio):
    with pytest.raises(DeviceError, match="Built-in: has no channel 1; its last one is 0"):
        Microphone(channel=1).open(Collector())


def test_overflows_reach_the_counter(portaudio):
    microphone = Microphone()
    with Session(microphone, object(), tracker_factory=Factory()) as session:
        wait_until(lambda: portaudio.streams and portaudio.streams[0].state == "started")
        for overflow in (False, True, True):
            portaudio.streams[0].callback(
                np.zeros((441, 1), np.float32),
                441,
                instants(0, 0),
                types.SimpleNamespace(input_overflow=overflow),
            )
        wait_until(lambda: session.stats.frames == 3)
        assert session.stats.xruns == 2


def test_a_refused_rate_is_one_line_that_names_another(portaudio):
    portaudio.refuses = "Invalid sample rate"
    with pytest.raises(DeviceError) as caught:
        Microphone(sample_rate=12_345).open(Collector())
    assert str(caught.value) == "Built-in: does not record at 12345 Hz; leave the rate out, or use 44100"


def test_any_other_refusal_is_one_line_too(portaudio):
    portaudio.refuses = "Device\nunavailable"
    with pytest.raises(DeviceError) as caught:
        Microphone(sample_rate=48_000).open(Collector())
    assert str(caught.value).startswith("Built-in: cannot be opened (Device unavailable); ")


def test_a_stream_that_the_system_ends_is_an_error_and_wakes(portaudio):
    sink, microphone = Collector(), Microphone()
    microphone.open(sink)
    microphone.start()
    portaudio.streams[0].finished_callback()
    assert isinstance(microphone.error, DeviceError)
    assert sink.woken.is_set()
    microphone.open(sink)
    assert microphone.error is None
    microphone.close()


def test_reopening_looks_anew_and_goes_by_name(portaudio):
    microphone = Microphone(2)
    microphone.open(Collector())
    microphone.close()
    unplugged = portaudio.devices.pop(2)
    with pytest.raises(DeviceError, match="Interface"):
        microphone.open(Collector())
    portaudio.devices[1:1] = [{**unplugged, "name": "Another"}, unplugged]
    microphone.open(Collector())
    assert portaudio.streams[-1].device == 2
    portaudio.devices[1:2] = []
    microphone.close()
    microphone.open(Collector())
    assert portaudio.streams[-1].device == 1
    microphone.close()


def test_starting_before_opening(portaudio):
    with pytest.raises(RuntimeError, match="open it"):
        Microphone().start()


def test_without_the_portaudio_library(monkeypatch):
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    for call in (input_devices, lambda: Microphone().open(Collector())):
        with pytest.raises(LivepitchError, match="libportaudio2") as caught:
            call()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("adc", "current", "age"),
    [
        (99.97, 100.0, 0.03),
        (0.0, 100.0, 0.01),  # not known
        (0.0, 0.0, 0.01),
        (100.0, 100.0, 0.01),  # younger than the block
        (100.5, 100.0, 0.01),  # of the future
        (99.5, 100.0, 0.01),  # long ago
    ],
)
def test_capture_instants(adc, current, age):
    assert capture_instant(adc, current, duration=0.01, longest=0.2, now=5000.0) == pytest.approx(5000.0 - age)


def test_a_block_size_may_be_suggested_and_the_user_s_own_stays(portaudio):
    microphone = Microphone("interface")
    assert microphone.look_up() == ("Interface", 44_100)
    assert portaudio.streams == []
    assert microphone.suggest_blocksize(256)
    microphone.open(Collector())
    assert microphone.suggest_blocksize(None)
    microphone.open(Collector())
    own = Microphone("interface", sample_rate=48_000, blocksize=128)
    assert own.look_up() == ("Interface", 48_000)
    assert not own.suggest_blocksize(256)
    microphone.close()
    own.open(Collector())
    own.close()
    assert [stream.blocksize for stream in portaudio.streams] == [256, 0, 128]


def test_the_device_that_a_microphone_will_open_is_looked_up_anew(portaudio):
    microphone = Microphone()
    microphone.open(Collector())
    microphone.close()
    portaudio.default.device = [2, 0]
    assert microphone.look_up() == ("Interface", 44_100)
    with pytest.raises(DeviceError, match="no input device"):
        Microphone("gone").look_up()


@pytest.mark.parametrize(("blocksize", "suggested", "delivered"), [(None, None, 480), (None, 96, 96), (128, 96, 128)])
def test_the_demo_voice_takes_a_block_size(blocksize, suggested, delivered):
    voice, sink = DemoVoice(blocksize=blocksize), Collector()
    assert voice.suggest_blocksize(suggested) == (blocksize is None)
    assert voice.look_up() == ("demo voice", 48_000)
    voice.open(sink)
    voice.start()
    wait_until(lambda: len(sink.blocks) > 2)
    voice.close()
    assert {len(block) for block in sink.blocks if len(block)} == {delivered}
    with pytest.raises(ValueError, match="blocksize"):
        DemoVoice(blocksize=0)
