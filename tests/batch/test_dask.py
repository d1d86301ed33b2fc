"""The recipe for several machines in docs/batch.md, on Dask's cluster of this one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

pytest.importorskip("distributed", reason="an extra: pip install livepitch[dask]")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "batch.md"


def test_the_recipe_tracks_a_folder_and_brings_errors_back(tmp_path, tone):
    recipe = next(text for text in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S) if "distributed" in text)
    (tmp_path / "recipe.py").write_text(recipe)
    (tmp_path / "songs").mkdir()
    soundfile.write(tmp_path / "songs" / "a.wav", tone(220.0, 1.0), 16_000)
    (tmp_path / "songs" / "b.wav").write_text("la la")
    (tmp_path / "clustered").mkdir()
    (tmp_path / "clustered" / "c.f0.csv").write_text("done already")
    soundfile.write(tmp_path / "songs" / "c.wav", tone(220.0, 1.0), 16_000)
    told = subprocess.run(
        [sys.executable, "recipe.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=True
    ).stdout.splitlines()
    assert len(told) == 2
    assert any("a.f0.csv" in line for line in told)
    assert any("b.wav: is not audio" in line for line in told)
    assert (tmp_path / "clustered" / "a.f0.csv").read_text().count("\n") == 102
    assert (tmp_path / "clustered" / "c.f0.csv").read_text() == "done already"
    assert not (tmp_path / "clustered" / "b.f0.csv").exists()
