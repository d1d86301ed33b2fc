"""Scores as they are opened: in a process of their own, which ends by itself, by its limits or with its parent."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from livepitch.practice.target import score_process
from livepitch.practice.target.reading import read_targets, targets_of
from livepitch.practice.target.target_file import TargetError

BARS = "CD|" * 300  # seconds of work
LONG = f"X:1\nT:Long\nM:2/4\nL:1/4\nK:C\n{BARS}\n"
BOOK = "X:1\nT:Früh\nM:3/4\nL:1/4\nQ:1/4=60\nK:G\n|:GAB|c3:|\n\nX:2\nT:Spät\nM:2/4\nL:1/4\nK:C\nCD|E2|\nw:die Nacht\n"
PART = (
    '<part id="P{}"><measure number="1"><attributes><divisions>1</divisions></attributes><note><pitch><step>C</step>'
    "<octave>{}</octave></pitch><duration>4</duration><lyric><text>la</text></lyric></note></measure></part>"
)
NAME = '<score-part id="P{0}"><part-name>Voice {0}</part-name></score-part>'
SONG = (
    '<score-partwise version="4.0"><work><work-title>A song</work-title></work>'
    f"<part-list>{NAME.format(1)}{NAME.format(2)}</part-list>{PART.format(1, 4)}{PART.format(2, 5)}</score-partwise>"
)


@pytest.fixture
def children(monkeypatch):
    """The processes that were started."""
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return started


@pytest.fixture
def long(tmp_path):
    path = tmp_path / "long.abc"
    path.write_text(LONG)
    return path


@pytest.mark.parametrize(("name", "content"), [("song.musicxml", SONG), ("ä ö.abc", BOOK)])
def test_a_score_is_the_same_from_a_process_of_its_own(tmp_path, children, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    file = read_targets(path)
    assert file == targets_of(path, path.read_bytes())
    assert (len(file.parts), file.part().source) == (2, path)
    assert [child.returncode for child in children] == [0]


def test_what_is_refused_there_is_said_in_the_same_line(tmp_path):
    path = tmp_path / "song.xml"
    path.write_text(SONG[:-30])
    lines = []
    for reading in (read_targets, lambda path: targets_of(path, path.read_bytes())):
        with pytest.raises(TargetError) as error:
            reading(path)
        lines.append(str(error.value))
    assert lines[0] == lines[1]
    assert str(path) in lines[0]


def test_the_parent_neither_loads_the_library_nor_loses_its_standard_error(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('not from the folder that it is started in')")
    (tmp_path / "song.xml").write_text(SONG)
    code = f"""
import sys
sys.path[:] = {sys.path!r}
from livepitch.practice.target.reading import read_targets
own, seen = sys.stderr, []
print(read_targets("song.xml", lambda: seen.append(sys.stderr)).name, "music21" in sys.modules, set(seen) == {{own}})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("A song False True\n", "")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the system bounds no time")
def test_what_takes_too_long_is_ended_by_the_system(monkeypatch, children, long):
    monkeypatch.setattr(score_process, "LIMIT", 1)
    monkeypatch.setattr(score_process, "PATIENCE", 60)  # the machine may be busy
    with pytest.raises(TargetError, match=r"long\.abc takes longer than 1 s to read: export it as MIDI$"):
        read_targets(long)
    assert children[0].returncode == -signal.SIGXCPU


def test_what_does_not_come_to_an_end_is_given_up(monkeypatch, children, long):
    monkeypatch.setattr(score_process, "LIMIT", 1)
    monkeypatch.setattr(score_process, "PATIENCE", 0)
    with pytest.raises(TargetError, match=r"long\.abc takes longer than 1 s to read: export it as MIDI$"):
        read_targets(long)
    assert children[0].poll() is not None


def test_opening_can_be_cancelled(children, long):
    answers = iter([False, False, True])
    with pytest.raises(TargetError, match="cancelled"):
        read_targets(long, lambda: next(answers))
    assert children[0].poll() is not None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system bounds no memory")
def test_what_takes_too_much_memory_is_given_up(monkeypatch, long):
    monkeypatch.setattr(score_process, "MEMORY", 45_000_000)
    with pytest.raises(TargetError, match=r"long\.abc needs more memory to read than a song should: export it as MIDI"):
        read_targets(long)


def test_a_reader_that_is_killed_is_one_line(children, long):
    def kill():
        children[0].kill()

    with pytest.raises(TargetError, match="broke its reader") as error:
        read_targets(long, kill)
    assert "\n" not in str(error.value)


def test_a_program_that_is_no_python_reads_scores_itself(tmp_path, monkeypatch, children):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    path = tmp_path / "song.xml"
    path.write_text(SONG)
    assert read_targets(path).name == "A song"
    assert not children


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("end", ["SIGKILL", "SIGINT"])
def test_the_reader_ends_with_its_parent(long, end):
    code = f"""
import subprocess, sys
sys.path[:] = {sys.path!r}
from livepitch.practice.target import score_process
from livepitch.practice.target.reading import read_targets
class Told(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)
subprocess.Popen = Told
while True:
    read_targets({str(long)!r})
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with parent:
        child = int(parent.stdout.readline())
        time.sleep(0.3)  # it is under way
        assert runs(child)
        parent.send_signal(getattr(signal, end))
        parent.wait(30)
    deadline = time.monotonic() + 20
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not runs(child)


def runs(pid):
    """Whether there is such a process; one that has ended and that nobody has asked for yet does not run."""
    state = ""
    with suppress(OSError):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")
