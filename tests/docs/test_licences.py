"""The page about licences names every package that livepitch needs, under the terms that it states itself."""

from __future__ import annotations

import importlib.util
import re
from importlib import metadata
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tests.docs.pages import ROOT

COPYLEFT = re.compile(r"\b(A?GPL|LGPL|MPL|EUPL)\b")


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licence_table", ROOT / "docs/licence_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_package_that_is_needed_is_named(writer: ModuleType) -> None:
    asked = {name for name, _ in writer.asked_for()}
    assert set(writer.listed()) == asked, "python docs/licence_table.py writes the table anew"
    # What the script reads from pyproject.toml is what pip reads, save for what was added since the last installation.
    installed = [Requirement(text) for text in metadata.requires("livepitch") or []]
    needed = {each.name for each in installed if not each.marker or "extra" not in str(each.marker)}
    assert {name.lower() for name in needed} <= {name.lower() for name in asked}


def test_the_terms_are_those_that_it_states(writer: ModuleType) -> None:
    """A word or two may differ from version to version of a package; its kind may not."""
    compared = 0
    for name, listed in writer.listed().items():
        try:
            stated = writer.licence(name)
        except metadata.PackageNotFoundError:
            continue  # macOS and Linux need different ones, and extras none
        compared += 1
        assert set(re.findall(r"[\w.-]+", stated)) & set(re.findall(r"[\w.-]+", listed)) - {"AND"}, (name, stated)
        assert set(COPYLEFT.findall(stated)) == set(COPYLEFT.findall(listed)), (name, stated)
    assert compared > 15


def test_no_package_is_under_terms_that_the_gpl_excludes(writer: ModuleType) -> None:
    for name, listed in writer.listed().items():
        assert "not stated" not in listed, name
        assert "Proprietary" not in listed, name
