"""Commands of the pages that take minutes, install from the package index, or run these tests: when asked for.

    LIVEPITCH_TEST_LONG=1 ./test tests/docs

Each page's commands are typed in a copy of the checkout, in their order, in a virtual environment made for them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.docs import folder as prepared
from tests.docs.pages import ROOT
from tests.realtime.virtual_microphone import skip_unless_installed

HOURS = 3600.0
pytestmark = [pytest.mark.long, pytest.mark.timeout(4 * HOURS)]

# The CPU build, where it is to be had, spares gigabytes; what wants PyTorch finds it then.
TORCH = "pip install torch==2.13.0+cpu || true"
FEW = " --steps 1 --batch 2 --synthetic 2 --tones 2 --notes 2 --device cpu"
VOICE = f" --names {prepared.VOICE}"

# Of each page, what is typed, and what makes it short.
Page = tuple[tuple[str, str], ...]
START: Page = (
    ("pip install .", ""),
    ("pip uninstall mlx-cpu", " --yes"),
    ("pip install 'mlx[cuda13]'", ""),
)
ACCURACY = (
    ("pip install mir_eval pyworld 'setuptools<81' swift-f0 praat-parselmouth pesto-pitch torchfcpe torchcrepe", ""),
    (
        "python benchmarks/accuracy.py --data FOLDER --peers all --jobs 4 --cache CACHE"
        " --check --markdown docs/accuracy-results.md --json accuracy.json",
        " --jobs 2 --snr clean --also '' --no-exact",
    ),
)
CALLBACK = (
    ("pip install rtmixer", ""),
    (
        "python benchmarks/callback.py --seconds 20 --json callback.json --markdown callback.md",
        " --seconds 4 --blocks 480 --loads none --switches 5",
    ),
)
GUIDE = (("python benchmarks/guide_timing.py --seconds 600 --json guide_timing.json", " --seconds 20"),)
NOTES = (
    ("pip install mir_eval pyworld 'setuptools<81' swift-f0", ""),
    (
        "python benchmarks/notes.py --voices TRAIN --data FOLDER --limit 15 --keep KEPT --json notes.json",
        f"{VOICE} --count 1",
    ),
    ("python benchmarks/scoring.py --takes 0 --voices TRAIN --data FOLDER", f"{VOICE} --each 1"),
)
BASIC_PITCH = (
    ('pip install "basic-pitch[onnx]" typer mir_eval', ""),
    ("python benchmarks/notes.py --keep KEPT --tools basic-pitch", ""),
)
ONSET = (
    ("pip install swift-f0 pesto-pitch torch rich mir_eval setuptools", ""),
    ("CFLAGS=-Wno-incompatible-pointer-types pip install --no-build-isolation aubio", ""),
    (
        "python benchmarks/onset_race.py --data FOLDER --seconds 120 --json race.json --markdown race.md",
        " --seconds 4",
    ),
)
PARITY = (("livepitch parity my_rmvpe.pt", ""),)
TRAINING = (
    ("python -m training.prompts --out PROMPTS", ""),
    ("python -m training.labels --voices VOICES PROMPTS --out PACK", ""),
    ("python -m training.resynthesis --pack PACK --out PACK --seed 0", ""),
    ("python -m training.accompaniment --out PARTS --minutes 70 --seed 0", " --minutes 2"),
    ("python -m training.recordings --out PARTS", ""),
    ("python -m training.background --parts PARTS --out PACK", ""),
    ("python -m training.train stream --pack PACK --out RUN --compile", FEW),
    ("python -m training.make stream --voices VOICES --out OUT", FEW),
    ("python -m training.make rmvpe-small --voices VOICES --out OUT", FEW),
)
CHECKS = (("./test", " tests/test_api.py"), ("./test -k ring", ""))
ALL = (START, ACCURACY, CALLBACK, GUIDE, NOTES, BASIC_PITCH, ONSET, PARITY, TRAINING, CHECKS)


class Checkout:
    """A copy of the checkout with what pages speak of in it, and an environment: `run` types a command there."""

    def __init__(self, folder: Path, filled: Path, environment: Path) -> None:
        self.folder = folder
        for name in kept():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        data = shutil.ignore_patterns(*prepared.PROGRAMS)
        shutil.copytree(filled, folder, symlinks=True, ignore=data, dirs_exist_ok=True)
        prepared.voices(folder / "VOICES")
        shutil.copytree(folder / "VOICES", folder / "TRAIN")
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        others = {name: value for name, value in os.environ.items() if name != "LIVEPITCH_TEST_LONG"}
        self.variables = {**others, "PATH": f"{environment}/bin{os.pathsep}{os.environ['PATH']}"}

    def run(self, command: str) -> str:
        """What it says; it has to end with 0."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        return done.stdout

    def type(self, page: Page) -> list[str]:
        """What each of a page's commands says."""
        return [self.run(command + more) for command, more in page]


