"""The commands from end to end: on steady tones everything is known."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import sung_tone

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def command(script: str, *options: object, check: bool = True) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, str(BENCHMARKS / script), *map(str, options)]
    return subprocess.run(words, capture_output=True, text=True, check=check, timeout=280)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One recording of MIR-1K in its own layout: two tones and a pause, and noise for accompaniment."""
    root = tmp_path / "MIR-1K"
    for name in ("Wavfile", "PitchLabel"):
        (root / name).mkdir(parents=True)
    pause = np.zeros(8_000, np.float32)
    voice = np.concatenate([pause, sung_tone(220.0, 1.0), pause, sung_tone(330.0, 1.0), pause])
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(voice))
    soundfile.write(root / "Wavfile/a_1.wav", np.stack([noise, voice], 1), 16_000)
    labels = [69 - 12 if 0.5 <= t < 1.5 else 69 - 5 if 2 <= t < 3 else 0 for t in 0.02 * np.arange(1, 174)]
    (root / "PitchLabel/a_1.pv").write_text("\n".join(map(str, labels)))
    return tmp_path


def test_accuracy_from_end_to_end(folder: Path, tmp_path: Path) -> None:
    """For whole files and live alike, and from the cache the second time."""
    out, cache = tmp_path / "out.json", tmp_path / "cache"
    options = ["--data", folder, "--models", "stream", "--live", "stream", "--snr", "clean,20", "--also", "telephone"]
    options += ["--no-exact", "--check", "--cache", cache, "--json", out, "--markdown", tmp_path / "out.md"]
    done = command("accuracy.py", *options)
    assert done.stdout == (tmp_path / "out.md").read_text()
    for title in ("### MIR-1K, clean: 1 clips, 173 frames scored", "### MIR-1K, 20 dB", "### MIR-1K, telephone"):
        assert title in done.stdout
    assert "stream, MIR-1K clean: RPA ≥ 98.0" in done.stdout
    written = json.loads(out.read_text(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert {"numpy", "mir_eval"} <= set(written["machine"]["packages"])
    assert [tool["latency"] for tool in written["trackers"]] == [pytest.approx(0.028)] * 2
    results = written["results"]
    assert len(results) == 6
    whole, live = ([r["by_frame"] for r in results if r["tracker"] == name] for name in ("stream", "stream live"))
    for one, other in zip(whole, live, strict=True):
        assert one == pytest.approx(other, rel=1e-4, nan_ok=True)  # the same frames to rounding
    clean = whole[0]
    assert clean["RPA"] > 0.97
    assert clean["onsets"] == 2
    assert 0.028 <= clean["onset"] < 0.1
    kept = sorted(cache.rglob("*.npz"))
    assert len(kept) == 6
    stamps = [path.stat().st_mtime_ns for path in kept]
    command("accuracy.py", *options)
    assert [path.stat().st_mtime_ns for path in sorted(cache.rglob("*.npz"))] == stamps
    again = json.loads(out.read_text())
    assert again["results"] == results  # the time that it took the first time, too


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--data", "nowhere"], "nowhere is no folder"),
        (["--data", ".", "--peers", "nobody"], "holds no recordings"),
        (["--data", "MIR", "--snr", "loud"], "no condition 'loud'"),
    ],
)
def test_a_wrong_command_is_answered_in_one_line(options: list[str], word: str, tmp_path: Path) -> None:
    (tmp_path / "MIR").mkdir()
    words = [sys.executable, str(BENCHMARKS / "accuracy.py"), *options]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=100, check=False)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_speed_from_end_to_end(tmp_path: Path) -> None:
    command("speed.py", "--models", "stream", "--seconds", "3", "--runs", "1", "--json", tmp_path / "out.json")
    stream = json.loads((tmp_path / "out.json").read_text())["models"]["stream"]
    assert 0 < stream["hop_ms"]["p50"] <= stream["hop_ms"]["p99"] <= stream["hop_ms"]["max"]
    assert stream["file"]["times_real_time"] == pytest.approx(1 / stream["file"]["rtf"])
