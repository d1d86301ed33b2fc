"""What an instrument plays when a voice sings: which notes, at which pitch, and that they end."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from livepitch.outputs.midi_voice import MidiVoice
from livepitch.outputs.note_following import NoteFollower
from tests.outputs.synthesizer import Synthesizer

NONE = math.nan


def play(voice: MidiVoice, synthesizer: Synthesizer, pitches: Iterable[float], level: float = -20.0) -> list[float]:
    """Sings pitches, a frame each; gives what sounds after each frame that has a note."""
    follower, sounding = NoteFollower(), []
    for pitch in pitches:
        synthesizer.hear(message.bytes() for message in voice.play(follower.hear(pitch, level)))
        sounding += synthesizer.pitches
    return sounding


def begin(bend_range: float = 2.0, mpe: bool = False) -> tuple[MidiVoice, Synthesizer]:
    voice, synthesizer = MidiVoice(bend_range, mpe), Synthesizer()
    synthesizer.hear(message.bytes() for message in voice.set_up())
    return voice, synthesizer


@pytest.mark.parametrize(("bend_range", "mpe"), [(2.0, False), (12.0, False), (2.5, False), (48.0, True), (24.0, True)])
def test_the_instrument_sounds_where_the_voice_is(bend_range: float, mpe: bool) -> None:
    voice, synthesizer = begin(bend_range, mpe)
    sung = [float(x) for x in 60.2 + 0.6 * np.sin(np.arange(200) / 5)]
    steady = [60.2] * 4
    heard = play(voice, synthesizer, steady + sung)
    assert len(heard) == 201  # from the fourth frame on, one note
    assert np.abs(np.array(heard[1:]) - sung).max() < 0.6 * bend_range / 8191
    assert synthesizer.zone == (15 if mpe else 0)


@pytest.mark.parametrize("mpe", [False, True])
def test_one_voice_is_one_note_at_a_time_and_none_is_left(mpe: bool) -> None:
    voice, synthesizer = begin(48.0 if mpe else 2.0, mpe)
    play(voice, synthesizer, [60.0] * 20 + [62.0] * 20 + [NONE] * 10 + [64.0] * 20)
    assert [note for _, note, _ in synthesizer.struck] == [60, 62, 64]
    assert synthesizer.pitches == [64.0]
    assert synthesizer.most == 2  # tied: the next begins just before the last ends
    synthesizer.hear(message.bytes() for message in voice.end())
    assert synthesizer.pitches == []
    assert not list(voice.end())


def test_each_note_of_mpe_has_a_channel_that_others_do_not_bend() -> None:
    voice, synthesizer = begin(48.0, True)
    play(voice, synthesizer, [60.3] * 10 + [NONE] * 5 + [65.0] * 10)
    assert [channel for channel, _, _ in synthesizer.struck] == [1, 2]
    assert 60 + 48 * synthesizer.channels[1].bend == pytest.approx(60.3, abs=0.01)  # while it dies away
    for number in range(40):
        play(voice, synthesizer, [60.0 + number % 2 * 3] * 10 + [NONE] * 5)
    assert {channel for channel, _, _ in synthesizer.struck} == set(range(1, 16))


@pytest.mark.parametrize("mpe", [False, True])
def test_a_louder_voice_strikes_and_presses_harder(mpe: bool) -> None:
    velocities, pressures = [], []
    for level in (-60.0, -35.0, -20.0, -3.0):
        voice, synthesizer = begin(2.0, mpe)
        play(voice, synthesizer, [60.0] * 10, level)
        ((channel, _, velocity),) = synthesizer.struck
        velocities.append(velocity)
        pressures.append(synthesizer.channels[channel].pressure)
    assert velocities == sorted(set(velocities))
    assert pressures == sorted(set(pressures))
    assert velocities[0] > 0  # a note all the same
    assert (velocities[-1], pressures[-1]) == (127, 127)


@pytest.mark.parametrize("mpe", [False, True])
def test_a_note_is_bent_before_it_begins(mpe: bool) -> None:
    voice, _ = begin(2.0, mpe)
    follower = NoteFollower()
    kinds = [m.type for _ in range(8) for m in voice.play(follower.hear(60.4, -20.0))]
    assert kinds.index("note_on") > max(kinds.index("pitchwheel"), kinds.index("aftertouch"))
    assert kinds.count("pitchwheel") == 1  # nothing is told twice


def test_a_slide_too_far_for_the_bend_range_goes_as_far_as_that() -> None:
    voice, synthesizer = begin(1.0)
    heard = play(voice, synthesizer, [60.0] * 10 + [60 + 0.35 * n for n in range(9)])
    assert max(heard) == 61.0


def test_setting_up_ends_what_sounded() -> None:
    voice, synthesizer = begin()
    play(voice, synthesizer, [60.0] * 10)
    synthesizer.hear(message.bytes() for message in MidiVoice(2.0, False).set_up())
    assert synthesizer.pitches == []
