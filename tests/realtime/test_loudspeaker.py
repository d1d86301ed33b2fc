"""A loudspeaker on a PortAudio that the test plays: what it is handed, and what it notes of it."""

import sys
import time
import types

import numpy as np
import pytest

from livepitch.realtime import portaudio as portaudio_module
from livepitch.realtime.devices import DeviceError, OutputDevice, find_output
from livepitch.realtime.playing.loudspeaker import Loudspeaker, played_instant
from livepitch.realtime.portaudio import input_devices, output_devices
from livepitch.realtime.source import Microphone
from tests.realtime.test_source import Collector, FakePortAudio


class FakeOutputs(FakePortAudio):
    """With outputs, too."""

    def __init__(self):
        super().__init__()
        for entry, channels in zip(self.devices, (2, 0, 8), strict=True):
            entry |= {"max_output_channels": channels, "default_low_output_latency": 0.02}
        self.check_output_settings = self.check_input_settings

    def OutputStream(self, **options):  # noqa: N802
        return self.InputStream(**options)


@pytest.fixture
def portaudio(monkeypatch):
    fake = FakeOutputs()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    yield fake
    assert not portaudio_module.open_streams


def ask(stream, size, dac=100.04, current=100.0, underflow=False):
    """What PortAudio does: the block that the callback fills."""
    block = np.full((size, stream.channels), 9.0, np.float32)
    instants = types.SimpleNamespace(outputBufferDacTime=dac, currentTime=current)
    stream.callback(block, size, instants, types.SimpleNamespace(output_underflow=underflow))
    return block


def test_listing_leaves_out_what_cannot_play(portaudio):
    listed = output_devices()
    assert [(entry.index, entry.name, entry.channels, entry.default) for entry in listed] == [
        (0, "Speaker", 2, True),
        (2, "Interface", 8, False),
    ]
    assert all(isinstance(entry, OutputDevice) and entry.latency == 0.02 for entry in listed)


def test_a_signal_is_played_whole_and_every_block_stamped(portaudio):
    loudspeaker, signal = Loudspeaker(), np.arange(1, 11, dtype=np.float32)
    assert (loudspeaker.name, loudspeaker.sample_rate) == ("default output", 0)
    loudspeaker.open()
    assert (loudspeaker.name, loudspeaker.sample_rate) == ("Speaker", 44_100)
    loudspeaker.play(signal, latency=0.3)
    (stream,) = portaudio.streams
    assert (stream.device, stream.channels, stream.samplerate, stream.latency) == (0, 2, 44_100, 0.01)
    assert stream.state == "started"
    before = time.monotonic()
    heard = [ask(stream, 4), ask(stream, 4, underflow=True)]
    assert not loudspeaker.finished.is_set()
    heard += [ask(stream, 4), ask(stream, 4)]
    after = time.monotonic()
    assert loudspeaker.finished.is_set()
    whole = np.concatenate(heard)
    np.testing.assert_array_equal(whole[:, 0], [*signal, *[0] * 6])
    np.testing.assert_array_equal(whole[:, 1], whole[:, 0])
    played = loudspeaker.played
    assert played.position == [0, 4, 8, 12]
    assert played.underflows == [4]
    assert before <= min(played.handed) <= max(played.handed) <= after
    np.testing.assert_allclose(np.subtract(played.claimed, played.handed), 0.04, atol=1e-9)
    loudspeaker.close()
    loudspeaker.close()
    stream.finished_callback()
    assert stream.state == "closed"
    assert loudspeaker.error is None


def test_playing_again_begins_anew(portaudio):
    loudspeaker = Loudspeaker("interface", sample_rate=44_100)
    loudspeaker.open()
    for _ in range(2):
        loudspeaker.play(np.ones(3, np.float32))
        assert not loudspeaker.finished.is_set()
        assert ask(portaudio.streams[-1], 3)[0].tolist() == [1.0, 1.0]
        assert loudspeaker.finished.is_set()
        assert loudspeaker.played.position == [0]
    assert [stream.state for stream in portaudio.streams] == ["closed", "started"]
    loudspeaker.close()


def test_an_open_loudspeaker_keeps_the_list_as_it_is(portaudio):
    loudspeaker = Loudspeaker()
    loudspeaker.open()
    loudspeaker.play(np.zeros(3, np.float32))
    input_devices(refresh=True)
    output_devices(refresh=True)
    microphone = Microphone()
    microphone.open(Collector())
    loudspeaker.close()
    output_devices(refresh=True)
    assert portaudio.initialised == 1
    microphone.close()
    output_devices(refresh=True)
    assert portaudio.initialised == 2


def test_a_refused_output_is_one_line(portaudio):
    loudspeaker = Loudspeaker(sample_rate=12_345)
    loudspeaker.open()
    for refusal, told in (
        ("Invalid sample rate", "Speaker: does not play at 12345 Hz; leave the rate out, or use 44100"),
        ("Device\nunavailable", "Speaker: cannot be opened (Device unavailable); another program may hold it"),
    ):
        portaudio.refuses = refusal
        with pytest.raises(DeviceError) as caught:
            loudspeaker.play(np.zeros(3, np.float32))
        assert str(caught.value).startswith(told)
        assert "\n" not in str(caught.value)


def test_an_output_that_the_system_ends_is_an_error(portaudio):
    loudspeaker = Loudspeaker()
    loudspeaker.open()
    loudspeaker.play(np.zeros(3, np.float32))
    portaudio.streams[0].finished_callback()
    assert isinstance(loudspeaker.error, DeviceError)
    assert loudspeaker.finished.is_set()
    loudspeaker.close()


def test_playing_before_opening_and_a_rate_of_none():
    with pytest.raises(RuntimeError, match="open it"):
        Loudspeaker().play(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="not 0"):
        Loudspeaker(sample_rate=0)


@pytest.mark.parametrize(
    ("wanted", "part"),
    [("horn", "no output device 'horn': there are 0 Speaker, 2 Interface"), (1, "no output device 1")],
)
def test_an_output_that_is_not_there(portaudio, wanted, part):
    with pytest.raises(DeviceError, match=part) as caught:
        Loudspeaker(wanted).open()
    assert "\n" not in str(caught.value)


def test_no_output_at_all():
    with pytest.raises(DeviceError, match="no output device: plug in"):
        find_output(None, [])


@pytest.mark.parametrize(
    ("dac", "current", "ahead"),
    [
        (100.03, 100.0, 0.03),
        (100.0, 100.0, 0.0),
        (0.0, 100.0, 0.0),  # not known
        (0.0, 0.0, 0.0),
        (99.9, 100.0, 0.0),  # before it was handed over
        (101.0, 100.0, 0.0),  # far ahead
    ],
)
def test_played_instants(dac, current, ahead):
    assert played_instant(dac, current, longest=0.2, now=5000.0) == pytest.approx(5000.0 + ahead)
