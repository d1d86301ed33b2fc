"""Frames as JSON Lines: what a program at the other end of a pipe reads, whatever it does."""

import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from livepitch.outputs.json_lines import JsonLinesOutput
from livepitch.realtime.frame import PitchFrame
from tests.outputs.frames import sung

LIVE = [sys.executable, "-m", "livepitch", "live", "--no-gui", "--demo", "--json-lines"]
PATIENCE = 120  # s


def test_a_line_is_a_frame() -> None:
    stream = io.StringIO()
    output = JsonLinesOutput(stream)
    output.open()
    output.send([PitchFrame(0.5, 440.0, 0.75, -20.0), PitchFrame(0.51, math.nan, 0.1, -math.inf, settled=False)])
    output.send([])
    output.close()
    voiced, silent = map(json.loads, stream.getvalue().splitlines())
    assert voiced == {
        "time": 0.5, "f0": 440.0, "midi": 69.0, "note": "A4", "cents": 0.0, "confidence": 0.75, "level": -20.0,
        "voiced": True, "settled": True,
    }  # fmt: skip
    assert (silent["f0"], silent["note"], silent["level"]) == (None, None, None)
    assert (silent["voiced"], silent["settled"]) == (False, False)


def test_every_line_is_there_as_soon_as_it_is_sent() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as stream:
        output = JsonLinesOutput(stream)
        output.open()
        for frame in sung(60, 0.1):
            output.send([frame])
            assert json.loads(reader.readline())["time"] == round(frame.time, 4)


def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    output = JsonLinesOutput(stream)
    output.open()
    assert not output.unread
    output.send(sung(60, 0.1))
    output.send(sung(60, 0.1))
    output.close()
    assert output.unread


@pytest.mark.alone
def test_standard_output_is_lines_alone(tmp_path: Path) -> None:
    done = subprocess.run([*LIVE, "--seconds", "1"], capture_output=True, text=True, cwd=tmp_path, timeout=PATIENCE)
    assert done.returncode == 0
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    assert [frame["time"] for frame in frames] == [n / 100 for n in range(len(frames))]
    assert len(frames) >= 100
    assert {frame["note"] for frame in frames[60:100]} == {"A3"}
    assert "JSON Lines" in done.stderr


def test_head_ends_it_without_a_word(tmp_path: Path) -> None:
    process = subprocess.Popen(LIVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["time"] == 0.0
    process.stdout.close()
    assert process.wait(PATIENCE) == 141
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


def test_a_reader_that_sleeps_does_not_keep_it_from_its_end(tmp_path: Path) -> None:
    """The pipe is full long before: standard output is never read."""
    command = [*LIVE, "--seconds", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    if hasattr(os, "pipe2") and sys.platform.startswith("linux"):
        import fcntl

        fcntl.fcntl(process.stdout, 1031, 4096)  # F_SETPIPE_SZ
    told = process.stderr.read()
    assert process.wait(PATIENCE) == 0
    assert "frames from demo voice" in told
    assert "Traceback" not in told
    process.stdout.close()
    process.stderr.close()
