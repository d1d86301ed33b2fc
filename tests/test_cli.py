"""The command line as a person meets it: real processes, real files, exit codes, single lines of error."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.cli.destinations import Asked
from livepitch.cli.live import _advice, _try
from livepitch.model.registry import load_model
from livepitch.realtime import pace
from livepitch.realtime.frame import Settings
from livepitch.realtime.layout import Layout
from livepitch.realtime.pace import Outlook, Pace
from tests.conftest import Cli, sung_tone

LIVEPITCH = [sys.executable, "-m", "livepitch"]
TAKE = 220.0  # Hz
PIPE = 4096  # bytes: the least that Linux has


def one_line(error: str) -> str:
    """The only line on standard error."""
    assert error.startswith("livepitch: ")
    assert error.count("\n") == 1
    assert error.endswith("\n")
    return error


def read_csv(text: str) -> dict[str, np.ndarray]:
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["time", "f0", "confidence", "voiced"]
    return {key: np.array([float(row[key] or "nan") for row in rows]) for key in rows[0]}


def assert_tracks(text: str, hz: float, seconds: float) -> None:
    """A CSV of a steady tone: the whole grid, the right pitch, the same word on voicing in both columns."""
    columns = read_csv(text)
    assert len(columns["time"]) == pytest.approx(100 * seconds + 1, abs=1)
    np.testing.assert_allclose(columns["time"], np.arange(len(columns["time"])) / 100, atol=1e-9)
    np.testing.assert_array_equal(columns["voiced"] == 1, ~np.isnan(columns["f0"]))
    assert ((columns["confidence"] >= 0) & (columns["confidence"] <= 1)).all()
    steady = columns["f0"][20:-20]
    assert np.mean(~np.isnan(steady)) > 0.95
    assert np.nanmedian(np.abs(1200 * np.log2(steady / hz))) < 10


@pytest.fixture
def take(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "take.wav", sung_tone(TAKE, 1.5, 44_100), 44_100)
    return tmp_path / "take.wav"


def test_version_and_help(livepitch: Cli) -> None:
    assert livepitch("--version").stdout == f"livepitch {version('livepitch')}\n"
    told = livepitch("--help")
    assert told.returncode == 0
    for command in ("live", "track", "devices", "weights", "parity"):
        assert command in told.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sing",), "No such command"),
        (("track",), "Missing argument"),
        (("track", "a.wav", "b.wav"), "-o FOLDER"),
        (("track", "a.wav", "b.wav", "-o", "out.csv"), "-o FOLDER"),
        (("track", "one/a.wav", "two/a.flac", "-o", "out"), "would both become a.f0.csv"),
        (("track", "take.wav", "-o", "take.wav"), "overwrite the audio"),
        (("track", "a.wav", "--format", "xls"), "--format xls"),
        (("track", "a.wav", "--speed", "3"), "--speed"),
        (("live", "--seconds", "3"), "--no-gui"),
        (("live", "--demo", "--device", "1"), "--device"),
        (("--rate", "0"), "--rate"),
        (("live", "--no-gui", "--seconds", "soon"), "--seconds"),
        (("live", "--demo", "--no-gui", "--context", "16"), "has no windows"),
        (("live", "--demo", "--no-gui", "--hop", "0"), "--hop"),
        (("live", "--demo", "--no-gui", "--threshold", "1.5"), "--threshold"),
        (("track", "take.wav", "--lookahead", "8"), "--stream"),
        (("track", "take.wav", "--stream", "--context", "32"), "has no windows"),
        (("weights",), "Missing command"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    livepitch_here: Cli, take: Path, arguments: tuple[str, ...], told: str
) -> None:
    before = take.read_bytes()
    done = livepitch_here(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert told in one_line(done.stderr)
    assert "--help" in done.stderr
    assert take.read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--stream",)])
def test_one_file_goes_to_a_clean_standard_output(livepitch: Cli, take: Path, options: tuple[str, ...]) -> None:
    done = livepitch("track", take, *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert_tracks(done.stdout, TAKE, 1.5)


@pytest.mark.parametrize("options", [("--model", "stream"), ("-o", "-")])
def test_so_it_does_where_that_is_asked_for(livepitch_here: Cli, take: Path, options: tuple[str, ...]) -> None:
    done = livepitch_here("track", take, *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert_tracks(done.stdout, TAKE, 1.5)


def test_output_file_and_folder(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    assert livepitch_here("track", take, "-o", "out.csv", "--stream").returncode == 0
    (tmp_path / "folder").mkdir()
    assert livepitch_here("track", take, "-o", "folder", "--stream").returncode == 0
    assert_tracks((tmp_path / "out.csv").read_text(), TAKE, 1.5)
    assert (tmp_path / "folder" / "take.f0.csv").read_text() == (tmp_path / "out.csv").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"take.wav", "out.csv", "folder"}


def test_bad_files_get_a_line_each_and_the_others_are_done(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    broken = sung_tone(220.0, 1.0)
    broken[8000] = np.nan
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("la la la\n")
    (tmp_path / "folder.wav").mkdir()
    soundfile.write(tmp_path / "nan.wav", broken, 16_000, subtype="FLOAT")
    soundfile.write(tmp_path / "last.ogg", sung_tone(330.0, 1.0, 48_000), 48_000)
    bad = {
        "missing.wav": "no such file",
        "empty.wav": "is empty",
        "text.wav": "is not audio",
        "folder.wav": "is a folder",
        "nan.wav": "0.500 s is no number",
    }
    done = livepitch_here("track", "take.wav", *bad, "last.ogg", "-o", "new/out", "--stream")
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == len(bad)
    for line, (name, told) in zip(lines, bad.items(), strict=True):
        assert line.startswith(f"livepitch: {name}: ")
        assert told in line
    written = tmp_path / "new" / "out"
    assert {path.name for path in written.glob("*.csv")} == {"take.f0.csv", "last.f0.csv"}
    assert_tracks((written / "last.f0.csv").read_text(), 330.0, 1.0)


@pytest.mark.parametrize("target", ["none/out.csv", "take.wav/out.csv"])
def test_an_output_that_cannot_be_written(livepitch_here: Cli, take: Path, target: str) -> None:
    done = livepitch_here("track", take, "-o", target)
    assert done.returncode == 1
    assert "cannot be written" in one_line(done.stderr)


@pytest.mark.parametrize("command", [("track", "take.wav"), ("live", "--demo", "--no-gui")])
def test_a_model_that_is_no_checkpoint(
    livepitch_here: Cli, take: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights at all, but long enough to be looked into")
    for model in ("model.safetensors", "missing.safetensors", "no-such-name"):
        done = livepitch_here(*command, "--model", model)
        assert (done.returncode, done.stdout) == (1, "")
        assert model in one_line(done.stderr)


def test_debug_shows_the_traceback(livepitch: Cli) -> None:
    done = livepitch("track", "missing.wav", "--debug", "--stream")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("livepitch: missing.wav: no such file")


def test_live_prints_a_line_per_frame(livepitch: Cli) -> None:
    done = livepitch("live", "--demo", "--no-gui", "--seconds", "3")
    assert done.returncode == 0
    header, *lines = done.stdout.splitlines()
    assert header.split() == ["time_s", "hz", "note", "cents", "conf", "latency_ms"]
    rows = [line.split() for line in lines]
    assert {len(row) for row in rows} == {6}
    times = np.array([float(row[0]) for row in rows])
    # A slow machine may skip, but never goes back or leaves the grid.
    steps = np.diff(times) * 100
    assert (steps > 0.5).all()
    np.testing.assert_allclose(steps, np.rint(steps), atol=0.11)
    assert times[-1] < 3.0
    assert sum(row[1] != "-" for row in rows) > 50
    assert one_line(done.stderr).startswith("livepitch: ")
    assert "xruns" in done.stderr


def test_live_takes_windows_and_a_threshold(livepitch_here: Cli) -> None:
    """Whether the machine is fast enough is said or not, before the frames; they come either way."""
    windows = ("--context", "32", "--lookahead", "0", "--hop", "32")
    arguments = ("live", "--demo", "--no-gui", "--seconds", "3", "--model", "rmvpe-small", *windows)
    done = livepitch_here(*arguments, "--threshold", "1")
    assert done.returncode == 0
    _, *lines = done.stdout.splitlines()
    assert len(lines) >= 32  # a hop at least, however much a slow machine skips
    assert {line.split()[1] for line in lines} == {"-"}  # nothing reaches a threshold of 1
    told = done.stderr.splitlines()
    assert all("rmvpe-small needs" in line and "0.32 s of sound" in line for line in told[:-1])
    assert "frames from demo voice" in told[-1]


def test_track_streams_with_windows_and_a_threshold(livepitch_here: Cli, take: Path) -> None:
    arguments = ("track", take, "--stream", "--model", "rmvpe-small", "--context", "32", "--lookahead", "8")
    usual, all_voiced = livepitch_here(*arguments), livepitch_here(*arguments, "--hop", "24", "--threshold", "0")
    assert_tracks(usual.stdout, TAKE, 1.5)
    columns = read_csv(all_voiced.stdout)
    assert (columns["voiced"] == 1).all()
    assert not np.array_equal(columns["confidence"], read_csv(usual.stdout)["confidence"])


@pytest.mark.parametrize(
    ("title", "remedy", "told"),
    [
        ("big.pt", Pace(Layout(64, 16, 48), 0.2), "try --hop 48 (0.9 s behind), or --model stream"),
        ("big.pt", None, "no --hop helps: try --model rmvpe-small, or --model stream"),
        ("rmvpe-small", None, "no --hop helps: try --model stream"),
    ],
)
def test_a_machine_too_slow_is_told_what_to_do(title: str, remedy: Pace | None, told: str) -> None:
    advice = _advice(Outlook(Pace(Layout(64, 16, 16), 0.311), remedy), title)
    assert advice.startswith(f"{title} needs 0.31 s for each 0.16 s of sound on this machine")
    assert advice.endswith(told)


def test_a_slow_model_is_said_before_the_start_and_a_fast_one_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, settings = load_model("rmvpe-small"), Settings(hop=16)
    for seconds, lines in ((0.4, 1), (0.01, 0)):
        monkeypatch.setattr(pace, "look_ahead", lambda *_, s=seconds: Outlook(Pace(Layout(64, 16, 16), s)))
        _try(model, settings, "rmvpe-small")
        assert capsys.readouterr().err.count("livepitch: rmvpe-small needs") == lines


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """`livepitch` in the background of `folder`, to be interrupted; where pipes can be small, its own are."""
    return subprocess.Popen(
        [*LIVEPITCH, *arguments],
        cwd=folder,
        pipesize=PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with Ctrl-C ignored, and the tests may run in one.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_live_ends_cleanly_at_ctrl_c(tmp_path: Path) -> None:
    with start(tmp_path, "--demo", "--no-gui") as process:
        for _ in range(20):
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 0
    one_line(error)


def test_live_ends_when_its_reader_does(tmp_path: Path) -> None:
    with start(tmp_path, "--demo", "--no-gui") as process:
        assert process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode == 128 + signal.SIGPIPE
    one_line(error)


def test_track_into_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    seconds = 10.0 if sys.platform.startswith("linux") else 40.0  # more rows than a pipe holds, and than is read ahead
    soundfile.write(tmp_path / "long.wav", sung_tone(220.0, seconds), 16_000)
    with start(tmp_path, "track", "long.wav", "--model", "stream") as process:
        assert process.stdout.readline() == "time,f0,confidence,voiced\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 128 + signal.SIGPIPE


def test_track_ends_cleanly_at_ctrl_c_and_leaves_no_half_file(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.zeros(1_800 * 8_000, np.float32), 8_000)
    with start(tmp_path, "track", "long.wav", "-o", "out.csv", "--stream") as process:
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert [path.name for path in tmp_path.iterdir()] == ["long.wav"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA can be told to find nothing")
@pytest.mark.parametrize("command", [("devices",), ("live", "--no-gui"), ("live", "--no-gui", "--device", "7")])
def test_no_input_device_is_one_line(livepitch: Cli, tmp_path: Path, command: tuple[str, ...]) -> None:
    # A card that is not there, and none of the system's own definitions.
    (tmp_path / "asound.conf").write_text("pcm.dead { type hw card 99 }\nctl.dead { type hw card 99 }\n")
    done = livepitch(*command, env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")})
    assert (done.returncode, done.stdout) == (1, "")
    assert "no input device" in one_line(done.stderr)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a screen is always there")
def test_no_screen_is_one_line(livepitch: Cli) -> None:
    without = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = livepitch("live", "--demo", env=without)
    assert done.returncode == 1
    assert "--no-gui" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("output", "format"), [("x.json", "json"), ("X.JSON", "json"), ("x.csv", "csv"), ("x", "csv"), (None, "csv")]
)
def test_the_ending_of_the_output_chooses_the_format(output: str | None, format: str) -> None:
    assert Asked(None if output is None else Path(output), None, None, False).name == format
