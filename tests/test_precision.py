"""How many runs: what may be asked, when it is looked at, and what holds where one stops."""

import math
from itertools import pairwise

import numpy as np
import pytest

from experiments.bootstrap import expanded, mean_intervals, resample_counts
from experiments.compare import compare
from experiments.design import latin_hypercube, make_jobs
from experiments.precision.boundary import boundary, crossing, looks_between
from experiments.precision.criteria import RELATIVE, SIGN, WIDTH, Target, read_criteria, targets_of
from experiments.precision.intervals import wilson
from experiments.precision.sequential import read_precision
from experiments.precision.words import precision_lines
from sim.errors import KemitraanError
from tests.stopping import EXPERIMENTS, LOOKS, coverage, criterion, normal, skewed, stops

NAMES = ("rule", "coaching")


def read(*asked):
    return read_criteria(list(asked), NAMES, 108)


def test_three_ways_to_ask():
    sign, share, width = read("profit: sign", "profit:5 % of effect", " jobs :  2e2 ")
    assert (sign.kind, sign.window, sign.scenario) == (SIGN, "policy", None)
    assert (share.kind, share.amount) == (RELATIVE, 0.05)
    assert (width.outcome, width.kind, width.amount) == ("jobs", WIDTH, 200.0)
    assert [one.asked for one in (sign, share, width)] == ["sign", "5% of effect", "200"]


def test_one_scenario_and_another_window():
    one = read("profit@rule in year 5: sign")[0]
    assert (one.outcome, one.scenario, one.window) == ("profit", "rule", "year 5")
    assert [t.scenario for t in targets_of([one], NAMES)] == ["rule"]
    assert [t.place for t in targets_of(read("profit: sign"), NAMES)] == [1, 2]
    assert len(read("profit: sign", "profit:  sign", "jobs: sign")) == 2, "said twice"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("proft: sign", r"no outcome 'proft', did you mean 'profit'\?"),
        ("profit", r"cannot be read; write 'OUTCOME: sign'"),
        ("profit in year 9: sign", r"no window 'year 9'; known: before, year 1"),
        ("profit@rul: sign", r"no scenario 'rul' is compared here, did you mean 'rule'\?"),
        ("profit: 5%", r"one of the effect, never of the level; write '5% of effect'"),
        ("profit: 5% of level", r"never of the level"),
        ("profit: 0% of effect", r"0% is out of range; above 0% and at most 100%"),
        ("profit: 200% of effect", r"200% is out of range"),
        ("profit: -3", r"half width of -3 is out of range; above 0"),
        ("profit: 2.000,5", r"has a decimal comma: write 2000.5"),
        ("profit: nan", r"is not a finite number"),
        ("profit: wide", r"'wide' is no amount; allowed: sign, a share"),
        (3, r"3: is no text"),
    ],
)
def test_what_cannot_be_read_is_told(asked, told):
    with pytest.raises(KemitraanError, match=told) as error:
        read(asked)
    assert error.value.exit_code == 2
    assert str(error.value).startswith("--precision ")


def asked(first, most, criteria="profit: sign"):
    return read_precision(criteria, scenarios=NAMES, months=108, first=first, most=most, seed=1)


def test_the_cap_is_one_of_a_precision_and_no_less_than_the_first_look():
    assert asked(64, None).looks[-1] == 1024
    assert asked(2000, None).looks == (2000,)
    assert asked(64, None, None) is None
    with pytest.raises(KemitraanError, match=r"--max-replicates 90: is the cap of --precision"):
        asked(64, 90, None)
    with pytest.raises(KemitraanError, match=r"--max-replicates 50: is outside 64\.\.100000"):
        asked(64, 50)
    with pytest.raises(KemitraanError, match=r"--replicates 8: is too few .* 16 at least"):
        asked(8, 50)


