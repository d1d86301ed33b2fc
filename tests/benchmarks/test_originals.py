"""Folders as their authors lay them out, and our own: the same recordings come out."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from originals import read_folder
from recordings import evenly, read_recordings

from tests.conftest import sung_tone


@pytest.fixture
def mir1k(tmp_path: Path) -> Path:
    """Two clips of MIR-1K: noise left, a voice right, A4 from 0.2 s on."""
    root = tmp_path / "MIR-1K"
    for folder in ("Wavfile", "PitchLabel"):
        (root / folder).mkdir(parents=True)
    for name in ("abjones_1_01", "amy_2_05"):
        voice = sung_tone(440.0, 1.0)
        noise = 0.1 * np.random.default_rng(0).standard_normal(len(voice))
        soundfile.write(root / f"Wavfile/{name}.wav", np.stack([noise, voice], 1), 16_000)
        (root / f"PitchLabel/{name}.pv").write_text("".join("0\n" if i < 9 else "69.0\n" for i in range(49)))
    return tmp_path


def test_mir1k(mir1k: Path) -> None:
    clips = read_folder(mir1k)
    assert [clip.name for clip in clips] == ["mir1k/abjones_1_01", "mir1k/amy_2_05"]
    clip = clips[0]
    assert clip.source == "MIR-1K"
    assert clip.voice == pytest.approx(sung_tone(440.0, 1.0), abs=1e-4)
    assert clip.accompaniment is not None
    assert np.std(clip.accompaniment) == pytest.approx(0.1, rel=0.05)
    assert clip.time[[0, -1]] == pytest.approx([0.02, 0.98])
    assert clip.f0[8:10] == pytest.approx([0, 440])
    assert clip.time[clip.f0 > 0][0] == pytest.approx(0.2)
    assert clip.certain.all()
    assert [clip.name for clip in read_folder(mir1k / "MIR-1K", ["MIR-1K"], limit=1)] == ["mir1k/abjones_1_01"]


def test_vocadito(tmp_path: Path) -> None:
    (tmp_path / "Audio").mkdir()
    (tmp_path / "Annotations/F0").mkdir(parents=True)
    soundfile.write(tmp_path / "Audio/vocadito_7.wav", sung_tone(200.0, 1.0, 44_100), 44_100)
    rows = [f"{i * 256 / 44_100:.6f},{200.0 if i > 20 else 0.0}" for i in range(172)]
    (tmp_path / "Annotations/F0/vocadito_7_f0.csv").write_text("\n".join(rows))
    (clip,) = read_folder(tmp_path)
    assert (clip.name, clip.source, clip.accompaniment) == ("vocadito/vocadito_7", "vocadito", None)
    assert len(clip.voice) == 16_000
    assert clip.time[1] == pytest.approx(0.005805)
    assert list(clip.f0[20:22]) == [0.0, 200.0]


def test_keele(tmp_path: Path) -> None:
    sound = np.round(10_000 * sung_tone(200.0, 0.5, 20_000)).astype("<i2")
    sound.tofile(tmp_path / "f1nw0000.pes")
    (tmp_path / "f1nw0000.pev").write_text("LHD: V1.1\nSAM: 100\n\n0\n100\n-100\n-1\n50\n")
    (clip,) = read_folder(tmp_path)
    assert (clip.name, clip.source) == ("keele/f1nw0000", "Keele")
    assert clip.seconds == 0.5
    assert clip.time == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])
    assert clip.f0 == pytest.approx([0, 200, 200, 0, 400])
    assert list(clip.certain) == [True, True, False, False, True]
    assert np.abs(clip.voice).max() == pytest.approx(10_000 * 0.3 / 32768, rel=0.05)


def test_fda(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "rl001.wav", sung_tone(135.0, 0.5, 20_000), 20_000)
    (tmp_path / "rl001.f0ref").write_text("0\n135.099\n139.1\n0\n")
    (clip,) = read_folder(tmp_path)
    assert (clip.name, clip.source) == ("fda/rl001", "FDA")
    assert clip.time == pytest.approx([0, 0.015, 0.03, 0.045])
    assert clip.f0 == pytest.approx([0, 135.099, 139.1, 0])


def test_our_own_layout_comes_first(mir1k: Path) -> None:
    soundfile.write(mir1k / "a.flac", sung_tone(330.0, 1.0), 16_000)
    (mir1k / "a.f0.csv").write_text("time,f0,certain\n0.0,0,1\n0.5,330,0\n")
    (mir1k / "index.json").write_text(json.dumps([{"name": "a", "source": "Tones"}]))
    (clip,) = read_folder(mir1k)
    assert (clip.source, list(clip.certain)) == ("Tones", [True, False])


def test_what_is_not_there_is_said_in_one_line(mir1k: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder, sources, word in (
        (tmp_path / "none", None, "is no folder"),
        (empty, None, "holds no recordings"),
        (mir1k, ["Keele"], "holds no recordings of Keele"),
    ):
        with pytest.raises(ValueError, match=word) as caught:
            read_folder(folder, sources)
        assert "\n" not in str(caught.value)
        assert "docs/accuracy.md" in str(caught.value)
    (mir1k / "MIR-1K/Wavfile/amy_2_05.wav").unlink()
    with pytest.raises(ValueError, match=r"amy_2_05\.wav"):
        read_folder(mir1k)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three recordings of steady tones in our layout, one with noise for accompaniment in the left channel."""
    entries = []
    for number, (source, hz) in enumerate((("MIR-1K", 220.0), ("Tones", 330.0), ("Tones", 150.0))):
        voice = sung_tone(hz, 2.0, 20_000)
        noise = 0.1 * np.random.default_rng(number).standard_normal(len(voice))
        audio = np.stack([noise, voice], 1) if source == "MIR-1K" else voice
        soundfile.write(tmp_path / f"{number}.flac", audio, 20_000)
        rows = [f"{i * 0.02:.4f},{hz:.3f},1" for i in range(2, 98)]
        (tmp_path / f"{number}.f0.csv").write_text("\n".join(["time,f0,certain", *rows]))
        entries.append({"name": str(number), "source": source})
    (tmp_path / "index.json").write_text(json.dumps(entries))
    return tmp_path


def test_read_recordings(folder: Path) -> None:
    clips = list(read_recordings(folder))
    assert [clip.source for clip in clips] == ["MIR-1K", "Tones", "Tones"]
    assert all(len(clip.voice) == 32_000 and clip.seconds == 2.0 for clip in clips)
    assert clips[0].accompaniment is not None
    assert np.std(clips[0].accompaniment) == pytest.approx(0.1 * np.sqrt(0.8), rel=0.05)  # 16 of 20 kHz are kept
    assert clips[1].accompaniment is None
    assert [clip.name for clip in read_recordings(folder, ["Tones"], limit=1)] == ["1"]


def test_a_limit_is_spread_over_all() -> None:
    assert evenly(range(60), 3) == [0, 20, 40]
    assert evenly(range(3), 5) == [0, 1, 2]
    assert evenly(range(7), None) == list(range(7))
