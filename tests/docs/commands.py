"""Commands of a block of shell, one by one, with what they are said to print."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from itertools import zip_longest

from tests.docs.pages import ROOT, Block

ELSEWHERE = ROOT / "tests/docs/elsewhere.txt"
ANYTHING = "..."


@dataclass(frozen=True)
class Command:
    """What is typed, and what the page says that it prints (None where the page does not say)."""

    typed: str
    printed: list[str] | None = None

    @property
    def words(self) -> str:
        """The command without comments and spare blanks, as it stands in `elsewhere.txt`."""
        lines = [re.sub(r"(^|\s)#.*$", "", line).removesuffix("\\") for line in self.typed.split("\n")]
        return " ".join(" ".join(lines).split())


def commands(block: Block) -> list[Command]:
    """The commands of a `sh` or `console` block."""
    if block.language == "console":
        return _of_console(block)
    found, held = [], ""
    for line in block.text.split("\n"):
        held = f"{held}\n{line}" if held else line
        if _whole(held):
            found.append(Command(held))
            held = ""
    assert not held, f"{block.place}: bash waits for more after {held!r}"
    return [command for command in found if command.words]


def _of_console(block: Block) -> list[Command]:
    found: list[Command] = []
    for line in block.text.split("\n"):
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif line.startswith("> ") and found and not found[-1].printed:
            found[-1] = Command(f"{found[-1].typed}\n{line[2:]}", [])
        else:
            assert found, f"{block.place}: a console block begins with `$ ` and a command"
            printed = found[-1].printed
            assert printed is not None
            printed.append(line)
    return found


def _whole(text: str) -> bool:
    """Whether bash needs no further line."""
    if text.rstrip(" ").endswith("\\"):
        return False
    if re.fullmatch(r"[\w./# '\"=:,*+-]*", text) and not re.search(r"\b(for|if|while|case)\b", text):
        return text.count("'") % 2 == 0 or "#" in text or bool(re.search(r"\w'\w", text))
    said = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return not said.returncode and not said.stderr


def alike(words: str) -> str:
    """`./run` is `livepitch` by another name: what is run by one need not be run by the other."""
    return re.sub(r"^\./run\b", "livepitch", words)


def elsewhere() -> dict[str, str]:
    """Command, as `livepitch`, to the test that runs it; or to "nowhere: " and the reason."""
    tests, test = {}, ""
    for line in ELSEWHERE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            test = line[2:]
        elif line.strip():
            tests[alike(line.strip())] = test
    return tests


def told_to_run(test: str) -> set[str]:
    """The commands that stand under a test."""
    return {words for words, there in elsewhere().items() if there == test}


def unlike(told: list[str], printed: str) -> str | None:
    """The first line of the page that was not printed, None if all were; `...` is any number of lines."""
    expected = [_without_figures(line) for line in told if line.strip()]
    lines = [_without_figures(line) for line in printed.splitlines() if line.strip()]
    at, free = 0, False
    for wanted in expected:
        if wanted == ANYTHING:
            free = True
            continue
        there = next((n for n in range(at, len(lines)) if _like(wanted, lines[n])), None) if free else at
        if there is None or there >= len(lines) or not _like(wanted, lines[there]):
            return wanted
        at, free = there + 1, False
    return None if free or at == len(lines) else f"nothing more, but it printed {lines[at]!r}"


def _like(wanted: str, line: str) -> bool:
    return all(a == b for a, b in zip_longest(wanted.split(), line.split()))


def _without_figures(line: str) -> str:
    return re.sub(r"[-+−]?\d+(\.\d+)?", "0", line).strip()
