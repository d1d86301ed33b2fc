"""Sound read in a process of its own: the same samples and sentences, and what happens when that process dies."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.realtime import audio_file
from livepitch.realtime.audio_file import AudioFileError, read_audio, read_recording
from livepitch.realtime.engine import apart
from livepitch.realtime.engine.apart import read_audio_apart, read_recording_apart
from tests.conftest import sung_tone

CHILD = "import sys; sys.path[:] = {!r}; import {}.apart_child as child; at, path, rate = 0, {!a}, {!r}\n"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "a song\udcff ' {}.flac"  # a name that is no text, and would be code
    voice = np.stack([sung_tone(220.0, 3.0, 44_100), sung_tone(330.0, 3.0, 44_100)], axis=1)
    soundfile.write(os.fsencode(path), voice, 44_100, format="FLAC")
    return path


def broken(path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> str:
    """What is said when the process does this."""
    monkeypatch.setattr(apart, "START", CHILD + code)
    with pytest.raises(AudioFileError) as caught:
        read_recording_apart(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_same_samples(song: Path) -> None:
    there, rate = read_recording_apart(song)
    here, expected_rate = read_recording(song)
    assert (rate, there.dtype) == (expected_rate, np.float32)
    np.testing.assert_array_equal(there, here)
    np.testing.assert_array_equal(read_audio_apart(song), read_audio(song))
    there *= 0.5  # the caller's own, to write in


@pytest.mark.parametrize("content", [None, b"no sound" * 99])
def test_the_same_sentences(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a\nb.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioFileError) as expected:
        read_audio(path)
    with pytest.raises(AudioFileError) as caught:
        read_audio_apart(path)
    assert str(caught.value) == str(expected.value)


def test_damage_further_on_is_told(tmp_path: Path) -> None:
    audio = sung_tone(220.0, 6.0, 44_100)
    audio[200_000] = np.nan
    soundfile.write(tmp_path / "a.wav", audio, 44_100, subtype="FLOAT")
    with pytest.raises(AudioFileError, match=r"4\.535 s is no number"):
        read_recording_apart(tmp_path / "a.wav")


def test_a_crash_of_the_decoder_is_one_line(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    assert "it broke its reader (its reader ended with code -11)" in broken(song, monkeypatch, crash)
    later = (
        "def pieces():\n"
        "    yield child.np.ones(99999, 'f4')\n"
        f"    {crash}\n"
        "child.recorded_blocks = lambda path: (44100, pieces())\n"
        "child.main(path, rate)"
    )
    assert "it broke its reader" in broken(song, monkeypatch, later)


def test_a_decoder_that_never_ends_is_ended(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = (
        "child.PATIENCE = 1\n"
        "def spin(path):\n"
        "    while True: pass\n"
        "child.recorded_blocks = spin\n"
        "child.main(path, rate)"
    )
    assert "it broke its reader" in broken(song, monkeypatch, endless)


def test_a_decoder_that_fills_the_memory_is_stopped(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = "child.recorded_blocks = lambda path: (1, iter([bytes(2_000_000_000)]))\nchild.main(path, rate)"
    assert "needs more memory to read than a sound should" in broken(song, monkeypatch, greedy)


def test_what_libraries_print_is_no_sound(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chatter = (
        "read = child.recorded_blocks\n"
        "def told(path):\n"
        "    import os; os.write(1, b'warning of a library'); print('and another')\n"
        "    return read(path)\n"
        "child.recorded_blocks = told\n"
        "child.main(path, rate)"
    )
    monkeypatch.setattr(apart, "START", CHILD + chatter)
    np.testing.assert_array_equal(read_recording_apart(song)[0], read_recording(song)[0])


def test_a_forged_file_of_silence_is_left_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "silence.flac"
    soundfile.write(path, np.zeros(400_000), 48_000)
    assert path.stat().st_size < 400_000 / audio_file.DENSEST
    assert len(read_recording(path)[0]) == 400_000  # an honest pause of 8 s
    monkeypatch.setattr(audio_file, "WHOLE", 300_000)
    for read in (read_recording, read_recording_apart):
        with pytest.raises(AudioFileError, match="more sound than its bytes can hold"):
            read(path)
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, 400_000)
    soundfile.write(tmp_path / "noise.flac", noise, 48_000)
    assert len(read_recording(tmp_path / "noise.flac")[0]) == 400_000


def test_where_no_process_can_be_started(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.sys, "executable", "/no/such/python")
    with pytest.raises(AudioFileError, match="no process can be started, No such file"):
        read_recording_apart(song)
    monkeypatch.setattr(apart.sys, "executable", "")
    np.testing.assert_array_equal(read_recording_apart(song)[0], read_recording(song)[0])
    np.testing.assert_array_equal(read_audio_apart(song), read_audio(song))
