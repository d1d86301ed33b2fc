"""Sound files that were made to do harm, or came out of a broken disk: what is there, or one line; little memory."""

from __future__ import annotations

import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.realtime.audio_file import CHANNELS, AudioFileError, read_audio, read_blocks
from tests.conftest import sung_tone

MOST_MEMORY = 64 << 20  # bytes that Python and numpy hold at most, for files of a few kB
EXTREMES = st.sampled_from([0, 1, 2, 3, 7, 8, 63, 64, 65, 1023, 1024, 4000, 48_000, 0x7F, 0x80, 0x7FFF, 0xFFFE, 0xFFFF])
LARGE = st.one_of(EXTREMES, st.sampled_from([0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF]), st.integers(0, 1 << 32))
FORMATS = {
    "pcm.wav": ("WAV", "PCM_16"),
    "float.wav": ("WAV", "FLOAT"),
    "adpcm.wav": ("WAV", "MS_ADPCM"),
    "rf64.wav": ("RF64", "PCM_16"),
    "pcm.aiff": ("AIFF", "PCM_24"),
    "pcm.flac": ("FLAC", "PCM_16"),
    "vorbis.ogg": ("OGG", "VORBIS"),
    "opus.ogg": ("OGG", "OPUS"),
    "layer3.mp3": ("MP3", "MPEG_LAYER_III"),
    "pcm.caf": ("CAF", "ALAC_16"),
    "pcm.au": ("AU", "ULAW"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder, voice = tmp_path_factory.mktemp("whole"), sung_tone(220.0, 0.05, 16_000)
    for name, (form, subtype) in FORMATS.items():
        soundfile.write(folder / name, voice, 16_000, subtype, format=form)
    return {name: (folder / name).read_bytes() for name in FORMATS}


def check(path: Path, data: bytes) -> bool:
    """Whether it was read, into what sound is; else it was refused in one line."""
    path.write_bytes(data)
    tracemalloc.start()
    audio, told = None, ""
    try:
        audio = read_audio(path)
    except AudioFileError as error:
        told = str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    if audio is None:
        assert told.startswith(f"{path}: ")
        assert told.isprintable()
        return False
    assert (audio.dtype, audio.ndim) == (np.float32, 1)
    assert np.isfinite(audio).all()
    return True


@pytest.mark.parametrize("name", FORMATS)
def test_numbers_of_the_header_put_to_extremes(whole: dict[str, bytes], tmp_path: Path, name: str) -> None:
    data = whole[name]
    places = st.integers(0, min(len(data) - 8, 160))
    forms = st.sampled_from(["<H", ">H", "<I", ">I", "<Q", ">Q"])

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.tuples(places, forms, LARGE), min_size=1, max_size=3))
    def extreme(changes: list[tuple[int, str, int]]) -> None:
        damaged = bytearray(data)
        for place, form, value in changes:
            struct.pack_into(form, damaged, place, value % (1 << 8 * struct.calcsize(form)))
        check(tmp_path / name, bytes(damaged))

    assert check(tmp_path / name, data)
    extreme()


@pytest.mark.parametrize("name", FORMATS)
def test_cut_doubled_and_flipped(whole: dict[str, bytes], tmp_path: Path, name: str) -> None:
    data = whole[name]
    at = st.floats(0, 1, exclude_max=True).map(lambda share: int(share * len(data)))

    @settings(max_examples=30, deadline=None)
    @given(at, at, at, st.integers(0, 255), st.sampled_from(["cut", "without", "doubled", "flipped"]))
    def damaged(first: int, second: int, third: int, value: int, how: str) -> None:
        a, b = sorted((first, second))
        changed = {
            "cut": data[:b],
            "without": data[:a] + data[b:],
            "doubled": data[:b] + data[a:b] + data[b:],
            "flipped": data[:third] + bytes([value]) + data[third + 1 :],
        }
        check(tmp_path / name, changed[how])

    damaged()


CHUNKS = st.lists(st.tuples(st.sampled_from(b"LIST fact bext cue  smpl PEAK data id3 ".split()), LARGE), max_size=4)


@settings(max_examples=100, deadline=None)
@given(
    tag=st.sampled_from([1, 2, 3, 6, 7, 17, 20, 49, 56, 57, 58, 100, 0xFFFE, 85]),
    fields=st.tuples(EXTREMES, LARGE, LARGE, EXTREMES, EXTREMES),
    chunks=CHUNKS,
    claimed=LARGE,
)
def test_wav_of_any_numbers(
    tmp_path_factory: pytest.TempPathFactory,
    tag: int,
    fields: tuple[int, ...],
    chunks: list[tuple[bytes, int]],
    claimed: int,
) -> None:
    channels, rate, a_second, align, bits = (
        value % (1 << size) for value, size in zip(fields, (16, 32, 32, 16, 16), strict=True)
    )
    form = struct.pack("<HHIIHHH", tag, channels, rate, a_second, align, bits, 0)
    body = b"fmt " + struct.pack("<I", len(form)) + form
    for name, size in chunks:
        body += name.ljust(4) + struct.pack("<I", size % (1 << 32)) + bytes(24)
    body += b"data" + struct.pack("<I", claimed % (1 << 32)) + bytes(range(256)) * 4
    check(tmp_path_factory.getbasetemp() / "numbers.wav", b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)


def _with_channels(path: Path, channels: int) -> None:
    soundfile.write(path, np.zeros((100, 2)), 16_000, "PCM_16", format="WAV")
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, 22, channels)
    struct.pack_into("<H", data, 32, 2 * channels)
    path.write_bytes(data)


def test_more_channels_than_anybody_has(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    _with_channels(path, CHANNELS)
    assert len(read_audio(path)) == 200 // CHANNELS
    for channels in (CHANNELS + 1, 1024):
        _with_channels(path, channels)
        with pytest.raises(AudioFileError, match=f"says it has {channels} channels; up to 64 can be read"):
            read_audio(path)


def test_a_length_that_is_claimed_takes_no_memory(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """FLAC keeps 36 bits of it: 16 days at 48 kHz."""
    data = bytearray(whole["pcm.flac"])
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    assert check(tmp_path / "a.flac", bytes(data))
    assert len(read_audio(tmp_path / "a.flac")) == 800


@pytest.mark.parametrize("size", [8_000, 200_000])
def test_flac_that_tells_no_length_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    """As a program writes it that cannot go back, into a pipe."""
    soundfile.write(tmp_path / "a.flac", np.zeros(size), 16_000)
    data = bytearray((tmp_path / "a.flac").read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(data)
    assert len(read_audio(tmp_path / "a.flac")) == size


def test_what_is_no_ordinary_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "circle.wav").symlink_to(tmp_path / "circle.wav")
    for name, told in (
        ("pipe.wav", "is a pipe, not a file"),
        ("circle.wav", "cannot be read"),
        ("a\0.wav", "no file can have this name"),
    ):
        with pytest.raises(AudioFileError, match=told):
            read_audio(tmp_path / name)
    with pytest.raises(AudioFileError, match="is a device, not a file"):
        read_audio("/dev/zero")
    with pytest.raises(AudioFileError, match="is a device, not a file"):
        read_blocks("/dev/zero")


def test_a_name_that_is_no_text(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    path.write_bytes(whole["pcm.wav"])
    assert len(read_audio(path)) == 800


def test_no_file_stays_open(tmp_path: Path, whole: dict[str, bytes]) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for name, data in whole.items():
        check(tmp_path / name, data[: len(data) // 2])
        check(tmp_path / name, data)
        next(read_blocks(tmp_path / name))
    assert len(os.listdir("/proc/self/fd")) == before
