"""Targets for the fuzzer: sound, weights, pitch tracks."""

from __future__ import annotations

import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz_target import Read, Target

if TYPE_CHECKING:
    from livepitch.model.checkpoint import Checkpoint

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = 700  # of a sound in the corpus
MONO = ("GSM610", "IMA_ADPCM")  # of these kinds no more channels are written


def _sounds(form: str, subtypes: tuple[str, ...], rates: tuple[int, ...] = (16_000,)) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        import numpy as np
        import soundfile

        for subtype in subtypes:
            for rate in rates:
                for channels in (1, 2):
                    if soundfile.check_format(form, subtype) and not (channels == 2 and subtype in MONO):
                        wave = 0.3 * np.sin(0.07 * np.arange(SAMPLES))[:, None] * np.ones(channels)
                        path = folder / f"{subtype}-{rate}-{channels}"
                        soundfile.write(path, wave, 48_000 if subtype == "OPUS" else rate, subtype, format=form)

    return write


def _read_audio() -> Read:
    from livepitch.realtime.audio_file import read_audio

    return read_audio


def _sound(form: str, subtypes: str, words: bytes, mended: Callable[[bytes], bytes] = bytes) -> Target:
    watched = ("livepitch.realtime.audio_file", "soundfile")
    write = _sounds(form, tuple(subtypes.split()), (16_000, 44_100))
    name = form.lower()
    return Target(name, write, _read_audio, f"x.{name}", watched, tuple(words.split()), mended, 1 << 14)


def _ogg_mended(data: bytes) -> bytes:
    """The checksum of each page of Ogg made right."""
    pages = data.split(b"OggS")
    return pages[0] + b"".join(b"OggS" + _page_mended(page) for page in pages[1:])


def _page_mended(page: bytes) -> bytes:
    if len(page) < 23:
        return page
    size = 23 + page[22] + sum(page[23 : 23 + page[22]])  # the header, a byte for each segment, the segments
    total = 0
    for byte in b"OggS" + page[:18] + bytes(4) + page[22:size]:
        total = (total << 8 & 0xFFFFFFFF) ^ _OGG_TABLE[(total >> 24) ^ byte]
    return page[:18] + struct.pack("<I", total) + page[22:]


def _ogg_row(value: int) -> int:
    for _ in range(8):
        value = (value << 1 & 0xFFFFFFFF) ^ (0x04C11DB7 if value & 0x80000000 else 0)
    return value


_OGG_TABLE = [_ogg_row(byte << 24) for byte in range(256)]


def _zip_mended(data: bytes) -> bytes:
    """The checksum of each entry of a zip archive made right, in its directory at the end, which counts."""
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except Exception:  # the reader will see for itself
        return data
    mended = bytearray(data)
    for entry in entries:
        start = entry.header_offset + 30
        names = data[start - 4 : start]
        if len(names) == 4:
            start += sum(struct.unpack("<HH", names))
            total = struct.pack("<I", zlib.crc32(data[start : start + entry.file_size]))
            place = data.find(b"PK\1\2", data.find(struct.pack("<I", entry.CRC), start))
            while place >= 0 and data[place + 16 : place + 20] != struct.pack("<I", entry.CRC):
                place = data.find(b"PK\1\2", place + 4)
            if place >= 0:
                mended[place + 16 : place + 20] = total
    return bytes(mended)


def _tiny() -> Checkpoint:
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))  # the writers of such files are the tests' own
    from livepitch.model.config import RmvpeConfig
    from tests.model.networks import seeded

    return seeded(RmvpeConfig(1, 1, 1, 1))


def _write_safetensors(folder: Path) -> None:
    from safetensors.numpy import save_file

    from livepitch.model.checkpoint import write_checkpoint

    tiny = _tiny()
    write_checkpoint(folder / "ours.safetensors", tiny)
    save_file(tiny.weights, folder / "theirs.safetensors")


def _write_archives(folder: Path) -> None:
    tiny = _tiny()
    from tests.model.torch_archives import parts, write_zip

    for kind in ("f2", "bf16"):
        write_zip(folder / f"{kind}.pt", *parts(tiny.weights, kind))


def _write_legacy(folder: Path) -> None:
    tiny = _tiny()
    from tests.model.torch_archives import parts, write_legacy

    write_legacy(folder / "legacy.pt", *parts(tiny.weights))


def _write_onnx(folder: Path) -> None:
    tiny = _tiny()
    from tests.model.onnx_networks import Builder

    for fold in (False, True):
        (folder / f"{fold}.onnx").write_bytes(Builder(tiny, fold=fold).model().SerializeToString())


def _read_weights() -> Read:
    from livepitch.model.checkpoint import read_checkpoint

    return read_checkpoint


def _weights(name: str, write: Callable[[Path], None], file_name: str, words: bytes, **more: object) -> Target:
    watched = ("livepitch.model.checkpoint", "livepitch.model.formats", "pickletools", "zipfile", "onnx")
    target = Target(name, write, _read_weights, file_name, watched, tuple(words.split()), largest=1 << 18)
    return target if not more else Target(**{**vars(target), **more})  # type: ignore[arg-type]


def _write_track(folder: Path) -> None:
    rows = "0.01,220.5,0.93,1\n0.02,,0.1,0\n0.03,1e2,1,1\n"
    (folder / "track.csv").write_text(f"time,f0,confidence,voiced\n{rows}", encoding="utf-8")


def _read_track() -> Read:
    from livepitch.realtime.csv_track import read_take_track

    return read_take_track


TARGETS = (
    _sound("WAV", "PCM_16 PCM_U8 FLOAT ULAW IMA_ADPCM MS_ADPCM GSM610", b"RIFF RIFX WAVE fmt data LIST fact PEAK bext"),
    _sound("AIFF", "PCM_16 PCM_24 FLOAT ALAW IMA_ADPCM", b"FORM AIFF AIFC COMM SSND CHAN MARK INST NONE sowt fl32"),
    _sound("FLAC", "PCM_16 PCM_S8", b"fLaC ID3 reference LIST"),
    _sound("OGG", "VORBIS OPUS", b"OggS vorbis OpusHead OpusTags fLaC", _ogg_mended),
    _sound("MP3", "MPEG_LAYER_III", b"ID3 TAG Xing Info VBRI LAME APIC"),
    _weights("safetensors", _write_safetensors, "x.safetensors", b"dtype shape data_offsets __metadata__ BF16 F64 I64"),
    _weights("torch", _write_archives, "x.pt", b"PK\1\2 PK\3\4 PK\5\6 archive/ data.pkl byteorder", mended=_zip_mended),
    _weights("torch-legacy", _write_legacy, "x.pth", b"ctorch._utils _rebuild_tensor_v2 torch FloatStorage storage"),
    _weights("onnx", _write_onnx, "x.onnx", b"location offset length Conv ConvTranspose GRU Concat Constant Reshape"),
    Target(
        "track", _write_track, _read_track, "x.csv", ("livepitch.realtime.csv_track",), (b"nan", b"inf", b"1e400", b",")
    ),
)
