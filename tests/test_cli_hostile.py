"""What is typed on the command line may be anything: one line, safe to print, and no waiting."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livepitch.cli.practice_score import _dump
from livepitch.cli.practice_score_table import print_score, print_scores
from livepitch.cli.practice_target import written_target
from livepitch.cli.settings import chosen_device
from livepitch.cli.terminal import one_line_errors, progress_bar, say
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.target.target import TargetNote
from tests.conftest import Cli

EVIL = ("a\x1b[31mred\x07", "two\nlines\tand a tab", "bidi\u202egpj", "\udcff\udc80", "[bold]mark[/]", "\x9b2J")
HUGE = "9" * 5000
TAKE = TakeScore("A song", 80.0, (NoteScore(TargetNote(0.0, 1.0, 60.0), True, 1.0),), ("Well sung.",), (0,))


def assert_one_line(text: str) -> None:
    line = text.removesuffix("\n")
    assert line.startswith("livepitch: ")
    assert line.isprintable(), ascii(line)
    assert len(line) < 1200
    assert "Traceback" not in line


@pytest.mark.parametrize(
    "command",
    [
        ("track", "{}.wav"),
        ("track", "here.wav", "-o", "{}/out.csv"),
        ("track", "here.wav", "--model", "{}.pt"),
        ("track", "here.wav", "--format", "{}"),
        ("track", "here.wav", "--plot", "{}"),
        ("export", "{}.csv"),
        ("weights", "verify", "{}.pt"),
        ("practice", "score", "{}.mid", "here.wav"),
        ("practice", "run", "{}.mid", "--no-gui"),
        ("live", "--model", "{}.onnx"),
        ("live", "--rate", "{}"),
        ("bench", "--compare", "{}.json"),
        ("--{}",),
        ("{}",),
    ],
    ids=" ".join,
)
def test_names_that_speak_to_the_terminal(livepitch_here: Cli, command: tuple[str, ...]) -> None:
    for name in (*EVIL, "x" * 10_000, "é" * 200):
        done = livepitch_here(*(word.replace("{}", name) for word in command))
        assert done.returncode in (1, 2)
        assert done.stdout == ""
        assert_one_line(done.stderr)


@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "folder"])
@pytest.mark.parametrize(
    "command",
    [
        ("track", "{}.wav"),
        ("export", "{}.csv"),
        ("track", "here.wav", "--model", "{}.pt"),
        ("weights", "verify", "{}.safetensors"),
        ("practice", "score", "{}.mid", "here.wav"),
        ("practice", "score", "{}.musicxml", "here.wav"),
        ("practice", "run", "{}.txt", "--no-gui"),
        ("bench", "--compare", "{}.json"),
    ],
    ids=" ".join,
)
def test_what_is_no_file_is_not_waited_for(
    livepitch_here: Cli, tmp_path: Path, command: tuple[str, ...], kind: str
) -> None:
    path = tmp_path / next(word for word in command if "{}" in word).replace("{}", kind)
    make: dict[str, Callable[[], None]] = {
        "pipe": lambda: os.mkfifo(path),
        "device": lambda: path.symlink_to("/dev/zero"),
        "loop": lambda: path.symlink_to(path.name),
        "folder": path.mkdir,
    }
    make[kind]()
    done = livepitch_here(*(word.replace("{}", kind) for word in command))
    assert done.returncode == 1
    assert path.name in done.stderr
    assert_one_line(done.stderr)


FLOATS = ("nan", "inf", "-inf", "1e400", "-1e400", HUGE, "", "x", "\x1b[31m", "\udcff")
OPTIONS = [
    ("live", "--threshold", FLOATS),
    ("live", "--gain", FLOATS),
    ("live", "--gate", FLOATS),
    ("live", "--context", FLOATS),
    ("live", "--hop", (*FLOATS, "0", "257")),
    ("live", "--blocksize", (*FLOATS, "0", "65537")),
    ("live", "--rate", (*FLOATS, "0", "1000001")),
    ("live", "--seconds", ("nan", "-1", "-inf", "x")),
    ("track here.wav", "--tempo", FLOATS),
    ("track here.wav", "--a4", FLOATS),
    ("track here.wav", "--bend-range", FLOATS),
    ("export here.csv", "--lowest", (*FLOATS, "128")),
    ("export here.csv", "--start", ("nan", "-1", "-inf", "x")),
    ("bench", "--seconds", FLOATS),
    ("bench", "--rate", FLOATS),
    ("bench", "--blocksize", FLOATS),
    ("tune", "--seconds", FLOATS),
    ("parity", "--seed", FLOATS),
    ("practice score song.mid take.wav", "--tempo", FLOATS),
    ("practice score song.mid take.wav", "--transpose", FLOATS),
    ("practice score song.mid take.wav", "--tolerance", FLOATS),
    ("practice score song.mid take.wav", "--latency", FLOATS),
    ("practice score song.mid take.wav", "--a4", FLOATS),
    ("practice score song.mid take.wav", "--level", FLOATS),
    ("practice score song.mid take.wav", "--align", FLOATS),
    ("practice run C4 --no-gui", "--guide-volume", FLOATS),
    ("practice run C4 --no-gui", "--count-in", FLOATS),
    ("practice run C4 --no-gui", "--steps", (*FLOATS, "0")),
]


@pytest.mark.parametrize(("command", "option", "values"), OPTIONS, ids=lambda each: each if type(each) is str else "")
def test_numbers_that_are_none_are_a_wrong_command_line(
    livepitch_here: Cli, command: str, option: str, values: tuple[str, ...]
) -> None:
    for value in values:
        done = livepitch_here(*command.split(), option, value)
        assert done.returncode == 2, (value, done.stderr)
        assert_one_line(done.stderr)


PLANS = {
    "--tempo": ("nan", "inf", "1e400", "0", "0%", "-1", HUGE, "1e999bpm"),
    "--transpose": ("nan", "1e3", HUGE, "1000", "-1000", "٣٣٣"),
    "--loop": ("5-1", "nan-inf", f"{HUGE}-{HUGE}", f"0-{HUGE}", "1e5-1e6"),
    "--range": ("C3", "C9-C1", "C-9-C9", f"C{HUGE}-D4", "nan-nan"),
    "--voice": ("\x1b[31m", ""),
    "--part": ("٣", HUGE, "\x1b[31m"),
    "--level": ("\x1b[31m",),
}


@pytest.mark.parametrize("option", PLANS)
def test_what_is_to_be_sung_is_asked_for_in_numbers_that_there_are(option: str) -> None:
    from livepitch.cli.practice_plan import Wishes, planned
    from livepitch.cli.terminal import UsageError
    from livepitch.model.errors import LivepitchError
    from livepitch.practice.rehearsal.arrangement import Arrangement

    field = {"--range": "singer"}.get(option, option[2:])
    what = "five-note-scale" if option in ("--range", "--voice") else "C4 D4"
    for value in PLANS[option]:
        with pytest.raises((UsageError, LivepitchError)):
            planned(what, Wishes(**{field: value}), Arrangement())


def test_notes_may_be_longer_than_a_name() -> None:
    assert len(written_target("C4 D4 " * 400, None).notes) == 800


@pytest.mark.parametrize(
    ("text", "device"),
    [("3", 3), ("٣", 3), ("USB", "USB"), ("-1", "-1"), (HUGE, HUGE), ("", ""), (None, None)],
)
def test_devices_by_number_or_name(text: str | None, device: int | str | None) -> None:
    assert chosen_device(text) == device


@pytest.mark.parametrize("name", EVIL, ids=ascii)
def test_tables_of_scores_name_files_safely(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_score(Path(f"{name}.wav"), TAKE)
    print_scores([(Path(f"{name}.wav"), TAKE)])
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()
    assert "80.0" in said


def test_figures_of_a_file_whose_name_is_no_text() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    _dump([{"recording": "\udcff\u202e.wav"}], out)
    out.seek(0)
    assert json.load(out) == [{"recording": "\udcff\u202e.wav"}]


@pytest.mark.parametrize("name", EVIL, ids=ascii)
def test_progress_bars_take_names_as_they_are(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    with progress_bar(name) as told:
        assert told is not None
        told(0.5)
    assert "\x07" not in capsys.readouterr().err


def test_an_unforeseen_failure_of_the_system_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    with pytest.raises(typer.Exit), one_line_errors(debug=False):
        Path("x\x1b" * 5000).read_bytes()
    said = capsys.readouterr().err
    assert_one_line(said)
    assert "File name too long" in said


def test_whatever_is_said_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo\x1b[31m\u202e\udcff")
    assert capsys.readouterr().err == "livepitch: one two\\x1b[31m\\u202e\\udcff\n"
