"""Seconds on a grid, and grids as note values."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.export.rhythm import Place, in_bars, on_grid, steps_per_quarter
from livepitch.export.written import WrittenNote

STEP = 0.125  # s at 120 to the minute


def sung(*notes):
    return [WrittenNote(start, end, number, 0.0, 440.0) for start, end, number in notes]


def places(*notes, tempo=120.0):
    return [tuple(place) for place in on_grid(sung(*notes), tempo)]


def values(*stretches, quarter=4):
    """(steps, number, begun, lasts) by bar, of (steps, number) one after another."""
    end, given = 0, []
    for steps, number in stretches:
        given.append(Place(end, end + steps, number))
        end += steps
    return [[(v.steps, v.number, v.begun, v.lasts) for v in bar] for bar in in_bars(iter(given), quarter)]


@pytest.mark.parametrize(("tempo", "steps"), [(400, 4), (120, 4), (94, 4), (93, 8), (47, 8), (46, 16), (20, 32)])
def test_the_grid_is_never_coarser_than_sung_notes(tempo, steps):
    assert steps_per_quarter(tempo) == steps


def test_notes_near_the_grid_lie_on_it():
    assert places((0.01, 0.49, 60), (0.51, 0.99, 62), (1.49, 1.74, 64)) == [
        (0, 4, 60), (4, 8, 62), (8, 12, None), (12, 14, 64),
    ]  # fmt: skip


def test_a_voice_beside_the_beat_is_moved_onto_it():
    late = [(0.06 + 0.25 * k, 0.30 + 0.25 * k, 60 + k) for k in range(8)]
    assert places(*late) == [(2 * k, 2 * k + 2, 60 + k) for k in range(8)]


def test_a_consonant_is_no_rest_and_a_breath_is():
    assert places((0.0, 0.40, 60), (0.5, 1.0, 62)) == [(0, 4, 60), (4, 8, 62)]
    assert places((0.0, 0.20, 60), (0.5, 1.0, 62)) == [(0, 2, 60), (2, 4, None), (4, 8, 62)]


def test_of_notes_on_one_step_the_second_is_one_later_and_the_third_left_out():
    assert places((0.0, 0.02, 60), (0.021, 0.04, 61), (0.041, 0.06, 62), (0.5, 1.0, 64)) == [
        (0, 1, 60), (1, 2, 61), (2, 4, None), (4, 8, 64),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.floats(0.08, 1.5), st.floats(0.0, 1.0)), max_size=30), st.floats(20, 400))
def test_places_follow_one_another_near_their_seconds(lengths, tempo):
    end, notes = 0.0, []
    for number, (length, gap) in enumerate(lengths):
        notes.append((end + gap, end + gap + length, number))
        end += gap + length
    found = places(*notes, tempo=tempo)
    assert found[:1] == [] or found[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(start < end for start, end, _ in found)
    step = 60 / tempo / steps_per_quarter(tempo)
    kept = [place for place in found if place[2] is not None]
    assert [place[2] for place in kept] == sorted({place[2] for place in kept})
    assert all(abs(start * step - notes[number][0]) <= 2.001 * step for start, _, number in kept)


def test_values_are_tied_over_bar_lines_and_over_the_middle_of_a_bar():
    assert values((12, None), (8, 60)) == [
        [(8, None, False, False), (4, None, False, False), (4, 60, False, True)],
        [(4, 60, True, False), (4, None, False, False), (8, None, False, False)],
    ]
    assert values((6, 60), (4, 62), (6, 64))[0] == [
        (6, 60, False, False), (2, 62, False, True), (2, 62, True, False), (6, 64, False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stretches", "steps"),
    [
        ([(16, 60)], [16]),
        ([(12, 60), (4, 62)], [12, 4]),
        ([(3, 60), (1, 62), (12, 64)], [3, 1, 12]),
        ([(2, 60), (4, 62), (2, 64), (8, 65)], [2, 4, 2, 8]),  # syncopated
        ([(4, 60), (8, 62), (4, 64)], [4, 8, 4]),
        ([(3, 60), (5, 62), (8, 64)], [3, 1, 4, 8]),  # five sixteenths are no value
        ([(1, 60), (7, 62), (8, 64)], [1, 3, 4, 8]),
        ([(16, None)], [16]),
        ([(3, 60), (13, None)], [3, 1, 4, 8]),
    ],
)
def test_values_show_the_beat(stretches, steps):
    (bar,) = values(*stretches)
    assert [value[0] for value in bar] == steps


def test_no_note_is_a_bar_of_rest():
    assert values() == [[(16, None, False, False)]]


@given(
    st.lists(st.tuples(st.integers(1, 70), st.one_of(st.none(), st.integers(0, 127))), min_size=1, max_size=12),
    st.sampled_from([4, 8, 16]),
)
def test_bars_are_full_of_values_that_exist_and_say_what_was_meant(stretches, quarter):
    bars = values(*stretches, quarter=quarter)
    assert {sum(value[0] for value in bar) for bar in bars} == {4 * quarter}
    flat = [value for bar in bars for value in bar]
    assert all(
        steps & (steps - 1) == 0 or (steps % 3 == 0 and (steps // 3) & (steps // 3 - 1) == 0) for steps, *_ in flat
    )
    joined = []
    for steps, number, begun, _ in flat:
        if begun:
            joined[-1] = (joined[-1][0] + steps, number)
        elif number is not None:
            joined.append((steps, number))
    assert joined == [each for each in stretches if each[1] is not None]
    assert all(before[3] == after[2] for before, after in pairwise(flat))
