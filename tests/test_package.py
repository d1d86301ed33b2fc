"""The package as a whole: what it imports, what it ships, and that its wheel works elsewhere."""

import ast
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

import livepitch
from tests.conftest import sung_tone

ROOT = Path(__file__).resolve().parents[1]
NOT_SHIPPED = {"tests", "training", "benchmarks", "examples", "build", "dist"}
SELDOM = {"huggingface_hub", "httpx2", "onnx", "torch"}
FLOORS = {
    "model": 0, "parity": 1, "realtime": 1, "practice": 2, "bench": 2, "doctor": 3, "export": 3, "outputs": 3,
    "batch": 4, "gui": 5, "cli": 6,
}  # fmt: skip


def package_folders() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SHIPPED


def rooms_within() -> set[str]:
    homes = (home for folder in package_folders() for home in (ROOT / folder).glob("*/__init__.py"))
    return {f"{home.parts[-3]}.{home.parts[-2]}" for home in homes}


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/", timeout=120
    ).stdout


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file names in an import, relative ones made absolute."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    home = ["livepitch", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = home[: len(home) - node.level + 1] if node.level else []
            yield ".".join([*start, node.module or ""])


def sources() -> list[Path]:
    return [path for folder in package_folders() for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_folder_with_code_is_in_the_packages_of_pyproject() -> None:
    """`packages` is kept by hand: a folder left out would be missing from the wheel alone."""
    listed = re.search(r"^packages = \[\s*\"livepitch\",(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.M | re.S)
    assert listed is not None
    assert set(re.findall(r'"livepitch\.([\w.]+)"', listed[1])) == package_folders() | rooms_within()


def test_only_the_face_and_the_command_line_lie_at_the_root() -> None:
    """Every `.py` of the root would ship in the wheel."""
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_importing_livepitch_is_light() -> None:
    heavy = {"PyQt6", "pyqtgraph", "sounddevice", "mlx", "numba", "librosa", "scipy", "soundfile", "typer"}
    loaded = run_python("import sys, livepitch; livepitch.__doc__; print(*sys.modules)").split()
    assert not {name.split(".")[0] for name in loaded} & (heavy | SELDOM)


@pytest.mark.parametrize("words", [["--help"], ["weights", "--help"], ["weights", "list"]])
def test_the_command_line_loads_nothing_it_seldom_needs(words: list[str]) -> None:
    code = f"""
import atexit, sys
atexit.register(lambda: print(*sys.modules))
sys.argv = ["livepitch", *{words}]
from livepitch.__main__ import main
main()
"""
    loaded = run_python(code).split()
    assert "livepitch.cli.weights" in loaded
    assert not {name.split(".")[0] for name in loaded} & SELDOM


def test_reading_audio_loads_no_screen_no_sound_card_no_network() -> None:
    loaded = run_python("import sys, livepitch as lp; lp.read_audio, lp.Settings, lp.hz_to_cents; print(*sys.modules)")
    assert not {name.split(".")[0] for name in loaded.split()} & {"PyQt6", "pyqtgraph", "sounddevice", "mlx"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere MLX brings a fast BLAS")
@pytest.mark.parametrize("first", ["load_model", "estimate", "StreamTracker", "Session"])
def test_mlx_has_the_fast_blas_whatever_is_used_first(first: str) -> None:
    """It must be loaded before MLX is: one import in the wrong order makes everything ten times slower."""
    told = run_python(
        f"import livepitch as lp; lp.{first}; lp.load_model().network();"
        "from livepitch.model.blas import preload_blas; print(preload_blas())"
    )
    assert told.strip() == "None"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere MLX brings a fast BLAS")
@pytest.mark.parametrize(
    "module", ["model.layers", "model.rmvpe", "realtime.exact", "realtime.windowed", "realtime.whole"]
)
def test_no_module_loads_mlx_before_its_blas(module: str) -> None:
    told = run_python(
        f"import livepitch.{module}, sys; assert 'mlx.core' in sys.modules;"
        "from livepitch.model.blas import preload_blas; print(preload_blas())"
    )
    assert told.strip() == "None"


@pytest.mark.parametrize("name", livepitch.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(livepitch, name) is not None
    assert name in dir(livepitch)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="pitchfork"):
        livepitch.pitchfork  # noqa: B018
    assert not hasattr(livepitch, "__path_to_nowhere__")


def test_type_checkers_see_the_names_that_run_time_finds() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text())
    checked = next(node for node in tree.body if isinstance(node, ast.If))
    told = {
        (node.module, alias.name) for node in checked.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert told == {(home, name) for home, names in livepitch._HOMES.items() for name in names}
    assert {name for _, name in told} | {"__version__"} == set(livepitch.__all__)


def test_no_floor_imports_a_higher_one() -> None:
    """Nor a neighbour on its own: parity and realtime know nothing of each other."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources()
        for name in imports(path)
        if name.startswith("livepitch.") and not below(name.split(".")[1], path.relative_to(ROOT).parts[0])
    ]
    assert not wrong


def below(imported: str, home: str) -> bool:
    return imported == home or FLOORS[imported] < FLOORS[home]


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("PyQt6", "gui"),
        ("pyqtgraph", "gui"),
        ("sounddevice", "realtime/portaudio.py"),
        ("typer", "cli"),
        ("torch", "parity"),
        ("huggingface_hub", "model"),
        ("httpx2", "model/download.py"),
    ],
)
def test_a_heavy_package_has_one_home(package: str, home: str) -> None:
    users = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(name.split(".")[0] == package for name in imports(path))
    ]
    assert users, f"nothing imports {package}: take it out of pyproject"
    assert all(user.startswith(home) for user in users)


@pytest.fixture(scope="module")
def kept() -> list[str]:
    """Every file that git keeps, or would if it were told to."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("no checkout of git")
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return sorted(name for name in told.split("\0") if name and (ROOT / name).exists())


@pytest.fixture(scope="module")
def source_package(kept: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a packager unpacks, made of a clean copy: in the tree itself setuptools would ship old builds."""
    copy, out = tmp_path_factory.mktemp("copy") / "livepitch", tmp_path_factory.mktemp("sdist")
    for name in kept:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    code = f"from setuptools.build_meta import build_sdist; build_sdist({str(out)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, check=True, timeout=240)
    with tarfile.open(next(out.glob("*.tar.gz"))) as packed:
        packed.extractall(out, filter="data")
    return next(path for path in out.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def wheel(source_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the source package."""
    out = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(out)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source_package)], check=True, timeout=240)
    return next(out.glob("*.whl"))


def test_the_source_package_is_all_that_git_keeps(source_package: Path, kept: list[str]) -> None:
    files = (path.relative_to(source_package) for path in source_package.rglob("*") if path.is_file())
    packed = {str(path) for path in files if "egg-info" not in path.parts[0]}
    assert packed - {"PKG-INFO", "setup.cfg"} == set(kept)


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"livepitch"}
    shipped = {name.split("/")[1] for name in names if name.startswith("livepitch/")}
    assert shipped == package_folders() | {"__init__.py", "__main__.py", "py.typed"}
    modules = {str(path.relative_to(ROOT)) for path in sources()}
    assert {
        name.removeprefix("livepitch/") for name in names if name.count("/") > 1 and name.endswith(".py")
    } == modules
    weights = {name.split("/")[-1] for name in names if name.endswith(".safetensors")}
    assert weights == {path.name for path in (ROOT / "model" / "checkpoints").glob("*.safetensors")}
    assert "livepitch/outputs/overlay.html" in names
    assert any(name.endswith("LICENSE") for name in names)


def test_wheel_works_in_another_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed elsewhere, with this environment's dependencies, it tracks a file far from the repository."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True, timeout=120)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, str(wheel)], check=True, timeout=240)
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    # The folder alone: its own .pth files, the editable livepitch among them, are not read.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    soundfile.write(tmp_path / "a.wav", sung_tone(220.0, 1.5, 44_100), 44_100)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*command: object) -> str:
        return subprocess.run(
            [str(word) for word in command], cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=True, timeout=240,
        ).stdout  # fmt: skip

    assert run(python, "-c", "import livepitch; print(livepitch.__file__)").startswith(site)
    rows = list(csv.DictReader(io.StringIO(run(tmp_path / "venv/bin/livepitch", "track", "a.wav", "--stream"))))
    f0 = np.array([float(row["f0"] or "nan") for row in rows])[50:100]
    assert np.nanmedian(np.abs(1200 * np.log2(f0 / 220.0))) < 10