def test_looks_rise_to_the_cap_and_none_is_for_a_few_runs():
    for first, most in ((16, 16), (16, 17), (64, 1024), (100, 131)):
        looks = looks_between(first, most)
        assert (looks[0], looks[-1]) == (first, most)
        assert all(a < b for a, b in pairwise(looks))
    steps = np.diff(looks_between(64, 1024))
    assert steps.min() >= 16


def test_the_boundary_is_pococks_where_looks_are_equally_far_apart():
    """Constants of his table (1977), for 2, 5 and 10 looks."""
    for looks, constant in ((2, 2.178), (5, 2.413), (10, 2.555)):
        assert boundary(tuple(range(1, looks + 1))) == pytest.approx(constant, abs=6e-4)
    assert boundary((64,)) == pytest.approx(1.95996, abs=1e-5)
    assert crossing(1.95996, (1, 2)) > 0.05
    # Looks closer together than Pocock's tell less that is new.
    assert boundary((100, 110)) < boundary((100, 200))


def test_an_interval_at_the_stop_holds_what_is_promised():
    """Where the true effect is zero, every wrong sign is one that stopped too soon."""
    shape = (LOOKS[-1], EXPERIMENTS)
    for draw, seed in ((normal, 1), (skewed, 2)):
        values = draw(shape, seed)
        room = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
        for asked_for in ((SIGN,), (WIDTH, 0.45)):
            assert coverage(values, 0.0, *asked_for) > 0.95 - room
        # Looked at as often, plain intervals do not.
        assert coverage(values, 0.0, SIGN, confidence=0.95) < 0.95 - room


def test_a_large_effect_stops_at_once_and_a_small_one_at_the_cap():
    values = normal((LOOKS[-1], 50), 3)
    pairs = {effect: stops(values + effect, SIGN)[2].mean() for effect in (0.02, 0.5, 3.0)}
    assert pairs[3.0] == LOOKS[1], "the first look and the one that looks ahead"
    assert pairs[3.0] < pairs[0.5] < pairs[0.02]


def test_what_it_would_take_follows_the_square_root():
    sign, width = (Target(criterion(*one), "rule", 1) for one in ((SIGN,), (WIDTH, 1.0)))
    share = Target(criterion(RELATIVE, 0.1), "rule", 1)
    assert width.needed(100, 5.0, 3.0, 7.0) == 400
    assert share.needed(100, 5.0, 4.0, 6.0) == 400
    assert sign.needed(100, 1.0, -1.0, 3.0) == 400
    assert sign.needed(100, -1.0, -3.0, 1.0) == 400
    assert not sign.reached(1.0, -1.0, 3.0)
    assert sign.reached(-1.0, -3.0, -0.1)
    assert math.isnan(sign.needed(100, 0.0, 0.0, 0.0)), "no number of runs finds a side of nothing"
    assert share.reached(0.0, 0.0, 0.0)


# -- intervals


def test_resamples_are_keyed_and_shared_by_all_numbers():
    counts = np.concatenate(list(resample_counts(10, 1, 400)))
    assert counts.shape == (400, 10)
    assert (counts.sum(axis=1) == 10).all()
    assert counts.mean() == pytest.approx(1.0)
    assert counts.var() == pytest.approx(0.9, rel=0.1)
    np.testing.assert_array_equal(counts, np.concatenate(list(resample_counts(10, 1, 400))))
    assert (counts != np.concatenate(list(resample_counts(10, 2, 400)))).any()
    assert (counts != np.concatenate(list(resample_counts(10, 1, 400, 1)))).any()


def test_an_interval_of_a_mean_is_students_where_numbers_are_normal():
    from scipy.stats import t

    sample = normal((40, 200), 5)
    low, high = mean_intervals(sample, 1)
    half = t.ppf(0.975, 39) * sample.std(axis=0, ddof=1) / math.sqrt(40)
    assert ((high - low) / 2 / half).mean() == pytest.approx(1.0, abs=0.02)
    assert expanded(0.95, 10_000) == pytest.approx(0.95, abs=1e-4)
    assert expanded(0.95, 8) > 0.97


