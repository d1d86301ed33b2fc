"""One command per bundled checkpoint: `python -m training.make stream --voices DIR --out DIR`.

Builds what is missing of OUT/pack, then trains on it with the shipped settings: run after run, each from the weights
of one before, or from the mean of several; so is the checkpoint. Called again it goes on where
it stopped: a stage works in OUT/unfinished, and what it made is moved to its place when it has ended well. To make
something again, delete it and what was made from it. Options not listed here go to `training.train`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livepitch.model.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

from . import train
from .average import mean_of
from .recipes import RECIPES


@dataclass(frozen=True)
class Run:
    """Settings of one run of `training.train`."""

    steps: int
    rate: float
    ema: float
    seed: int
    start: tuple[int, ...] = ()
    """Seeds of the runs before it from the mean of whose weights it starts; of nothing if there are none."""
    without: str = ""
    halved: float = 0.0
    uneven: float = 0.0
    windows: float = 0.0
    lookahead: int | None = None
    """Samples that mel windows reach past their frame; the recipe's own where None."""

    def words(self) -> list[str]:
        """As `training.train` takes them."""
        words = f"--steps {self.steps} --rate {self.rate} --ema {self.ema} --seed {self.seed}"
        words += f" --halved {self.halved} --uneven {self.uneven} --windows {self.windows}"
        words += f" --lookahead {self.lookahead}" if self.lookahead else ""
        return [*words.split(), *(["--without", *self.without.split()] if self.without else [])]


NEW = "notes gated faint"  # what all but the last run did without
EARLY = f"deep uneven tones {NEW}"
SHIPPED = {
    "stream": (
        Run(10_400, 2e-3, 0.9995, 0, (), f"doubled {EARLY}"),
        Run(6_000, 1e-3, 0.998, 31, (0,), f"doubled {EARLY}"),
        Run(6_700, 8e-4, 0.998, 32, (31,), EARLY),
        Run(6_200, 8e-4, 0.998, 41, (31, 32), EARLY),
        Run(6_800, 6e-4, 0.998, 42, (41,), EARLY),
        Run(6_900, 7e-4, 0.998, 62, (41, 42), NEW, halved=0.2),
        Run(8_500, 7e-4, 0.998, 81, (62,), halved=0.2, uneven=0.2, lookahead=448),
    ),
    "rmvpe-small": (
        Run(11_700, 2e-3, 0.9995, 0, (), f"doubled {EARLY}"),
        Run(5_500, 8e-4, 0.998, 31, (0,), f"doubled {EARLY}"),
        Run(6_200, 6e-4, 0.998, 32, (31,), EARLY),
        Run(5_700, 6e-4, 0.998, 41, (31, 32), EARLY),
        Run(6_200, 5e-4, 0.998, 42, (41,), EARLY),
        Run(6_800, 6e-4, 0.998, 51, (41, 42), f"tones {NEW}", halved=0.3, uneven=0.35),
        Run(7_900, 5e-4, 0.998, 52, (51,), f"tones {NEW}", halved=0.3, uneven=0.35),
        Run(5_200, 4e-4, 0.998, 53, (52,), f"tones {NEW}", halved=0.3, uneven=0.35),
        Run(1_800, 4e-4, 0.99, 54, (52, 53), f"tones {NEW}", halved=0.3, uneven=0.35),
        Run(6_900, 5e-4, 0.998, 61, (54,), NEW, halved=0.15, uneven=0.2, windows=0.4),
        Run(7_350, 5e-4, 0.998, 62, (54, 54, 31, 32), NEW, halved=0.15, uneven=0.1, windows=0.4),
        Run(5_350, 3.5e-4, 0.998, 63, (61, 62), NEW, halved=0.15, uneven=0.1, windows=0.4),
        Run(13_450, 5e-4, 0.999, 71, (63,), halved=0.15, uneven=0.1, windows=0.3),
    ),
}
MEANS = {"stream": (81,), "rmvpe-small": (71,)}  # seeds of the runs whose weights' mean is the checkpoint
DECODING: dict[str, dict[str, Any]] = {  # fields of the checkpoint that no run finds out: docs/accuracy.md
    "stream": {"threshold": 0.75, "release": 0.6, "hold": 6, "floor": 0.5, "again": 0.98},
    "rmvpe-small": {"threshold": 0.5, "release": 0.4},
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
    checkpoint = out / f"{own.name}.safetensors"
    runs = SHIPPED[own.name]
    planned = [options_of(own.name, out / f"{own.name}-{i}", run, others) for i, run in enumerate(runs, 1)]
    if checkpoint.exists() and all(finished(options) for options in planned):
        print(checkpoint, "is trained")
        return
    pack = own.pack or build_pack(out, own.voices, own.jobs)
    made: dict[int, Path] = {}
    for run, options in zip(runs, planned, strict=True):
        options.pack, options.start = pack, started_from([made[seed] for seed in run.start], options.out)
        if not finished(options):
            train.run(options)
        if not finished(options):
            print(trained(options), "is not at the end of its schedule: the same command goes on from there")
            return
        made[run.seed] = trained(options)
    made_of = recorded([made[seed] for seed in MEANS[own.name]], list(made.values()))
    write_checkpoint(checkpoint, replace(made_of, **DECODING[own.name]))


def options_of(name: str, folder: Path, run: Run, others: list[str]) -> argparse.Namespace:
    """A run's options: the shipped ones, and then those of the command line."""
    options = train.arguments([name, "--out", str(folder), *run.words(), *others])
    options.compile |= options.device.startswith("cuda")
    return options


def started_from(made: list[Path], folder: Path) -> Path | None:
    """The checkpoint that a run starts from: the one of `made`, or the mean of them, written into the run's folder."""
    if len(made) < 2:
        return made[0] if made else None
    mean = folder / "start.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    write_checkpoint(mean, mean_of(made))
    return mean


def recorded(chosen: list[Path], made: list[Path]) -> Checkpoint:
    """The mean of the `chosen` checkpoints with the records of all that were made."""
    return replace(mean_of(chosen), training={"runs": [dict(read_checkpoint(path).training) for path in made]})


def trained(options: argparse.Namespace) -> Path:
    """Where a run writes its checkpoint."""
    return Path(options.out) / f"{options.name}.safetensors"


def finished(options: argparse.Namespace) -> bool:
    """Whether a run has come to the end of its schedule."""
    path = trained(options)
    return path.exists() and bool(read_checkpoint(path).training["steps"] >= options.steps)


if __name__ == "__main__":
    main()
