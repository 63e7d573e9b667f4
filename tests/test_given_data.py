"""FAST, RBD-FAST, delta, PAWN: SALib's numbers, a noise floor, what is not finite."""

import numpy as np
import pytest
from SALib.analyze import delta, fast, pawn, rbd_fast
from SALib.sample import fast_sampler, latin
from SALib.test_functions import Ishigami

from experiments.given_data import GIVEN, _delta, _pawn, _rbd, fast_indices, given_indices

UNIT = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
SEED = 5


def ishigami(places):
    return Ishigami.evaluate((2.0 * places[:, :3] - 1.0) * np.pi)


@pytest.fixture(scope="module")
def sample():
    places = latin.sample(UNIT, 400, seed=3)
    return places, ishigami(places)


@pytest.mark.filterwarnings("ignore")
def test_indices_are_those_of_salib(sample):
    places, values = sample
    theirs = {
        "rbd-fast": rbd_fast.analyze(UNIT, places, values, num_resamples=2, seed=SEED)["S1"],
        "pawn": pawn.analyze(UNIT, places, values, seed=SEED)["median"],
    }
    for method, other in theirs.items():
        (found,) = given_indices(method, places, values, SEED, halves=4).values()
        np.testing.assert_allclose(found.value, np.asarray(other, float), rtol=1e-10)


@pytest.mark.filterwarnings("ignore")
def test_delta_is_salibs_without_the_scatter_of_its_correction(sample):
    places, values = sample
    grid = np.linspace(values.min(), values.max(), 100)
    classes = np.linspace(0, 400, 6)  # as many as SALib takes
    plain = [delta.calc_delta(values, grid, column, classes) for column in places.T]
    np.testing.assert_allclose(_delta(places, values), plain, rtol=1e-10)
    theirs = [
        delta.analyze(UNIT, places, values, num_resamples=10, seed=k, method="delta")["delta_raw"]
        for k in range(1, 9)
    ]
    (found,) = given_indices("delta", places, values, SEED, halves=4).values()
    np.testing.assert_allclose(found.value, np.mean(theirs, axis=0), atol=0.05)
    assert found.value.argmax() == 1
    assert found.value[3] < 0.1


@pytest.mark.filterwarnings("ignore")
def test_fast_is_salibs_on_each_curve_and_their_mean():
    curves = [fast_sampler.sample(UNIT, 513, seed=k) for k in (1, 2, 3, 4)]
    values = [ishigami(curve) for curve in curves]
    found = fast_indices(np.concatenate(values), 4, 4)
    theirs = [fast.analyze(UNIT, own, num_resamples=2, seed=1) for own in values]
    for name in ("S1", "ST"):
        each = np.array([one[name] for one in theirs], float)
        np.testing.assert_allclose(found[name].value, each.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(found["S1"].value, [0.3139, 0.4424, 0.0, 0.0], atol=0.03)
    np.testing.assert_allclose(found["ST"].value[:3], [0.5576, 0.4424, 0.2437], atol=0.06)
    assert found["ST"].above_last.tolist() == [True, True, True, False]
    one = fast_indices(values[0], 4, 1)["ST"]
    assert np.isnan(one.low).all()  # a single curve says nothing of its error
    assert not one.above_last.any()


@pytest.mark.parametrize("method", GIVEN)
def test_strong_factors_rise_above_the_noise_floor_and_the_dummy_does_not(sample, method):
    places, values = sample
    (found,) = given_indices(method, places, values, SEED, halves=40).values()
    assert found.above_last[1]
    assert not found.above_last[3]
    assert (found.low <= found.value + 1e-12).all()
    assert (found.value <= found.high + 1e-12).all()
    assert found.value[1] == max(found.value)


def test_what_is_resampled_is_the_same_index(sample):
    """Without SALib's correction of the bias for delta; the others are exact."""
    places, values = sample
    exact = {"rbd-fast": _rbd, "pawn": _pawn}
    for method, quick in exact.items():
        (found,) = given_indices(method, places, values, SEED, halves=4).values()
        np.testing.assert_allclose(quick(places, values), found.value, rtol=1e-12)
    (found,) = given_indices("delta", places, values, SEED, halves=4).values()
    np.testing.assert_allclose(_delta(places, values), found.value, atol=0.1)


def test_rows_that_are_not_finite_are_left_out(sample):
    places, values = sample
    broken = values.copy()
    broken[[3, 77]] = np.nan
    kept = np.isfinite(broken)
    (found,) = given_indices("pawn", places, broken, SEED, halves=4).values()
    (other,) = given_indices("pawn", places[kept], values[kept], SEED, halves=4).values()
    np.testing.assert_array_equal(found.value, other.value)
    assert found.kept == 398
    broken[10:] = np.inf
    assert given_indices("pawn", places, broken, SEED) == {}
    bad = np.full(4 * 65 * 2, np.nan)
    assert fast_indices(bad, 4, 2) == {}


def test_an_outcome_that_never_changes_hangs_on_nothing(sample):
    places, _ = sample
    for method in GIVEN:
        (found,) = given_indices(method, places, np.full(400, 0.1), SEED).values()
        assert (found.high == 0.0).all()
    assert (fast_indices(np.full(4 * 65, 2.0), 4, 1)["ST"].value == 0.0).all()


def test_the_generator_of_numpy_is_left_alone(sample):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for method in GIVEN:
        given_indices(method, *sample, SEED, halves=2)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
