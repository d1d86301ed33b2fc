"""The guard of the fuzzer sees each harm that is planted, in a process of its own: its hook cannot be taken back."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.conftest import BENCHMARKS

CHILD = """
import os, socket, subprocess, sys
from pathlib import Path
sys.path.insert(0, {benchmarks!r})
from fuzz_guard import Guard, limit_memory, ran_out
inside, outside = Path({inside!r}), Path({outside!r})
guard = Guard(inside)
(outside / "before").write_text("not watched yet")
with guard:
    try:
        {harm}
    except BaseException as error:
        print("memory" if ran_out(error) else "raised")
print(guard.noted)
"""


@pytest.mark.parametrize(
    ("harm", "seen"),
    [
        ("os.system('true')", "os.system"),
        ("subprocess.run(['true'])", "subprocess.Popen"),
        ("(outside / 'x').write_text('x')", "open"),
        ("os.open(inside / '..' / 'outside' / 'x', os.O_CREAT | os.O_WRONLY)", "open"),
        ("os.remove(outside / 'before')", "os.remove"),
        ("socket.socket().connect(('127.0.0.1', 9))", "socket.connect"),
        ("import pickle; pickle.loads(b'cos\\nsystem\\n.')", "pickle.find_class"),
        ("limit_memory(1 << 28); bytes(1 << 29)", "memory"),
        ("(inside / 'x').write_text('x'); (outside / 'before').read_text()", "[]"),
    ],
)
def test_a_planted_harm_is_seen(tmp_path: Path, harm: str, seen: str) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    code = CHILD.format(benchmarks=str(BENCHMARKS), inside=str(inside), outside=str(outside), harm=harm)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert seen in told
    assert not (outside / "x").exists()
    assert (outside / "before").exists()
    assert (inside / "x").exists() == (seen == "[]")


SLOW = """
import sys, time
from pathlib import Path
sys.path.insert(0, {benchmarks!r})
import fuzz_child
from fuzz_target import Target

def rests(path):
    time.sleep(0.3)

def computes(path):
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass

fuzz_child.SLOW = 0.2
(Path({folder!r}) / "finds").mkdir()
trial = fuzz_child.Trial(Target("x", print, lambda: {reader}, "x.bin"), Path({folder!r}))
trial.one(b"")
print(dict(trial.tally))
"""


@pytest.mark.parametrize(("reader", "found"), [("rests", "{'opened': 1}"), ("computes", "{'slow': 1}")])
def test_a_reader_is_slow_by_what_it_computes_and_not_by_what_others_do(
    tmp_path: Path, reader: str, found: str
) -> None:
    code = SLOW.format(benchmarks=str(BENCHMARKS), folder=str(tmp_path), reader=reader)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert told.strip() == found
