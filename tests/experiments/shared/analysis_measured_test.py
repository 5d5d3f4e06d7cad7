"""Numbers with intervals that experiments on images share."""

import numpy as np
import pytest

from analysis.experiments.image_units import Measured


@pytest.mark.parametrize("low, high, answer", [
    (-0.9, 0.9, True), (0.2, 0.9, True), (-1.1, 0.9, None), (0.5, 1.5, None), (-3, 3, None),
    (1.1, 2, False), (-2, -1.1, False), (np.nan, np.nan, None), (np.nan, 0.5, None),
    (1.1, np.inf, None)])
def test_a_number_is_within_a_size_where_its_whole_interval_is(low, high, answer):
    ends = np.float64(low), np.float64(high)
    assert Measured(np.float64(0.5), *ends).within(1) is answer
    assert Measured(np.float64(-0.5), *(-end for end in ends[::-1])).within(1) is answer


def test_numbers_are_shown_with_their_interval():
    assert Measured(*map(np.array, (7.6674, 7.5, 7.8))).text() == "7.667 [7.500, 7.800]"
    assert Measured(*map(np.array, (-1.0, np.nan, np.nan))).text(1) == "−1.0"
    assert Measured(*map(np.array, (np.nan,) * 3)).text() == "–"
