"""What the accuracy benchmark measures: mistakes cost what they should, mixes have their ratio."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from recordings import CLEAN, Recording, read_recordings
from scores import Estimate, aligned, clip_mean, pooled, scored

from tests.conftest import sung_tone

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
N = 100
GRID = np.arange(N) * 0.01


def recording(f0: np.ndarray, certain: np.ndarray | None = None, start: float = 0.0) -> Recording:
    sure = np.ones(len(f0), bool) if certain is None else certain
    noise = np.random.default_rng(0).standard_normal((2, 16_000)).astype(np.float32)
    return Recording("x", "X", 0.1 * noise[0], 0.4 * noise[1], start + GRID[: len(f0)], f0, sure)


def estimate(hz: np.ndarray, voiced: np.ndarray) -> Estimate:
    return Estimate(np.arange(len(hz)) * 0.01, hz, voiced)


@pytest.fixture
def half_sung() -> Recording:
    """50 frames sung at 220 Hz, then 50 of silence."""
    return recording(np.where(np.arange(N) < 50, 220.0, 0.0))


SUNG = np.arange(N) < 50
ALL = np.ones(N, bool)
FLAT = np.full(N, 220.0)


@pytest.mark.parametrize(
    ("hz", "voiced", "scores"),
    [
        (FLAT, SUNG, {"RPA": 1, "RCA": 1, "VR": 1, "VFA": 0, "OA": 1}),
        (FLAT * 2, SUNG, {"RPA": 0, "RCA": 1, "VR": 1, "VFA": 0, "OA": 0.5}),
        (FLAT, ~ALL, {"RPA": 1, "RCA": 1, "VR": 0, "VFA": 0, "OA": 0.5}),
        (FLAT, ALL, {"RPA": 1, "RCA": 1, "VR": 1, "VFA": 1, "OA": 0.5}),
        (FLAT * 2 ** (49 / 1200), SUNG, {"RPA": 1, "RCA": 1, "VR": 1, "VFA": 0, "OA": 1}),
        (FLAT * 2 ** (51 / 1200), SUNG, {"RPA": 0, "RCA": 0, "VR": 1, "VFA": 0, "OA": 0.5}),
        (
            np.where(np.arange(N) < 10, 300.0, 220.0),
            SUNG,
            {"RPA": 0.8, "RCA": 0.8, "VR": 1, "VFA": 0, "OA": 0.9},
        ),
    ],
    ids=["right", "octave", "voiced never", "voiced always", "49 cents", "51 cents", "ten wrong"],
)
def test_mistakes_cost_what_they_should(
    half_sung: Recording, hz: np.ndarray, voiced: np.ndarray, scores: dict[str, float]
) -> None:
    assert scored(aligned(half_sung, estimate(hz, voiced))) == pytest.approx(scores)


def test_uncertain_frames_count_for_nothing() -> None:
    certain = np.arange(N) >= 10
    reference = recording(np.where(SUNG, 220.0, 0.0), certain)
    frames = aligned(reference, estimate(np.where(certain, 220.0, 999.0), SUNG))
    assert len(frames) == 90
    assert scored(frames)["OA"] == 1.0


def test_a_reference_that_begins_later_keeps_its_times() -> None:
    rising = 200.0 * 2 ** (GRID * 2)  # 24 cents a frame: three frames off is wrong
    late = recording(rising[5:], start=0.05)
    frames = aligned(late, estimate(rising, ALL))
    assert len(frames) == N - 5
    assert scored(frames)["RPA"] == 1.0
    shifted = aligned(late, estimate(np.roll(rising, 3), ALL))
    assert scored(shifted)["RPA"] == 0.0


def test_pooling_weighs_frames_and_the_mean_weighs_clips() -> None:
    right = aligned(recording(FLAT), estimate(FLAT, ALL))
    wrong = aligned(recording(FLAT[:20]), estimate(FLAT * 1.3, ALL))
    assert scored(pooled([right, wrong]))["RPA"] == pytest.approx(100 / 120)
    assert clip_mean([right, wrong])["RPA"] == pytest.approx(0.5)


def test_a_measure_without_its_frames_is_no_number() -> None:
    silent = aligned(recording(np.zeros(N)), estimate(FLAT, ~ALL))
    assert math.isnan(scored(silent)["RPA"])
    assert scored(silent)["OA"] == 1.0
    sung = aligned(recording(FLAT), estimate(FLAT, ALL))
    assert math.isnan(scored(sung)["VFA"])
    assert clip_mean([silent, sung])["RPA"] == 1.0


@pytest.mark.parametrize("snr", [20.0, 5.0, 0.0, -5.0])
def test_mix_has_the_ratio_it_claims(snr: float) -> None:
    clip = recording(FLAT)
    mix = clip.mixed(snr).astype(np.float64)
    gain = float(np.dot(mix, clip.voice) / np.dot(clip.voice, clip.voice))  # nearly uncorrelated noises
    rest = mix - gain * clip.voice
    ratio = 20 * np.log10(gain * np.std(clip.voice) / np.std(rest))
    assert ratio == pytest.approx(snr, abs=0.3)
    assert np.abs(mix).max() <= 1.0 + 1e-6


def test_clean_is_the_voice_and_a_lone_voice_cannot_be_mixed() -> None:
    clip = recording(FLAT)
    np.testing.assert_array_equal(clip.mixed(CLEAN), clip.voice)
    alone = Recording("x", "X", clip.voice, None, clip.time, clip.f0, clip.certain)
    with pytest.raises(ValueError, match="no accompaniment"):
        alone.mixed(0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three recordings of steady tones, one with noise for accompaniment in the left channel."""
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


def test_accuracy_from_end_to_end(folder: Path, tmp_path: Path) -> None:
    """Steady tones are easy: the tables say so, for whole files and live alike."""
    options = ["--models", "stream", "--live", "stream", "--snr", "clean,20", "--json", tmp_path / "out.json"]
    command = [sys.executable, BENCHMARKS / "accuracy.py", "--data", folder, *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=280)
    for title in ("## MIR-1K, clean", "## MIR-1K, 20 dB", "## Tones, clean: 2 clips, 192 frames scored"):
        assert title in done.stdout
    results = json.loads((tmp_path / "out.json").read_text())["results"]
    assert len(results) == 6
    clean = [result for result in results if result["snr"] == "clean"]
    assert all(result["by_frame"]["RPA"] > 0.99 for result in clean)
    assert [r["by_frame"] for r in clean if r["tracker"] == "stream"] == [
        r["by_frame"] for r in clean if r["tracker"] == "stream live"
    ]


def test_speed_from_end_to_end(tmp_path: Path) -> None:
    options = ["--models", "stream", "--seconds", "3", "--runs", "1", "--json", tmp_path / "out.json"]
    command = [sys.executable, BENCHMARKS / "speed.py", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=280)
    assert "| stream |" in done.stdout
    stream = json.loads((tmp_path / "out.json").read_text())["models"]["stream"]
    assert 0 < stream["hop_ms"]["p50"] <= stream["hop_ms"]["p99"] <= stream["hop_ms"]["max"]
    assert stream["file"]["times_real_time"] == pytest.approx(1 / stream["file"]["rtf"])
