"""Writes the table of licences in docs/licences.md anew, from what pyproject.toml asks for and what is installed.

python docs/licence_table.py
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/licences.md"
BEGIN = "<!-- licences: written by docs/licence_table.py -->\n"
END = "<!-- end of licences -->"
# What a package's classifiers and free words mean in the short names of SPDX.
SHORT = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-2-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "License agreement for matplotlib versions 1.3.0 and later": "Matplotlib",
    "This is free and unencumbered software released into the public domain.": "Unlicense",
}


def asked_for() -> list[tuple[str, str]]:
    """Names of the packages that livepitch needs, and the extra that asks for each, "" for all users."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    extra = re.search(r"^lsl = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    assert wanted
    assert extra
    found = [(name, "") for name in re.findall(r'^ *"([\w-]+)', wanted[1], re.MULTILINE)]
    found += [(name, "lsl") for name in re.findall(r'"([\w-]+)', extra[1])]
    return sorted(set(found), key=lambda pair: pair[0].lower())


def licence(name: str) -> str:
    """What an installed package states, in SPDX's short names; PackageNotFoundError where it is not installed."""
    about: Any = metadata.metadata(name)
    stated: str | None = about.get("License-Expression")
    if stated:
        return " AND ".join(sorted(set(re.split(r" AND ", stated)))) if " OR " not in stated else stated
    classified = [each.split("::")[-1].strip() for each in about.get_all("Classifier", []) if "License ::" in each]
    words: str = (about.get("License") or "").split("\n")[0].strip()
    for each in (words, *classified):
        if each in SHORT or re.fullmatch(r"[A-Z][\w.-]+", each):
            return SHORT.get(each, each)
    return words or "not stated"


def table(known: dict[str, str]) -> str:
    """The table as Markdown; a package that is not installed keeps its row of `known`."""
    rows = ["| package | licence | |", "|---|---|---|"]
    for name, extra in asked_for():
        try:
            terms = licence(name)
        except metadata.PackageNotFoundError:
            terms = known[name]
        rows.append(f"| {name} | {terms} | {f'with the extra `{extra}`' if extra else ''} |".replace("|  |", "| |"))
    return "\n" + "\n".join(rows) + "\n\n"


def listed() -> dict[str, str]:
    """Package to licence, as the page says."""
    text = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    return dict(re.findall(r"^\| (?!package)([\w-]+) \| (.+?) \|", text, re.MULTILINE))


def main() -> None:
    """Write the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + table(listed()) + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
