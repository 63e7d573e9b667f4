"""The table on the screen: both intervals or a clear word, and no digit an interval denies."""

import math

import numpy as np
import pandas as pd
import pytest

from experiments.report import effect_cells
from experiments.words import interval, number, supported, with_error, with_interval


def row(mean, range_low, range_high, sim_low, sim_high):
    return pd.Series(
        {
            "mean": mean,
            "range_low": range_low,
            "range_high": range_high,
            "sim_low": sim_low,
            "sim_high": sim_high,
        }
    )


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [(-26.7, 19.8, 0), (-299, 829, -1), (-0.0265, 0.0153, 3), (0, 200, -1), (-5, 14, 1)],
)
def test_an_interval_supports_two_digits_of_its_half_width(low, high, digits):
    assert supported(low, high) == digits
    half = (high - low) / 2
    assert 10 <= half * 10**digits < 100


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.6), (math.nan, 1), (0, math.inf), (2, 1)])
def test_what_has_no_width_says_nothing_of_digits(low, high):
    assert supported(low, high) is None


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (with_interval(-1.73, -26.7, 19.8), "-2 [-27..+20]"),
        (with_interval(66.2, -299, 829), "+70 [-300..+830]"),
        (with_interval(1_234_567.8, 1_234_000, 1_235_000), "+1,234,570 [+1,234,000..+1,235,000]"),
        (with_interval(0.6, 0.6, 0.6), "+0.6 [+0.6..+0.6]"),
        (with_interval(0.64, 0.000079, 1.86), "+0.64 [+0..+1.86]"),
        (with_interval(16.1, -0.4, 60.3), "+16 [-0..+60]"),
        (with_interval(50, 0.0, 100), "+50 [0..+100]"),
        (with_interval(-0.00319, -0.0268, 0.0153, "id"), "-0,003 [-0,027..+0,015]"),
        (with_error(7.12, 7.12 - 11.34, 7.12 + 11.34), "+7 ±11"),
        (with_error(2.4, 2.4, 2.4), "+2.4 ±0"),
        (with_error(3900, 3900 - 1590, 3900 + 1590, "id"), "+3.900 ±1.600"),
        (interval(-math.pi, math.pi), "[-3.1..+3.1]"),
        (number(2.5, digits=None), "2.5"),
    ],
)
def test_figures_stop_where_their_interval_does(shown, expected):
    assert shown == expected


def test_an_effect_of_zero_keeps_its_simulation_error():
    """The draws never differ, the runs at fixed assumptions do: both are shown."""
    assert effect_cells(row(0.0, 0.0, 0.0, -0.2, 0.6), "en") == ("0 [0..0] ?", "+0.2 ±0.4")


def test_no_difference_at_all_is_said_in_words():
    assert effect_cells(row(0.0, 0.0, 0.0, 0.0, 0.0), "en") == ("0, no difference", "")
    assert effect_cells(row(0.0, np.nan, np.nan, 0.0, 0.0), "id") == ("0, tidak berbeda", "")


def test_a_mean_of_zero_with_a_range_is_no_clear_difference():
    assert effect_cells(row(0.0, -1.0, 1.0, 0.0, 0.0), "en") == ("0 [-1..+1] ?", "0 ±0")


def test_with_assumptions_fixed_there_is_one_interval():
    assert effect_cells(row(3.2, np.nan, np.nan, 1.0, 5.4), "en") == ("+3.2 ±2.2", "")
    assert effect_cells(row(0.0, np.nan, np.nan, -1.0, 1.0), "en") == ("0 ±1 ?", "")
