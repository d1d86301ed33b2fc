"""Commands that are not run: their options are read by the program's own parser, and nothing is done."""

from __future__ import annotations

import importlib.util
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from packaging.requirements import Requirement

from tests.docs.pages import ROOT

PLACEHOLDER = re.compile(r"[A-Z]{3,}")


class OptionsRead(Exception):  # noqa: N818 # nothing is wrong
    """The options are right: what would be done comes next."""


def check(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the options of one command; an error of its parser, or AssertionError, where they are wrong."""
    words = [word for word in shlex.split(command) if not re.fullmatch(r"[A-Z]+=\S*", word)]
    words = words[: next((i for i, word in enumerate(words) if word in ("|", ">", "&&", "&", ";")), len(words))]
    for word in words:
        if PLACEHOLDER.fullmatch(word) and not (folder / word).exists():
            (folder / word).mkdir()
    monkeypatch.chdir(folder)
    if words[0] in ("livepitch", "./run"):
        _check_livepitch(words[1:], monkeypatch)
    elif words[0] == "python":
        _check_python(words[1:], monkeypatch)
    elif words[0] == "pip" and words[1] in ("install", "uninstall"):
        _check_pip(words[2:])
    else:
        _check_shell(command)


def _check_livepitch(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from livepitch import __main__ as program

    command = typer.main.get_command(program.app)
    for leaf in _leaves(command):
        leaf.callback = _stop

    def read(arguments: list[str], **_: Any) -> int:
        try:
            command(arguments, standalone_mode=False)
        except OptionsRead:
            return 0
        raise AssertionError(f"{arguments}: no command was reached")

    monkeypatch.setattr(program, "app", read)
    monkeypatch.setattr(sys, "argv", ["livepitch", *words])
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == 0, f"livepitch {shlex.join(words)}: the parser refuses it"


def _leaves(command: Any) -> Iterator[Any]:
    for each in getattr(command, "commands", {}).values():
        yield from _leaves(each)
    if not getattr(command, "commands", None):
        yield command


def _stop(*_: object, **__: object) -> None:
    raise OptionsRead


def _check_python(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import argparse

    def run(function: Any) -> None:
        app = typer.Typer(add_completion=False)
        app.command()(function)
        command = typer.main.get_command(app)
        command.callback = _stop
        command(sys.argv[1:], standalone_mode=False)

    parse = argparse.ArgumentParser.parse_args

    def parsed(parser: argparse.ArgumentParser, *arguments: Any, **keywords: Any) -> None:
        parse(parser, *arguments, **keywords)
        raise OptionsRead

    monkeypatch.setattr(typer, "run", run)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    path = ROOT / (f"{words[1].replace('.', '/')}.py" if words[0] == "-m" else words[0])
    assert path.is_file(), f"python {shlex.join(words)}: there is no {path.relative_to(ROOT)}"
    if "torch" in path.read_text(encoding="utf-8") and importlib.util.find_spec("torch") is None:
        pytest.skip(f"{path.name} needs PyTorch")
    monkeypatch.setattr(sys, "argv", [str(path), *words[2 if words[0] == "-m" else 1 :]])
    monkeypatch.setattr(sys, "path", [str(path.parent), str(ROOT), *sys.path])
    run, what = (runpy.run_module, words[1]) if words[0] == "-m" else (runpy.run_path, str(path))
    with pytest.raises((OptionsRead, SystemExit)) as left:
        run(what, run_name="__main__")
    assert not getattr(left.value, "code", 0), f"python {shlex.join(words)}: the parser refuses it"


def _check_pip(words: list[str]) -> None:
    wanted = [word for word in words if not word.startswith("-") and not word.startswith(".")]
    extras = [word for word in words if word.startswith(".[")]
    for word in wanted:
        Requirement(word)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in extras:
        assert re.search(rf"^{re.escape(extra[2:-1])} = \[", text, re.MULTILINE), f"no extra {extra[2:-1]}"


def _check_shell(command: str) -> None:
    said = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True, check=False)
    assert not said.returncode, said.stderr
    program = shlex.split(command)[0]
    assert not program.startswith("./") or (ROOT / program).is_file(), f"there is no {program}"
