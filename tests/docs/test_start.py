"""A newcomer's way from the first page to each use is three commands at most, and each of them works."""

from __future__ import annotations

import re

import pytest

from tests.docs.commands import alike, commands, elsewhere
from tests.docs.pages import ROOT, blocks

USES = {"See your pitch while you sing": "live", "Measure how late it is": "bench", "Practise": "practice"}


@pytest.mark.parametrize(("use", "command"), USES.items())
def test_each_use_is_three_commands_away(use: str, command: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    said = re.search(rf"^\*\*{use}\b", text, re.MULTILINE)
    assert said, use
    line = text[: said.start()].count("\n") + 1
    block = next(block for block in blocks("README.md") if block.line > line)
    assert block.language == "sh"
    assert block.line - line < 5, "the commands stand right below"
    typed = [each.words for each in commands(block)]
    assert 1 <= len(typed) <= 3
    assert all(words == "./run" or words.startswith(f"./run {command}") for words in typed), typed


def test_what_a_newcomer_types_first_is_run_each_time() -> None:
    """Nothing of it waits until it is asked for, but what installs."""
    first = [alike(each.words) for block in blocks("README.md") if block.language == "sh" for each in commands(block)]
    waiting = {words for words in first if "test_long" in elsewhere().get(words, "")}
    assert not {words for words in waiting if not words.startswith("pip ")}
