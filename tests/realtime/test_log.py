"""The log as it stands on the disk: of several processes, after crashes, on disks that refuse."""

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from livepitch.realtime.engine.launch import ProcessEngine
from livepitch.realtime.log import log
from livepitch.realtime.log.crashes import crashes, untold
from livepitch.realtime.log.file import KEPT, SIZE, LogFile
from livepitch.realtime.log.lines import OFTEN, WITHIN, Seldom

PATIENCE = 60.0  # s, against hanging
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w]+\[\d+\] .+: .*")


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the log of this test alone."""
    monkeypatch.setenv("LIVEPITCH_LOGS", str(tmp_path / "logs"))
    return tmp_path / "logs"


def python(code: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)  # type: ignore[call-overload, no-any-return]


def written(logs: Path) -> str:
    return (logs / "livepitch.log").read_text(encoding="utf-8")


def until(text: str, logs: Path) -> None:
    limit = time.monotonic() + PATIENCE
    while text not in (written(logs) if (logs / "livepitch.log").exists() else ""):
        assert time.monotonic() < limit, f"{text!r} never came into the log"
        time.sleep(0.02)


def test_an_event_is_one_line_with_time_process_and_thread(logs: Path) -> None:
    with log.kept("live"):
        threading.Thread(target=logging.getLogger("livepitch.a").info, args=("is %d", 7), name="worker").start()
        until("is 7", logs)
    lines = written(logs).splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert any(line.endswith(f"INFO live[{os.getpid()}] worker a: is 7") for line in lines)


def test_other_packages_are_heard_when_they_warn_and_not_else(logs: Path) -> None:
    with log.kept("live"):
        logging.getLogger("sounder").warning("out of tune")
        logging.getLogger("sounder").info("chatter")
    assert "sounder: out of tune" in written(logs)
    assert "chatter" not in written(logs)


def test_what_is_logged_is_safe_to_print_and_names_nobody(logs: Path) -> None:
    home = str(Path.home())
    with log.kept("track"):
        logging.getLogger("livepitch.a").warning("lost %s", f"{home}/My\nTakes\x1b[31m.flac")
        try:
            raise ValueError(f"{home}/x")
        except ValueError:
            logging.getLogger("livepitch.a").exception("failed")
    text = written(logs)
    assert "lost ~/My Takes\\x1b[31m.flac" in text
    assert "    ValueError: ~/x" in text.splitlines()
    assert home not in text
    assert "\x1b" not in text


def test_nothing_is_left_of_it_when_it_ends(logs: Path) -> None:
    root, ours = logging.getLogger(), logging.getLogger("livepitch")
    before = (
        list(root.handlers), root.level, ours.level, sys.excepthook, threading.excepthook, sys.unraisablehook,
        threading.active_count(),
    )  # fmt: skip
    with log.kept("live"):
        assert threading.active_count() == before[-1] + 1
        assert list(logs.glob("running.*"))
    after = (
        list(root.handlers), root.level, ours.level, sys.excepthook, threading.excepthook, sys.unraisablehook,
        threading.active_count(),
    )  # fmt: skip
    assert after == before
    assert [path.name for path in logs.iterdir()] == ["livepitch.log"]


def test_a_library_keeps_no_log_and_says_nothing(logs: Path) -> None:
    told = python("import livepitch, logging; logging.getLogger('livepitch.realtime.x').error('hm')")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert not logs.exists()


def test_several_processes_share_a_file_that_turns(tmp_path: Path) -> None:
    """Every line of every process is whole and there once, although files are put aside all the time."""
    path, processes, lines = tmp_path / "shared.log", 3, 1500
    code = f"""
import sys
from pathlib import Path
from livepitch.realtime.log.file import LogFile
file = LogFile(Path({str(path)!r}), size=20_000, kept=1000)
for number in range({lines}):
    file.write(f"{{sys.argv[1]}} {{number}} " + "x" * (number % 90))
"""
    running = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(processes)]
    assert [process.wait(PATIENCE) for process in running] == [0] * processes
    files = list(tmp_path.glob("shared.log*"))
    assert len(files) > 5
    found = [line.split(" ") for file in files for line in file.read_text().splitlines()]
    assert all(len(words) == 3 and words[2] == "x" * (int(words[1]) % 90) for words in found)
    assert sorted((int(who), int(number)) for who, number, _ in found) == [
        (who, number) for who in range(processes) for number in range(lines)
    ]


def test_the_log_is_bounded(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "a.log")
    for number in range(1000):
        file.write(f"{number} " + "y" * 10_000)
    file.close()
    there = {path.name: path.stat().st_size for path in tmp_path.glob("a.log*")}
    assert len(there) <= KEPT + 1
    assert max(there.values()) <= SIZE + 11_000
    newest = max(tmp_path.glob("a.log*"), key=lambda path: path.stat().st_mtime_ns)
    assert newest.read_text().splitlines()[-1].startswith("999 ")


def test_a_log_that_was_deleted_is_begun_anew(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "a.log")
    file.write("first")
    (tmp_path / "a.log").unlink()
    file.write("second")
    assert (tmp_path / "a.log").read_text() == "second\n"


def place_of_a_file(folder: Path) -> None:
    folder.write_text("not a folder")


def place_of_a_pipe(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "livepitch.log")


@pytest.mark.parametrize("spoil", [place_of_a_file, place_of_a_pipe])
def test_a_log_that_cannot_be_written_hinders_nobody(spoil, logs: Path) -> None:
    spoil(logs)
    with log.kept("live"):
        logging.getLogger("livepitch.a").error("hm")
        assert log.flush(PATIENCE)
    told = python(
        "from livepitch.realtime.log import log\nwith log.kept('live'):\n log.log.error('hm')\n"
        " print('sung', log.flush(60))"
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "sung True\n", "")


def test_a_full_disk_hinders_nobody_and_what_is_missing_is_counted(logs: Path) -> None:
    code = """
