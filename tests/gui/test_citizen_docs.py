"""The page about the window says what the window has."""

import importlib.util
import re
from pathlib import Path

import pytest

from livepitch.gui.help.overview import walk

DOCS = Path(__file__).resolve().parents[2] / "docs"


def load(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_the_keys_of_the_menus(window):
    keys = load("window_keys")
    page = (DOCS / "window.md").read_text(encoding="utf-8")
    listed = page.split(keys.BEGIN)[1].split(keys.END)[0]
    assert listed == keys.key_table(window), "python docs/window_keys.py writes them anew"


def test_every_key_that_the_page_names_is_one(window):
    keys = load("window_keys")
    told = (DOCS / "window.md").read_text(encoding="utf-8").split(keys.BEGIN)[0]
    known = {key.toString() for action in walk(window) for key in action.shortcuts()}
    named = re.findall(r"`((?:Ctrl\+)?(?:Shift\+)?(?:[A-Z]|F\d+))`", told)
    assert len(named) > 8
    assert set(named) <= known


@pytest.mark.parametrize("page", ["docs/window.md", "README.md"])
def test_every_picture_of_the_page_is_made_by_the_script(page):
    text = (DOCS.parent / page).read_text(encoding="utf-8")
    shown = set(re.findall(r"images/(window-[\w-]+)\.png", text))
    made = set(re.findall(r'^    "(window-[\w-]+)": Shot\(', (DOCS / "screenshots.py").read_text(), re.M))
    assert shown
    assert shown <= made
