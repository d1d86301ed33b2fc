"""The programs in examples/ do what they say, for whoever copies a line of their first comment into a terminal."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from livepitch.model.convert import midi_to_hz
from livepitch.realtime.demo import demo_phrase

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 60  # lines
A3, C4, E4 = 57, 60, 64
LINE = re.compile(r" *(?P<note>\S+) (?P<scale>[·|█]{41}) +(?P<cents>[+-]\d+) cents (?P<verdict>in tune|flat|sharp) *")


@pytest.fixture
def example(tmp_path, monkeypatch, capfd):
    """`example(name, *words)` runs one in this process: what it printed; what it left with if that is not None."""

    def run(name, *words, leaves=None):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        capfd.readouterr()
        path = str(ROOT / "examples" / f"{name}.py")
        if leaves is None:
            runpy.run_path(path, run_name="__main__")
        else:
            with pytest.raises(SystemExit) as left:
                runpy.run_path(path, run_name="__main__")
            assert re.search(leaves, str(left.value.code))
        return capfd.readouterr().out

    return run


@pytest.fixture
def sing(tone, tmp_path):
    """`sing(path, (note, seconds), ...)`: a recording, with a short silence before each note."""

    def write(name, *notes):
        silence = np.zeros(4800, np.float32)  # 0.3 s
        parts = [part for note, seconds in notes for part in (silence, tone(midi_to_hz(note), seconds))]
        soundfile.write(tmp_path / name, np.concatenate([*parts, silence]), 16_000)

    return write


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_can_be_read_in_one_sitting_and_says_how_it_is_run(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert f"python examples/{path.name}" in text.split('"""')[1]
    assert "import livepitch as lp" in text
    assert not re.search(r"from livepitch|import livepitch\.", text)  # the public face is enough


def test_there_are_five():
    assert {path.stem for path in EXAMPLES} == {
        "folder_to_csv", "harmoniser", "obs_overlay", "range_histogram", "terminal_tuner",
    }  # fmt: skip


@pytest.mark.alone
def test_the_tuner_shows_what_the_demo_voice_sings(example):
    shown = [LINE.fullmatch(line) for line in example("terminal_tuner", "--demo", "--seconds", 1.6).split("\r")]
    heard = [match for match in shown if match]
    notes = [match["note"] for match in heard]
    assert notes.index("A3") < notes.index("C4")
    assert {"A3", "C4"} >= set(notes) - {"A♯3", "B3"}  # which the voice passes on its way
    for match in heard:
        cents = int(match["cents"])
        assert abs(match["scale"].index("█") - (cents + 50) * 0.4) <= 0.71  # half a character, half a cent
        assert match["verdict"] == ("in tune" if abs(cents) <= 5 else "flat" if cents < 0 else "sharp") or abs(
            cents
        ) in (5, 6)  # figures are rounded


def test_the_tuner_without_a_microphone_says_so_in_one_line(example, monkeypatch):
    from livepitch.realtime import source

    monkeypatch.setattr(source, "input_devices", lambda **_: [])
    example("terminal_tuner", leaves="^no input device: plug in a microphone")


def played(path):
    """Notes of each track: (MIDI number, start, end), seconds."""
    tracks = []
    for track in mido.MidiFile(path).tracks:
        now, begun, notes = 0, {}, []
        for message in track:
            now += message.time
            if message.type == "note_on":
                begun[message.note] = now
            elif message.type == "note_off":
                notes.append((message.note, begun.pop(message.note) / 960, now / 960))
        assert not begun
        tracks.append(notes)
    return tracks


