"""Clocks of the picture of when, with known answers."""

import math

import numpy as np
import pytest

from analysis.experiments.image_units import Measured
from analysis.reading.steps import StepClock, step_clock, visited_steps
from analysis.when.clocks import moved, of_covariance, rate_peak, same_noise


def known(value, low, high):
    return Measured(np.float64(value), np.float64(low), np.float64(high))


def test_a_covariance_four_times_as_large_speciates_log_2_later():
    eigenvalue = 26.63439861
    assert of_covariance(0.5 * math.log(eigenvalue), 2) == pytest.approx(
        0.5 * math.log(4 * eigenvalue), abs=1e-12)
    assert of_covariance(1.0, 2) - 1.0 == pytest.approx(math.log(2), abs=1e-12)


def test_the_same_noise_over_larger_data():
    def ratio(t):  # sigma_t / alpha_t
        return math.sqrt(1 - math.exp(-2 * t)) / math.exp(-t)

    for t in (0.01, 0.55, 1.6, 3.0):
        assert ratio(float(same_noise(t, 2))) == pytest.approx(2 * ratio(t), rel=1e-12)
    assert same_noise(0.55, 1) == pytest.approx(0.55, abs=1e-15)
    # Far out it is a shift, near the images a factor.
    assert same_noise(6.0, 2) - 6.0 == pytest.approx(math.log(2), abs=1e-5)
    assert same_noise(1e-6, 2) == pytest.approx(4e-6, rel=1e-5)


def test_intervals_keep_their_order_by_a_clock_that_runs_backwards():
    found = moved(known(10.0, 8.0, 13.0), StepClock(np.linspace(2.0, 0.0, 21)).time)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 0.7, 1.2))


def test_a_rate_has_another_peak_by_another_clock():
    """A rate that by the clock of larger data is a Gaussian about t' = 1.4."""
    time = np.geomspace(0.05, 3.0, 400)
    later = 0.5 * np.log(1 + 4 * (np.exp(2 * time) - 1))
    rate = np.exp(-((later - 1.4) / 0.3)**2 / 2) * 4 * np.exp(2 * (time - later))
    own = float(time[rate.argmax()])
    found = rate_peak(time, rate, known(own, own - 0.1, own + 0.1), 2)
    assert float(found.value) == pytest.approx(1.4, abs=1e-3)
    assert abs(float(same_noise(own, 2)) - 1.4) > 0.01  # the same noise would not do
    assert found.low < found.value < found.high
    assert rate_peak(time, rate, known(own, 0, 1), 1).value == own
    assert not rate_peak(time, time, known(2.9, 2, 3), 2).known
    # Largest at the first point by its own clock, and inside by the other.
    time = np.linspace(0.05, 4, 24)
    found = rate_peak(time, np.exp(-2 * time), known(np.nan, np.nan, np.nan), 2)
    assert 0.4 < found.value < 0.7 and np.isnan(found.low) and np.isnan(found.high)


def test_steps_of_the_published_schedule():
    """abar of 1000 betas from 1e-4 to 0.02 is 4.0358e-5 at the end, as DDPM prints it."""
    options = {"horizon": 1000, "steps": 1000, "beta_first": 1e-4, "beta_last": 0.02}

    class Published:
        def option(self, name, default=None):
            return options.get(name, default)

    clock = step_clock(Published())
    assert clock.times[0] == pytest.approx(-0.5 * math.log(4.0358e-5), abs=1e-4)
    assert clock.times[-2] == pytest.approx(-0.5 * math.log(1 - 1e-4))
    assert clock.times[-1] == 0 and len(clock.times) == 1001
    assert clock.step(clock.time(613.25)) == pytest.approx(613.25)
    assert clock.time(-5) == clock.times[0] and clock.time(2000) == 0


def test_visited_steps_are_those_of_the_program():
    assert visited_steps("even", 1000, 4) == [999, 666, 333, 0]
    assert visited_steps("even", 10, 3) == [9, 4, 0]  # 4.5 to the even neighbour
    assert visited_steps("even", 12, 3) == [11, 6, 0]  # 5.5
    assert visited_steps("strided", 1000, 100) == list(range(990, -1, -10))
    assert visited_steps("even", 1, 1) == [0]
