"""The public face stays what it is: every name, argument and default that other people's programs rely on.

What it is stands in `tests/api.txt`, for people to read. A change that is meant is written there by

    python -m tests.test_api

and told in CHANGELOG.md: something new is a minor version, something that is gone or different a major one.
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import livepitch

SNAPSHOT = Path(__file__).with_name("api.txt")
# Protocol that a program uses by syntax: `with`, `for`, `async for`, `len`.
SYNTAX = ("__call__", "__enter__", "__aenter__", "__iter__", "__aiter__", "__len__")


def api() -> list[str]:
    """A line for each name and each member of it, in the order of the alphabet."""
    return [
        line for name in sorted(livepitch.__all__, key=str.lower) for line in _lines(name, getattr(livepitch, name))
    ]


def _lines(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base.__module__.startswith("livepitch."))
        yield f"class {name}{f'({bases})' if bases else ''}"
        if not issubclass(value, Exception):
            yield from (f"    {line}" for line in _members(value))
    elif inspect.isfunction(value):
        yield f"{name}{_signature(value)}"
    elif isinstance(value, dict):
        yield f"{name}: {', '.join(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def _members(kind: type) -> Iterator[str]:
    fields = [field for field in dataclasses.fields(kind) if field.init] if dataclasses.is_dataclass(kind) else []
    for field in fields:
        default = "" if field.default is dataclasses.MISSING else f" = {_default(field.default)}"
        default = default or ("" if field.default_factory is dataclasses.MISSING else f" = {field.default_factory()}")
        yield f"{field.name}: {field.type}{default}"
    if not fields and "__init__" in vars(kind) and not getattr(kind, "_is_protocol", False):
        yield f"{kind.__name__}{_signature(kind.__init__)}"
    ours = {name for base in kind.__mro__ if base.__module__.startswith("livepitch.") for name in vars(base)}
    for name in [
        *sorted(name for name in ours if not name.startswith("_")),
        *(each for each in SYNTAX if each in ours),
    ]:
        if name not in {field.name for field in fields}:
            yield _member(name, inspect.getattr_static(kind, name))


def _member(name: str, value: Any) -> str:
    if isinstance(value, property):
        return f"{name}: {inspect.signature(value.fget).return_annotation}"
    if hasattr(value, "func"):  # cached_property
        return f"{name}: {inspect.signature(value.func).return_annotation}"
    if isinstance(value, types.FunctionType):
        return f"{name}{_signature(value)}"
    return f"{name} = {_default(value)}"


def _signature(function: Any) -> str:
    """Arguments with their types and defaults, and what comes back; the same on every Python."""
    told, star = [], False
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            told.append("*")
            star = True
        stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        default = "" if parameter.default is parameter.empty else f" = {_default(parameter.default)}"
        told.append(f"{stars}{parameter.name}: {parameter.annotation}{default}")
    back = signature.return_annotation
    return f"({', '.join(told)}) -> {back}"


def _default(value: Any) -> str:
    if callable(value):
        return f"{value.__module__.removeprefix('livepitch.')}.{value.__qualname__}"
    text = repr(value)
    return text if len(text) < 60 else f"{type(value).__name__}(…)"


def test_the_public_face_is_what_it_was() -> None:
    """See the first lines of this file for what to do if it should not be."""
    was = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    assert "\n".join(difflib.unified_diff(was, api(), "was", "is", lineterm="", n=0)) == ""


@pytest.mark.parametrize("name", sorted(set(livepitch.__all__) - {"__version__", "FORMATS"}))
def test_every_public_name_is_told_of(name: str) -> None:
    """In one sentence at least, which ends as a sentence does; so is each of its methods and properties."""
    value = getattr(livepitch, name)
    told = {name: value.__doc__}
    if inspect.isclass(value):
        for member in (each for each in dir(value) if not each.startswith("_")):
            found = inspect.getattr_static(value, member)
            if isinstance(found, property) or inspect.isfunction(found):
                told[f"{name}.{member}"] = inspect.getdoc(getattr(value, member))
    lacking = [
        what for what, text in told.items() if not text or not text.strip().split("\n\n")[0].rstrip().endswith(".")
    ]
    assert not lacking


def test_every_argument_has_a_type() -> None:
    bare = [line for line in api() if "_empty" in line]
    assert not bare


def test_the_typed_program_uses_every_public_name() -> None:
    used = set(re.findall(r"\blp\.(\w+)", Path(__file__).with_name("typed_program.py").read_text(encoding="utf-8")))
    assert used == set(livepitch.__all__)


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(api()) + "\n", encoding="utf-8")
