"""Notes found in contours whose notes are known."""

import math
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.practice.segmentation import sung_notes

HOP = 0.01  # s
SECOND = np.arange(100) * HOP
GAP = math.nan


def hz(midi):
    return 440 * 2 ** ((np.asarray(midi, float) - 69) / 12)


def notes(*parts, level=None, hop=HOP):
    """The notes of contours one after another, each frames of fractional MIDI numbers."""
    midi = np.concatenate([np.atleast_1d(np.asarray(part, float)) for part in parts]) if parts else np.zeros(0)
    return sung_notes(np.arange(len(midi)) * hop, hz(midi), level)


def held(midi, frames):
    return np.full(frames, float(midi))


def swung(midi, extent, rate, seconds=2.0):
    return midi + extent / 100 * np.sin(2 * np.pi * rate * np.arange(round(seconds / HOP)) * HOP)


@pytest.mark.parametrize("midi", [36.2, 60.0, 60.37, 84.5])
def test_a_steady_note_is_one_from_its_first_frame_to_its_last(midi):
    (note,) = notes(held(GAP, 20), held(midi, 50), held(GAP, 20))
    assert note.start == pytest.approx(0.2, abs=HOP)
    assert note.end == pytest.approx(0.7, abs=HOP)
    assert note.midi == pytest.approx(midi, abs=1e-9)


@pytest.mark.parametrize("interval", [-12, -4, -1, 1, 2, 7, 12])
def test_a_step_is_two_notes_parted_where_it_is(interval):
    first, second = notes(held(60, 40), held(60 + interval, 40))
    assert (first.midi, second.midi) == (pytest.approx(60), pytest.approx(60 + interval))
    assert first.end == second.start == pytest.approx(0.395, abs=HOP)


@pytest.mark.parametrize("frames", [12, 15, 30])
def test_a_run_of_semitones_is_as_many_notes(frames):
    melody = (60, 61, 62, 63, 62, 61, 60)
    found = notes(*(held(midi, frames) for midi in melody))
    assert [round(note.midi) for note in found] == list(melody)
    assert [note.start for note in found] == pytest.approx([(k * frames - 0.5) * HOP for k in range(7)], abs=HOP)


@pytest.mark.parametrize("rate", [4.5, 5.5, 7.0])
@pytest.mark.parametrize("extent", [30, 60, 100])
def test_vibrato_is_one_note_at_its_middle(rate, extent):
    (note,) = notes(swung(60, extent, rate))
    assert note.midi == pytest.approx(60, abs=0.15)
    assert note.end - note.start > 1.9


def test_notes_with_vibrato_are_parted():
    found = notes(swung(60, 60, 5.5, 1.0), swung(62, 60, 5.5, 1.0), swung(67, 60, 5.5, 1.0))
    assert [note.midi for note in found] == pytest.approx([60, 62, 67], abs=0.15)
    assert [note.start for note in found] == pytest.approx([0, 1, 2], abs=0.03)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_scoop_belongs_to_the_note_it_leads_to(depth):
    (note,) = notes(np.linspace(60 - depth, 60, 14), held(60, 50))
    assert note.start == pytest.approx(0, abs=HOP)
    assert note.midi == pytest.approx(60, abs=0.05)


@pytest.mark.parametrize("interval", [-5, -2, 2, 5])
@pytest.mark.parametrize("frames", [5, 10, 15])
def test_a_glide_between_two_notes_is_cut_at_its_middle(interval, frames):
    first, second = notes(held(60, 40), np.linspace(60, 60 + interval, frames), held(60 + interval, 40))
    assert (first.midi, second.midi) == (pytest.approx(60, abs=0.05), pytest.approx(60 + interval, abs=0.05))
    assert second.start == first.end == pytest.approx((39.5 + frames / 2) * HOP, abs=HOP)


def test_a_gap_parts_notes_on_one_pitch_but_a_lost_frame_does_not():
    first, second = notes(held(60, 40), held(GAP, 8), held(60, 40))
    assert first.end == pytest.approx(0.395, abs=HOP)
    assert second.start == pytest.approx(0.475, abs=HOP)
    assert len(notes(held(60, 40), held(GAP, 2), held(60, 40))) == 1


def test_a_dip_of_the_level_parts_notes_on_one_pitch():
    level = np.full(90, -20.0)
    level[40:47] -= (4, 9, 14, 16, 13, 8, 3)
    first, second = notes(held(60, 90), level=level)
    assert first.end == second.start == pytest.approx(0.43, abs=0.02)
    assert len(notes(held(60, 90))) == 1


def test_a_trembling_level_does_not():
    level = -20 + 1.5 * np.sin(2 * np.pi * 5.5 * np.arange(200) * HOP)
    assert len(notes(swung(60, 50, 5.5), level=level)) == 1


@pytest.mark.parametrize("slip", [12, -12])
def test_a_slip_of_an_octave_is_bridged(slip):
    (note,) = notes(held(60, 40), held(60 + slip, 6), held(60, 40))
    assert note.midi == pytest.approx(60)


def test_what_is_shorter_than_80_ms_is_no_note():
    assert notes(held(GAP, 30), held(60, 5), held(GAP, 30)) == ()
    assert len(notes(held(GAP, 30), held(60, 10), held(GAP, 30))) == 1