import resource
from livepitch.realtime.log import log
with log.kept("live"):
    log.log.info("before"); log.flush(60)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limit[1]))
    for number in range(15): log.log.info("lost %d", number)
    log.flush(60)
    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    log.log.info("after")
"""
    told = python(code)
    assert (told.returncode, told.stderr) == (0, "")
    text = written(logs)
    assert "before" in text
    assert "lost" not in text
    assert "(15 lines are missing here)" in text.splitlines()
    assert "after" in text


def test_a_storm_is_thinned_out_and_counted() -> None:
    seldom, kept = Seldom(), []
    for number in range(1000):
        record = logging.LogRecord("livepitch.a", logging.INFO, "a.py", 5, "lost %s", ("x",), None)
        record.created = number * WITHIN / 500  # two storms' worth
        if seldom.filter(record):
            kept.append(record.getMessage())
    assert len(kept) <= 3 * OFTEN
    assert f"lost x (and {501 - OFTEN} more like this before)" in kept
    other = logging.LogRecord("livepitch.b", logging.INFO, "b.py", 5, "something else", (), None)
    assert seldom.filter(other)


UNCAUGHT = """
import sys, threading
from livepitch.realtime.log import log
log.begin("live")
class Bad:
    def __del__(self): raise RuntimeError("in a finaliser")
thread = threading.Thread(target=lambda: {}["in a thread"], name="singer")
thread.start(); thread.join()
Bad()
log.flush(60)
raise ValueError("in the end")
"""


def test_what_nobody_caught_is_in_the_log_with_its_traceback(logs: Path) -> None:
    told = python(UNCAUGHT)
    assert told.stderr.splitlines() == [
        "livepitch: unexpected KeyError: 'in a thread' (see the log)",
        "livepitch: unexpected ValueError: in the end (see the log)",
    ]
    until("    ValueError: in the end", logs)
    text = written(logs)
    assert re.search(r"CRITICAL live\[\d+\] singer realtime.log.faults: uncaught: 'in a thread'\n    Traceback", text)
    assert "    RuntimeError: in a finaliser" in text


def test_a_crash_is_told_of_once_and_its_frames_are_in_the_log(logs: Path) -> None:
    crashed = python("from livepitch.realtime.log import log; log.begin('live'); import ctypes; ctypes.string_at(0)")
    assert crashed.returncode == -signal.SIGSEGV
    with log.kept("live"):
        assert len(untold(logs)) == 1
        (told,) = crashes()
        assert (told.role, told.reason) == ("live", "Segmentation fault")
        assert "livepitch crashed (Segmentation fault)" in told.sentence
        assert crashes() == []
    assert "string_at" in written(logs)
    assert not list(logs.glob("running.*"))


@pytest.mark.parametrize(("role", "reasons"), [("live", [""]), ("devices", []), ("engine", [])])
def test_a_window_that_was_killed_is_told_of_and_nothing_else(role: str, reasons: list[str], logs: Path) -> None:
    code = f"from livepitch.realtime.log import log; log.begin({role!r}); log.flush(60); print(flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    with process, process.stdout, process.stdin:
        process.stdout.readline()
        assert crashes() == []  # it lives
        assert list(logs.glob("running.*"))
        process.kill()
    assert [crash.reason for crash in crashes()] == reasons
    assert not list(logs.glob("running.*"))


def test_an_engine_adds_to_the_same_log_and_its_crash_is_known_at_once(logs: Path) -> None:
    with log.kept("live"):
        engine = ProcessEngine()
        until(f"engine[{engine.pid}]", logs)
        os.kill(engine.pid or 0, signal.SIGSEGV)
        assert engine.end(PATIENCE) == f"killed by signal {signal.SIGSEGV:d}"
        engine.wire.close()
        until("livepitch's engine crashed (Segmentation fault)", logs)
        assert crashes() == []
    assert f"live[{os.getpid()}]" in written(logs)


def test_without_a_log_an_engine_keeps_none_either(logs: Path) -> None:
    engine = ProcessEngine()
    engine.wire.shut()
    assert engine.end(PATIENCE) == "exit code 0"
    engine.wire.close()
    assert not logs.exists()
