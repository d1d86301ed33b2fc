"""One command per bundled checkpoint: `python -m training.make stream --voices DIR --out DIR`.

Builds what is missing of OUT/pack, then trains on it with the shipped settings. Called again it goes on where it
stopped: a stage works in OUT/unfinished, and what it made is moved to its place when it has ended well. To make
something again, delete it and what was made from it. Options not listed here go to `training.train`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from livepitch.model.checkpoint import read_checkpoint

from . import train
from .recipes import RECIPES

SHIPPED: dict[str, dict[str, float | None]] = {  # options of `training.train` by checkpoint; None: the recipe's own
    "stream": {"steps": 16_000, "seed": 31, "ema": 0.998, "rate": None},
    "rmvpe-small": {"steps": 16_000, "seed": 31, "ema": 0.998, "rate": None},
}


@dataclass(frozen=True)
class Stage:
    """A module of `training` and its words, what it makes below OUT, and the modules, programs and files it needs."""

    module: str
    words: str  # OUT, NEW (where it must put what it makes), VOICES and JOBS are filled in
    makes: tuple[str, ...]
    needs: tuple[str, ...]


FONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/TimGM6mb.sf2")
STAGES = (
    Stage("prompts", "--out NEW/prompts", ("prompts",), ("av", "apt-get", "dpkg")),
    Stage("labels", "--voices VOICES OUT/prompts --out NEW --cache OUT/tracks --jobs JOBS",
          ("pack/voices.flac", "pack/voices.npz"), ("parselmouth", "pesto", "swift_f0", "torchfcpe")),
    Stage("resynthesis", "--pack OUT/pack --out NEW --jobs JOBS",
          ("pack/world.ogg", "pack/world.npz"), ("parselmouth", "pyworld")),
    Stage("accompaniment", "--out NEW", ("parts/accompaniment",), ("mido", "fluidsynth", *FONTS)),
    Stage("recordings", "--out NEW", ("parts/recorded_music", "parts/recorded_noise"),
          ("mido", "fluidsynth", FONTS[0], "apt-get", "dpkg")),
    Stage("background", "--parts OUT/parts --out NEW",
          ("pack/music.ogg", "pack/noise.ogg", "pack/background.json"), ()),
)  # fmt: skip


def lacking(need: str) -> bool:
    """Whether this machine lacks a Python module, a program or a file."""
    if need.startswith("/"):
        return not Path(need).exists()
    return shutil.which(need) is None and importlib.util.find_spec(need) is None


def build(stage: Stage, out: Path, voices: list[Path], jobs: int) -> None:
    """Runs a stage in a folder of its own and moves what it made to its place; SystemExit if it fails."""
    new = out / "unfinished" / stage.module
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    several = {"VOICES": [str(folder.resolve()) for folder in voices], "JOBS": [str(jobs)]}
    words = [filled for word in stage.words.split() for filled in several.get(word, [word])]
    words = [{"OUT": str(out), "NEW": str(new)}.get(word[:3], word[:3]) + word[3:] for word in words]
    command = [sys.executable, "-m", f"training.{stage.module}", *words]
    print(*command[1:], flush=True)
    if code := subprocess.run(command, cwd=Path(__file__).parents[1]).returncode:
        raise SystemExit(f"training.{stage.module} failed ({code}); the same command goes on from there")
    for target in (out / name for name in stage.makes):
        shutil.rmtree(target, ignore_errors=True)  # a folder of a call that was stopped amid the moves
        target.parent.mkdir(parents=True, exist_ok=True)
        (new / target.name).replace(target)
    shutil.rmtree(new)


def build_pack(out: Path, voices: list[Path], jobs: int) -> Path:
    """Builds what is missing of OUT/pack; SystemExit, before anything is built, if a stage cannot run here."""
    missing = [stage for stage in STAGES if not all((out / name).exists() for name in stage.makes)]
    if needs := sorted({need for stage in missing for need in stage.needs if lacking(need)}):
        raise SystemExit(f"building the pack needs {', '.join(needs)}: training/README.md says what to install")
    for stage in missing:
        build(stage, out, voices, jobs)
    return out / "pack"


def main(given: list[str] | None = None) -> None:
    """Builds and trains, or says that it is done."""
    parser = argparse.ArgumentParser(prog="python -m training.make", description=__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pack, the state and the checkpoint")
    parser.add_argument("--voices", type=Path, nargs="+", default=[], help="voices besides those of Debian packages")
    parser.add_argument("--pack", type=Path, help="a complete pack: nothing is built")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="processes that build the pack")
    own, others = parser.parse_known_args(given)
    out = own.out.resolve()
    shipped = [word for k, v in SHIPPED[own.name].items() if v is not None for word in (f"--{k}", str(v))]
    options = train.arguments([own.name, "--out", str(out), *shipped, *others])
    options.compile |= options.device.startswith("cuda")
    checkpoint = out / f"{own.name}.safetensors"
    if checkpoint.exists() and read_checkpoint(checkpoint).training["steps"] >= options.steps:
        print(checkpoint, "is trained")
        return
    options.pack = own.pack or build_pack(out, own.voices, own.jobs)
    train.run(options)


if __name__ == "__main__":
    main()
