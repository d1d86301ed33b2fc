"""The notes that are decided on while a voice still sings."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.model.convert import hz_to_midi
from livepitch.outputs.note_following import GAP, LEASH, Heard, NoteFollower
from livepitch.realtime.demo import PHRASE, demo_phrase

NONE = math.nan


def follow(pitches: list[float], levels: list[float] | None = None) -> list[Heard]:
    follower = NoteFollower()
    return [follower.hear(*frame) for frame in zip(pitches, levels or [-20.0] * len(pitches), strict=True)]


def begun(heard: list[Heard]) -> list[tuple[int, int | None]]:
    """Frame and number of every note that begins."""
    return [(index, each.note) for index, each in enumerate(heard) if each.begun]


def vibrato(middle: float, extent: float, seconds: float, rate: float = 5.5) -> list[float]:
    """It grows to its full extent in half a second, as a voice's does."""
    time = np.arange(0, seconds, 0.01)
    return [float(x) for x in middle + extent * np.clip(2 * time, 0, 1) * np.sin(2 * np.pi * rate * time)]


def test_a_steady_voice_is_one_note_after_40_ms() -> None:
    heard = follow([NONE] * 5 + [60.2] * 50 + [NONE] * 10)
    assert begun(heard) == [(8, 60)]
    assert [each.note for each in heard[55:]] == [60] * (GAP - 1) + [None] * (11 - GAP)  # held over short gaps


@pytest.mark.parametrize("rate", [5.0, 6.0, 7.0])
@pytest.mark.parametrize("extent", [0.3, 0.6, 1.0])
def test_vibrato_is_one_note(extent: float, rate: float) -> None:
    notes = begun(follow([60.0] * 20 + vibrato(60.0, extent, 3, rate)))
    assert notes == [(3, 60)]


def test_a_voice_between_two_notes_is_one_of_them() -> None:
    """A quarter of a tone flat, and unsteady: not two notes in turn."""
    notes = begun(follow(vibrato(59.5, 0.3, 3, rate=2)))
    assert len(notes) == 1


@pytest.mark.parametrize("step", [1, -1, 2, 3, -5, 7])
def test_the_next_note_of_a_legato_comes_within_60_ms(step: int) -> None:
    notes = begun(follow([60.0] * 30 + [60.0 + step] * 30))
    assert [note for _, note in notes] == [60, 60 + step]
    assert notes[1][0] - 30 < 6


def test_a_slide_ends_in_its_last_note() -> None:
    notes = begun(follow([60.0] * 30 + [60 + 0.35 * n for n in range(20)] + [67.0] * 30))
    assert [note for _, note in notes] == [60, 67]


def test_a_scoop_into_a_note_is_that_note() -> None:
    notes = begun(follow([66 + 1.0 * n / 2 for n in range(7)] + [69.0] * 40))
    assert [note for _, note in notes] == [69]


@pytest.mark.parametrize("frames", [1, 3, 6])
@pytest.mark.parametrize("octaves", [-1, 1, 2])
def test_a_slip_of_the_tracker_by_octaves_is_no_note_and_no_bend(frames: int, octaves: int) -> None:
    heard = follow([60.0] * 30 + [60.0 + 12 * octaves] * frames + [60.0] * 30)
    assert begun(heard) == [(3, 60)]
    assert {each.pitch for each in heard[3:]} == {60.0}


def test_an_octave_that_is_sung_is_one() -> None:
    notes = begun(follow([60.0] * 30 + [72.0] * 30))
    assert [note for _, note in notes] == [60, 72]
    assert 6 < notes[1][0] - 30 < 12


def test_notes_on_one_pitch_are_parted_by_a_dip_of_the_level() -> None:
    levels = [-20.0] * 30 + [-30.0, -38.0, -38.0, -30.0] + [-20.0] * 30
    heard = follow([60.0] * len(levels), levels)
    assert [note for _, note in begun(heard)] == [60, 60]
    swell = [-20.0 - 12 * math.sin(n / 15) ** 2 for n in range(200)]
    assert len(begun(follow([60.0] * 200, swell))) == 1


def test_a_note_begins_as_loud_as_its_voice_was() -> None:
    heard = follow([NONE] * 3 + [60.0] * 10, [-60.0] * 3 + [-40.0, -30.0, -24.0] + [-22.0] * 7)
    assert [each.level for each in heard if each.begun] == [-22.0]


def test_the_demo_voice_sings_the_notes_it_is_made_of() -> None:
    _, _, f0 = demo_phrase(8000)
    notes = [note for _, note in begun(follow([float(hz_to_midi(hz)) for hz in f0]))]
    sung = [note.midi for note in PHRASE if note.consonant != "-"]
    # The hum of "me", a breath before its note, is another one; and the last note falls by 350 cents.
    assert notes == [*sung[:6], 59, *sung[6:], 56, 54]


@given(st.lists(st.tuples(st.floats(20, 110) | st.just(NONE), st.floats(-120, 0) | st.just(NONE)), max_size=120))
def test_whatever_comes_a_note_is_whole(frames: list[tuple[float, float]]) -> None:
    follower, sounding, mute = NoteFollower(), None, 0
    for pitch, level in frames:
        heard = follower.hear(pitch, level)
        mute = mute + 1 if math.isnan(pitch) else 0
        if heard.note is None:
            assert math.isnan(heard.pitch)
        else:
            assert heard.note == sounding or heard.begun
            assert abs(heard.pitch - heard.note) <= LEASH
            assert mute < GAP
            assert heard.level > -math.inf
        sounding = heard.note
    follower.rest()
    assert follower.hear(NONE, -20.0).note is None
