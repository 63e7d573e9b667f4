"""Estimators against closed forms and against matrices written out, and whether errors are honest.

Numbers are drawn here with fixed seeds; the model is not run.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.trials.estimate import (
    anova_icc,
    critical,
    design_matrix,
    itt,
    least_squares,
    tot,
)
from experiments.trials.power_formulas import (
    clusters_allow,
    detectable,
    power_of,
    rounds_factor,
    units_needed,
)

TREATED = np.array([1, 1, 1, 0, 0, 0, 0, 1], bool)
Y = np.array([3.0, 5.0, 4.0, 1.0, 2.0, 6.0, 0.0, 9.0])


def test_a_difference_in_means_and_its_error_are_neymans():
    found = itt(Y, TREATED)
    one, other = Y[TREATED], Y[~TREATED]
    assert found.value == pytest.approx(one.mean() - other.mean(), rel=1e-12)
    neyman = one.var(ddof=1) / one.size + other.var(ddof=1) / other.size
    assert found.error == pytest.approx(math.sqrt(neyman), rel=1e-12)
    assert found.freedom == 6
    assert found.half == pytest.approx(2.4469118487916806 * found.error, rel=1e-9)


def brute(y, X, groups):
    """CR2 by its definition: every matrix written out."""
    bread = np.linalg.inv(X.T @ X)
    residuals = y - X @ (bread @ X.T @ y)
    meat = np.zeros_like(bread)
    for g in np.unique(groups):
        own = groups == g
        block = np.eye(own.sum()) - X[own] @ bread @ X[own].T
        values, vectors = np.linalg.eigh(block)
        root = vectors @ np.diag(1.0 / np.sqrt(values)) @ vectors.T
        score = X[own].T @ root @ residuals[own]
        meat += np.outer(score, score)
    return bread @ meat @ bread


def drawn(seed, n=40, groups=8):
    rng = np.random.default_rng(seed)
    cluster = np.arange(n) % groups
    treated = cluster < groups // 2
    before = rng.lognormal(0.0, 1.0, n)
    y = 0.5 * treated + before + rng.normal(0.0, 1.0, n) + rng.normal(0.0, 1.0, groups)[cluster]
    return y, treated, before, cluster


@pytest.mark.parametrize("seed", range(3))
def test_errors_by_village_are_those_of_the_definition(seed):
    y, treated, before, cluster = drawn(seed)
    X = design_matrix(treated, before)
    assert X.shape == (40, 3)
    _, covariance, _ = least_squares(y, X, cluster)
    assert np.allclose(covariance, brute(y, X, cluster), rtol=1e-10, atol=0.0)
    # A village of one firm each is no village: HC2.
    _, alone, _ = least_squares(y, X, np.arange(40))
    _, robust, _ = least_squares(y, X)
    assert np.allclose(alone, robust, rtol=1e-10, atol=0.0)


def test_errors_by_village_of_few_villages_read_fewer_degrees_of_freedom():
    y, treated, _, cluster = drawn(1)
    assert itt(y, treated, None, cluster).freedom == 6
    assert itt(y, treated).freedom == 38
    assert critical(6) > critical(38) > 1.96


def test_the_ratio_of_wald_and_the_delta_method():
    rng = np.random.default_rng(5)
    n = 200
    treated = np.arange(n) % 2 == 0
    takes = treated & (rng.random(n) < 0.6)
    y = 2.0 * takes + rng.normal(0.0, 1.0, n)
    effect, first = tot(y, treated, takes)
    offered = itt(y, treated)
    assert first == pytest.approx(takes[treated].mean(), rel=1e-12)
    assert effect.value == pytest.approx(offered.value / first, rel=1e-12)
    # By hand: both coefficients are differences in means of the same units.
    d = takes.astype(float)
    parts = np.zeros((2, 2))
    for arm in (treated, ~treated):
        parts += np.cov(np.vstack([y[arm], d[arm]])) / arm.sum()
    ratio = effect.value
    variance = parts[0, 0] - 2 * ratio * parts[0, 1] + ratio**2 * parts[1, 1]
    assert effect.error == pytest.approx(math.sqrt(variance) / first, rel=1e-10)


def test_everybody_takes_it_up_and_both_effects_are_the_same():
    effect, first = tot(Y, TREATED, TREATED)
    assert first == pytest.approx(1.0)
    assert effect.value == pytest.approx(itt(Y, TREATED).value)
    assert effect.error == pytest.approx(itt(Y, TREATED).error)
    nobody, none = tot(Y, TREATED, np.zeros(8, bool))
    assert none == 0.0
    assert math.isnan(nobody.value)


def test_a_covariate_that_says_nothing_is_left_out():
    assert itt(Y, TREATED, np.ones(8)) == itt(Y, TREATED)
    unknown = np.full(8, math.nan)
    assert itt(Y, TREATED, unknown) == itt(Y, TREATED)
    some = np.array([1.0, 2.0, math.nan, 0.5, 1.5, 3.0, 2.0, math.nan])
    assert design_matrix(TREATED, some).shape == (8, 4)


def test_too_few_units_have_no_error():
    alone = np.array([1, 0, 0, 0, 0, 0, 0, 0], bool)
    assert math.isnan(itt(Y, alone).value)
    one_village = np.array([1, 1, 1, 2, 2, 3, 3, 1])
    assert math.isnan(itt(Y, TREATED, None, one_village).value)


def test_what_nothing_moves_is_zero_and_not_rounding():
    y = np.array([0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3])
    found = itt(y, np.array([1, 1, 0, 0], bool))
    assert (found.value, found.error) == (0.0, 0.0)


@pytest.mark.parametrize("adjust", [False, True])
def test_intervals_hold_the_truth_in_95_of_100(adjust):
    """Skewed money, effects that differ between firms: the error is that of the estimate."""
    rng = np.random.default_rng(11)
    held, gaps, errors = 0, [], []
    runs, n = 1000, 120
    for _ in range(runs):
        before = rng.lognormal(0.0, 0.8, n)
        without = before + rng.normal(0.0, 0.5, n)
        treated = np.zeros(n, bool)
        treated[rng.permutation(n)[: n // 2]] = True
        y = without + treated * 0.3
        found = itt(y, treated, before if adjust else None)
        gap = found.value - 0.3
        held += abs(gap) <= found.half
        gaps.append(gap)
        errors.append(found.error)
    # 99.9 % of a binomial of 1000 with 0.95.
    assert 926 <= held <= 971
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(gaps), rel=0.08)


def test_adjusting_for_the_outcome_before_sharpens():
    y, treated, before, _ = drawn(3, n=400, groups=400)
    assert itt(y, treated, before).error < 0.9 * itt(y, treated).error


def test_ignoring_villages_claims_too_much_and_counting_them_does_not():
    rng = np.random.default_rng(2)
    runs, villages, each = 400, 24, 10
    cluster = np.repeat(np.arange(villages), each)
    honest = naive = 0
    for _ in range(runs):
        chosen = rng.permutation(villages)[: villages // 2]
        treated = np.isin(cluster, chosen)
        y = rng.normal(0.0, 1.0, villages)[cluster] + rng.normal(0.0, 1.0, cluster.size)
        by_village, alone = itt(y, treated, None, cluster), itt(y, treated)
        honest += abs(by_village.value) <= by_village.half
        naive += abs(alone.value) <= alone.half
    assert 365 <= honest <= 394
    assert naive < 0.75 * runs


def test_likeness_within_villages():
    villages = np.repeat(np.arange(5), 4)
    assert anova_icc(villages.astype(float), villages) == pytest.approx(1.0)
    rng = np.random.default_rng(4)
    many = np.repeat(np.arange(2000), 5)
    noise = rng.normal(0.0, 1.0, many.size)
    assert anova_icc(noise, many) == pytest.approx(0.0, abs=0.02)
    shared = noise + rng.normal(0.0, 0.5, 2000)[many]
    assert anova_icc(shared, many) == pytest.approx(0.2, abs=0.03)
    assert math.isnan(anova_icc(np.ones(3), np.arange(3)))


# -- power, against textbooks


def test_the_number_of_units_of_textbooks():
    # Half a standard deviation, 80 %, 5 %: 63 a group. A fifth: 393 a group.
    assert units_needed(0.5, 1.0, 0.5, 0.8) / 2 == pytest.approx(62.79, abs=0.01)
    assert units_needed(0.2, 1.0, 0.5, 0.8) / 2 == pytest.approx(392.4, abs=0.1)
    assert units_needed(0.5, 1.0, 0.5, 0.9) / 2 == pytest.approx(84.06, abs=0.01)
    # A quarter treated costs a third more than a half.
    assert units_needed(0.5, 1.0, 0.25, 0.8) == pytest.approx(
        units_needed(0.5, 1.0, 0.5, 0.8) * 4 / 3
    )
    assert units_needed(0.0, 1.0, 0.5, 0.8) == math.inf
    assert units_needed(-0.5, 1.0, 0.5, 0.8) == units_needed(0.5, 1.0, 0.5, 0.8)


def test_the_smallest_effect_and_the_power_are_the_same_arithmetic():
    n = units_needed(0.3, 1.2, 0.4, 0.8)
    assert detectable(n, 1.2, 0.4, 0.8) == pytest.approx(0.3)
    assert power_of(0.3, n, 1.2, 0.4) == pytest.approx(0.8, abs=1e-9)
    assert power_of(0.0, n, 1.2, 0.4) == pytest.approx(0.025, abs=1e-9)


def test_more_rounds_leave_less_variance():
    # McKenzie (2012): ANCOVA with one round before, correlation 0.25.
    assert rounds_factor(0.25, 1) == pytest.approx(1.0)
    assert rounds_factor(0.25, 2) == pytest.approx((1.25 / 2 - 0.0625) / (1 - 0.0625))
    assert rounds_factor(0.25, 4) < rounds_factor(0.25, 2) < 1.0
    # What hardly changes from round to round is hardly better known after more of them.
    assert rounds_factor(0.95, 4) > rounds_factor(0.25, 4)


def test_villages_ask_for_more_firms_and_may_never_do():
    n = clusters_allow(100.0, 50.0, 0.1)
    assert n / (1.0 + (n / 50.0 - 1.0) * 0.1) == pytest.approx(100.0)
    assert clusters_allow(100.0, 50.0, 0.0) == 100.0
    assert clusters_allow(100.0, 10.0, 0.1) == math.inf
