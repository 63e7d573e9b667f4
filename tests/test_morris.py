"""Morris screening: SALib's numbers, inert factors at zero, groups, what is not finite."""

import numpy as np
import pytest
from SALib.analyze import morris as salib
from SALib.test_functions import Ishigami

from experiments.design import Job
from experiments.factors import DUMMY, Factor
from experiments.morris import LEVELS, indices, make_design, make_rows
from experiments.runner import run_units
from experiments.unit import ModelError

NAMES = ("x1", "x2", "x3", "inert")
ONE_BY_ONE = tuple(Factor(n, "assumed", {n: (-np.pi, np.pi)}) for n in NAMES)
GROUPED = (
    Factor("first", "group", dict.fromkeys(("x1", "x2"), (-np.pi, np.pi))),
    Factor("second", "group", dict.fromkeys(("x3", "inert"), (-np.pi, np.pi))),
)


def ishigami(_study, job):
    """A model of its own in place of ours; run by our runner."""
    return float(Ishigami.evaluate(np.array([[job.changes[n] for n in NAMES[:3]]]))[0])


def noisy(study, job):
    """The same with luck that depends on the seed alone."""
    return ishigami(study, job) + (job.seed % 1000) / 1000


def outcome(design, replicates=1, unit=ishigami, workers=1):
    rows = make_rows(design, replicates)
    found = run_units(unit, (), rows, workers, unit_seconds=0.05)
    return np.array(found).reshape(len(design.levels), replicates)


def direct(design, values, **options):
    """SALib on the same numbers, without anything of ours."""
    return salib.analyze(
        design.problem, design.levels / (LEVELS - 1), values.mean(axis=1), **options
    )


@pytest.mark.parametrize("factors", [ONE_BY_ONE, GROUPED], ids=["one by one", "groups"])
def test_indices_are_those_of_salib(factors):
    design = make_design(factors, 12, 3)
    values = outcome(design)
    found, other = indices(design, values), direct(design, values)
    np.testing.assert_allclose(found.mu_star, np.asarray(other["mu_star"]), rtol=1e-12)
    np.testing.assert_allclose(found.sigma, np.asarray(other["sigma"], float), rtol=1e-12)
    if factors is ONE_BY_ONE:
        np.testing.assert_allclose(found.mu, np.asarray(other["mu"]), rtol=1e-12)
        # Ours come from our own elementary effects, so these agree with SALib's too.
        assert (found.low <= found.mu_star + 1e-9).all()
        assert (found.mu_star <= found.high + 1e-9).all()
        assert ((found.mu_low <= found.mu + 1e-9) & (found.mu <= found.mu_high + 1e-9)).all()
    else:
        assert np.isnan(found.mu[:2]).all()
        assert np.isnan(found.sigma[:2]).all()


def test_the_known_values_of_ishigami():
    """x1 moves by sin(x1) at both ends; x2 by 7 sin^2; both over two thirds of the range."""
    design = make_design(ONE_BY_ONE, 200, 1)
    found = indices(design, outcome(design))
    assert found.mu_star[1] == pytest.approx(7.875)
    assert found.mu_star[0] == pytest.approx(7.8, abs=1.0)
    assert found.above_dummy.tolist() == [True, True, True, False, False]


def test_salibs_interval_is_a_bootstrap_of_mu_star():
    """Half width: 1.96 standard errors of mu* over resampled trajectories; ours are percentiles."""
    design = make_design(ONE_BY_ONE, 40, 2)
    values = outcome(design)
    found = indices(design, values)
    np.testing.assert_allclose(found.high - found.low, 2 * found.conf, rtol=0.15, atol=1e-9)
    steps = np.abs(np.diff(values.reshape(40, -1), axis=1)) * 1.5
    order = np.argsort(
        np.argmax(np.diff(design.levels.reshape(40, 6, 5), axis=1) != 0, axis=2), axis=1
    )
    effects = np.take_along_axis(steps, order, axis=1)
    np.testing.assert_allclose(effects.mean(axis=0), found.mu_star, atol=1e-12)
    error = 1.96 * effects.std(axis=0, ddof=1) / 40**0.5
    np.testing.assert_allclose(found.conf, error, rtol=0.15, atol=1e-9)


def test_what_has_no_influence_lands_at_zero():
    design = make_design(ONE_BY_ONE, 6, 5)
    found = indices(design, outcome(design))
    for name in ("mu_star", "low", "high", "mu", "sigma"):
        assert getattr(found, name)[3] == 0.0
        assert getattr(found, name)[4] == 0.0


