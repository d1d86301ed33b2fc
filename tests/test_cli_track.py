"""`livepitch track` and `export`: formats, pictures, folders, what is never replaced, what goes on after a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from livepitch.export.formats import FORMATS
from livepitch.realtime.csv_track import csv_lines, read_take_track
from tests.conftest import Cli, sung_tone
from tests.export.written import sung_curve, track_of

PATIENCE = 120.0  # s


@pytest.fixture
def take(tmp_path: Path) -> Path:
    (tmp_path / "take.csv").write_text("".join(csv_lines(track_of(sung_curve()))))
    return tmp_path / "take.csv"


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    (tmp_path / "songs" / "ü b").mkdir(parents=True)
    for number, name in enumerate(("1.wav", "ü b/2.wav", "ü b/3 .wav", "4.wav", "5.wav")):
        soundfile.write(tmp_path / "songs" / name, sung_tone(220.0 + 10 * number, 1.0), 16_000)
    return tmp_path / "songs"


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_format_is_written(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    for each in FORMATS.values():
        done = livepitch_here("export", take, "--format", each.name, "-o", each.name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert files(tmp_path) == sorted(["take.csv", *FORMATS])
    assert all((tmp_path / name).stat().st_size for name in FORMATS)
    assert livepitch_here("export", take, "-o", "a.TextGrid").returncode == 0
    assert (tmp_path / "a.TextGrid").read_bytes() == (tmp_path / "textgrid").read_bytes()


def test_options_reach_the_file(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    assert livepitch_here("export", take, "-o", "a.mid", "--tempo", 90, "--highest", 57).returncode == 0
    song = mido.MidiFile(tmp_path / "a.mid")
    messages = [message for track in song.tracks for message in track]
    assert [mido.tempo2bpm(each.tempo) for each in messages if each.type == "set_tempo"] == [
        pytest.approx(90, abs=0.01)
    ]
    assert {each.note for each in messages if each.type == "note_on"} == {57}
    told = livepitch_here("export", take, "--format", "notes", "--a4", 466).stdout
    assert "G♯3" in told
    assert "A3" not in told


def test_a_selection_counts_from_its_start(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    lines = livepitch_here("export", take, "--start", 0.5, "--end", 0.52).stdout.splitlines()
    whole = take.read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["time", "0.0000", "0.0100", "0.0200"]
    assert [line.split(",")[1:] for line in lines[1:]] == [line.split(",")[1:] for line in whole[51:54]]


def test_several_takes_go_to_a_folder(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(take.read_text())
    (tmp_path / "bad.csv").write_text("la la\n")
    done = livepitch_here("export", "take.csv", "bad.csv", "other.csv", "-o", "new/out", "--format", "textgrid")
    assert done.returncode == 1
    assert done.stderr.startswith("livepitch: bad.csv: does not begin with")
    assert files(tmp_path / "new" / "out") == ["other.TextGrid", "take.TextGrid"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "take.csv", "-o", "there.mid"), "there.mid is there already: --force replaces it"),
        (("export", "take.csv", "-o", "take.csv", "--force"), "would overwrite"),
        (("export", "take.csv", "--plot", "there.svg"), "there.svg is there already"),
        (("export", "take.csv", "--plot", "a.gif"), "ends in .svg or .png"),
        (("export", "take.csv", "-o", "a.svg", "--plot", "a.svg"), "would both become a.svg"),
        (("export", "take.csv", "--start", "2", "--end", "1"), "--start 2 is later than --end 1"),
        (("export", "take.csv", "--lowest", "70", "--highest", "60"), "--lowest 70 lies above --highest 60"),
        (("track", "missing.wav", "-o", "there.mid"), "there.mid is there already"),
        (("track", "songs"), "5 files need a folder to go to: -o FOLDER"),
        (("track", "songs", "-o", "new.csv"), "need a folder"),
        (("track", "songs", "-o", "out", "--plot", "a.png"), "--plot FOLDER"),
        (("track", "songs", "-o", "out", "--jobs", "0"), "--jobs"),
        (("track", "missing.wav", "--tempo", "nan"), "--tempo"),
        (("track", "missing.wav", "--a4", "44"), "--a4"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_work(
    livepitch_here: Cli, take: Path, songs: Path, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    for name in ("there.mid", "there.svg"):
        (tmp_path / name).write_text("mine")
    before = {path: (tmp_path / path).read_bytes() for path in files(tmp_path)}
    done = livepitch_here(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path: (tmp_path / path).read_bytes() for path in files(tmp_path)} == before


def test_force_replaces(livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    (tmp_path / "there.mid").write_text("mine")
    assert livepitch_here("export", take, "-o", "there.mid", "--force").returncode == 0
    assert (tmp_path / "there.mid").read_bytes().startswith(b"MThd")


def test_a_picture_alone_or_beside(livepitch_here: Cli, songs: Path, tmp_path: Path) -> None:
    stream = ("--model", "stream", "--stream")
    done = livepitch_here("track", "songs/1.wav", "--plot", "a.svg", *stream)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = livepitch_here("track", "songs/1.wav", "--plot", "songs", "-o", "-", *stream)
    assert (done.returncode, done.stdout[:4], done.stderr) == (0, "time", "")
    assert "<svg" in (tmp_path / "a.svg").read_text()
    assert (songs / "1.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_no_text_goes_into_a_pipe(livepitch: Cli, livepitch_here: Cli, take: Path, tmp_path: Path) -> None:
    done = livepitch("export", take, "--format", "midi", text=False)
    assert done.returncode == 0
    assert livepitch_here("export", take, "-o", "a.mid").returncode == 0
    assert done.stdout == (tmp_path / "a.mid").read_bytes()


def track(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A run over `songs`, in the background."""
    command = [sys.executable, "-m", "livepitch", "track", "songs", "-o", "out", "--stream", "-j", "1", *arguments]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def wait_for_one(out: Path) -> list[str]:
    """Until there is a file."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = [name for name in files(out) if name.endswith(".f0.csv")] if out.is_dir() else []
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("nothing was written")


def test_a_run_that_is_killed_goes_on_where_it_was(songs: Path, tmp_path: Path) -> None:
    soundfile.write(songs / "4.wav", np.tile(sung_tone(220.0, 1.0), 25), 16_000)  # in which the kill finds it
    out = tmp_path / "out"
    with track(tmp_path) as run:
        wait_for_one(out)
        run.kill()
    done = {name: (out / name).stat() for name in files(out) if name.endswith(".f0.csv")}
    assert 1 <= len(done) < 5
    with track(tmp_path) as run:
        _, said = run.communicate(timeout=PATIENCE)
    assert (run.returncode, said) == (0, f"livepitch: {len(done)} of 5 files are done already\n")
    wanted = ["1.f0.csv", "4.f0.csv", "5.f0.csv", "ü b/2.f0.csv", "ü b/3 .f0.csv"]
    assert [name for name in files(out) if not Path(name).name.startswith(".")] == wanted
    for name, stat in done.items():
        assert ((out / name).stat().st_ino, (out / name).stat().st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)
    for number, name in enumerate(("1", "ü b/2", "ü b/3 ", "4", "5")):
        f0 = read_take_track(out / f"{name}.f0.csv").f0
        expected = 220.0 if name == "4" else 220.0 + 10 * number
        assert np.nanmedian(f0) == pytest.approx(expected, rel=0.005)


def test_ctrl_c_leaves_whole_files_and_says_how_to_go_on(songs: Path, tmp_path: Path) -> None:
    soundfile.write(songs / "4.wav", np.tile(sung_tone(220.0, 1.0), 25), 16_000)
    out = tmp_path / "out"
    with track(tmp_path, "--format", "csv") as run:
        done = wait_for_one(out)
        run.send_signal(signal.SIGINT)
        told, said = run.communicate(timeout=PATIENCE)
    assert (run.returncode, told) == (130, "")
    assert said == "livepitch: stopped; the same command goes on with what is left\n"
    assert len(done) < 5
    assert not [name for name in files(out) if name.endswith(".part")]
    for name in files(out):
        if name.endswith(".f0.csv"):
            assert len(read_take_track(out / name)) == 101


def test_a_folder_of_others_is_left_alone_unless_forced(livepitch_here: Cli, songs: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "1.mid").write_text("mine")
    arguments = ("track", "songs", "-o", "out", "--format", "midi-notes", "--model", "stream", "-j", "1")
    done = livepitch_here(*arguments)
    assert done.returncode == 2
    assert "out/1.mid is there already: --force replaces" in done.stderr
    assert files(tmp_path / "out") == ["1.mid"]
    done = livepitch_here(*arguments, "--force", "--plot", "pictures")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = [path for path in files(tmp_path / "out") if path.endswith(".mid")]
    assert written == ["1.mid", "4.mid", "5.mid", "ü b/2.mid", "ü b/3 .mid"]
    assert len(files(tmp_path / "pictures")) == 5
    again = livepitch_here(*arguments, "--plot", "pictures")
    assert (again.returncode, again.stderr) == (0, "livepitch: 5 of 5 files are done already\n")
    journal = (tmp_path / "out" / ".livepitch-track.jsonl").read_text().splitlines()
    assert json.loads(journal[0])["complete"] is True
    assert os.listdir(tmp_path / "out" / "ü b")
