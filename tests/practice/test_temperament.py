import math

import pytest

from livepitch.practice.temperament import EQUAL, JUST, MEANTONE, PYTHAGOREAN, TEMPERAMENTS, Temperament, ratio_cents


def test_the_built_in_ones_are_found_by_name():
    assert list(TEMPERAMENTS) == ["equal", "just", "pythagorean", "meantone"]
    assert all(TEMPERAMENTS[name].name == name for name in TEMPERAMENTS)
    assert all(temperament.twelve for temperament in TEMPERAMENTS.values())
    assert EQUAL.cents == tuple(range(0, 1200, 100))


def test_just_intervals_are_pure():
    assert JUST.cents[4] == pytest.approx(386.314, abs=5e-4)  # 5/4
    assert JUST.cents[7] == pytest.approx(701.955, abs=5e-4)  # 3/2
    assert JUST.cents[3] == pytest.approx(315.641, abs=5e-4)  # 6/5
    ratios = [2 ** (cents / 1200) for cents in JUST.cents]
    # The major chords on the first, fourth and fifth degrees are all 4:5:6.
    for root, third, fifth in ((0, 4, 7), (5, 9, 0), (7, 11, 2)):
        chord = [ratios[root], ratios[third], ratios[fifth] * (1 if fifth > root else 2)]
        assert chord == pytest.approx([chord[0], chord[0] * 5 / 4, chord[0] * 3 / 2])


def test_pythagorean_degrees():
    assert PYTHAGOREAN.cents[4] == pytest.approx(407.820, abs=5e-4)
    assert PYTHAGOREAN.cents[7] == pytest.approx(701.955, abs=5e-4)
    assert PYTHAGOREAN.cents[3] == pytest.approx(294.135, abs=5e-4)  # 32/27, E♭ in C
    assert PYTHAGOREAN.cents[8] == pytest.approx(815.640, abs=5e-4)  # 6561/4096, G♯ in C


def test_quarter_comma_meantone_is_aarons():
    published = [0, 76.049, 193.157, 310.265, 386.314, 503.422, 579.471, 696.578, 772.627, 889.735, 1006.843, 1082.892]
    assert MEANTONE.cents == pytest.approx(published, abs=6e-4)


@pytest.mark.parametrize("cents", [(), (5.0, 100.0), (0.0, 300.0, 200.0), (0.0, 1200.0), (0.0, math.nan), (0.0, 0.0)])
def test_degrees_that_do_not_ascend_are_refused(cents):
    with pytest.raises(ValueError, match="of odd must"):
        Temperament("odd", "Odd", cents)


@pytest.mark.parametrize("period", [0.0, -1200.0, math.inf, math.nan])
def test_a_period_must_be_a_length(period):
    with pytest.raises(ValueError, match="period"):
        Temperament("odd", "Odd", (0.0,), period)


def test_long_ratios():
    assert ratio_cents(3**400, 2**634) == pytest.approx(400 * ratio_cents(3, 2) - 234 * 1200, abs=1e-6)
