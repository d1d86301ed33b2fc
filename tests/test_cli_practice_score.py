"""`livepitch practice score`: a teacher's folder of takes, one take, other targets, what goes wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import pytest
import soundfile

from livepitch.cli.practice_score_table import print_score
from livepitch.practice.scoring.heard import Heard
from livepitch.practice.scoring.take import score_take
from tests.conftest import Cli
from tests.practice.planted import in_tune, sound, target_of, track

MELODY = (57.0, 60.0, 59.0)
TARGET = target_of(*[(0.6 * i, 0.6 * (i + 1), midi) for i, midi in enumerate(MELODY)])
FIELDS = {
    "midi", "hit", "onset_delay_ms", "cents_off", "spread_cents", "within_50", "vibrato_rate_hz", "vibrato_extent_cents"
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A melody as MIDI, and takes of it: in tune, with a flat note, and a file that is none."""
    home = tmp_path_factory.mktemp("lesson")
    file, voice = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
    file.tracks.append(voice)
    voice.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(100)))
    for midi in MELODY:
        voice.append(mido.Message("note_on", note=int(midi), velocity=80, time=0))
        voice.append(mido.Message("note_off", note=int(midi), velocity=0, time=480))
    file.save(home / "melody.mid")
    takes = home / "takes"
    takes.mkdir()
    notes = in_tune(TARGET, 0.08)
    soundfile.write(takes / "anna.wav", sound(notes, 16_000), 16_000)
    notes[1] = replace(notes[1], midi=59.7)
    soundfile.write(takes / "ben.flac", sound(notes, 16_000), 16_000)
    (takes / "carl.wav").write_text("no sound")
    return home


def test_one_take_as_a_table_and_as_json(livepitch_here: Cli, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "ben.json"
    done = livepitch_here("practice", "score", folder / "melody.mid", folder / "takes/ben.flac", "--json", out)
    assert done.returncode == 0, done.stderr
    assert "C4 (note 2) was 30 cents flat" in " ".join(done.stdout.split())
    figures = json.loads(out.read_text())
    assert [note["midi"] for note in figures["notes"]] == [57, 60, 59]
    assert not FIELDS - set(figures["notes"][0])
    assert figures["notes"][1]["cents_off"] == pytest.approx(-30, abs=5)
    assert figures["notes"][1]["vibrato_rate_hz"] is None
    assert 90 < figures["score"] < 99
    assert figures["advice"][0] == "You hit 3 of 3 notes; pitch cost the most."


def test_a_folder_is_scored_though_one_file_is_bad(livepitch_here: Cli, folder: Path, tmp_path: Path) -> None:
    done = livepitch_here("practice", "score", folder / "melody.mid", folder / "takes", "--json", tmp_path / "scores")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "carl.wav" in done.stderr
    rows = [line.split()[:3] for line in done.stdout.splitlines()[1:] if "/3" in line]
    assert [(row[0], row[2]) for row in rows] == [("anna.wav", "3/3"), ("ben.flac", "3/3")]
    assert sorted(path.name for path in (tmp_path / "scores").iterdir()) == ["anna.score.json", "ben.score.json"]
    assert json.loads((tmp_path / "scores/anna.score.json").read_text())["score"] >= 99


def test_a_score_is_a_target(livepitch_here: Cli, folder: Path, tmp_path: Path) -> None:
    notes = "".join(
        f"<note><pitch><step>{step}</step><octave>{octave}</octave></pitch><duration>1</duration></note>"
        for step, octave in (("A", 3), ("C", 4), ("B", 3))
    )
    (tmp_path / "melody.musicxml").write_text(
        '<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Voice</part-name></score-part>'
        '</part-list><part id="P1"><measure number="1"><attributes><divisions>1</divisions></attributes>'
        f'<direction><sound tempo="100"/></direction>{notes}</measure></part></score-partwise>'
    )
    done = livepitch_here("practice", "score", "melody.musicxml", folder / "takes/anna.wav", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert [note["midi"] for note in json.loads(done.stdout)["notes"]] == [57, 60, 59]
    assert json.loads(done.stdout)["score"] >= 99
    (tmp_path / "melody.musicxml").write_text("<score-partwise><part-list>")
    broken = livepitch_here("practice", "score", "melody.musicxml", folder / "takes/anna.wav")
    assert (broken.returncode, broken.stderr.count("\n")) == (1, 1)
    assert "melody.musicxml" in broken.stderr


def test_typed_notes_another_octave_and_json_alone(livepitch_here: Cli, folder: Path) -> None:
    done = livepitch_here(
        "practice", "score", "A4 C5 B4", folder / "takes/anna.wav", "--tempo", "1.11111", "--octave-free", "--json", "-"
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["score"] >= 99
    assert [note["octaves"] for note in figures["notes"]] == [-1, -1, -1]


def test_notes_are_named_as_they_were_typed(livepitch_here: Cli, folder: Path) -> None:
    done = livepitch_here("practice", "score", "A3:2 Eb4:2 B3:2", folder / "takes/anna.wav")
    assert done.returncode == 0, done.stderr
    assert "2  E♭4" in done.stdout
    assert "E♭4 (note 2) was " in " ".join(done.stdout.split())
    assert "D♯" not in done.stdout


def test_a_recording_is_a_target_and_the_key_is_found(livepitch_here: Cli, folder: Path) -> None:
    own = livepitch_here("practice", "score", folder / "takes/anna.wav", folder / "takes/anna.wav", "--json", "-")
    assert json.loads(own.stdout)["score"] >= 99
    moved = livepitch_here(
        "practice",
        "score",
        "C4 Eb4 D4",
        folder / "takes/anna.wav",
        "--tempo",
        "1.1111",
        "--transpose",
        "auto",
        "--json",
        "-",
    )
    assert json.loads(moved.stdout)["notes"][0]["midi"] == 57
    assert json.loads(moved.stdout)["score"] >= 99


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("none.mid", "takes/anna.wav"), 1, "none.mid"),
        (("melody.mid", "none.wav"), 1, "none.wav"),
        (("melody.mid", "takes/anna.wav", "--align", "now"), 2, "auto, none, shift, tempo"),
        (("melody.mid", "takes/anna.wav", "--level", "kind"), 2, "strict, teacher"),
        (("melody.mid", "takes/anna.wav", "--transpose", "up"), 2, "--transpose up"),
        (("melody.mid", "takes/anna.wav", "--tolerance", "0"), 2, "--tolerance"),
        (("melody.mid", "takes/anna.wav", "--json", "none/a.json"), 1, "no folder none"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    livepitch_here: Cli, folder: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    for name in ("melody.mid", "takes"):
        (tmp_path / name).symlink_to(folder / name)
    done = livepitch_here("practice", "score", *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_narrow_terminal_has_fewer_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    score = score_take(TARGET, Heard(*track(in_tune(TARGET, 0.05))))
    shown: dict[int, str] = {}
    show: Callable[[], None] = lambda: print_score(Path("anna.wav"), score)  # noqa: E731
    for columns in (120, 44):
        monkeypatch.setattr("livepitch.cli.practice_score_table.PIPED", columns)
        show()
        shown[columns] = capsys.readouterr().out
    assert "vibrato" in shown[120]
    assert "vibrato" not in shown[44]
    assert max(len(line.rstrip()) for line in shown[44].splitlines()) <= 44
    assert "cents" in shown[44]
