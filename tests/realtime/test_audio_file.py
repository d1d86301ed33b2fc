"""Reading audio files: every format, rate and channel count; every broken file in one line."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from livepitch.realtime.audio_file import AudioFileError, read_audio, read_blocks, read_recording
from tests.conftest import sung_tone

PEAK = 220.0  # Hz


def strongest_hz(audio: np.ndarray, sample_rate: int = 16_000) -> float:
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    return float(spectrum.argmax() * sample_rate / len(audio))


@pytest.mark.parametrize(
    ("ending", "rates"),
    [
        ("wav", (8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000)),
        ("aiff", (8_000, 44_100, 192_000)),
        ("flac", (8_000, 16_000, 44_100, 96_000, 192_000)),
        ("ogg", (8_000, 16_000, 44_100, 48_000, 96_000, 192_000)),
        ("mp3", (8_000, 16_000, 22_050, 44_100, 48_000)),
    ],
)
def test_format_and_rate(tmp_path: Path, ending: str, rates: tuple[int, ...]) -> None:
    for rate in rates:
        path = tmp_path / f"{rate}.{ending}"
        soundfile.write(path, sung_tone(PEAK, 1.0, rate), rate)
        audio = read_audio(path)
        assert audio.dtype == np.float32
        assert audio.ndim == 1
        # mp3 is padded to whole frames of up to 1,152 samples, at each end.
        assert len(audio) == pytest.approx(16_000, abs=1 if ending != "mp3" else 2 * 1152 * 16_000 / rate + 1)
        assert strongest_hz(audio) == pytest.approx(PEAK, abs=2)


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_channels_are_averaged(tmp_path: Path, ending: str, channels: int) -> None:
    voice = sung_tone(PEAK)
    several = np.zeros((len(voice), channels), np.float32)
    several[:, -1] = voice
    path = tmp_path / f"several.{ending}"
    soundfile.write(path, several, 16_000)
    # A step of 16-bit integers is 3e-5.
    np.testing.assert_allclose(read_audio(path), voice / channels, atol=4e-5)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_sample_formats_share_one_scale(tmp_path: Path, subtype: str) -> None:
    soundfile.write(tmp_path / "a.wav", sung_tone(PEAK), 16_000, subtype=subtype)
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav"), sung_tone(PEAK), atol=1e-2)


def test_a_recording_keeps_its_rate_and_every_sample(tmp_path: Path) -> None:
    voice = np.stack([sung_tone(PEAK, 2.0, 44_100), sung_tone(2 * PEAK, 2.0, 44_100)], axis=1)
    soundfile.write(tmp_path / "both.wav", voice, 44_100, subtype="FLOAT")
    audio, rate = read_recording(tmp_path / "both.wav")
    assert (audio.dtype, rate) == (np.float32, 44_100)
    np.testing.assert_array_equal(audio, voice.mean(axis=1))
    (tmp_path / "none.wav").write_bytes(b"")
    with pytest.raises(AudioFileError, match=r"none\.wav: is empty"):
        read_recording(tmp_path / "none.wav")


def test_resampling_keeps_time(tmp_path: Path) -> None:
    """A click stays where it was: the resampler's delay is taken out."""
    click = np.zeros(96_000, np.float32)
    click[48_000] = 1
    soundfile.write(tmp_path / "click.wav", click, 96_000, subtype="FLOAT")
    assert np.abs(read_audio(tmp_path / "click.wav")).argmax() == 8_000


@given(blocksize=st.integers(1, 5_000), rate=st.sampled_from([8_000, 16_000, 44_100, 48_000]))
def test_blocks_joined_are_the_file(tmp_path_factory: pytest.TempPathFactory, blocksize: int, rate: int) -> None:
    path = tmp_path_factory.getbasetemp() / f"joined-{rate}.wav"
    if not path.exists():
        soundfile.write(path, np.stack([sung_tone(PEAK, 0.2, rate)] * 2, 1), rate)
    blocks = list(read_blocks(path, blocksize))
    assert {len(block) for block in blocks[:-1]} <= {blocksize}
    assert 0 < len(blocks[-1]) <= blocksize
    np.testing.assert_array_equal(np.concatenate(blocks), read_audio(path))


def test_blocks_at_another_rate(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sung_tone(PEAK), 16_000)
    audio = np.concatenate(list(read_blocks(tmp_path / "a.wav", 512, sample_rate=48_000)))
    assert len(audio) == 48_000
    assert strongest_hz(audio, 48_000) == pytest.approx(PEAK, abs=2)


@pytest.mark.parametrize(("blocksize", "rate"), [(0, 16_000), (-1, 16_000), (256, 0)])
def test_block_arguments_are_checked_at_once(blocksize: int, rate: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        read_blocks("never opened.wav", blocksize, rate)


def _floats(path: Path, samples: np.ndarray, rate: int = 16_000) -> None:
    soundfile.write(path, samples, rate, subtype="FLOAT", format="WAV")


def _with_bad_sample(path: Path, value: float, at: float, channels: int = 1) -> None:
    audio = np.repeat(sung_tone(PEAK, 6.0, 44_100)[:, None], channels, 1)
    audio[round(at * 44_100), -1] = value
    _floats(path, audio, 44_100)


def _with_rate(path: Path, rate: int) -> None:
    _floats(path, sung_tone(PEAK))
    data = bytearray(path.read_bytes())
    start = data.index(b"fmt ")
    data[start + 12 : start + 16] = rate.to_bytes(4, "little")
    path.write_bytes(data)


BROKEN = {
    "missing": (lambda path: None, "no such file"),
    "folder": (Path.mkdir, "is a folder"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "text": (lambda path: path.write_text("Not a sound.\n" * 100), "is not audio"),
    "no samples": (lambda path: _floats(path, np.zeros(0, np.float32)), "holds no samples"),
    "one sample": (lambda path: _floats(path, np.ones(1, np.float32), 192_000), "too few samples"),
    "NaN": (lambda path: _with_bad_sample(path, np.nan, 4.5), "4.500 s is no number"),
    "infinite": (lambda path: _with_bad_sample(path, -np.inf, 0.25, channels=2), "0.250 s is no number"),
    "rate 1": (lambda path: _with_rate(path, 1), "1 samples a second"),
    "rate 4 GHz": (lambda path: _with_rate(path, 2_000_000_000), "2000000000 samples a second"),
}


@pytest.mark.parametrize(("make", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_file(tmp_path: Path, make, told: str) -> None:
    path = tmp_path / "take one.wav"
    make(path)
    with pytest.raises(AudioFileError) as caught:
        read_audio(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_headerless_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(1000))
    with pytest.raises(AudioFileError, match="is not audio"):
        read_audio(tmp_path / "a.raw")


def test_cut_off_flac_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.flac"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 160_000)
    soundfile.write(path, noise, 16_000)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20_000] = bytes(20_000)
    path.write_bytes(data)
    with pytest.raises(AudioFileError, match=r"damaged|holds no samples"):
        read_audio(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    _floats(tmp_path / "a.wav", sung_tone(PEAK))
    (tmp_path / "a.wav").chmod(0)
    with pytest.raises(AudioFileError, match="cannot be read"):
        read_audio(tmp_path / "a.wav")
