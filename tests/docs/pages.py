"""The pages of the documentation and the fenced blocks in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = ("sh", "console", "python")
READ = ("json", "jsonl")
DATA = ("text", "csv", "xml", "js", "html", "toml", "yaml")

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
MARKER = re.compile(r"^\s*<!-- run: (?P<what>.+?) -->\s*$")
MARKERS = re.compile(r"fails [12]|interrupt|apart|no, because .+")


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, how it is marked, what is in it."""

    page: str
    """Path from the root."""
    line: int
    """Of its first line of text, from 1."""
    language: str
    marker: str
    """Without `run: `; "" where there is none."""
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Every page whose blocks are run, as paths from the root."""
    found = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]
    return [*found, "model/checkpoints/README.md", "training/README.md"]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in their order; ValueError for a fence that never ends."""
    return blocks_of(page, (ROOT / page).read_text(encoding="utf-8"))


def blocks_of(page: str, text: str) -> list[Block]:
    found, lines, number = [], text.split("\n"), 0
    while number < len(lines):
        opened = FENCE.match(lines[number])
        if opened:
            end = _end(lines, number, opened, page)
            held = [line.removeprefix(opened["indent"]) for line in lines[number + 1 : end]]
            marked = MARKER.match(lines[number - 1]) if number else None
            language = (opened["info"].split() or [""])[0]
            found.append(Block(page, number + 2, language, marked["what"] if marked else "", "\n".join(held)))
            number = end
        number += 1
    return found


def _end(lines: list[str], start: int, opened: re.Match[str], page: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == opened["ticks"]:
            return number
    raise ValueError(f"{page}:{start + 1}: this fence never ends")


def outside(text: str) -> str:
    """A page's text without its fenced blocks, line for line."""
    kept, ticks = [], ""
    for line in text.split("\n"):
        fence = FENCE.match(line)
        if fence and not ticks:
            ticks = fence["ticks"]
            kept.append("")
        elif ticks:
            ticks = "" if line.strip() == ticks else ticks
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)
