"""The player on a PortAudio that the test plays: which device, which rate, and what becomes of it."""

import sys
import threading
import types

import numpy as np
import pytest

from livepitch.realtime import portaudio as portaudio_module
from livepitch.realtime.devices import DeviceError
from livepitch.realtime.playing import sounding
from livepitch.realtime.playing.player import Player
from livepitch.realtime.playing.tone import ReferenceTone
from tests.realtime.fakes import wait_until
from tests.realtime.test_loudspeaker import FakeOutputs

TAKE = np.linspace(-0.5, 0.5, 44_100, dtype=np.float32)  # 1 s


class Outputs(FakeOutputs):
    """Whose streams can be ended by their callback."""

    class CallbackAbort(Exception):  # noqa: N818 (its name there)
        pass

    def ask(self, seconds):
        """The newest stream wants sound, now."""
        stream, blocks = self.streams[-1], []
        for _ in range(round(100 * seconds)):
            block = np.full((stream.samplerate // 100, stream.channels), 9.0, np.float32)
            instants = types.SimpleNamespace(outputBufferDacTime=50.0, currentTime=50.0)
            try:
                stream.callback(block, len(block), instants, None)
            except self.CallbackAbort:
                stream.finished_callback()
                break
            blocks.append(block)
        return np.concatenate(blocks) if blocks else np.zeros((0, 2))


@pytest.fixture
def portaudio(monkeypatch):
    fake = Outputs()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(sounding, "FADING", 0.0)  # nobody asks for more
    yield fake
    assert not portaudio_module.open_streams
    wait_until(lambda: "livepitch-output-closer" not in {thread.name for thread in threading.enumerate()})


@pytest.fixture
def player(portaudio):
    player = Player()
    yield player
    player.close()


def test_a_take_is_played_on_the_channels_there_are(portaudio, player):
    player.open(TAKE, 44_100)
    assert (player.duration, player.position, player.playing, player.finished) == (1.0, 0.0, False, False)
    assert not portaudio.streams
    player.play()
    (stream,) = portaudio.streams
    assert (stream.device, stream.samplerate, stream.channels, stream.state) == (0, 44_100, 2, "started")
    assert player.playing
    heard = portaudio.ask(0.5)
    np.testing.assert_array_equal(heard[441:, 0], TAKE[441 : len(heard)])
    np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    player.play()
    assert len(portaudio.streams) == 1
    player.close()
    assert stream.state == "closed"
    assert not player.playing
    assert player.error is None


def test_a_device_that_refuses_the_rate_gets_its_own(portaudio, player):
    portaudio.refuses = "Invalid sample rate"
    time = np.arange(48_000) / 48_000
    player.open(np.sin(2 * np.pi * 440 * time).astype(np.float32), 48_000)
    player.loop(0.25, 0.75)
    player.play()
    assert portaudio.streams[0].samplerate == 44_100
    assert player.duration == pytest.approx(1.0)
    heard = portaudio.ask(0.4)[441:, 0]
    expected = np.sin(2 * np.pi * 440 * (0.25 + (441 + np.arange(len(heard))) / 44_100))
    np.testing.assert_allclose(heard, expected, atol=1e-3)


def test_a_second_of_silence_gives_the_device_back_and_play_takes_it_again(portaudio, player):
    player.open(TAKE, 44_100)
    player.play()
    portaudio.ask(0.5)
    player.pause()
    portaudio.ask(0.5)
    player.play()  # while it is still there
    portaudio.ask(0.1)
    assert len(portaudio.streams) == 1
    player.pause()
    portaudio.ask(2.0)
    wait_until(lambda: portaudio.streams[0].state == "closed")
    assert not portaudio_module.open_streams
    assert player.error is None
    wait_until(lambda: round(44_100 * player.position) == 26_460 + 2 * 220)  # two fades
    player.seek(0.3)
    assert player.position == pytest.approx(0.3)
    player.play()
    assert [stream.state for stream in portaudio.streams] == ["closed", "started"]
    heard = portaudio.ask(0.1)
    np.testing.assert_array_equal(heard[441:, 0], TAKE[13_230 + 441 : 13_230 + len(heard)])


def test_the_end_is_told_and_play_begins_anew(portaudio, player):
    player.open(TAKE, 44_100)
    player.play()
    portaudio.ask(1.1)
    wait_until(lambda: player.finished)
    assert not player.playing
    assert player.position == pytest.approx(1.0)
    player.seek(2.0)
    assert (player.position, player.playing, player.finished) == (1.0, False, False)
    player.seek(-1.0)
    assert (player.position, player.playing) == (0.0, False)
    player.play()
    portaudio.ask(1.1)
    wait_until(lambda: player.finished)
    player.play()
    assert player.playing
    np.testing.assert_array_equal(portaudio.ask(0.5)[441:, 0], TAKE[441:22_050])


def test_a_loop_is_kept_in_and_shown_at_once(portaudio, player):
    player.open(TAKE, 44_100)
    player.loop(0.5, 0.6)
    assert player.position == pytest.approx(0.5)
    player.seek(0.9)
    assert player.position == pytest.approx(0.5)
    player.play()
    heard = portaudio.ask(0.3)[:, 0]
    np.testing.assert_array_equal(heard[4_410 + 441 : 8_820], TAKE[22_050 + 441 : 26_460])
    player.loop(None)
    portaudio.ask(0.2)
    assert portaudio.ask(0.01).max() > 0.1
    for start, stop in ((0.5, 0.5), (0.9, 0.2), (1.5, 2.0)):
        with pytest.raises(ValueError, match="a loop needs"):
            player.loop(start, stop)


def test_the_volume_outlasts_the_take(portaudio, player):
    player.volume = 0.25
    player.open(np.full(44_100, 0.8, np.float32), 44_100)
    player.play()
    assert portaudio.ask(0.1)[-1, 0] == pytest.approx(0.2)
    for volume in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="volume"):
            player.volume = volume


def test_a_device_that_ends_is_one_line_until_it_is_played_again(portaudio, player):
    player.open(TAKE, 44_100)
    player.play()
    portaudio.ask(0.3)
    portaudio.streams[0].finished_callback()
    assert str(player.error) == "Speaker: stopped by the system; check that it is plugged in"
    assert not player.playing
    wait_until(lambda: not portaudio_module.open_streams)
    player.play()
    assert portaudio.initialised == 2  # looked for anew: it may have another number
    assert player.error is None
    assert player.playing
    assert portaudio.ask(0.1)[-1, 0] == TAKE[round(0.4 * 44_100) - 1]


def test_a_device_that_no_longer_asks_is_one_line(portaudio, player, monkeypatch):
    player.open(TAKE, 44_100)
    player.play()
    assert player.error is None
    monkeypatch.setattr(sounding, "STALLED", -1.0)
    assert str(player.error) == "Speaker: takes no more sound; check that it is plugged in"
    assert not player.playing
    wait_until(lambda: portaudio.streams[0].state == "closed")


@pytest.mark.parametrize(("device", "text"), [("horn", "no output device 'horn'"), (0, "Speaker: cannot be opened")])
def test_a_device_that_cannot_be_opened_is_one_line_for_both(portaudio, monkeypatch, device, text):
    def refuse(**options):
        raise portaudio.PortAudioError("Device unavailable", -9985)

    monkeypatch.setattr(portaudio, "OutputStream", refuse)
    player, tone = Player(device), ReferenceTone(device)
    player.open(TAKE, 44_100)
    player.play()
    tone.start(440.0)
    for error in (player.error, tone.error):
        assert isinstance(error, DeviceError)
        assert str(error).startswith(text)
        assert "\n" not in str(error)
    assert not player.playing
    assert not tone.sounding


def test_what_cannot_be_played_is_refused(player):
    for audio in (np.zeros((3, 2), np.float32), np.zeros(0, np.float32), np.array([0.0, np.nan], np.float32)):
        with pytest.raises(ValueError, match="audio must be"):
            player.open(audio, 44_100)
    with pytest.raises(ValueError, match="sample_rate"):
        player.open(TAKE, 0)
    player.play()
    assert not player.playing


def test_a_tone_that_stops_gives_the_device_back(portaudio):
    tone = ReferenceTone(volume=0.5)
    tone.start(440.0)
    assert tone.sounding
    assert portaudio.ask(0.2).max() == pytest.approx(0.5, rel=1e-3)
    tone.stop()
    assert not tone.sounding
    assert not portaudio.ask(0.1)[-2_000:].any()
    tone.start(220.0)
    portaudio.ask(0.1)
    assert len(portaudio.streams) == 1
    tone.stop()
    portaudio.ask(2.0)
    wait_until(lambda: portaudio.streams[0].state == "closed")
    assert tone.error is None
    tone.start(330.0)
    assert (tone.hz, len(portaudio.streams)) == (330.0, 2)
    tone.close()
    assert not tone.sounding