def kept() -> list[str]:
    """Every file that git keeps, or would; of an unpacked source, those that its list of files names."""
    if (ROOT / ".git").exists():
        words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    else:
        told = (ROOT / "livepitch.egg-info/SOURCES.txt").read_text(encoding="utf-8").splitlines()
    return [name for name in told if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Path:
    """The packages of an environment into which livepitch was installed, to be seen from the pages' own."""
    folder = tmp_path_factory.mktemp("installed")
    Checkout(folder / "livepitch", filled, folder / "environment").run("pip install .")
    return next((folder / "environment/lib").glob("python*/site-packages"))


@pytest.fixture
def bare(tmp_path: Path, filled: Path) -> Iterator[Checkout]:
    """With an environment that holds nothing; gigabytes go when the test is over."""
    yield Checkout(tmp_path / "livepitch", filled, tmp_path / "environment")
    shutil.rmtree(tmp_path)


@pytest.fixture
def checkout(bare: Checkout, installed: Path, tmp_path: Path) -> Checkout:
    """With livepitch installed."""
    packages = next((tmp_path / "environment/lib").glob("python*/site-packages"))
    (packages / "installed.pth").write_text(str(installed), encoding="utf-8")
    program = tmp_path / "environment/bin/livepitch"
    program.write_text('#!/bin/sh\nexec python -m livepitch "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return bare


def test_installing(bare: Checkout) -> None:
    """What needs CUDA itself is not tried: MLX for CUDA is installed, and that is all."""
    install, *others = START
    bare.type((install,))
    assert "219." in bare.run("cd songs && livepitch track one.wav")
    bare.type(tuple(others))
    listed = bare.run("pip list")
    assert "mlx-cuda-13" in listed
    assert "mlx-cpu" not in listed


def test_accuracy_of_all_trackers(checkout: Checkout) -> None:
    checkout.run(TORCH)
    said = checkout.type(ACCURACY)[-1]
    assert "left out" not in said
    assert "MIR-1K, clean" in (checkout.folder / "docs/accuracy-results.md").read_text(encoding="utf-8")


def test_a_callback_in_c(checkout: Checkout) -> None:
    skip_unless_installed()
    assert "| rtmixer |" in checkout.type(CALLBACK)[-1]


def test_guide_timing(checkout: Checkout) -> None:
    skip_unless_installed()
    checkout.type(GUIDE)
    assert (checkout.folder / "guide_timing.json").exists()


def test_notes_of_all_tools(checkout: Checkout, tmp_path: Path, filled: Path) -> None:
    table = checkout.type(NOTES)[1]
    assert all(f"| melodies | {tool} |" in table for tool in ("rmvpe-small", "stream", "swift-f0"))
    other = Checkout(tmp_path / "other", filled, tmp_path / "its own environment")
    shutil.copytree(checkout.folder / "KEPT", other.folder / "KEPT")
    assert "| melodies | basic-pitch |" in other.type(BASIC_PITCH)[-1]


def test_the_race_of_all_trackers(checkout: Checkout) -> None:
    checkout.run(TORCH)
    said = checkout.type(ONSET)[-1]
    assert "left out" not in said


def test_parity(checkout: Checkout) -> None:
    """With a file of PyTorch's, as the published one is."""
    checkout.run(TORCH)
    load, save = "from safetensors.torch import load_file", "torch.save(load_file('toy.safetensors'), 'my_rmvpe.pt')"
    checkout.run(f'python -c "import torch; {load}; {save}"')
    assert "within their bounds" in checkout.type(PARITY)[-1]


def test_training(checkout: Checkout) -> None:
    checkout.run(TORCH)
    checkout.run("pip install '.[pack]'")
    missing = [name for name in ("fluidsynth", "apt-get", "dpkg") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing")
    prompts, *steps = TRAINING[:-2]
    checkout.type((prompts,))
    shorten(checkout.folder / "PROMPTS")
    checkout.type(tuple(steps))
    for name, place in (("PROMPTS", "prompts"), ("PACK", "pack"), ("PARTS", "parts")):
        shutil.copytree(checkout.folder / name, checkout.folder / "OUT" / place)
    (checkout.folder / "OUT/pack/music.ogg").unlink()  # it builds what is missing
    checkout.type(TRAINING[-2:])
    for name in ("stream", "rmvpe-small"):
        checkout.run(f"livepitch track --model OUT/{name}.safetensors song.wav")


def shorten(folder: Path, seconds: float = 5.0) -> None:
    """Keep the first seconds of one piece of each voice: the trackers take far longer than the sound lasts."""
    for voice in (path for path in folder.iterdir() if path.is_dir()):
        first, *others = sorted(voice.glob("*.flac"))
        audio, rate = soundfile.read(first)
        soundfile.write(first, audio[: round(seconds * rate)], rate)
        for path in others:
            path.unlink()


def test_these_tests(bare: Checkout) -> None:
    """In an environment that `./test` makes itself."""
    for said in bare.type(CHECKS):
        assert "== all checks passed" in said
        assert re.search(r"\d+ passed", said)