def test_columns_do_not_hang_on_their_neighbours_and_lost_numbers_are_left_out():
    sample = skewed((24, 5), 6)
    alone = [mean_intervals(sample[:, [k]], 1) for k in range(5)]
    low, high = mean_intervals(sample, 1)
    np.testing.assert_allclose(low, [a[0] for a, _ in alone], rtol=1e-12)
    np.testing.assert_allclose(high, [b[0] for _, b in alone], rtol=1e-12)
    holed = sample.copy()
    holed[3:20, 0] = np.nan
    holed[:, 1] = np.nan
    holed[1:, 2] = np.nan
    some = mean_intervals(holed, 1)
    assert some[1][0] - some[0][0] > high[0] - low[0]
    assert np.isnan(some[0][1:3]).all()
    assert some[0][3] == pytest.approx(low[3], rel=1e-12)
    constant = mean_intervals(np.full((9, 1), 0.1), 1)
    assert constant[0][0] == constant[1][0] == 0.1


def test_wilsons_interval_of_a_share():
    low, high = wilson([0.0, 0.5, 1.0, 0.5], [20, 20, 20, 0])
    assert low[:3] == pytest.approx([0.0, 0.2993, 0.8389], abs=1e-4)
    assert high[:3] == pytest.approx([0.1611, 0.7007, 1.0], abs=1e-4)
    assert np.isnan([low[3], high[3]]).all()


# -- designs that grow, and the whole


def test_a_design_that_may_grow_begins_as_the_one_that_does_not():
    from tests.test_compare import _study

    study = _study()
    plain = make_jobs(study, "parameters", 16, 4)
    grown = make_jobs(study, "parameters", 16, 4, (16, 24, 40))
    assert grown[: len(plain)] == plain[:]
    assert [job.role for job in grown[len(plain) :]] == ["draw"] * 24
    assert [job.replicate for job in grown[len(plain) :]] == list(range(16, 40))
    assert (
        make_jobs(study, "parameters", 16, 4, (16, 24, 30))[: len(plain) + 8]
        == grown[: len(plain) + 8]
    )
    name, (low, high) = next(iter(study.varied.items()))
    stage = [(job.changes[name] - low) / (high - low) for job in grown[len(plain) + 8 :]]
    assert sorted(int(16 * one) for one in stage) == list(range(16)), "a hypercube of its own"
    assert (latin_hypercube(1, 8, {"a": (0, 1)}) != latin_hypercube(1, 8, {"a": (0, 1)}, 1)).all()


SMALL = {"region": "surabaya", "scale": 200, "months": 36, "quiet": True, "jobs": 1}


@pytest.fixture(scope="module")
def stopped():
    return compare("voluntary_coaching", uncertainty="seeds", replicates=16, max_replicates=40,
                   precision=["profit: sign", "jobs: 0.001"], **SMALL)  # fmt: skip


def test_a_comparison_tells_what_it_reached_and_what_not(stopped):
    table = stopped.precision.set_index("outcome")
    assert table.loc["profit", "reached"]
    assert not table.loc["jobs", "reached"]
    assert set(table["runs"]) == {40}
    assert table.loc["jobs", "runs_needed"] > 40
    assert len(stopped.jobs) == stopped.plan["pairs"] == 40
    said = str(stopped)
    assert "How well it is known after 40 pairs" in said
    assert "intervals of the mean over seeds, assumptions held fixed" in said
    assert "not reached: jobs" in said
    assert "belum tercapai: lapangan kerja" in " ".join(precision_lines(stopped, "id"))
    assert stopped.to_json()["precision"]["reached"] is False


def test_what_was_stopped_has_the_numbers_of_as_many_pairs_asked_for(stopped):
    plain = compare("voluntary_coaching", uncertainty="seeds", replicates=40, **SMALL)
    assert plain.precision.empty
    assert "precision" not in plain.to_json()
    assert plain.effects().equals(stopped.effects())