def test_drift_of_the_tuning_is_tolerated():
    (note,) = notes(60 + np.linspace(0, 0.6, 300))
    assert note.midi == pytest.approx(60.3, abs=0.1)


def test_frames_may_be_of_another_hop():
    found = notes(held(60, 60), held(62, 60), hop=0.005)
    assert [(note.start, note.midi) for note in found] == [
        (pytest.approx(0, abs=0.005), pytest.approx(60)),
        (pytest.approx(0.3, abs=0.005), pytest.approx(62)),
    ]


@pytest.mark.parametrize("midi", [[], [60.0], [GAP], [GAP] * 50])
def test_nothing_comes_of_nothing(midi):
    assert notes(midi) == ()


@pytest.mark.parametrize("time", [[0.0, 0.0], [0.0, GAP], [[0.0, 0.01]]])
def test_frames_out_of_order_are_refused(time):
    with pytest.raises(ValueError, match="time"):
        sung_notes(time, np.full(2, 220.0))


def test_a_level_of_other_frames_is_refused():
    with pytest.raises(ValueError, match=r"\(3,\)"):
        sung_notes([0.0, 0.01], [220.0, 220.0], [-20.0] * 3)


@st.composite
def contours(draw):
    """Held pitches, glides and gaps, with some noise."""
    parts, pitch = [], 60.0
    for _ in range(draw(st.integers(1, 6))):
        before, pitch = pitch, draw(st.integers(480, 760)) / 10
        parts.append(np.linspace(before, pitch, draw(st.integers(0, 12))))
        parts.append(held(pitch, draw(st.integers(1, 60))))
        parts.append(held(GAP, draw(st.integers(0, 40))))
    midi = np.concatenate(parts)
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return midi + 0.05 * random.normal(size=len(midi)), -20 + 3 * random.normal(size=len(midi))


def same(found, wanted, shift=0.0):
    assert [note.midi for note in found] == pytest.approx([note.midi + shift for note in wanted], abs=1e-6)
    assert [(note.start, note.end) for note in found] == [
        (pytest.approx(note.start, abs=1e-6), pytest.approx(note.end, abs=1e-6)) for note in wanted
    ]


@given(contours())
@settings(max_examples=60, deadline=None)
def test_notes_are_in_order_apart_and_where_there_is_voice(contour):
    midi, level = contour
    found = notes(midi, level=level)
    voiced = np.flatnonzero(~np.isnan(midi)) * HOP
    for note in found:
        assert note.end - note.start > 0.07
        inside = midi[(np.arange(len(midi)) * HOP > note.start) & (np.arange(len(midi)) * HOP < note.end)]
        assert np.nanmin(inside) <= note.midi <= np.nanmax(inside)
    assert all(before.end <= after.start for before, after in pairwise(found))
    if found:
        assert voiced[0] - HOP <= found[0].start
        assert found[-1].end <= voiced[-1] + HOP


@given(contours(), st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_silence_appended_changes_nothing(contour, frames):
    midi, level = contour
    longer = notes(midi, held(GAP, frames), level=np.r_[level, np.full(frames, -90.0)])
    same(longer, notes(midi, level=level))


@given(contours(), st.floats(-24, 24))
@settings(max_examples=40, deadline=None)
def test_transposition_moves_pitches_and_keeps_times(contour, semitones):
    midi, level = contour
    same(notes(midi + semitones, level=level), notes(midi, level=level), semitones)


def test_hours_in_one_breath_are_parted_like_a_phrase():
    """Longer than what is looked at together: the notes are those of each short phrase by itself."""
    bar = [held(60, 40), held(64, 30), swung(67, 40, 5.5, 0.6), held(62.3, 25)]
    whole = notes(*bar * 200)  # 310 s
    (*first,) = notes(*bar * 2)
    assert len(whole) == 200 * 4
    assert [note.midi for note in whole[:4]] == pytest.approx([note.midi for note in first[:4]])
    for number, note in enumerate(whole[4:], 4):
        earlier = whole[number - 4]
        assert note.start - earlier.start == pytest.approx(1.55, abs=1.1 * HOP)
        assert note.midi == pytest.approx(earlier.midi, abs=0.01)


def test_a_long_breath_takes_little_memory():
    """Twenty minutes over four octaves; in a process of its own, whose peak tells."""
    program = """
import resource, sys
import numpy as np
from livepitch.practice.segmentation import sung_notes
unit = 2**20 if sys.platform == "darwin" else 2**10
midi = np.repeat(np.tile([36.0, 84.0, 60.0, 71.0], 1000), 30)
few, many = midi[:1000], midi
sung_notes(np.arange(len(few)) * 0.01, 440 * 2 ** ((few - 69) / 12))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = sung_notes(np.arange(len(many)) * 0.01, 440 * 2 ** ((many - 69) / 12))
print(len(found), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    count, megabytes = done.stdout.split()
    assert int(count) == 4000
    assert float(megabytes) < 150  # 460 were needed to remember every frame


def test_a_voice_that_sounds_from_the_first_sample_begins_at_second_0_not_before_it():
    (note,) = notes(np.full(50, 60.0))
    assert note.start == 0.0
    assert note.end == pytest.approx(0.495)
