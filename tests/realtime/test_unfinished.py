"""What a process left that was killed while it recorded: found, completed, and never taken from a living one."""

import csv
import os
import signal
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
import soundfile

from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.recording import pitch_rows, tape
from livepitch.realtime.recording.recorder import Recorder
from livepitch.realtime.recording.take_writer import TakeWriter
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.recording.unfinished import finish_takes, unfinished_file, unfinished_takes
from tests.realtime.fakes import wait_until

RATE = 8000  # Hz
BLOCK = 4096  # samples, which a FLAC gets at once

# Two seconds; the rows up to 1.5 s are there, and what settles them up to 1 s. Then the process is killed.
KILLED = """
import math, os, signal, sys
from pathlib import Path
import numpy as np
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.recording.take_writer import TakeWriter
folder = Path(sys.argv[1])
for name in ("instant", "settled", "empty", "begun"):
    writer = TakeWriter(folder / name)
    if name == "begun":
        writer.hear(0, 8000, np.zeros(100, np.float32))
    if name in ("instant", "settled"):
        writer.hear(0, 8000, np.arange(16000, dtype=np.float32) / 2**15)
        writer.see([PitchFrame(n / 100, 200.0 + n, 0.5, 0.0, settled=False) for n in range(150)], False)
        writer.flush()
    if name == "settled":
        writer.see([PitchFrame(n / 100, 300.0 + n if n % 2 else math.nan, 0.75, 0.0) for n in range(100)], False)
    writer.flush()
    globals()[name] = writer
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def left(tmp_path):
    assert subprocess.run([sys.executable, "-c", KILLED, tmp_path], timeout=120).returncode == -signal.SIGKILL
    return tmp_path


def rows_of(take):
    with take_files(take)[1].open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["time", "f0", "confidence", "voiced"]
    assert [row[0] for row in rows] == [f"{number / 100:.4f}" for number in range(len(rows))]
    return [row[1] for row in rows]


def instant(count):
    return [f"{200 + number:.3f}" for number in range(count)]


def settled(count):
    return [f"{300 + number:.3f}" if number % 2 else "" for number in range(count)]


def test_what_a_killed_process_left_is_completed(left):
    assert unfinished_takes(left) == [left / name for name in ("begun", "empty", "instant", "settled")]
    assert rows_of(left / "instant") == rows_of(left / "settled") == instant(150)  # as they lie there
    with take_files(left / "instant")[1].open("a") as file:
        file.write("1.5000,350.0")  # half a row
    done = finish_takes(left)
    assert [(one.path.name, one.error, one.running) for one in done] == [
        ("instant", None, False),
        ("settled", None, False),
    ]
    for recording, rows in zip(done, (instant(150), settled(100) + instant(150)[100:]), strict=True):
        samples, rate = soundfile.read(take_files(recording.path)[0], dtype="float32")
        np.testing.assert_array_equal(samples, np.arange(len(samples), dtype=np.float32) / 2**15)
        assert len(samples) == 16_000 // BLOCK * BLOCK
        assert (rate, recording.seconds) == (RATE, len(samples) / RATE)
        whole = len(samples) * 100 // RATE + 1
        assert rows_of(recording.path) == [*rows, *[""] * (whole - len(rows))][:whole]
    assert sorted(path.name for path in left.iterdir()) == [
        f"{name}.{end}" for name in ("instant", "settled") for end in ("csv", "flac")
    ]
    assert finish_takes(left) == []


def test_one_that_is_being_written_is_left_alone_and_gone_when_it_is_complete(tmp_path):
    writer = TakeWriter(tmp_path / "take")
    writer.hear(0, RATE, np.zeros(RATE, np.float32))
    writer.flush()
    found = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(found) == 3
    assert unfinished_takes(tmp_path) == finish_takes(tmp_path) == []
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == found
    writer.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take.csv", "take.flac"]
    assert unfinished_takes(tmp_path / "no such folder") == finish_takes(tmp_path / "no such folder") == []


def test_what_cannot_be_completed_is_said_and_kept(left):
    sound = take_files(left / "instant")[0]
    sound.write_bytes(b"no FLAC at all, but somebody's")
    [problem] = [recording for recording in finish_takes(left) if recording.error]
    assert problem.error.startswith(f"{left / 'instant'}: was left unfinished and cannot be completed (")
    assert "\n" not in problem.error
    assert sound.read_bytes() == b"no FLAC at all, but somebody's"
    assert rows_of(left / "instant") == instant(150)


def test_the_next_recording_in_the_folder_completes_what_was_left(left):
    tapes = Recorder()
    tapes.record(left / "next")
    tapes.hear(0, RATE, np.ones(RATE, np.float32))
    wait_until(lambda: not unfinished_file(left / "settled").exists())
    tapes.close()
    assert rows_of(left / "settled")[:100] == settled(100)
    assert soundfile.info(take_files(left / "next")[0]).frames == RATE
    assert unfinished_takes(left) == []


def test_a_hidden_file_that_stays_alone_goes_after_a_while(tmp_path):
    alone = unfinished_file(tmp_path / "take")
    alone.touch()
    assert finish_takes(tmp_path) == []
    assert alone.exists()  # its take may be about to begin
    old = time.time() - 3600
    os.utime(alone, (old, old))
    assert finish_takes(tmp_path) == []
    assert not alone.exists()


def test_a_source_that_waits_leaves_nothing_out_however_slow_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tape, "MOST", 0.05)
    tapes = Recorder(live=False)
    tapes.record(tmp_path / "take")
    sound = (np.arange(5 * RATE) % 9973).astype(np.float32) / 2**15
    for start in range(0, len(sound), RATE // 10):
        tapes.hear(start, RATE, sound[start : start + RATE // 10])
    tapes.close()
    assert (tapes.recording.lost, tapes.recording.error) == (0.0, None)
    np.testing.assert_array_equal(soundfile.read(take_files(tmp_path / "take")[0], dtype="float32")[0], sound)


def test_what_is_missing_for_long_or_settled_late_takes_no_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(pitch_rows, "MANY", 1000)
    seconds, rows = 600, 60_000
    writer = TakeWriter(tmp_path / "take")
    writer.hear(0, RATE, np.ones(RATE, np.float32) / 2)
    writer.see([PitchFrame(0.0, 220.0, 0.5, 0.0, settled=False)], ended=False)
    writer.flush()
    tracemalloc.start()
    try:
        writer.hear((seconds + 1) * RATE, RATE, np.ones(RATE, np.float32) / 2)
        writer.see([PitchFrame(seconds, 330.0, 0.5, 0.0, settled=False)], ended=False)
        writer.flush()
        writer.see([PitchFrame(seconds, 440.0, 0.5, 0.0)], ended=False)
        writer.flush()
        writer.close()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2_000_000
    found = rows_of(tmp_path / "take")
    assert len(found) == rows + 201
    assert (found[0], found[rows]) == ("220.000", "440.000")
    assert set(found[1:rows]) == {""}