@pytest.mark.parametrize(
    ("words", "second"), [((), [C4, E4, 67]), (("--key", "A"), [61, 63, 68]), (("--up", "fifth"), [E4, 67, 71])]
)
def test_the_harmoniser_adds_a_voice_in_the_key(example, sing, tmp_path, words, second):
    sing("sung.wav", (A3, 0.8), (C4, 0.6), (E4, 1.0))
    said = example("harmoniser", "sung.wav", "duet.mid", *words)
    assert said.startswith("duet.mid: 3 notes")
    sung, harmony = played(tmp_path / "duet.mid")
    assert [note for note, *_ in sung] == [A3, C4, E4]
    assert [note for note, *_ in harmony] == second
    times = [[0.3, 1.1], [1.4, 2.0], [2.3, 3.3]]
    for voice in (sung, harmony):
        assert [list(note[1:]) for note in voice] == pytest.approx(np.array(times), abs=0.04)


def test_the_harmoniser_takes_a_voice_that_sounds_from_the_first_sample(example, tone, tmp_path):
    soundfile.write(tmp_path / "sung.wav", tone(midi_to_hz(A3), 1.0), 16_000)
    example("harmoniser", "sung.wav", "duet.mid")
    assert [[note for note, *_ in voice] for voice in played(tmp_path / "duet.mid")] == [[A3], [C4]]


def test_what_is_no_recording_is_one_line_of_the_harmoniser(example, tmp_path):
    example("harmoniser", "nothing.wav", "duet.mid", leaves="nothing.wav: no such file")
    assert not (tmp_path / "duet.mid").exists()


def test_the_histogram_counts_the_seconds_of_every_note(example, sing):
    sing("one.wav", (A3, 2.0), (C4, 0.5))
    sing("two.wav", (C4, 0.5))
    lines = example("range_histogram", "one.wav", "two.wav").splitlines()
    rows = [re.fullmatch(r" *(\S+) (█*) +([\d.]+) s", line) for line in lines[:-1]]
    assert [row[1] for row in rows] == ["C4", "B3", "A♯3", "A3"]
    seconds, bars = [float(row[3]) for row in rows], [len(row[2]) for row in rows]
    assert seconds == pytest.approx([1.0, 0, 0, 2.0], abs=0.12)
    assert bars == [round(50 * each / seconds[-1]) for each in seconds]
    assert lines[-1].endswith("between A3 and C4")


def test_a_histogram_of_silence_says_that_there_is_no_voice(example, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(16_000), 16_000)
    assert example("range_histogram", "silence.wav") == "no voice\n"


def test_a_folder_becomes_csv_files_and_is_not_done_twice(example, tmp_path):
    songs, pitches = tmp_path / "songs", tmp_path / "pitches"
    songs.mkdir()
    audio, _, f0 = demo_phrase(16_000)
    for name in ("eins.wav", "zwei.flac"):
        soundfile.write(songs / name, audio[:32_000], 16_000)
    (songs / "broken.wav").write_text("no sound")
    (songs / "notes.txt").write_text("not meant")
    command = [sys.executable, ROOT / "examples" / "folder_to_csv.py", songs, pitches, "--processes", "2"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 1, ended.stderr
    assert "broken.wav: is not audio livepitch can read" in ended.stdout
    assert ended.stdout.splitlines()[-1] == f"2 of 3 recordings have their pitch in {pitches}"
    assert {path.name for path in pitches.iterdir()} == {"eins.wav.csv", "zwei.flac.csv"}
    rows = np.genfromtxt(pitches / "zwei.flac.csv", delimiter=",", names=True)
    sung = (rows["voiced"] == 1) & np.isfinite(f0[: len(rows)])
    assert sung.sum() > 50
    assert np.median(np.abs(1200 * np.log2(rows["f0"] / f0[: len(rows)]))[sung]) < 10
    stamps = [path.stat().st_mtime_ns for path in sorted(pitches.iterdir())]
    (songs / "broken.wav").unlink()
    told = example("folder_to_csv", songs, pitches, leaves="^0$")
    assert told == f"2 of 2 recordings have their pitch in {pitches}\n"
    assert [path.stat().st_mtime_ns for path in sorted(pitches.iterdir())] == stamps
