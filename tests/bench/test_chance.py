"""The bounds, against counting and against textbook values."""

from itertools import product
from math import comb

import pytest

from livepitch.bench.chance import DOUBT, SHARE, allowed, at_most, plausible, runs_needed, upper_bound


@pytest.mark.parametrize(("runs", "share"), [(1, 0.5), (7, 0.2), (10, 0.9)])
def test_chances_are_those_of_counting(runs: int, share: float) -> None:
    for late in range(runs + 1):
        counted = sum(comb(runs, k) * share**k * (1 - share) ** (runs - k) for k in range(late + 1))
        assert at_most(late, runs, share) == pytest.approx(counted)


def test_none_late_among_n_leaves_three_in_n_possible() -> None:
    """The rule of three; and the exact bound for one of ten (Clopper and Pearson's table, 95 %: 0.394)."""
    for runs in (100, 3000, 100_000):
        assert upper_bound(0, runs) == pytest.approx(3 / runs, rel=0.03)
    assert upper_bound(1, 10) == pytest.approx(0.394, abs=5e-4)
    assert upper_bound(0, 0) == upper_bound(5, 5) == 1.0


def test_how_long_a_trial_must_be() -> None:
    assert runs_needed() == 2995
    for late in range(4):
        enough = runs_needed(late)
        assert upper_bound(late, enough) <= SHARE < upper_bound(late, enough - 1)
        assert allowed(enough) == late
        assert allowed(enough - 1) == max(late - 1, 0)


def test_what_chance_may_bring() -> None:
    for runs, late in product((1, 50, 500, 6000), range(20)):
        by_chance = 1 - at_most(late - 1, runs, SHARE) if late else 1.0  # so many or more
        assert (late <= plausible(runs)) == (late == 0 or by_chance > DOUBT)
