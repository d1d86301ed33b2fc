"""What devices leave out of their claims: planted in a recording it is measured, and kept by names of devices."""

import json

import numpy as np
import pytest

from livepitch.practice.sound import calibration
from livepitch.practice.sound.calibration import Clicks, calibrate
from livepitch.practice.sound.offset import CalibrationError, Offset, OffsetStore, measured_offset
from livepitch.realtime.playing.accompaniment import Accompaniment
from livepitch.realtime.session import Session
from livepitch.realtime.source import Microphone
from livepitch.realtime.tuned import DamagedSettingsWarning, SettingsFileError
from tests.realtime.fakes import Factory
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

RATE = 16_000
TIMES = [0.5, 1.3, 2.15, 2.9]
ZERO = 0.4  # s of the recording at which, by claim, second 0 left the output


def recorded(late, gain=0.3, noise=1e-3):
    """A recording of clicks that come so much later (s, each) than is claimed."""
    rng = np.random.default_rng(3)
    audio = rng.normal(0, noise, round(4.5 * RATE))
    sound = Clicks(RATE, TIMES)
    for time, behind in zip(TIMES, late, strict=True):
        at = round((time + ZERO + behind) * RATE)
        audio[at : at + RATE // 10] += gain * sound.samples(round(time * RATE), RATE // 10)
    return audio.astype(np.float32)


def measure(audio):
    return measured_offset(audio, RATE, lambda second: second - ZERO, TIMES)


@pytest.mark.parametrize("late", [0.0, 0.042, 0.31, -0.06])
def test_a_planted_offset_is_measured_to_the_sample(late):
    offset = measure(recorded([late] * 4))
    assert offset.seconds == pytest.approx(late, abs=1.5 / RATE)
    assert offset.spread < 1.5 / RATE
    assert (offset.heard, offset.played) == (4, 4)


def test_clicks_that_jitter_give_their_median_and_spread_and_a_lost_one_does_no_harm():
    offset = measure(recorded([0.040, 0.044, 0.042, 0.047], gain=-0.05, noise=5e-3))
    assert offset.seconds == pytest.approx(0.043, abs=1e-3)
    assert 0.002 < offset.spread < 0.004
    audio = recorded([0.03] * 4)
    audio[round(1.5 * RATE) : round(2.0 * RATE)] = 0.0
    assert measure(audio).heard == 3


def test_what_is_not_heard_or_does_not_agree_is_said_in_a_line():
    with pytest.raises(CalibrationError, match=r"of 4 clicks none came back: turn the output up"):
        measure(recorded([0.0] * 4, gain=0.0))
    with pytest.raises(CalibrationError, match="the recording is silent: allow"):
        measure(np.zeros(4 * RATE, np.float32))
    with pytest.raises(CalibrationError, match="0 to 300 ms late: no one figure fits"):
        measure(recorded([0.0, 0.3, 0.1, 0.2]))


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(tmp_path / "settings"))
    return OffsetStore()


def test_an_offset_is_kept_by_input_and_output(store):
    assert store.get("microphone", "headphones") == 0.0
    store.put("microphone", "headphones", Offset(0.043, 0.001, 10, 10))
    store.put("microphone", "loudspeaker", Offset(-0.002, 0.0, 9, 10))
    store.put("microphone", "headphones", Offset(0.044, 0.001, 10, 10))
    assert OffsetStore().get("microphone", "headphones") == 0.044
    assert store.get("microphone", "loudspeaker") == -0.002
    assert store.get("other", "headphones") == 0.0
    assert json.loads(store.path.read_text())["version"] == 1
    assert [file.name for file in store.path.parent.iterdir()] == ["offsets.json"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 1, "offsets": [{"input": "a"}]}',
        '{"version": 1, "offsets": [{"input": "a", "output": "b", "seconds": NaN, "spread": 0, "heard": 1, "played": 1'
        "}]}",
        '{"version": 9, "offsets": []}',
    ],
)
def test_a_damaged_file_is_one_line_and_is_written_anew(store, text):
    store.path.parent.mkdir()
    store.path.write_text(text)
    with pytest.warns(DamagedSettingsWarning, match=r"offsets\.json: .*livepitch practice calibrate") as told:
        assert store.get("a", "b") == 0.0
    assert len(told) == 1
    store.put("a", "b", Offset(0.02, 0.0, 5, 5))
    assert store.get("a", "b") == 0.02
    assert store.path.with_name("offsets.json.bad").read_text() == text


def test_a_folder_that_cannot_be_written_is_said(store, monkeypatch):
    store.path.parent.write_text("a file")
    told = []
    with pytest.raises(SettingsFileError, match="name another folder in LIVEPITCH_CONFIG"):
        OffsetStore(told.append).put("a", "b", Offset(0.02, 0.0, 5, 5))


class Late(Clicks):
    """Clicks that sound later than anybody knows of."""

    planted = 0.0

    def __init__(self, sample_rate, times):
        super().__init__(sample_rate, times)
        self.late = round(self.planted * sample_rate)

    def samples(self, start, size):
        return super().samples(start - self.late, size)


@pytest.mark.audio
def test_a_delay_between_output_and_input_is_found(monkeypatch):
    skip_unless_installed()
    monkeypatch.setattr(calibration, "Clicks", Late)
    found = {}
    with (
        VirtualMicrophone(48_000),
        Session(Microphone(DEVICE, 48_000), object(), tracker_factory=Factory()) as session,
    ):
        for planted in (0.0, 0.12):
            Late.planted = planted
            progress = []
            offset = calibrate(session, Accompaniment(DEVICE), clicks=3, progress=progress.append)
            assert offset.heard == 3
            assert offset.spread < 0.002
            assert max(progress) > 0.9
            found[planted] = offset.seconds
        assert found[0.12] - found[0.0] == pytest.approx(0.12, abs=0.008)
