"""`livepitch practice list` and `run`: what is listed, what is refused, and takes that are really sung and heard."""

import json
import math
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import typer

from livepitch.cli.practice_meter import line
from livepitch.practice.exercise.exercises import EXERCISES
from livepitch.practice.exercise.vocal_range import VocalRange
from livepitch.practice.progress.store import Progress
from livepitch.practice.rehearsal.accompanied import Silence
from livepitch.practice.rehearsal.singer import remembered_range
from livepitch.practice.sound.offset import Offset, OffsetStore
from livepitch.practice.target.typed import typed_target
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.portaudio import output_devices
from tests.conftest import sung_tone
from tests.practice.duet import RATE, Singer, stage
from tests.practice.planted import in_tune, sound
from tests.practice.rehearsing import A3, B3, FakeStream, Practice, step
from tests.realtime import fakes
from tests.realtime.fakes import wait_until
from tests.realtime.virtual_microphone import VirtualMicrophone, skip_unless_installed

NOTES = "A3 B3 C4 A3:2"


def test_every_exercise_is_listed_under_its_group(livepitch_here, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines = livepitch_here("practice", "list").stdout.splitlines()
    assert max(map(len, lines)) <= 60
    assert [line.split()[0] for line in lines if re.match("[a-z-]+  ", line)] == [one.id for one in EXERCISES]
    assert {one.group.value for one in EXERCISES} <= set(lines)
    records = json.loads(livepitch_here("practice", "list", "--json").stdout)
    assert [record["id"] for record in records] == [one.id for one in EXERCISES]
    assert records[0]["sentence"] == EXERCISES[0].sentence


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nosuch",), 2, "'nosuch' is no exercise (see livepitch practice list), no file, and no notes"),
        (("nosuch.mid",), 1, "nosuch.mid cannot be read (No such file or directory)"),
        (("triad", "--range", "G4-C3"), 2, "--range G4-C3: give the lowest and the highest note, such as C3-G4"),
        (("triad", "--voice", "choir"), 2, "--voice: voice must be one of"),
        (("triad", "--range", "C3-G4", "--from", "99"), 2, "--from 99: triad has"),
        (("triad", "--range", "C3-G4", "--loop", "1-2"), 2, "--loop is for songs, and triad is an exercise"),
        (("triad", "--range", "C3-G4", "--tempo", "fast"), 2, "--tempo fast: give a factor (0.8), a percentage"),
        (("triad", "--range", "C3-G4", "--level", "hard"), 2, "--level hard: it can be strict, teacher"),
        (("ear-melody", "--range", "C3-G4", "--no-guide", "--no-metronome"), 2, "ear-melody is nothing without sound"),
        ((NOTES, "--loop", "70-80"), 2, "no note begins between 70 and 80 s"),
        ((NOTES, "--part", "3"), 2, f"--part is for files of several voices, and '{NOTES}' has one"),
        ((NOTES, "--transpose", "up"), 2, "--transpose up: give semitones, such as -3, 48 at most, or auto"),
    ],
)
def test_what_cannot_be_sung_is_refused_in_a_line(livepitch_here, arguments, code, said):
    done = livepitch_here("practice", "run", *arguments, "--no-gui")
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_no_gui_the_window_opens_on_the_practice(livepitch_here, tmp_path, monkeypatch):
    opened = []

    def run_window(source, model, **options):
        opened.append((source, model, options["practice"], tuple(options["named"])))
        return 0

    monkeypatch.setattr("livepitch.gui.app.run_window", run_window)
    (tmp_path / "song.mid").touch()
    assert livepitch_here("practice", "run", "triad").returncode == 0
    assert livepitch_here("practice", "run", NOTES).returncode == 0
    assert livepitch_here("practice", "run", "song.mid", "--model", "rmvpe-small").returncode == 0
    told = [(None, "stream", "triad", ()), (None, "stream", NOTES, ()), (None, "rmvpe-small", "song.mid", ("model",))]
    assert opened == told
    done = livepitch_here("practice", "run", "triad", "--tempo", "0.8")
    assert done.returncode == 2
    assert "--tempo is for the terminal: choose in the window, or give --no-gui too" in done.stderr
    assert len(opened) == 3


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("triads", 2, "'triads' is no exercise (see livepitch practice list), no file, and no notes"),
        ("nosuch.mid", 1, "nosuch.mid cannot be read (No such file or directory)"),
        ("nosuch.wav", 1, "nosuch.wav: no such file"),
        ("C4 Q4", 1, "'Q4' is no note"),
    ],
)
def test_no_window_opens_on_what_is_not_there(livepitch_here, monkeypatch, what, code, said):
    monkeypatch.setattr("livepitch.gui.app.run_window", lambda *_, **__: pytest.fail("a window opened"))
    done = livepitch_here("practice", "run", what)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (code, "", 1)
    assert said in done.stderr


