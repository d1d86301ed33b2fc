"""What the pages' sentences name is there: commands, options, keys, public names, variables."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import pytest
import typer

import livepitch
from livepitch.__main__ import app
from tests.docs.commands import commands as typed_in
from tests.docs.pages import ROOT, blocks, outside, pages

SOURCES = ("benchmarks", "training", "packaging", "model")
# Options of other programs that a page names.
OF_OTHERS = {"--no-build-isolation", "--strict", "--validate", "--help", "--version", "--nthreads", "--nworkers"}
# Keys that are in no menu at all times: inputs are listed as they are plugged in; Ctrl+C is the terminal's.
NOT_LISTED = {"Ctrl+D", "Ctrl+C"}
# Endings of files that are called livepitch, and not names of the package.
FILES = {"app", "desktop", "log", "spec", "svg", "zip"}
KEY = re.compile(r"`((?:(?:Ctrl|Shift|Alt)\+)+[A-Z][a-z]*|F\d+)`")


def code(page: str) -> list[str]:
    """What stands as `code` in the sentences of a page."""
    return re.findall(r"`([^`\n]+)`", outside((ROOT / page).read_text(encoding="utf-8")))


@cache
def commands() -> dict[str, set[str]]:
    """Each command, as typed, and its options."""
    found: dict[str, set[str]] = {}

    def walk(command: Any, name: str) -> None:
        options = (option for each in command.params for option in (*each.opts, *each.secondary_opts))
        found[name] = {option for option in options if option.startswith("-")}
        for sub, below in getattr(command, "commands", {}).items():
            walk(below, f"{name} {sub}")

    walk(typer.main.get_command(app), "livepitch")
    return found


@cache
def options_of_scripts() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for name in SOURCES for path in (ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("page", pages())
def test_commands_in_sentences_exist(page: str) -> None:
    for each in code(page):
        if not each.startswith(("livepitch ", "./run ")) or "…" in each or "--livepitch-child" in each:
            continue
        words = shlex.split(re.sub(r"^\./run", "livepitch", each))
        name = words[0]
        for word in words[1:]:
            name = f"{name} {word}" if f"{name} {word}" in commands() else name
        named = [re.sub(r"=.*", "", word) for word in words if re.match(r"--?[a-z]", word)]
        known = commands()[name] | (commands()["livepitch live"] if name == "livepitch" else set())
        assert set(named) - OF_OTHERS <= known, f"{page}: {each}"
        groups = {"livepitch practice", "livepitch weights"}
        assert name not in groups or words[1:] == [name.split()[1]], f"{page}: {each}: no such command"
        assert name != "livepitch" or words[1:2] in ([], ["COMMAND"]) or words[1].startswith("-"), f"{page}: {each}"


def test_the_page_of_commands_has_them_all() -> None:
    typed = [each.words for block in blocks("docs/commands.md") for each in typed_in(block)]
    leaves = [name for name in commands() if not any(other.startswith(f"{name} ") for other in commands())]
    assert not [name for name in leaves if not any(words.startswith(name) for words in typed)]


@pytest.mark.parametrize("page", pages())
def test_options_in_sentences_exist(page: str) -> None:
    known = set().union(*commands().values()) | OF_OTHERS
    for each in code(page):
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", each):
            name = option[2:].removeprefix("no-").replace("-", "_")
            declared = re.search(rf"^    {name}: ", options_of_scripts(), re.MULTILINE)
            in_script = f'"{option}"' in options_of_scripts() or declared
            assert option in known or in_script or "pip install" in each, f"{page}: {each}: no {option}"


@pytest.mark.parametrize("page", pages())
def test_keys_in_sentences_are_in_the_window(page: str) -> None:
    """`docs/window.md` lists them all, which is compared with the window itself by tests/gui/test_citizen_docs.py."""
    table = (ROOT / "docs/window.md").read_text(encoding="utf-8").split("<!-- keys:")[1]
    listed = set(re.findall(r"[\w+]+", table))
    for key in KEY.findall(outside((ROOT / page).read_text(encoding="utf-8"))):
        assert key in listed | NOT_LISTED, f"{page}: {key}"


@pytest.mark.parametrize("page", pages())
def test_public_names_in_sentences_exist(page: str) -> None:
    for each in code(page):
        for name in re.findall(r"\b(?:lp|livepitch)\.(\w+)", each):
            module = (ROOT / name).is_dir() or name in FILES
            assert module or name == "NAME" or hasattr(livepitch, name), f"{page}: {each}"


@pytest.mark.parametrize("page", pages())
def test_variables_in_sentences_are_read_somewhere(page: str) -> None:
    named = set(re.findall(r"LIVEPITCH_[A-Z]+", (ROOT / page).read_text(encoding="utf-8")))
    assert named <= variables(), named - variables()


@cache
def variables() -> set[str]:
    read = [*ROOT.glob("*/*.py"), *ROOT.glob("*/*/*.py"), *ROOT.glob("packaging/*.spec")]
    read += [ROOT / "test", ROOT / "run", ROOT / ".ci/environment.sh"]
    return {name for path in read for name in re.findall(r"LIVEPITCH_[A-Z]+", path.read_text(encoding="utf-8"))}
