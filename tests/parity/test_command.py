"""`livepitch parity` as a person meets it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import soundfile

from livepitch.cli import parity as command
from livepitch.model.backend import mx
from livepitch.model.checkpoint import Checkpoint
from livepitch.model.registry import load_model
from livepitch.parity import seeded
from livepitch.parity.clips import Clip
from livepitch.parity.seeded import write_seeded
from tests.conftest import Cli
from tests.model.networks import SMALL_RMVPE


@pytest.fixture
def folder(small: Checkpoint, voice: Clip, tmp_path: Path) -> Path:
    """With small.pt and voice.wav."""
    write_seeded(tmp_path / "small.pt", small)
    soundfile.write(tmp_path / "voice.wav", voice.audio, 16_000, subtype="FLOAT")
    return tmp_path


def test_table_views_and_json(livepitch: Cli, folder: Path) -> None:
    views = ("--trace", "--padding", "--batchnorm", "--gru")
    done = livepitch("parity", "small.pt", "voice.wav", "--json", "out.json", *views)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "301 frames of 1 clip" in lines[0]
    assert lines[-1].startswith("all ")
    assert "FAIL" not in done.stdout
    record = json.loads((folder / "out.json").read_text())
    assert record["passed"]
    assert all(row["passed"] for row in record["rows"])
    assert {"tensors as PyTorch reads them", "shortcut", "salience", "voicing"} <= {
        r["component"] for r in record["rows"]
    }
    assert sum(line.lstrip().startswith(("encoder ", "decoder ")) for line in lines) == 10
    assert set(record["views"]) == {"trace", "padding", "batchnorm", "gru"}
    assert record["config"]["base_channels"] == SMALL_RMVPE.base_channels
    assert record["reference"]["imported_first"]  # after our BLAS PyTorch would multiply with that one too


def test_a_failed_row_is_exit_code_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from livepitch.parity import difference

    strict = difference.BOUNDS["cpu"].__class__(layer=0, network=0, salience=0, cents=0, mel=0)
    monkeypatch.setattr(difference, "BOUNDS", {"cpu": strict, "gpu": strict})
    with pytest.raises(command.typer.Exit) as left:
        command.parity(str(folder / "small.pt"), [folder / "voice.wav"])
    assert left.value.exit_code == 1
    told = capsys.readouterr().out
    assert "FAIL" in told
    assert "beyond their bound" in told.splitlines()[-1]


def test_a_seeded_checkpoint_is_written_and_never_over_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeded, "RmvpeConfig", lambda: SMALL_RMVPE)  # the published size takes a gigabyte
    path = folder / "new.pt"
    command.parity(str(path), [folder / "voice.wav"], seeded=True, seed=3)
    assert "seed 3" in capsys.readouterr().out
    assert load_model(path).checkpoint.config == SMALL_RMVPE
    before = path.read_bytes()
    with pytest.raises(command.typer.Exit) as left:
        command.parity(str(path), [folder / "voice.wav"], seeded=True)
    assert left.value.exit_code == 1
    assert "is there already" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_without_torch_it_is_one_line(livepitch: Cli, folder: Path) -> None:
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Blocker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'torch':\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
    )
    done = livepitch("parity", "small.pt", env={**os.environ, "PYTHONPATH": str(folder)})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "livepitch: parity compares with PyTorch, which is not installed: pip install 'livepitch[parity]'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("stream",), 1, "not an RMVPE"),
        (("no-such-model",), 1, "no such model"),
        (("small.pt", "missing.wav"), 1, "missing.wav: no such file"),
        (("small.pt", "--backend", "tpu"), 2, "it can be cpu, gpu"),
    ],
)
def test_errors_are_one_line(
    livepitch_here: Cli, folder: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = livepitch_here("parity", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(mx.default_device() == mx.gpu, reason="there is a GPU")
def test_a_gpu_that_is_not_there(livepitch_here: Cli, folder: Path) -> None:
    done = livepitch_here("parity", "small.pt", "voice.wav", "--backend", "gpu")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("livepitch: --backend gpu: MLX has none here")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("value", "said"), [("0", False), ("1", True)])
def test_tf32_of_ones_own_choice_is_told(
    value: str, said: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLX_ENABLE_TF32", value)
    command._tell_of_tf32()
    assert ("bounds do not hold" in capsys.readouterr().err) is said