def test_the_dummy_deals_other_luck_and_no_other_step_does():
    design = make_design(ONE_BY_ONE, 8, 5)
    rows = make_rows(design, 2)
    seeds = np.array([job.seed for job in rows]).reshape(8, design.points, 2)
    for walk, luck in zip(seeds, design.luck.reshape(8, -1), strict=True):
        assert len({tuple(pair) for pair in walk}) == 2
        assert sorted(np.unique(luck)) == [0, 1]
        assert len({tuple(pair) for pair in walk[luck == 0]}) == 1
    assert len(np.unique(seeds)) == 8 * 2 * 2
    found = indices(design, outcome(design, 2, noisy))
    exact = indices(design, outcome(design, 2))
    np.testing.assert_allclose(found.mu_star[:-1], exact.mu_star[:-1], atol=1e-12)
    assert found.mu_star[-1] > 0.0
    assert not found.above_dummy[3]


def test_steps_stay_in_their_ranges_and_move_one_factor():
    factors = (
        Factor("a", "assumed", {"a": (0.05, 1.0)}),
        Factor("g", "group", {"b": (2.0, 3.0), "c": (-1.0, 4.0)}),
    )
    design = make_design(factors, 20, 7)
    assert [f.name for f in design.factors] == ["a", "g", DUMMY]
    for name, (low, high) in design.ranges.items():
        assert design.columns[name].min() == pytest.approx(low, rel=1e-15)
        assert design.columns[name].max() == pytest.approx(high, rel=1e-15)
        assert (design.columns[name] <= high).all()
    steps = np.diff(design.levels.reshape(20, 4, 4), axis=1)
    moved = {tuple(np.flatnonzero(step)) for walk in steps for step in walk}
    assert moved == {(0,), (1, 2), (3,)}
    assert set(np.abs(steps[steps != 0])) == {LEVELS // 2}


def test_more_trajectories_keep_the_first_ones():
    few, many = make_design(ONE_BY_ONE, 4, 9), make_design(ONE_BY_ONE, 9, 9)
    np.testing.assert_array_equal(few.levels, many.levels[: len(few.levels)])
    for one, other in zip(make_rows(few, 2), make_rows(many, 2), strict=False):
        assert one == other
    assert not np.array_equal(few.levels, make_design(ONE_BY_ONE, 4, 10).levels)


def test_the_generator_of_numpy_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    design = make_design(ONE_BY_ONE, 4, 1)
    indices(design, outcome(design))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_an_outcome_that_never_changes():
    design = make_design(ONE_BY_ONE, 4, 1)
    found = indices(design, np.full((len(design.levels), 2), 3.5))
    for name in ("mu_star", "low", "high", "conf", "mu", "sigma", "sim_low", "sim_high"):
        assert (getattr(found, name) == 0.0).all(), name
    assert not found.above_dummy.any()


def test_trajectories_that_are_not_finite_are_left_out():
    design = make_design(ONE_BY_ONE, 6, 1)
    values = outcome(design, 2)
    broken = values.copy()
    broken[2 * design.points + 1, 1] = np.nan
    broken[4 * design.points, 0] = np.inf
    found = indices(design, broken)
    assert (found.kept, found.lost) == (4, (2, 4))
    kept = np.repeat([True, True, False, True, False, True], design.points)
    other = salib.analyze(
        design.problem, design.levels[kept] / (LEVELS - 1), values[kept].mean(axis=1)
    )
    np.testing.assert_allclose(found.mu_star, np.asarray(other["mu_star"]), rtol=1e-12)
    broken[0] = broken[design.points] = broken[3 * design.points] = np.nan
    assert indices(design, broken) is None


def test_replicates_are_averaged_and_bound_mu():
    design = make_design(ONE_BY_ONE, 8, 4)
    values = outcome(design) + np.array([[0.0, 1.0, 5.0]])  # a shift is no step
    found = indices(design, values)
    np.testing.assert_allclose(found.sim_low, found.mu, atol=1e-9)
    assert np.isnan(indices(design, values[:, :1]).sim_low).all()
    shaken = values + np.random.default_rng(1).normal(size=values.shape)
    found = indices(design, shaken)
    assert (found.sim_low < found.mu).all()
    assert (found.mu < found.sim_high).all()


def test_two_workers_give_what_one_gives():
    design = make_design(ONE_BY_ONE, 4, 1)
    np.testing.assert_array_equal(outcome(design, 2), outcome(design, 2, workers=2))


def test_a_job_is_a_row_of_the_design():
    design = make_design(ONE_BY_ONE, 2, 1)
    rows = make_rows(design, 3)
    assert isinstance(rows[0], Job)
    assert [job.replicate for job in rows[:4]] == [0, 1, 2, 0]
    assert rows[3].changes == {n: design.columns[n][1] for n in NAMES}


def _broken(_study, job):
    if job.replicate == 2:
        raise ValueError("no such world")
    return job.replicate


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_fails_is_named(workers):
    """With its number, role, replicate and seed: enough to run it again."""
    rows = [Job("draw", k, 40 + k, {}) for k in range(4)]
    said = r"run 2 \(draw 2, seed 42\) failed \(run\): no such world"
    with pytest.raises(ModelError, match=said):
        run_units(_broken, (), rows, workers, unit_seconds=0.05)
