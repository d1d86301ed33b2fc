"""What a release says of itself agrees, and the recipes for it hold what they must."""

import ast
import plistlib
import re
import subprocess
import sys
from importlib.metadata import metadata, version
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from PIL import Image

import livepitch

ROOT = Path(__file__).resolve().parents[1]
MACOS = ROOT / "packaging" / "macos"


def test_the_version_stands_in_one_place() -> None:
    told = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert told is not None
    assert livepitch.__version__ == version("livepitch") == told[1]
    # The root's modules are as good a place as any for a second one.
    assert not [path for path in ROOT.glob("*.py") if told[1] in path.read_text()]


def test_citation_and_changelog_tell_the_same_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == version("livepitch")
    assert cited["license"] == metadata("livepitch")["License-Expression"]
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    sections = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert version("livepitch") in sections[:2]  # above it at most what comes next


def test_every_python_that_is_named_is_one_that_is_allowed() -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', settings)
    assert f'requires-python = ">={named[0]}"' in settings
    loop = next(line for line in (ROOT / "packaging" / "release").read_text().splitlines() if "PYTHONS:-" in line)
    assert re.findall(r"python(3\.\d+)", loop) == named


def test_macos_is_told_why_the_microphone_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(MACOS)
    import bundle

    information = plistlib.loads(plistlib.dumps(bundle.information("1.2.3")))
    assert "microphone" not in information["NSMicrophoneUsageDescription"]  # the dialog has said that already
    assert re.search("pitch .* sing", information["NSMicrophoneUsageDescription"])
    assert information["CFBundleVersion"] == "1.2.3"
    assert re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", bundle.IDENTIFIER)
    rights = plistlib.loads((MACOS / "entitlements.plist").read_bytes())
    assert rights["com.apple.security.device.audio-input"] is True
    assert set(rights.values()) == {True}


def test_the_icon_is_drawn_in_every_size(tmp_path: Path) -> None:
    file = tmp_path / "livepitch.icns"
    subprocess.run([sys.executable, MACOS / "icon.py", file], check=True, timeout=100)
    with Image.open(file) as icon:
        sizes = {size[0] * size[2] for size in icon.info["sizes"]}
        assert sizes >= {32, 256, 512, 1024}
        for width, height, scale in icon.info["sizes"]:
            icon.size = width, height
            icon.load(scale)
            picture = np.array(icon.convert("RGBA"))
            assert picture.shape[0] == width * scale
            assert picture[0, 0, 3] == 0  # clear at the corner
            assert picture[picture.shape[0] // 2, picture.shape[1] // 2, 3] == 255
            assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 20
    assert ElementTree.parse(MACOS / "livepitch.svg").getroot().get("viewBox") == "0 0 1024 1024"


def test_the_recipes_name_files_that_are_there() -> None:
    spec = (ROOT / "packaging" / "livepitch.spec").read_text()
    ast.parse(spec)
    for name in ("frozen.py", "macos/bundle.py", "macos/entitlements.plist", "macos/icon.py", "macos/livepitch.svg"):
        assert (ROOT / "packaging" / name).exists()
        assert Path(name).name.removesuffix(".svg") in spec or name.endswith(".svg")
    for script in ("release", "try_program"):
        subprocess.run(["bash", "-n", ROOT / "packaging" / script], check=True)
