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
from training import make
from training.background import Part, write_parts
from training.recipes import RECIPES

(BACKGROUND,) = (stage for stage in make.STAGES if stage.module == "background")
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
    tmp_path: Path, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["stream", "--pack", str(pack), "--out", str(tmp_path), "--batch", "2", "--synthetic", "2"]
    words += ["--device", "cpu", "--without", "room", "muted"]
    make.main([*words, "--steps", "2"])
    path = tmp_path / "stream.safetensors"
    record = read_checkpoint(path).training
    assert (record["steps"], record["batch"], record["without"]) == (2, 2, ["room", "muted"])
    assert record["seed"] == make.SHIPPED["stream"]["seed"]
    assert f"--ema {make.SHIPPED['stream']['ema']}" in record["command"]
    finished = path.stat().st_mtime_ns
    capsys.readouterr()
    make.main([*words, "--steps", "2"])
    assert capsys.readouterr().out.strip() == f"{path} is trained"
    assert path.stat().st_mtime_ns == finished
    make.main([*words, "--steps", "3"])
    assert '"step": 2' in capsys.readouterr().out.splitlines()[3]  # after its three banks
    assert read_checkpoint(path).training["steps"] == 3


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
