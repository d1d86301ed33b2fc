"""Nothing of livepitch listens unless it is asked to: its processes talk over pairs of sockets that they inherit."""

import ast
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
import soundfile

from livepitch.realtime.engine.launch import ProcessEngine
from tests.conftest import sung_tone

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("cli", "gui", "batch", "doctor", "export", "outputs", "bench", "parity", "practice", "realtime", "model")
LISTENERS = (
    "socketserver", "http.server", "multiprocessing.connection", "multiprocessing.managers", "xmlrpc.server", "wsgiref",
    "websockets.asyncio.server", "websockets.sync.server", "websockets.server", "pythonosc.osc_server",
)  # fmt: skip
# What the user asks for by --websocket: `broadcast` listens, the others speak with who has come in.
ASKED_FOR = {"outputs/broadcast.py", "outputs/listener.py", "outputs/page.py"}
OPENERS = re.compile(r"(^|\.)(unix_serve|(create|start)_(unix_)?server|create_datagram_endpoint)$")  # asyncio's

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


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    paths = (path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")))
    return tuple((path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


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
        ("realtime/engine/tasks.py", "socket.socket", ("fileno",)),
        # One that only sends datagrams, to where the user says.
        ("outputs/osc.py", "socket.getaddrinfo", ("type",)),
        ("outputs/osc.py", "socket.socket", ()),
    }


def test_one_file_listens() -> None:
    servers = set()
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and not node.level and "serve" in [each.name for each in node.names]:
                servers.add((name, node.module))
            assert not (isinstance(node, ast.Call) and OPENERS.search(ast.unparse(node.func))), name
    assert servers == {("outputs/broadcast.py", "websockets.asyncio.server")}


def test_nothing_that_could_listen_is_imported() -> None:
    for name, tree in sources():
        if name in ASKED_FOR:
            continue
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
        assert "wire" in name + text, name
        assert "urllib" not in text, name


def watched(tmp_path: Path, commands: list[list[str]]) -> list[list[object]]:
    """Sockets that commands made in one process, and what they did with them."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, json.dumps(commands)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    record = json.loads((tmp_path / "noted.json").read_text())
    assert record["codes"] == [0] * len(commands), done.stderr
    return list(record["noted"])


def test_commands_open_no_door(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "take.wav", sung_tone(seconds=0.6), 16_000)
    (tmp_path / "song.abc").write_text("X:1\nT:Song\nL:1/4\nK:C\nA2|\n")
    commands = [
        ["track", "take.wav", "-o", "take.csv"],
        ["track", "take.wav", "--stream", "-o", "stream.csv"],
        ["practice", "score", "song.abc", "take.wav"],
        ["live", "--no-gui", "--demo", "--seconds", "0.3"],
    ]
    assert watched(tmp_path, commands) == []


def test_websocket_opens_one_door_for_this_machine(tmp_path: Path) -> None:
    noted = watched(tmp_path, [["live", "--no-gui", "--demo", "--seconds", "0.3", "--websocket", "0"]])
    assert [each for each in noted if each[0] in ("socket.bind", "socket.connect")] == [
        ["socket.bind", "('127.0.0.1', 0)"]
    ]


def sockets(pid: int) -> set[str]:
    """The inodes of the sockets that a process has open."""
    found = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        with suppress(FileNotFoundError):  # a file that the starting process has closed again meanwhile
            link = os.readlink(f"/proc/{pid}/fd/{number}")
            if link.startswith("socket:"):
                found.add(link.removeprefix("socket:[").removesuffix("]"))
    return found


@pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="looks into Linux' tables of sockets")
def test_the_engines_process_has_one_socket_and_that_has_no_name() -> None:
    engine = ProcessEngine()
    try:
        assert engine.pid is not None
        inodes = sockets(engine.pid)
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
