"""MIDI ports: played by name and as one of our own, lost and found again."""

import itertools
import math
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

from livepitch.model.errors import LivepitchError
from livepitch.outputs import midi_ports as ports
from livepitch.outputs.midi import MidiOutput
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.session import Session
from livepitch.realtime.source import FileSource
from tests.conftest import Cli
from tests.outputs.frames import sung, wait_until
from tests.outputs.jack import Instrument, jack
from tests.outputs.synthesizer import Synthesizer

NOTE_OFF, NOTE_ON = 0x80, 0x90

Studio = Callable[..., Instrument]


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Studio]:
    """Makes instruments, and closes those that a failed test leaves."""
    made: list[Instrument] = []

    def make(name: str = "Grand Piano", connect_to: str | None = None) -> Instrument:
        made.append(Instrument(name, connect_to))
        return made[-1]

    monkeypatch.setattr(ports, "ON_ITS_WAY", 0.5)  # however busy the machine is
    with jack(monkeypatch, tmp_path):
        yield make
        for instrument in made:
            instrument.close()


def play(output: MidiOutput, midi: float, start: float, seconds: float = 0.3) -> None:
    for frame in sung(midi, seconds, start):
        output.send([frame])


def kinds(instrument: Instrument) -> list[int]:
    return [message[0] & 0xF0 for message in instrument.heard]


def test_a_port_is_played_by_part_of_its_name(studio: Studio, livepitch: Cli) -> None:
    piano, organ = studio("Grand Piano"), studio("Organ")
    assert [name for name in ports.midi_ports() if "Piano" in name] == ["Grand Piano:in"]
    assert "Grand Piano:in\n" in livepitch("devices").stdout
    output = MidiOutput("piano")
    assert output.name == "MIDI to piano"
    output.open()
    play(output, 60.5, 0.0)
    output.send([])  # nothing comes any more
    wait_until(lambda: NOTE_OFF in kinds(piano))
    output.close()
    synthesizer = Synthesizer()
    synthesizer.hear(piano.heard)
    assert [note for _, note, _ in synthesizer.struck] == [61]
    assert synthesizer.pitches == []
    assert synthesizer.channels[0].bend * 2.0 == pytest.approx(-0.5, abs=1e-3)
    assert organ.heard == []


def all_ended(told: list[int]) -> bool:
    """Whether every note has; who came in the middle of one heard its end alone."""
    since = told[told.index(NOTE_ON) :] if NOTE_ON in told else []
    return bool(since) and since.count(NOTE_ON) == since.count(NOTE_OFF)


def test_a_virtual_port_is_there_for_others_to_connect_to(studio: Studio) -> None:
    output = MidiOutput(mpe=True, bend_range=24)
    output.open()
    piano = studio(connect_to="livepitch")
    starts = itertools.count()
    wait_until(lambda: play(output, 60.0, next(starts)) or bool(piano.heard))  # JACK takes a moment to connect
    start = float(next(starts))
    play(output, math.nan, start, 5.5)  # so long that whoever came late is told how notes are bent
    play(output, 72.0, start + 5.5)
    output.close()
    output.close()
    wait_until(lambda: all_ended(kinds(piano)) and piano.heard[-1][1] == 72)
    synthesizer = Synthesizer()
    synthesizer.hear(piano.heard[kinds(piano).index(NOTE_ON) :])
    assert synthesizer.struck[-1][1] == 72
    assert synthesizer.zone == 15
    assert {channel.bend_range for channel in synthesizer.channels[1:]} == {24.0}
    assert synthesizer.pitches == []


def test_a_port_that_vanishes_is_said_and_found_again(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "GLANCE", 0.0)
    output = MidiOutput("piano")
    with pytest.raises(ports.MidiError, match="piano: not found; there are none now"):
        output.open()
    piano = studio()
    output.open()
    play(output, 60.0, 0.0)
    piano.close()
    with pytest.raises(ports.MidiError, match="Grand Piano:in: is gone"):
        play(output, 60.0, 0.3)
    output.close()
    piano = studio()
    output.open()
    play(output, 62.0, 1.0)
    wait_until(lambda: NOTE_ON in kinds(piano))
    output.close()


@pytest.mark.alone
def test_a_session_plays_what_it_hears_and_leaves_silence(studio: Studio, tmp_path: Path) -> None:
    piano = studio()
    phrase, _, _ = demo_phrase(16_000)
    soundfile.write(tmp_path / "phrase.wav", phrase[: 16_000 * 5 // 2], 16_000)
    with Session(FileSource(tmp_path / "phrase.wav"), outputs=[MidiOutput("Piano")]) as session:
        times = [frame.time for frame in session]
    (sending,) = session.sending
    assert (sending.sent, sending.lost, sending.error) == (len(times), 0, None)
    wait_until(lambda: kinds(piano).count(NOTE_OFF) == 3)
    synthesizer = Synthesizer()
    synthesizer.hear(piano.heard)
    assert [note for _, note, _ in synthesizer.struck] == [57, 60, 64]  # as the demo voice begins
    assert synthesizer.pitches == []


def test_frames_that_are_lost_or_settled_make_no_notes(studio: Studio) -> None:
    piano = studio()
    output = MidiOutput("piano")
    output.open()
    play(output, 60.0, 0.0)
    output.send(sung(64.0, 0.3, 0.0))  # settled, of a time that was played
    play(output, 60.0, 2.0)  # much is lost in between: another note
    output.close()
    wait_until(lambda: kinds(piano).count(NOTE_OFF) == 2)
    synthesizer = Synthesizer()
    synthesizer.hear(piano.heard)
    assert [note for _, note, _ in synthesizer.struck] == [60, 60]


def test_where_there_is_no_midi_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_may_run", lambda system: False)
    assert ports.midi_ports() == []
    with pytest.raises(LivepitchError, match="no MIDI here"):
        MidiOutput().open()


def test_outputs_travel_closed_and_equal_those_made_alike() -> None:
    output = MidiOutput("Grand Piano", mpe=True)
    assert pickle.loads(pickle.dumps(output)) == output
    assert output != MidiOutput("Grand Piano")
    assert output.name == "MPE to Grand Piano"
    assert MidiOutput().name == "MIDI to livepitch"


@pytest.mark.parametrize("bend_range", [0.0, 97.0, math.nan])
def test_a_bend_range_that_midi_does_not_have_is_refused(bend_range: float) -> None:
    with pytest.raises(ValueError, match="bend_range must lie in"):
        MidiOutput(bend_range=bend_range)
