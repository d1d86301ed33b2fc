"""One command builds what is missing of the pack and trains, and goes on where it stopped. Needs PyTorch."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from livepitch.model.checkpoint import read_checkpoint
from livepitch.model.registry import FOLDER
from training import make
from training.average import mean_of
from training.background import Part, write_parts
from training.recipes import RECIPES
from training.train import digest

(BACKGROUND,) = (stage for stage in make.STAGES if stage.module == "background")
STARTS = ((), (42,), (42, 62))
MADE = ("music.ogg", "noise.ogg", "background.json")


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """What the stages before `background` leave behind, small."""
    rng = np.random.default_rng(0)
    for kind in ("music", "noise"):
        sound = rng.normal(size=32_000).astype(np.float32)
        write_parts(tmp_path / "parts" / kind, [Part(sound, kind, "here", "none", "noise")])
    return tmp_path


@pytest.mark.usefixtures("tiny")
def test_one_command_trains_with_the_shipped_settings_and_goes_on(
    tmp_path: Path, pack: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tuple(replace(run, start=start) for run, start in zip(make.SHIPPED["stream"][-3:], STARTS, strict=True))
    monkeypatch.setitem(make.SHIPPED, "stream", shipped)
    words = ["stream", "--pack", str(pack), "--out", str(tmp_path), "--batch", "2", "--synthetic", "2"]
    words += ["--tones", "2", "--notes", "2", "--device", "cpu", "--without", "room", "muted"]
    make.main([*words, "--steps", "2"])
    path = tmp_path / "stream.safetensors"
    checkpoint = read_checkpoint(path)
    records = checkpoint.training["runs"]
    assert [record["steps"] for record in records] == [2, 2, 2]
    assert (checkpoint.config.lookahead, checkpoint.refine, checkpoint.hold) == (448, True, 6)
    for record, run in zip(records, shipped, strict=True):
        assert (record["batch"], record["without"], record["seed"]) == (2, ["room", "muted"], run.seed)
        assert f"--ema {run.ema}" in record["command"]
        assert f"--halved {run.halved} --uneven {run.uneven} --windows {run.windows}" in record["command"]
    *before, last = [tmp_path / f"stream-{i}" / "stream.safetensors" for i in (1, 2, 3)]
    mean = tmp_path / "stream-3" / "start.safetensors"
    runs = [read_checkpoint(path).weights for path in before]
    for name, weight in read_checkpoint(mean).weights.items():
        np.testing.assert_allclose(weight, (runs[0][name].astype(np.float32) + runs[1][name]) / 2, atol=2e-3)
    assert [record["start"] for record in records] == [None, digest(before[0]), digest(mean)]
    for name, weight in read_checkpoint(last).weights.items():
        np.testing.assert_array_equal(checkpoint.weights[name], weight)
    written = path.stat().st_mtime_ns
    capsys.readouterr()
    make.main([*words, "--steps", "2"])
    assert capsys.readouterr().out.strip() == f"{path} is trained"
    assert path.stat().st_mtime_ns == written
    make.main([*words, "--steps", "3"])
    assert '"step": 2' in capsys.readouterr().out.splitlines()[6]  # after its six banks
    assert [record["steps"] for record in read_checkpoint(path).training["runs"]] == [3, 3, 3]


@pytest.mark.usefixtures("tiny")
def test_a_run_that_ran_out_of_time_is_not_averaged(
    tmp_path: Path, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "stream",
        "--pack",
        str(pack),
        "--out",
        str(tmp_path),
        "--batch",
        "2",
        "--synthetic",
        "2",
        "--tones",
        "2",
        "--notes",
        "2",
    ]
    make.main([*words, "--device", "cpu", "--steps", "3", "--seconds", "0"])
    assert "the same command goes on" in capsys.readouterr().out
    assert not (tmp_path / "stream.safetensors").exists()


@pytest.mark.parametrize("name", make.SHIPPED)
def test_every_run_starts_from_runs_before_it_and_none_is_for_nothing(name: str) -> None:
    runs = make.SHIPPED[name]
    seeds = [run.seed for run in runs]
    assert len(set(seeds)) == len(seeds)
    for i, run in enumerate(runs):
        assert set(run.start) <= set(seeds[:i])
        assert bool(run.start) == (i > 0)
    assert set(seeds) == {seed for run in runs for seed in run.start} | set(make.MEANS[name])


@pytest.mark.parametrize("name", make.SHIPPED)
def test_what_is_bundled_is_decoded_as_make_would_have_it(name: str) -> None:
    bundled = read_checkpoint(FOLDER / f"{name}.safetensors")
    assert {field: getattr(bundled, field) for field in make.DECODING[name]} == make.DECODING[name]
    assert bundled.refine


def test_different_networks_have_no_mean() -> None:
    with pytest.raises(ValueError, match="different networks"):
        mean_of([FOLDER / f"{name}.safetensors" for name in make.SHIPPED])


def test_a_stage_is_run_once(parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "STAGES", (BACKGROUND,))
    pack = make.build_pack(parts, [], 1)
    assert {path.name for path in pack.iterdir()} == set(MADE)
    assert not list((parts / "unfinished").iterdir())
    times = [(pack / name).stat().st_mtime_ns for name in MADE]
    make.build_pack(parts, [], 1)
    assert [(pack / name).stat().st_mtime_ns for name in MADE] == times
    (pack / "noise.ogg").unlink()
    make.build_pack(parts, [], 1)
    assert [(pack / name).stat().st_mtime_ns > time for name, time in zip(MADE, times, strict=True)] == [True] * 3


def test_a_stage_that_fails_leaves_nothing_that_passes_for_finished(
    parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It writes music.ogg and then finds that there is no sound for noise.ogg.
    next((parts / "parts" / "noise").glob("*.flac")).unlink()
    monkeypatch.setattr(make, "STAGES", (BACKGROUND,))
    with pytest.raises(SystemExit, match=r"training\.background failed \(1\)"):
        make.build_pack(parts, [], 1)
    assert (parts / "unfinished" / "background" / "music.ogg").exists()
    assert not (parts / "pack").exists()
    shutil.rmtree(parts / "parts" / "noise")
    make.build_pack(parts, [], 1)
    assert {path.name for path in (parts / "pack").iterdir()} == set(MADE)


def test_what_this_machine_lacks_is_said_before_anything_is_built(parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lame = replace(BACKGROUND, module="labels", makes=("never",), needs=("numpy", "no_such_module", "/no/such.sf2"))
    monkeypatch.setattr(make, "STAGES", (BACKGROUND, lame))
    with pytest.raises(SystemExit, match=r"needs /no/such\.sf2, no_such_module: "):
        make.build_pack(parts, [], 1)
    assert not (parts / "pack").exists()


def test_stages_in_order_make_what_training_reads() -> None:
    assert make.SHIPPED.keys() == RECIPES.keys()
    made: set[str] = set()
    for stage in make.STAGES:
        module = Path(make.__file__).with_name(f"{stage.module}.py").read_text()
        for option in re.findall(r"--\w+", stage.words):
            assert f'add_argument("{option}"' in re.sub(r"\(\s+", "(", module), (stage.module, option)
        for place in re.findall(r"OUT/(\w+)", stage.words):
            assert place == "tracks" or place in made, stage.module
        made |= set(stage.makes) | {name.split("/")[0] for name in stage.makes}
    needed = {"voices.flac", "voices.npz", "world.ogg", "world.npz", "music.ogg", "noise.ogg"}
    assert {f"pack/{name}" for name in needed} <= made
