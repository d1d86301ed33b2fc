"""What the doctor says of a microphone: of numbers, and of the virtual one."""

import sys

import numpy as np
import pytest
import soundfile

from livepitch.doctor.apart import examine
from livepitch.doctor.finding import Grade, Wanted
from livepitch.doctor.sound import _judged, _Sound
from tests.conftest import sung_tone
from tests.realtime.virtual_microphone import VirtualMicrophone, skip_unless_installed

SECONDS = 40


def heard(*values: float, lost: int = 0) -> str:
    sound = _Sound()
    sound.lost = lost
    return _judged("Headset at 48000 Hz", np.array(values, np.float32), sound).line(words=False)


def test_a_good_microphone_is_well() -> None:
    assert heard(0.1, -0.1) == "✓ microphone        Headset at 48000 Hz: hears something, -20 dBFS at most"


@pytest.mark.parametrize(("platform", "advice"), [("darwin", "Privacy & Security > Microphone"), ("linux", "muted")])
def test_silence_alone_is_a_permission_or_a_switch(platform: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    line = heard(0.0, 0.0)
    assert line.startswith("✗")
    assert "every sample is 0" in line
    assert advice in line


@pytest.mark.parametrize(
    ("values", "start"),
    [((), "✗"), ((0.1, float("nan")), "✗"), ((1.0, 0.5), "!"), ((1e-4, 0.0), "!")],
)
def test_what_is_wrong_with_sound_is_said(values: tuple[float, ...], start: str) -> None:
    line = heard(*values)
    assert line.startswith(start)
    assert " → " in line


def test_lost_sound_is_a_warning() -> None:
    assert "sound was lost" in heard(0.1, lost=1)


@pytest.mark.audio
def test_the_virtual_microphone_is_silent_until_somebody_sings(tmp_path) -> None:
    skip_unless_installed()
    with VirtualMicrophone(48_000) as virtual:
        silent = {finding.check: finding for finding in examine("livepitch.doctor.sound", Wanted("pulse"))}
        soundfile.write(tmp_path / "voice.wav", sung_tone(220.0, SECONDS, 48_000), 48_000)
        player = virtual.play(tmp_path / "voice.wav")
        try:
            singing = {finding.check: finding for finding in examine("livepitch.doctor.sound", Wanted("pulse"))}
        finally:
            player.kill()
            player.wait()
    assert silent["microphone"].grade is Grade.FAILED
    assert "every sample is 0" in silent["microphone"].found
    assert singing["microphone"].grade is Grade.WELL
    assert singing["inputs"].grade is singing["rates"].grade is singing["outputs"].grade is Grade.WELL
    assert "pulse" in singing["inputs"].found
