"""Nothing of livepitch listens: its processes talk over pairs of sockets that one inherits from the other."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from livepitch.realtime.engine.launch import ProcessEngine
from tests.conftest import sung_tone

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("cli", "gui", "doctor", "bench", "parity", "practice", "realtime", "model")
LISTENERS = ("socketserver", "http.server", "asyncio", "multiprocessing.connection", "xmlrpc.server", "wsgiref")

# What a session, a file and a score do in one process: every socket that Python makes, and what becomes of it.
WATCHED = """
import json, sys
noted = []
def heard(event, arguments):
    if event.startswith("socket."):
        told = [event, *(int(each) if isinstance(each, int) else str(each) for each in arguments[1:])]
        noted.append(told)
sys.addaudithook(heard)
from livepitch.__main__ import main
commands = json.loads(sys.argv[1])
codes = []
for command in commands:
    sys.argv = ["livepitch", *command]
    try:
        main()
    except SystemExit as left:
        codes.append(left.code or 0)
with open("noted.json", "w") as file:
    json.dump({"codes": codes, "noted": noted}, file)
"""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_sockets_are_made_in_pairs_or_inherited() -> None:
    made = set()
    for name, tree in sources():
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "import socket" not in text or not re.search(r"\.(bind|listen|accept|connect)\(", text), name
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("socket."):
                made.add((name, ast.unparse(node.func), tuple(keyword.arg for keyword in node.keywords)))
    assert made == {
        ("realtime/engine/launch.py", "socket.socketpair", ()),
        ("realtime/engine/engine.py", "socket.socket", ("fileno",)),
        ("practice/rehearsal/apart_child.py", "socket.socket", ("fileno",)),
    }


def test_nothing_that_could_listen_is_imported() -> None:
    for name, tree in sources():
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            assert not [each for each in modules if each.startswith(LISTENERS)], f"{name}:{getattr(node, 'lineno', 0)}"


def test_what_is_unpickled_comes_over_such_a_pair() -> None:
    """Nobody but the wire's two ends gives pickle anything: no file, and nothing from a network."""
    users = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "pickle"
        and node.attr in ("load", "loads", "Unpickler")
    }
    assert users
    for name in users:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "wire" in text, name
        assert "urllib" not in text, name


def test_commands_open_no_door(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "take.wav", sung_tone(seconds=0.6), 16_000)
    (tmp_path / "song.abc").write_text("X:1\nT:Song\nL:1/4\nK:C\nA2|\n")
    commands = [
        ["track", "take.wav", "-o", "take.csv"],
        ["track", "take.wav", "--stream", "-o", "stream.csv"],
        ["practice", "score", "song.abc", "take.wav"],
        ["live", "--no-gui", "--demo", "--seconds", "0.3"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, json.dumps(commands)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    record = json.loads((tmp_path / "noted.json").read_text())
    assert record["codes"] == [0] * len(commands), done.stderr
    assert record["noted"] == []


@pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="looks into Linux' tables of sockets")
def test_the_engines_process_has_one_socket_and_that_has_no_name() -> None:
    engine = ProcessEngine()
    try:
        assert engine.pid is not None
        inodes = {
            link.removeprefix("socket:[").removesuffix("]")
            for number in os.listdir(f"/proc/{engine.pid}/fd")
            if (link := os.readlink(f"/proc/{engine.pid}/fd/{number}")).startswith("socket:")
        }
        ours = os.readlink(f"/proc/self/fd/{engine.wire._socket.fileno()}").removeprefix("socket:[").removesuffix("]")
        rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
        known = {row[6]: row for row in rows}
        assert len(inodes) == 1
        for inode in (*inodes, ours):
            assert known[inode][5] == "03"  # connected, not listening
            assert len(known[inode]) == 7  # no path, no abstract name: nobody else can reach it
    finally:
        engine.kill()
        engine.end(10)
        engine.wire.close()
