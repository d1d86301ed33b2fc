"""`livepitch bench` as a person meets it: real processes, real seconds."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from livepitch.model.backend import mx
from tests.bench.schema import check_record

OFFSCREEN = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def one_line(error):
    assert error.startswith("livepitch: ")
    assert error.count("\n") == 1
    return error


def read(path):
    return json.loads(path.read_text(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_a_table_a_sentence_and_a_file(livepitch, tmp_path):
    done = livepitch("bench", "--seconds", 2, "--hop", 8, "--blocksize", 256, "--backend", "cpu", "--json", "a.json")
    assert (done.returncode, done.stderr) == (0, "")
    record = read(tmp_path / "a.json")
    check_record(record)
    assert record["complete"] is True
    wanted = {"source": "demo voice", "blocksize": 256, "hop": 8, "seconds": 2.0, "gui": False, "backend": "cpu"}
    assert wanted.items() <= record["settings"].items()
    assert record["machine"]["mlx"]["backend"] == "CPU"
    for name, span in record["stages"].items():
        row = next(line.split() for line in done.stdout.splitlines() if line.split()[:1] == [name])
        assert [float(cell) for cell in row[1:5]] == [pytest.approx(span[key], abs=0.006) for key in span]
    assert f"{record['frames']} frames, {record['late']} late" in done.stdout
    sentence = done.stdout.strip().splitlines()[-1]
    assert sentence.startswith(f"What you sing has its pitch {record['sound_to_frame_ms']['p50']:.0f} ms later")
    assert sentence.endswith(".")


def test_with_the_window_the_way_to_the_screen_is_measured(livepitch, tmp_path):
    arguments = ("--gui", "--seconds", 2, "--hop", 8, "--json", "a.json", "--trace", "t.json")
    done = livepitch("bench", *arguments, env=OFFSCREEN)
    assert (done.returncode, done.stderr) == (0, "")
    record = read(tmp_path / "a.json")
    check_record(record, gui=True)
    assert record["settings"]["gui"] is True
    assert record["sound_to_paint_ms"]["p50"] > record["sound_to_frame_ms"]["p50"]
    assert record["stages"]["draw"]["max"] > 0
    events = read(tmp_path / "t.json")["traceEvents"]
    begun = {event["id"]: event["ts"] for event in events if event["ph"] == "b" and event["name"] == "draw"}
    ended = {event["id"]: event["ts"] for event in events if event["ph"] == "e" and event["name"] == "draw"}
    assert set(begun) == set(ended)
    assert max(ended[key] - begun[key] for key in begun) / 1e3 == pytest.approx(
        record["stages"]["draw"]["max"], abs=1e-3
    )
    assert "is on the screen" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupt_tells_what_was_measured_so_far(tmp_path):
    command = [sys.executable, "-m", "livepitch", "bench", "--seconds", "120", "--json", "a.json", "--trace", "t.json"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has them ignore Ctrl-C, and what they start with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        limit = time.monotonic() + 60
        while not any(path.stat().st_size > 50_000 for path in tmp_path.glob(".t.json*")):  # frames are coming
            assert time.monotonic() < limit
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert one_line(error).startswith("livepitch: cut short after ")
    record = read(tmp_path / "a.json")
    check_record(record)
    assert record["complete"] is False
    assert 0 < record["seconds"] < 100
    assert f"{record['frames']} frames" in out
    assert read(tmp_path / "t.json")["traceEvents"]
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "t.json"}


def test_compared_with_a_faster_past_the_exit_code_is_1(livepitch, tmp_path, record):
    """A record of another machine whose network took next to no time; then one slower than any machine under load."""
    for name, factor, more in (("fast", 1e-4, 0.0), ("slow", 1.0, 60_000.0)):
        old = json.loads(json.dumps(record))
        for span in (*old["stages"].values(), old["compute_ms"], old["sound_to_frame_ms"]):
            span |= {key: factor * value + more for key, value in span.items()}
        old |= {"rtf": factor * old["rtf"] + more, "algorithmic_latency_ms": 100.0}
        old |= dict.fromkeys(("late", "skipped", "dropped", "xruns"), 0 if name == "fast" else 10_000_000)
        old["machine"]["chip"] = "a processor of long ago"
        (tmp_path / f"{name}.json").write_text(json.dumps(old))
    slow = livepitch("bench", "--seconds", 1, "--hop", 4, "--compare", "slow.json")
    assert (slow.returncode, slow.stderr) == (0, "")
    assert "nothing is worse by more than chance" in slow.stdout
    assert "not the same: machine chip: a processor of long ago, now " in slow.stdout
    fast = livepitch("bench", "--seconds", 1, "--hop", 4, "--compare", "fast.json")
    assert fast.returncode == 1
    lines = fast.stderr.splitlines()
    assert all(line.startswith("livepitch: worse than before: ") for line in lines)
    assert any("network: p50" in line for line in lines)
    assert "worse: network: p50" in fast.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--compare", "none.json"), "none.json: cannot be read"),
        (("--compare", "text.json"), "text.json: is no JSON"),
        (("--json", "none/a.json"), "none/a.json: cannot be written"),
        (("--trace", "none/a.json"), "none/a.json: cannot be written"),
        (("--model", "no-such-model"), "no-such-model: no such model"),
    ],
)
def test_errors_are_one_line_and_come_before_the_run(livepitch_here, tmp_path, arguments, told):
    (tmp_path / "text.json").write_text("la la la")
    done = livepitch_here("bench", "--seconds", "1000", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in one_line(done.stderr)
    assert {path.name for path in tmp_path.iterdir()} == {"text.json"}


@pytest.mark.skipif(mx.default_device() == mx.gpu, reason="there is a GPU")
@pytest.mark.parametrize("more", [(), ("--gui",)])
def test_a_gpu_that_is_not_there(livepitch_here, more):
    done = livepitch_here("bench", "--backend", "gpu", *more)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--backend gpu: MLX has none here" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--backend", "tpu"), "it can be cpu, gpu"),
        (("--output", "1"), "--loopback"),
        (("--loopback", "--gui"), "--gui has no meaning"),
        (("--loopback", "--hop", "2"), "--hop has no meaning"),
        (("--loopback", "--compare", "a.json"), "--compare has no meaning"),
        (("--seconds", "0"), "--seconds"),
        (("--hop", "0"), "--hop"),
        (("--blocksize", "0"), "--blocksize"),
    ],
)
def test_wrong_usage(livepitch_here, arguments, told):
    done = livepitch_here("bench", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in one_line(done.stderr)


def test_no_display_is_told_in_a_line(livepitch):
    environment = {key: value for key, value in OFFSCREEN.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = livepitch("bench", "--gui", env={**environment, "QT_QPA_PLATFORM": "xcb"}, timeout=60)
    if sys.platform == "linux":
        assert (done.returncode, done.stdout) == (1, "")
        assert "without --gui" in one_line(done.stderr)


def test_help_loads_no_engine():
    code = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules)); sys.argv = ['livepitch', 'bench', '--help'];"
        "from livepitch.__main__ import main; main()"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "--compare" in told
    assert not {name.split(".")[0] for name in told.split()} & {"mlx", "PyQt6", "sounddevice", "numba", "soxr"}
