"""Figures of notes: planted errors are found, on tracks made from the planted course itself."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from livepitch.practice.scoring.heard import Heard
from livepitch.practice.scoring.judging import LEVELS, Judging
from livepitch.practice.scoring.result import TakeScore
from livepitch.practice.scoring.settled import course
from livepitch.practice.scoring.take import score_take, transposition
from livepitch.practice.target.target import Kind, Manner, Target, TargetNote
from tests.practice.planted import Sung, in_tune, target_of, track

SCALE = target_of(*[(float(i), i + 1.0, midi) for i, midi in enumerate((60.0, 62.0, 64.0, 65.0, 67.0))])
CENTS, SECONDS, HERTZ = 5.0, 0.015, 0.2


def judged(
    target: Target, notes: list[Sung], judging: Judging | None = None, seconds: float | None = None
) -> TakeScore:
    return score_take(target, Heard(*track(notes, seconds)), judging or Judging())


def changed(place: int, gap: float = 0.1, **changes: object) -> list[Sung]:
    notes = in_tune(SCALE, gap)
    notes[place] = replace(notes[place], **changes)
    return notes


def others(take: TakeScore, place: int) -> list[float]:
    return [note.points for i, note in enumerate(take.notes) if i != place]


def test_a_perfect_take_has_all_points_and_nothing_to_work_on() -> None:
    take = judged(SCALE, in_tune(SCALE, 0.05))
    assert take.score >= 99
    assert take.work_on == ()
    assert "Well sung" in take.advice[0]


@pytest.mark.parametrize("legato", [False, True])
def test_a_flat_note_is_as_flat_as_it_was_sung(legato: bool) -> None:
    notes = [replace(note, legato=legato and i > 0) for i, note in enumerate(changed(2, 0.0, midi=63.7))]
    take = judged(SCALE, notes)
    assert take.notes[2].cents_off == pytest.approx(-30, abs=CENTS)
    assert take.notes[2].hit
    assert min(others(take, 2)) > 0.99
    assert take.work_on == (2,)
    assert "E4 (note 3) was 30 cents flat" in take.advice[-1]


def test_a_late_entry_is_late_alone() -> None:
    take = judged(SCALE, changed(1, start=1.12))
    delays = [note.onset_delay for note in take.notes]
    assert delays[1] == pytest.approx(0.12, abs=SECONDS)
    assert max(abs(delay) for i, delay in enumerate(delays) if i != 1) < SECONDS
    assert take.shift == 0
    assert "came 1" in take.advice[-1]
    assert "ms late" in take.advice[-1]


@pytest.mark.parametrize("curve", ["linear", "cosine", "slowing"])
def test_a_scoop_is_found_and_leaves_the_pitch_alone(curve: str) -> None:
    note = judged(SCALE, changed(3, scoop=-150, curve=curve)).notes[3]
    assert note.scoop_cents == pytest.approx(-150, abs=15)  # from frames alone; the waveform says more
    assert note.scoop_seconds == pytest.approx(0.12, abs=0.02)
    assert note.cents_off == pytest.approx(0, abs=CENTS)


def test_vibrato_and_drift_are_told_apart() -> None:
    notes = changed(3, rate=5.5, extent=60)
    notes[4] = replace(notes[4], drift=40)
    take = judged(SCALE, notes)
    assert take.notes[3].vibrato_rate == pytest.approx(5.5, abs=HERTZ)
    assert take.notes[3].vibrato_extent == pytest.approx(60, abs=CENTS)
    assert take.notes[3].cents_off == pytest.approx(0, abs=CENTS)
    assert take.notes[3].points > 0.99
    assert take.notes[4].drift_cents == pytest.approx(40, abs=CENTS)
    assert math.isnan(take.notes[4].vibrato_rate)


def test_a_missed_note_is_missed_and_its_neighbours_are_not() -> None:
    notes = in_tune(SCALE)
    del notes[2]
    take = judged(SCALE, notes)
    assert [note.hit for note in take.notes] == [True, True, False, True, True]
    assert math.isnan(take.notes[2].cents_off)
    assert take.notes[2].to_json()["onset_delay_ms"] is None
    assert take.score == pytest.approx(80, abs=1)
    assert "was not heard" in take.advice[-1]


@pytest.mark.parametrize("free", [False, True])
def test_an_octave_below_is_known_as_such(free: bool) -> None:
    note = judged(SCALE, changed(2, midi=52.0), Judging(octave_free=free)).notes[2]
    assert note.octaves == -1
    assert note.hit is free
    assert note.cents_off == pytest.approx(0 if free else -1200, abs=CENTS)


def test_a_take_an_octave_below_is_told_what_to_do() -> None:
    low = [replace(note, midi=note.midi - 12) for note in in_tune(SCALE)]
    take = judged(SCALE, low)
    assert take.score < 1
    assert any("octave too low throughout" in line and "-12" in line for line in take.advice)
    assert judged(SCALE, low, LEVELS["beginner"]).score >= 99
    assert transposition(SCALE, Heard(*track(low))) == -12


def test_scores_of_poor_takes() -> None:
    off = [replace(note, midi=note.midi + 1) for note in in_tune(SCALE)]
    assert judged(SCALE, off).score < 20
    twice = target_of(*[(0.6 * i, 0.6 * (i + 1), 60.0 + i % 4) for i in range(10)])
    assert judged(twice, in_tune(twice, 0.05)[::2]).score == pytest.approx(50, abs=3)
    silent = Heard(*track([Sung(0.0, 0.1, 60.0)], 3.0))
    silent.track.f0[:] = np.nan
    nothing = score_take(SCALE, silent)
    assert nothing.score == 0
    assert "No voice was heard" in nothing.advice[0]


def test_a_wrong_note_spoils_no_other() -> None:
    take = judged(SCALE, changed(2, midi=69.0))
    assert [note.hit for note in take.notes] == [True, True, False, True, True]
    assert take.notes[2].cents_off == pytest.approx(500, abs=CENTS)


def test_a_missed_note_is_not_feigned_by_the_end_of_a_wrong_one() -> None:
    take = judged(target_of((0, 0.5, 65), (0.5, 1.1, 63), (1.1, 1.7, 58)), [Sung(0, 0.5, 60), Sung(1.1, 1.7, 58)])
    assert math.isnan(take.notes[1].cents_off)
    assert take.notes[0].sung_end == pytest.approx(0.5, abs=2 * SECONDS)


def test_a_wrong_note_in_legato_leaves_the_one_before_alone() -> None:
    song = target_of((0, 0.5, 61), (0.5, 1.5, 64), (1.5, 3, 66))
    take = judged(song, [Sung(0, 0.5, 61), Sung(0.5, 1.5, 59, legato=True), Sung(1.5, 3, 66)])
    assert abs(take.notes[0].drift_cents) < CENTS
    assert take.notes[0].points > 0.99
    assert take.notes[1].cents_off == pytest.approx(-500, abs=CENTS)


def test_a_breath_before_the_next_note_is_no_fault() -> None:
    quick = target_of(*[(0.25 * i, 0.25 * (i + 1), 57.0 + (0, 4, 2)[i % 3]) for i in range(6)])
    assert judged(quick, in_tune(quick, 0.08)).work_on == ()
    assert "was held for" in judged(quick, in_tune(quick, 0.17)).advice[-1]


def test_repeated_notes_are_parted_by_their_attacks() -> None:
    same = target_of((0, 0.5, 60), (0.5, 1, 60), (1, 1.5, 60), (1.5, 2, 60))
    notes = in_tune(same, 0.05)
    notes[2] = replace(notes[2], start=1.1)
    take = judged(same, notes)
    assert all(note.hit for note in take.notes)
    assert take.notes[2].onset_delay == pytest.approx(0.1, abs=SECONDS)
    assert abs(take.notes[3].onset_delay) < SECONDS


def test_a_missed_note_does_not_take_the_scoop_of_the_next() -> None:
    pair = target_of((0, 0.75, 59), (0.75, 1.5, 60), (1.5, 2.25, 62))
    take = judged(pair, [Sung(0.75, 1.45, 60, scoop=-150), Sung(1.5, 2.2, 62)])
    assert [note.hit for note in take.notes] == [False, True, True]
    assert abs(take.notes[1].onset_delay) < SECONDS


@pytest.mark.parametrize(("moved", "tempo"), [(1.3, 1.0), (-0.9, 1.0), (0.7, 1.2)])
def test_a_take_that_begins_elsewhere_is_moved(moved: float, tempo: float) -> None:
    song = target_of(*[(1 + 0.8 * i, 1.8 + 0.8 * i, midi) for i, midi in enumerate((60, 64, 62, 67, 65, 60, 62, 57))])
    notes = [
        replace(note, start=note.start / tempo + moved, end=note.end / tempo + moved) for note in in_tune(song, 0.1)
    ]
    notes[3] = replace(notes[3], start=notes[3].start + 0.12)
    take = judged(song, notes)
    assert take.shift == pytest.approx(moved, abs=0.02)
    assert take.tempo == pytest.approx(tempo, abs=0.01)
    assert [round(10 * note.onset_delay / 1.2) for note in take.notes] == [0, 0, 0, 1, 0, 0, 0, 0]
    assert judged(song, notes, Judging(alignment="none")).shift == 0


@pytest.mark.parametrize("count", [4, 6, 10])
@pytest.mark.parametrize("tempo", [0.75, 0.85, 1.18, 1.3])
def test_a_short_take_without_accompaniment_has_a_tempo_of_its_own(count: int, tempo: float) -> None:
    song = target_of(*[(0.6 * i, 0.6 * (i + 1), 57.0 + (0, 4, 2, 5, 0, 7)[i % 6]) for i in range(count)])
    uneven = (0.02, -0.03, 0.01, 0.03, -0.02)
    notes = [
        replace(note, start=note.start / tempo + 0.8 + uneven[i % 5], end=note.end / tempo + 0.75)
        for i, note in enumerate(in_tune(song, 0.05))
    ]
    take = judged(song, notes)
    assert take.tempo == pytest.approx(tempo, rel=0.05)
    assert take.score > 97


@pytest.mark.parametrize("count", [3, 4, 6, 10])
def test_late_notes_dragging_and_wrong_ones_are_no_tempo(count: int) -> None:
    song = target_of(*[(0.6 * i, 0.6 * (i + 1), 57.0 + (0, 4, 2, 5, 0, 7)[i % 6]) for i in range(count)])
    right = in_tune(song, 0.05)
    last_late = [*right[:-1], replace(right[-1], start=right[-1].start + 0.2)]
    half_late = [replace(note, start=note.start + 0.15 * (i % 2)) for i, note in enumerate(right)]
    dragged = [replace(note, start=note.start + 0.12 * i / count) for i, note in enumerate(right)]
    wrong = [replace(note, midi=note.midi + (0, 3)[i % 2]) for i, note in enumerate(right)]
    for notes in (right, last_late, half_late, dragged, wrong):
        take = judged(song, notes)
        assert (take.tempo, take.shift) == (1, 0)
    assert judged(song, last_late).notes[-1].onset_delay == pytest.approx(0.2, abs=SECONDS)


@pytest.mark.parametrize(("begun", "delay", "scoop"), [(0.0, 0.0, -200), (-0.16, 0.0, 0), (0.15, 0.15, -200)])
def test_a_slide_in_legato_is_in_time_if_it_is_under_way_when_the_note_begins(
    begun: float, delay: float, scoop: float
) -> None:
    pair = target_of((0, 1, 60), (1, 2, 62))
    slid = Sung(1 + begun, 2, 62, scoop=-200, scoop_seconds=0.16, legato=True)
    second = judged(pair, [Sung(0, 1 + begun, 60), slid]).notes[1]
    assert second.onset_delay == pytest.approx(delay, abs=SECONDS)
    assert second.scoop_cents == pytest.approx(scoop, abs=20)


def test_a_semitone_off_throughout_is_known_as_such() -> None:
    song = target_of((0, 0.6, 57), (0.6, 1.2, 60), (1.2, 1.8, 59), (1.8, 2.4, 58))
    take = judged(song, [replace(note, midi=note.midi + 1) for note in in_tune(song, 0.05)])
    assert [round(note.cents_off) for note in take.notes] == [100] * 4
    assert take.score < 10
    assert "a semitone higher throughout" in take.advice[1]


def test_measured_latency_is_taken_out() -> None:
    late = [replace(note, start=note.start + 0.2, end=note.end + 0.2) for note in in_tune(SCALE, 0.1)]
    assert judged(SCALE, late).notes[2].onset_delay == pytest.approx(0.2, abs=SECONDS)
    said = judged(SCALE, late).advice[1]
    assert re.search(r"about 2\d\d ms late throughout.*the score is 100 without that", said)
    assert judged(SCALE, late).score < 90
    assert abs(judged(SCALE, late, Judging(latency=0.2)).notes[2].onset_delay) < SECONDS


def test_kinds_and_manners() -> None:
    notes = (
        TargetNote(0, 1, math.nan, kind=Kind.RAP),
        TargetNote(1, 2, 62, kind=Kind.FREESTYLE),
        TargetNote(2, 3, 64, manner=Manner.LISTEN),
        TargetNote(3, 4, 64, manner=Manner.STACCATO),
        TargetNote(4, 6, 60, manner=Manner.SIREN, glide=12),
    )
    sung = [Sung(0, 0.95, 50), Sung(1, 1.9, 70), Sung(3, 3.15, 64)]
    pitch, level = track(sung, 6.5)
    time = pitch.time
    siren = (time >= 4) & (time < 6)
    pitch.f0[siren] = 440 * 2 ** ((60 + 12 * (time[siren] - 4) / 2 + 0.2 - 69) / 12)
    level[siren] = -12
    take = score_take(Target("kinds", notes), Heard(pitch, level))
    rap, free, heard, short, glide = take.notes
    assert rap.hit
    assert math.isnan(rap.cents_off)
    assert (free.hit, heard.hit, free.points, heard.points) == (False, False, 0, 0)
    assert short.hit
    assert short.points > 0.99
    assert glide.cents_off == pytest.approx(20, abs=CENTS)
    assert math.isnan(glide.drift_cents)
    assert take.score > 97


def test_a_swell_is_measured_in_decibels() -> None:
    target = Target("swell", (TargetNote(0, 3, 60, manner=Manner.SWELL),))
    pitch, level = track([Sung(0, 3, 60)])
    shape = np.interp(pitch.time, [0, 1.5, 3], [-30, -10, -30])
    level = np.where(pitch.voiced, shape, level)
    swelled = score_take(target, Heard(pitch, level))
    flat = score_take(target, Heard(pitch, np.where(pitch.voiced, -12.0, -90.0)))
    assert swelled.notes[0].swell_db == pytest.approx(19.3, abs=1)
    assert swelled.score > 99
    assert flat.score < 75
    assert "swelled by 0 dB only" in flat.advice[-1]


def test_levels_are_stricter_and_kinder() -> None:
    notes = changed(2, midi=64.4)
    scores = [judged(SCALE, notes, judging).score for judging in LEVELS.values()]
    assert scores == sorted(scores)
    assert not judged(SCALE, notes, LEVELS["strict"]).notes[2].hit
    with pytest.raises(ValueError, match="tolerance_cents"):
        Judging(tolerance_cents=0)
    with pytest.raises(ValueError, match="alignment"):
        Judging(alignment="now")  # type: ignore[arg-type]


def test_a_little_changes_little() -> None:
    scores = [judged(SCALE, changed(2, midi=64 - cents / 100)).score for cents in range(0, 120, 8)]
    assert scores[0] > 99
    assert max(before - after for before, after in pairwise(scores)) < 4
    assert scores == sorted(scores, reverse=True)


def test_tendencies_are_said() -> None:
    song = target_of(*[(0.7 * i, 0.7 * (i + 1), midi) for i, midi in enumerate((60, 64, 60, 65, 60, 67, 60, 65, 60))])
    rising = [replace(note, midi=note.midi - (0.3 if i % 2 else 0)) for i, note in enumerate(in_tune(song, 0.1))]
    assert any("On the way up you tend to be flat" in line for line in judged(song, rising).advice)
    scooped = [replace(note, scoop=-120, scoop_seconds=0.1) for note in in_tune(song, 0.1)]
    assert any("slide up to a note from below" in line for line in judged(song, scooped).advice)


@pytest.mark.parametrize("begun", np.arange(1.2, 1.21, 0.00125).tolist())
def test_a_turn_at_the_end_of_a_note_with_a_scoop_changes_neither(begun: float) -> None:
    """A note 38 cents flat that arrives within a tenth of a second and bends at its end, wherever frames fall."""
    time = np.arange(math.ceil(100 * begun), math.floor(100 * begun + 57) + 1) / 100
    since = time - begun
    turn = np.where(since > 0.5, 28 * np.sin(math.tau * 5.6 * time), 0.0)
    found = course(time, -38 - 70 * np.exp(-since / 0.05) + turn, begun, begun + 0.57, 0.01)
    assert found.cents == pytest.approx(-38, abs=2)
    assert -90 < found.scoop < -50
    assert found.scoop_seconds < 0.25
    assert abs(found.drift) < 20
