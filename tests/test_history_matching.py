"""History matching on functions whose answer is known, before the model is put in their place."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.calibration.bridge import lay_bridge
from experiments.calibration.emulator import fit_emulator
from experiments.calibration.findings import never_together, spreads, tied
from experiments.calibration.implausible import Wanted, noise_of, run_implausibility
from experiments.calibration.space import begin, narrow, spread, stratified, uniforms
from experiments.calibration.waves import match

PARAMETERS = 12


def wanted(values, sds):
    return Wanted(np.array(values, float), np.array(sds, float) ** 2)


def exactly(function, targets):
    """A simulator without luck: two replicates that agree."""

    def simulate(points, fine, wave):
        values = np.stack([function(points)] * 2, axis=1)
        return values, values[:fine]

    assert function(np.full((1, PARAMETERS), 0.5)).shape == (1, targets)
    return simulate


def slabs(points):
    """Two sums: the set that is left is a slab times a slab."""
    return np.stack([10.0 * points[:, 0], 4.0 * (points[:, 1] + points[:, 2])], axis=1)


# -- what is left is what should be


def test_the_space_left_is_the_known_one():
    """|10 u - 3| <= 0.6 and |4 (v + w) - 4| <= 0.6: 0.12 of the cube times 0.2775."""
    target = wanted([3.0, 4.0], [0.2, 0.2])
    found = match(target, PARAMETERS, exactly(slabs, 2), waves=2, rows=200, seed=3)
    assert found.share == pytest.approx(0.12 * 0.2775, rel=0.15)
    assert found.conflicts == []
    left = found.points[found.members]
    truth = np.abs(slabs(found.points) - target.values) <= 0.6 + 1e-9
    assert np.array_equal(np.flatnonzero(truth.all(axis=1)), found.members)
    # The second wave was run where the first said it could be: nearly all of it is left.
    assert np.mean(np.isin(np.flatnonzero(found.number == 2), found.members)) > 0.9
    assert left[:, 0].min() < 0.26
    assert left[:, 0].max() > 0.34


def test_what_nothing_hangs_on_stays_what_it_was():
    target = wanted([3.0, 4.0], [0.1, 0.1])
    found = match(target, PARAMETERS, exactly(slabs, 2), waves=2, rows=300, seed=3)
    each = spreads(found.points[found.members])
    assert each[0].informed
    assert each[0].width < 0.1
    assert not any(one.informed for one in each[3:])
    assert all(one.width > 0.85 for one in each[3:])
    # The sum of two is known and neither alone: they are tied, against one another.
    pair = tied(found.points[found.members])[0]
    assert (pair.first, pair.second) == (1, 2)
    assert pair.value < -0.8


def test_a_later_wave_learns_what_the_first_could_not():
    """A narrow, curved set: emulators of the whole space are rough, those of what is left fine."""

    def curve(points):
        return np.stack([np.exp(3.0 * points[:, 0]) * (1.0 + points[:, 1] ** 3)], axis=1)

    target = wanted([6.0], [0.02])
    found = match(target, PARAMETERS, exactly(curve, 1), waves=3, rows=150, seed=5)
    shares = [wave.share_after for wave in found.waves]
    assert shares[0] > 2 * shares[1] >= 2 * shares[2]
    errors = [wave.judge.emulators[0].variance for wave in found.waves]
    assert errors[2] < 0.05 * errors[0]
    assert np.mean(found.waves[2].worst <= 3.0) > np.mean(found.waves[0].worst <= 3.0)


def test_the_truth_is_not_ruled_out_over_many_hidden_sets():
    """Of twenty hidden sets with noisy data at most one is lost (3 sd, and honest emulators)."""

    def function(points):
        return np.stack(
            [
                points[:, 0] + points[:, 1] ** 2,
                points[:, 2] * points[:, 3],
                np.sin(3 * points[:, 4]),
            ],
            axis=1,
        )

    lost = 0
    for k, hidden in enumerate(uniforms(11, 0, 20, PARAMETERS)):
        sd = np.array([0.02, 0.02, 0.02])
        noise = (uniforms(12, k, 12, 3).sum(axis=0) - 6.0) * sd
        target = wanted(function(hidden[np.newaxis])[0] + noise, sd)
        found = match(target, PARAMETERS, exactly(function, 3), waves=2, rows=80, seed=k, crowd=400)
        lost += any(wave.judge.worst(hidden[np.newaxis])[0] > 3.0 for wave in found.waves)
    assert lost <= 1


# -- conflicts


def test_a_target_that_nothing_meets_is_left_out_and_named():
    target = wanted([3.0, 40.0], [0.2, 0.2])
    found = match(target, PARAMETERS, exactly(slabs, 2), waves=2, rows=100, seed=3)
    (conflict,) = found.conflicts
    assert conflict.target == 1
    assert conflict.against == ()
    assert conflict.wave == 1
    assert conflict.level > 100.0
    assert found.kept == (0,)
    assert len(found.members) > 0


def test_targets_that_cannot_be_met_together_are_named_together():
    """u and u again, at two values: either alone is fine."""

    def twice(points):
        return np.stack([points[:, 0], points[:, 0] + 0.001 * points[:, 1], points[:, 2]], axis=1)

    target = wanted([0.2, 0.8, 0.5], [0.03, 0.03, 0.1])
    found = match(target, PARAMETERS, exactly(twice, 3), waves=2, rows=300, seed=3)
    (conflict,) = found.conflicts
    assert {conflict.target, *conflict.against} == {0, 1}
    assert 2 in found.kept
    assert len(found.members) > 0
    (pair,) = never_together(found)
    assert (pair.first, pair.second) == (0, 1)


# -- emulators


def curved(points):
    return 3.0 * points[:, 0] - 2.0 * points[:, 1] * points[:, 2] + np.exp(points[:, 3])


def test_an_emulator_says_how_wrong_it_is():
    """Of new runs about 95 % lie within two of its standard errors, luck in them or not."""
    for luck in (0.0, 0.3):
        x, new = stratified(1, 300, 40), stratified(2, 1000, 40)
        noise = luck * (uniforms(3, 0, 300, 12).sum(axis=1) - 6.0)
        fresh = luck * (uniforms(4, 0, 1000, 12).sum(axis=1) - 6.0)
        bend = 0.2 * np.sin(12.0 * x[:, 5]), 0.2 * np.sin(12.0 * new[:, 5])
        emulator = fit_emulator(x, curved(x) + bend[0] + noise)
        mean, leverage = emulator.predict(new)
        size = np.sqrt(emulator.variance * (1.0 + leverage))
        inside = np.abs(curved(new) + bend[1] + fresh - mean) <= 2.0 * size
        assert 0.90 <= inside.mean() <= 0.99
        held = np.abs(emulator.held_out) <= 2.0
        assert 0.90 <= held.mean() <= 0.99


def test_an_emulator_reads_what_matters_and_little_else():
    x = stratified(1, 300, 60)
    noise = 0.1 * (uniforms(3, 0, 300, 12).sum(axis=1) - 6.0)
    emulator = fit_emulator(x, curved(x) + noise)
    assert set(range(4)) <= set(emulator.active)
    assert len(emulator.active) <= 6
    assert emulator.explained > 0.95


def test_a_polynomial_is_emulated_exactly():
    x, new = stratified(1, 200, 10), stratified(2, 200, 10)
    emulator = fit_emulator(x, 1.0 + 2.0 * x[:, 0] - x[:, 1] ** 2 + x[:, 2] * x[:, 3])
    mean, _ = emulator.predict(new)
    assert np.allclose(mean, 1.0 + 2.0 * new[:, 0] - new[:, 1] ** 2 + new[:, 2] * new[:, 3])
    assert emulator.variance < 1e-12


# -- the parts of implausibility


def test_implausibility_is_the_distance_over_all_that_may_part_them():
    target = Wanted(np.array([10.0]), np.array([3.0]))
    found = run_implausibility(np.array([[14.0], [np.nan]]), np.array([1.0]), target)
    assert found[0, 0] == 2.0
    assert found[1, 0] == np.inf


def test_luck_is_the_variance_of_a_mean_of_replicates():
    runs = np.array([[[1.0], [3.0]], [[5.0], [5.0]], [[np.nan], [1.0]]])
    assert noise_of(runs)[0] == pytest.approx((2.0 + 0.0) / 2 / 2)


def test_a_bridge_takes_away_shift_slope_and_shared_luck():
    coarse = stratified(1, 60, 2) * 10.0
    fine = np.stack([1.0 + 0.5 * coarse, 3.0 + 0.5 * coarse], axis=1)
    fine[:, :, 1] = coarse[:, [1]] + np.array([[2.0, 2.2]])
    found = lay_bridge(coarse, fine, np.ones(2))
    assert found.across(np.array([[4.0, 4.0]]))[0] == pytest.approx([4.0, 6.1])
    assert found.slope == pytest.approx([0.5, 1.0])
    assert found.shift[1] == pytest.approx(2.1)
    assert (found.variance < 1e-12).all()


def test_luck_that_all_rows_share_is_no_evidence():
    """All rows have the same lucky seed, 0.5 off: without finer runs the truth would be lost."""

    def simulate(points, fine, wave):
        clean = points[:, :1]
        luck = 0.1 * (uniforms(9, wave, fine, 24).reshape(fine, 2, 12).sum(axis=2) - 6.0)
        runs = np.stack([clean + 0.5, clean + 0.5001], axis=1)
        return runs, clean[:fine, np.newaxis] + luck[:, :, np.newaxis]

    target = wanted([0.4], [0.02])
    found = match(target, PARAMETERS, simulate, waves=2, rows=100, seed=3, fine=30)
    left = found.points[found.members, 0]
    assert left.min() < 0.4 < left.max()


# -- designs and searches


def test_a_hypercube_draws_every_part_once_and_is_keyed():
    design = stratified(5, 64, 7)
    parts = np.sort(np.floor(design * 64), axis=0)
    assert np.array_equal(parts, np.tile(np.arange(64.0)[:, np.newaxis], 7))
    assert np.array_equal(design, stratified(5, 64, 7))
    assert not np.array_equal(design, stratified(6, 64, 7))
    assert np.array_equal(uniforms(5, 1, 10, 7)[:, :3], uniforms(5, 1, 10, 3))


def test_the_search_fills_a_millionth_of_a_space_of_eighty_dimensions():
    """Six parameters in a tenth of their range each: 1e-6, evenly filled."""

    def score(points):
        return 3.0 * np.abs(points[:, :6] - 0.3).max(axis=1) / 0.05

    crowd = narrow(begin(1, 2000, 80), score, 3.0, range(40), 7)
    assert crowd.level == 3.0
    assert 0.5e-6 < crowd.share < 2e-6
    inner = crowd.points[:, :6]
    assert np.abs(inner.mean(axis=0) - 0.3).max() < 0.004
    assert inner.std(axis=0) == pytest.approx(np.full(6, 0.1 / np.sqrt(12)), rel=0.08)
    assert crowd.points[:, 6:].std(axis=0) == pytest.approx(np.full(74, 1 / np.sqrt(12)), rel=0.08)
    design = spread(crowd, 100, range(40), 5)
    assert score(design).max() <= 3.0
    assert len(np.unique(design[:, 0])) > 90


def test_a_search_that_cannot_reach_the_cut_says_where_it_ended():
    crowd = narrow(begin(1, 400, 5), lambda p: 10.0 + p[:, 0], 3.0, (0,), 7)
    assert 10.0 < crowd.level < 10.1
