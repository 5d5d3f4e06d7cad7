"""Intervals, crossings, peaks and the test of no effect, on numbers known beforehand."""

import numpy as np
import pytest
from scipy import stats

from analysis.experiments.exact_score.tables import crossing_text
from analysis.reading.estimates import crossings, peak, plus_minus, signed, t95, wilson, zero_test


@pytest.mark.parametrize("value, error, text", [
    (0.0132, 0.0021, "0.0132 ± 0.0041"), (-2.0, 0.5, "−2.00 ± 0.98"), (12.3, 9.0, "12 ± 18"),
    (-1e-9, 0.01, "0.000 ± 0.020"), (1.0, 0.0, "1.0000 ± 0.0000"), (float("nan"), 1.0, "–")])
def test_half_widths_decide_the_digits(value, error, text):
    assert plus_minus(value, error) == text


def test_signed_zero_has_no_minus():
    assert signed(-0.0001, 2) == "0.00" and signed(-0.5, 1) == "−0.5"


def test_crossings_are_interpolated_and_gaps_have_none():
    x = np.arange(5.0)
    assert crossings(x, np.array([-1.0, 1.0, 1.0, -3.0, -1.0])) == [0.5, 2.25]
    assert crossings(x, np.array([-1.0, np.nan, 1.0, 0.0, -1.0])) == [3.0]
    assert crossings(x, np.zeros(5)) == []


def test_peak_of_a_sampled_parabola_is_exact():
    x = np.linspace(0, 1, 11)
    place, height = peak(x, 2 - (x - 0.44054)**2)
    assert place == pytest.approx(0.44054, abs=1e-12) and height == pytest.approx(2, abs=1e-12)
    assert peak(x, x) is None and peak(x, np.full(11, np.nan)) is None


def test_no_effect_is_told_from_an_effect():
    rng = np.random.default_rng(7)
    noise = rng.normal(size=400) * 0.1
    quiet = zero_test(noise, np.full(400, 0.1))
    assert quiet.consistent and quiet.count == 400
    assert quiet.limit == pytest.approx(3.8355, abs=1e-3)
    noise[17] += 1.0
    assert not zero_test(noise, np.full(400, 0.1)).consistent
    assert zero_test(np.zeros(3), np.zeros(3)).worst == 0
    assert not zero_test(np.array([1e-3]), np.zeros(1)).consistent
    assert zero_test(np.full(2, np.nan), np.ones(2)) is None


def test_range_of_a_sign_change():
    angles = np.linspace(0, np.pi, 9)
    mean = np.array([-4, -3, -2, -1, -0.1, 1, 2, 3, 4.0])
    assert crossing_text(angles, mean, np.full(9, 0.5)) == "0.51 [0.38, 0.62]"
    assert crossing_text(angles, np.abs(mean), np.full(9, 0.5)) == "none"


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 20, 1000])
def test_students_quantile(freedom):
    assert t95(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=2e-3)


def test_wilson_interval():
    low, high = wilson(np.array([0.0, 0.5, 1.0]), 100)
    np.testing.assert_allclose(low, [0, 0.40383, 0.963], atol=1e-4)
    np.testing.assert_allclose(high, [0.037, 0.59617, 1], atol=1e-4)
