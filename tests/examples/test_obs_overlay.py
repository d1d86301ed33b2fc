"""The overlay program: what it prints can be pasted into a browser, frames come, the notes held are written down."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from websockets.sync.client import connect

import livepitch as lp

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "obs_overlay.py"
SECONDS = 2.5


def test_page_frames_and_the_notes_held(tmp_path: Path) -> None:
    best = tmp_path / "best note.txt"
    words = ["--demo", "--port", "0", "--seconds", str(SECONDS), "--best", str(best)]
    with subprocess.Popen([sys.executable, PROGRAM, *words], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            said = program.stdout.readline()
            address = re.fullmatch(r"paste into a browser source: (http://127\.0\.0\.1:\d+/)\?transparent.*\n", said)
            assert address, said
            with urllib.request.urlopen(address[1], timeout=30) as page:
                assert b"<canvas" in page.read()
            times = list[float]()
            with connect(address[1].replace("http", "ws")) as receiver:
                while (message := json.loads(receiver.recv(30)))["type"] != "end":
                    times += [frame["time"] for frame in message.get("frames", [])]
            assert program.wait(30) == 0
        finally:
            program.kill()
    assert times == sorted(set(times))
    assert times[-1] >= SECONDS
    # What the demo voice sings first, as far as a busy machine heard it: A3, C4, E4.
    assert re.fullmatch(r"lowest (A3|C4|D4|E4)  highest (A3|C4|D4|E4)", best.read_text(encoding="utf-8"))


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    first = lp.WebSocketOutput("0")
    first.open()
    try:
        port = re.findall(r"\d+", first.page)[-1]
        said = subprocess.run(
            [sys.executable, PROGRAM, "--demo", "--port", port, "--seconds", "0.2"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        ).stdout  # fmt: skip
    finally:
        first.close()
    assert said == f"port {port} is taken by another program: choose another, such as {int(port) + 1}\n"


def test_what_is_no_port_is_one_line() -> None:
    command = [sys.executable, PROGRAM, "--demo", "--port", "many"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert ended.stderr.startswith("'many' is no address")
