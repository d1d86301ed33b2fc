"""Every command and every block of code of every page is run, here or by the test that `elsewhere.txt` names."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import livepitch as lp
from tests.docs import options
from tests.docs.commands import Command, alike, commands, elsewhere, told_to_run, unlike
from tests.docs.conftest import PORT, Place
from tests.docs.pages import DATA, MARKERS, READ, ROOT, RUN, Block, blocks, outside, pages
from tests.docs.shell import Shell

ALL = {page: blocks(page) for page in pages()}
RUNNING = [page for page, found in ALL.items() if any(block.language in RUN + READ for block in found)]
TABLE = elsewhere()
# What measures for long is added these words; they take the place of those before them.
SHORTER = {
    "livepitch bench": "--seconds 1",
    "./run bench": "--seconds 1",
    "python benchmarks/scoring.py --takes 150": "--takes 1",
    "python benchmarks/switching.py": "--seconds 4 --rounds 1 --intervals 5",
    "python benchmarks/windowed.py": "--model FILE --clips 1 --seconds 3 --rounds 1 --snr clean --only lies",
}
MACHINE = re.compile(r"(livepitch|\./run) (bench|doctor|practice list|devices)\b")


def typed() -> list[tuple[Block, Command]]:
    """Every command of every page that is not marked as one that no machine here can run."""
    shells = [block for found in ALL.values() for block in found if block.language in ("sh", "console")]
    return [(block, command) for block in shells if not block.marker.startswith("no,") for command in commands(block)]


# The page on which a command stands first.
FIRST = {alike(command.words): block.page for block, command in reversed(typed())}


@pytest.mark.parametrize("page", pages())
def test_every_block_says_what_it_is(page: str) -> None:
    for block in ALL[page]:
        assert block.language in RUN + READ + DATA, f"{block.place}: ```{block.language} is none of {RUN + READ + DATA}"
        assert not block.marker or MARKERS.fullmatch(block.marker), f"{block.place}: no such marker: {block.marker}"
    assert len(re.findall("<!-- run:", outside_code(page))) == len([block for block in ALL[page] if block.marker])


def outside_code(page: str) -> str:
    """A page's text without blocks and without `code` in its lines."""
    return re.sub(r"`[^`\n]*`", "", outside((ROOT / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", pages())
def test_no_code_hides_behind_an_indent(page: str) -> None:
    """Four blanks after an empty line make a block, too, unless a list goes on there; such a one would not be run."""
    listed = False
    lines = outside((ROOT / page).read_text(encoding="utf-8")).split("\n")
    for number, (before, line) in enumerate(zip(["", *lines], lines, strict=False), 1):
        if re.match(r"\s*([-*]|\d+\.) ", line):
            listed = True
        elif line and not line.startswith("  "):
            listed = False
        assert listed or before.strip() or not re.match(r"(    |\t)\S", line), f"{page}:{number}: indented block"


@pytest.mark.parametrize("page", RUNNING)
def test_every_block_of_the_page_runs(page: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, object] = {"__name__": "__page__"}
    with Shell(place.folder, place.environment) as shell:
        for block in ALL[page]:
            if block.marker.startswith("no,"):
                continue
            if block.language == "python":
                run_python(block, names, place, monkeypatch)
            elif block.language in READ:
                for text in block.text.splitlines() if block.language == "jsonl" else [block.text]:
                    json.loads(text)
            elif block.language in RUN:
                run_commands(block, shell, place)


def run_commands(block: Block, shell: Shell, place: Place) -> None:
    status = int(block.marker.removeprefix("fails ")) if block.marker.startswith("fails") else 0
    for command in commands(block):
        if alike(command.words) in TABLE or told_before(command.words, block.page):
            continue
        if block.marker == "interrupt":
            interrupt(command, place)
            continue
        if "--compare" in command.words:
            earlier(place)
        code, said = shell.run(place.here(shortened(command)))
        said = said.replace(str(place.port), PORT)
        slower = "--compare" in command.words and code == 1 and "worse: " in said  # as busy machines are
        assert code == status or slower, f"{block.place}: {command.words} ended with {code}:\n{said}"
        missing = unlike(command.printed, said) if command.printed else None
        assert missing is None, f"{block.place}: {command.words} does not print {missing!r}, but:\n{said}"


def shortened(command: Command) -> str:
    """What is typed."""
    more = [words for start, words in SHORTER.items() if command.words.startswith(start)]
    return f"{command.words} {more[0]}" if more else command.typed


def earlier(place: Place) -> None:
    """What the page has measured a moment ago stands for a run of some days ago."""
    (place.folder / "before.json").write_bytes((place.folder / "now.json").read_bytes())


def told_before(words: str, page: str) -> bool:
    """Whether an earlier page has the same command, which looks at the machine alone: it is run there."""
    return bool(MACHINE.match(words)) and FIRST.get(alike(words), page) != page


def interrupt(command: Command, place: Place) -> None:
    """What does not end by itself is left to say something and then told to stop, as by Ctrl+C."""
    with subprocess.Popen(
        ["bash", "-c", place.here(f"exec {command.words}")],
        cwd=place.folder,
        env=place.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=60)
    assert first, f"{command.words} says nothing"
    assert running.returncode in (0, 130), f"{command.words} ended with {running.returncode}:\n{first}{rest}"
    assert "Traceback" not in rest


def run_python(block: Block, names: dict[str, object], place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "\n" * (block.line - 1) + place.here(block.text)  # errors name the line of the page
    if block.marker == "apart":
        (place.folder / "block.py").write_text(place.here(block.text), encoding="utf-8")
        words = [sys.executable, "block.py"]
        said = subprocess.run(
            words, cwd=place.folder, env=place.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert said.returncode == 0, f"{block.place}: {said.stderr}"
        return
    with monkeypatch.context() as here:
        here.chdir(place.folder)
        for name in ("CONFIG", "DATA", "LOGS", "RECORDINGS", "CACHE"):
            here.setenv(f"LIVEPITCH_{name}", place.environment[f"LIVEPITCH_{name}"])
        here.setattr(lp, "Microphone", heard, raising=False)
        with contextlib.redirect_stdout(open(os.devnull, "w")):
            exec(compile(source, block.page, "exec", dont_inherit=True), names)


def heard(*_: object, **__: object) -> lp.FileSource:
    """Stands in for the microphone: a recording, as fast as it is heard."""
    return lp.FileSource("take1.wav", realtime=False)


@pytest.mark.parametrize("command", sorted(TABLE))
def test_what_is_run_elsewhere_has_options_that_exist(
    command: str, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its test is skipped, or waits until it is asked for, this much is known."""
    for path in filled.iterdir():
        (tmp_path / path.name).symlink_to(path)
    options.check(command, tmp_path, monkeypatch)


def test_the_table_holds_what_the_pages_have() -> None:
    on_pages = {command.words for _, command in typed()}
    assert not set(TABLE) - set(map(alike, on_pages)), "these stand on no page any more: take them out of elsewhere.txt"
    assert all(TABLE.values()), "a command stands above the first test"
    assert not [start for start in SHORTER if not any(words.startswith(start) for words in on_pages)]


def test_the_long_tests_run_what_the_table_says() -> None:
    """Looked at each time, not only when they run."""
    from tests.docs.test_long import ALL

    assert {command for page in ALL for command, _ in page} == told_to_run("tests/docs/test_long.py")


@pytest.mark.parametrize("test", sorted({test for test in TABLE.values() if not test.startswith("nowhere: ")}))
def test_the_tests_that_the_table_names_are_there(test: str) -> None:
    """A file of these tests says itself which commands it runs, and compares; any other test must name what it runs."""
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    if not name:
        assert f'told_to_run("{file}")' in text + Path(__file__).read_text(encoding="utf-8")
        return
    (function,) = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name == name]
    body = ast.get_source_segment(text, function)
    for command in (command for command, there in TABLE.items() if there == test):
        assert all(f'"{word}"' in str(body) for word in command.split()[1:] if not word.endswith(".json")), command