def test_without_a_microphone_it_says_so(livepitch_here, monkeypatch):
    monkeypatch.setattr("livepitch.realtime.source.input_devices", lambda refresh=False: [])
    done = livepitch_here("practice", "run", NOTES, "--no-gui")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "input" in done.stderr


def test_without_an_output_it_says_so_before_anything_is_recorded(livepitch_here, data, monkeypatch):
    @contextmanager
    def hummed(device, model):
        yield Interrupted()

    monkeypatch.setattr("livepitch.cli.practice_run.listening", hummed)
    monkeypatch.setattr("livepitch.realtime.portaudio.output_devices", lambda refresh=False: [])
    done = livepitch_here("practice", "run", NOTES, "--no-gui")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "output" in done.stderr
    assert not list(data.rglob("*.flac"))


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Where this test's takes and sessions go."""
    monkeypatch.setenv("LIVEPITCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(tmp_path / "takes"))
    return tmp_path


@pytest.mark.audio
@pytest.mark.alone
def test_a_take_sung_to_the_guide_scores_as_the_same_take_from_a_file(livepitch_here, data, monkeypatch):
    """A note 30 cents flat, another 120 ms late: heard through the microphone as they are in the file."""
    skip_unless_installed()
    monkeypatch.setattr("livepitch.cli.practice_devices.SETTLING", 0.3)
    singer = Singer(monkeypatch)
    target = typed_target(NOTES, tempo=180)
    notes = in_tune(target, gap=0.03)
    notes[1] = replace(notes[1], midi=notes[1].midi - 0.3)
    notes[2] = replace(notes[2], start=notes[2].start + 0.12)
    singer.take = sound(notes, RATE)
    soundfile.write(data / "take.wav", singer.take, RATE)
    with stage():
        assert output_devices(refresh=True)
        options = ("--no-gui", "--count-in", 2, "--tempo", "180bpm", "--json", "sung.json")
        done = livepitch_here("practice", "run", NOTES, *options)
    assert done.returncode == 0, done.stderr
    (sung,) = json.loads((data / "sung.json").read_text())
    from_file = livepitch_here("practice", "score", NOTES, "take.wav", "--tempo", 2, "--align", "none", "--json", "-")
    reference = json.loads(from_file.stdout)
    assert abs(sung["score"] - reference["score"]) < 1
    for heard, filed in zip(sung["notes"], reference["notes"], strict=True):
        assert heard["cents_off"] == pytest.approx(filed["cents_off"], abs=1)
        assert heard["onset_delay_ms"] == pytest.approx(filed["onset_delay_ms"], abs=15)
    assert sung["notes"][1]["cents_off"] == pytest.approx(-30, abs=5)
    assert sung["advice"][0] in done.stdout
    (session,) = Progress().sessions()
    assert session.score == pytest.approx(sung["score"], abs=0.1)
    assert session.take.exists()
    assert session.take.with_name(f"{session.take.stem}.practice.json").exists()


@pytest.mark.audio
def test_a_killed_practice_leaves_all_but_the_last_second_and_earlier_sessions(data, monkeypatch):
    """Neither guide nor metronome: nothing is to be heard, so no output device is asked for."""
    skip_unless_installed()
    monkeypatch.setattr(fakes, "PATIENT", 90.0)  # a process imports all there is
    Progress().add_range(48, 67, datetime.now())
    earlier = Progress().path.read_bytes()
    soundfile.write(data / "hum.wav", np.tile(sung_tone(220, 1.0, RATE), 60), RATE)
    with VirtualMicrophone(RATE) as microphone, ExitStack() as ending:
        playing = microphone.play(data / "hum.wav")
        command = [sys.executable, "-m", "livepitch", "practice", "run", "A3:200", "--no-gui"]
        singing = subprocess.Popen([*command, "--no-guide", "--no-metronome"], cwd=data, stdout=subprocess.DEVNULL)
        for process in (playing, singing):
            ending.callback(process.wait)
            ending.callback(process.kill)
        wait_until(lambda: list((data / "takes").rglob("*.flac")))
        begun = time.monotonic()
        (take,) = (data / "takes").rglob("*.flac")
        wait_until(lambda: take.stat().st_size > 50_000)
        time.sleep(0.3)
        singing.kill()
        lasted = time.monotonic() - begun
    audio, rate = soundfile.read(take)
    assert lasted > 1.0
    assert len(audio) / rate > lasted - 1.0
    assert np.abs(audio[-rate // 2 :]).max() > 0.01  # sung to its end
    assert Progress().path.read_bytes() == earlier


class Interrupted(FakeStream):
    """Hums A3 by the real clock, until Ctrl-C is pressed in the second note."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(now=time.monotonic()))
        self.sung = sung_tone(220, 4.0)
        self.pressed = False

    def frames(self):
        frames, now = [], time.monotonic()
        while self.clock.now < now - 0.01:
            frames += super().frames(0.01, 220.0)
        if self.recording is not None and not self.pressed and self.clock.now - 900 > self.recording.start + 1.1:
            self.pressed = True
            raise KeyboardInterrupt
        return frames


def test_ctrl_c_ends_a_practice_with_what_was_sung(livepitch_here, data, monkeypatch):
    @contextmanager
    def hummed(device, model):
        yield Interrupted()

    monkeypatch.setattr("livepitch.cli.practice_run.listening", hummed)
    silent = ("--no-guide", "--no-metronome", "--count-in", 1)
    done = livepitch_here(
        *("practice", "run", "A3:2 A3:200", "--no-gui", *silent, "--tempo", "240bpm", "--json", "out.json")
    )
    assert done.returncode == 0, done.stderr
    (score,) = json.loads((data / "out.json").read_text())
    assert [note["hit"] for note in score["notes"]] == [True]  # of the second nothing is said: it was not over
    assert score["advice"][0] in done.stdout
    (session,) = Progress().sessions()
    assert f"kept in {session.take}" in done.stderr


def test_a_guide_that_the_microphone_hears_is_said_once(livepitch_here, data, monkeypatch):
    @contextmanager
    def hummed(device, model):
        yield Interrupted()  # hums the cue as soon as it sounds

    class Unheard(Silence):
        def __init__(self, step, arrangement, input_name):
            super().__init__(step, arrangement)

    monkeypatch.setattr("livepitch.cli.practice_run.listening", hummed)
    monkeypatch.setattr("livepitch.practice.rehearsal.accompanied.Sounding", Unheard)
    done = livepitch_here("practice", "run", "A3:2 A3:200", "--no-gui", "--tempo", "240bpm", "--no-save")
    assert done.returncode == 0, done.stderr
    said = "livepitch: The guide is heard in the microphone: wear headphones, or turn it down"
    assert done.stderr.splitlines().count(said) == 1, done.stderr


def test_a_take_that_shall_not_be_kept_is_not(livepitch_here, data, monkeypatch):
    @contextmanager
    def hummed(device, model):
        yield Interrupted()

    monkeypatch.setattr("livepitch.cli.practice_run.listening", hummed)
    options = ("--no-gui", "--no-guide", "--no-metronome", "--count-in", 1, "--tempo", "240bpm", "--no-save")
    done = livepitch_here("practice", "run", "A3:2 A3:200", *options)
    assert done.returncode == 0, done.stderr
    assert "You hit the note" in done.stdout
    assert not list(data.rglob("*.flac"))
    assert not Progress().path.exists()


def test_what_the_devices_leave_out_is_measured_said_and_kept(livepitch_here, own_settings, monkeypatch):
    @contextmanager
    def hummed(device, model):
        yield Hummer()

    monkeypatch.setattr("livepitch.cli.practice_devices.listening", hummed)
    monkeypatch.setattr(
        "livepitch.practice.sound.calibration.calibrate",
        lambda session, accompaniment, progress: Offset(0.0423, 0.0011, 9, 10),
    )
    done = livepitch_here("practice", "calibrate", "--output", "Headphones")
    assert done.returncode == 0, done.stderr
    said = "Headset hears Headphones 42.3 ms later than they claim (± 1.1 ms, 9 of 10 clicks)"
    assert done.stdout.strip() == said
    assert OffsetStore().get("Headset", "Headphones") == 0.0423
    assert str(OffsetStore().path) in done.stderr


class Hummer:
    """A session whose singer holds every note that is asked for from A2 to C4, an eighth of a tone high."""

    def __init__(self) -> None:
        self.time, self.asked, self.source = 0.0, 57, SimpleNamespace(name="Headset")

    def frames(self):
        midi = self.asked + 0.25 if 45 <= self.asked <= 60 else math.nan
        frames = []
        for _ in range(100):
            self.time += 0.01
            frames.append(PitchFrame(self.time, 440 * 2 ** ((midi - 69) / 12), 0.9, -20.0))
        return frames


def test_the_range_is_found_said_and_remembered(livepitch_here, data, own_settings, monkeypatch):
    session = Hummer()

    @contextmanager
    def hummed(device, model):
        yield session

    def sing_what_is_asked(text):
        note = re.search(r"hold ([A-G]♯?\d)", text)
        session.asked = round(typed_target(note[1]).notes[0].midi) if note else session.asked
        print(text)

    monkeypatch.setattr("livepitch.cli.practice_run.listening", hummed)
    echo = SimpleNamespace(echo=sing_what_is_asked, Exit=typer.Exit)
    monkeypatch.setattr("livepitch.cli.practice_range.typer", echo)
    monkeypatch.setattr("livepitch.cli.practice_range.LOOK", 0.0)
    done = livepitch_here("practice", "run", "vocal-range", "--no-gui")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "Sing a comfortable note on ah and hold it."
    assert done.stdout.splitlines()[-1].startswith("Your range is A2–C4")
    assert remembered_range() == VocalRange(45, 60)
    assert [(found.low, found.high) for found in Progress().ranges()] == [(45, 60)]


def test_the_line_that_follows_the_voice_says_what_is_asked_and_sung(tmp_path):
    practice = Practice(tmp_path, step(A3, B3))
    rehearsal = practice.rehearsal
    rehearsal.begin(practice.stream)
    assert line(rehearsal, None) == "4   A3"
    practice.sing(2.2)
    assert line(rehearsal, None) == "A3       –"
    high = practice.sing(0.1, 220.0 * 2 ** (0.2 / 12))[-1]
    assert line(rehearsal, high) == "A3       A3      +20 cents  ··········|···●······"
    practice.sing(1.0)
    low = practice.sing(0.1, 220.0)[-1]
    assert line(rehearsal, low) == "B3       A3     −200 cents  ●·········|··········"
    hidden = Practice(tmp_path, step(A3, hidden=True))
    hidden.rehearsal.begin(hidden.stream)
    hidden.sing(2.5)
    assert line(hidden.rehearsal, high) == "sing     A3"
