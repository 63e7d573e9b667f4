"""Dominance between scenarios, and effects along the distribution of profit."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.compare import compare
from experiments.figures.quantiles import quantile_chart, quantile_figures
from experiments.groups import QUANTILES, group_names, group_values
from experiments.precision.dominance import dominance_of
from experiments.precision.tables import dominance_line, tenth_line
from sim.errors import KemitraanError
from sim.outcomes_record import Window

LUCK = np.random.default_rng(4).standard_normal(60)


def orders(first, second):
    """Which side dominates, by order: 1 for the first, -1 for the second, 0 for neither."""
    return [one.first - one.second for one in dominance_of(first, second, 1, resamples=200)]


def test_a_shift_dominates_in_both_orders_whoever_asks():
    assert orders(LUCK + 0.1, LUCK) == [1, 1]
    assert orders(LUCK, LUCK + 0.1) == [-1, -1]
    # It is about distributions, not about pairs.
    assert orders(LUCK[::-1] + 0.1, LUCK) == [1, 1]


def test_less_spread_about_the_same_mean_dominates_in_the_second_order_only():
    centred = LUCK - LUCK.mean()
    assert orders(centred, 2.0 * centred) == [0, 1]
    assert orders(2.0 * centred, centred) == [0, -1]
    # More at the mean, and a worse worst: neither is for everybody.
    assert orders(2.0 * centred + 0.2, centred) == [0, 0]


def test_nothing_dominates_itself_and_ties_decide_nothing():
    assert orders(LUCK, LUCK) == [0, 0]
    assert orders(LUCK, LUCK[::-1].copy()) == [0, 0]
    first, second = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0, 1.0])
    assert orders(first, second) == [1, 1]
    assert dominance_of(LUCK, LUCK, 1, resamples=200)[0][3:] == (0.0, 0.0)
    # 0.1 + 0.2 and 0.3 differ by a rounding; sums of them must not decide the second order.
    assert orders(np.array([0.1 + 0.2, 1.0]) - 0.3, np.array([0.0, 1.0 - 0.3]))[1] == 0


def test_resamples_say_how_sure_it_is():
    far = dominance_of(LUCK + 5.0, LUCK, 1, resamples=400)[0]
    near = dominance_of(LUCK + 0.02, LUCK[::-1], 1, resamples=400)[0]
    assert far.first_share == 1.0
    assert far.second_share == 0.0
    assert near.first
    assert near.first_share < 0.6, "another draw of runs would often say otherwise"
    again = dominance_of(LUCK + 0.02, LUCK[::-1], 1, resamples=400)[0]
    assert again == near


# -- quantiles over firms


def record(profit, alive):
    """A run of two years and five sites."""
    yearly = SimpleNamespace(profit=np.array(profit, float), alive=np.array(alive, np.int8))
    return SimpleNamespace(world=SimpleNamespace(yearly=yearly, names=None, n_firms=5))


PROFIT = [[12.0, 24.0, 36.0, 48.0, 60.0], [0.0, 120.0, 12.0, 12.0, 12.0]]
ALIVE = [[1, 1, 1, 1, 1], [0, 1, 1, 0, 0]]


def test_quantiles_by_hand():
    """Rp m a year over twelve months: 1, 2, 3, 4, 5 of the first year; 10 and 1 of the second."""
    one = record(PROFIT, ALIVE)
    first = group_values(one, None, None, Window("first", 0, 1), "profit_quantile")
    assert first.tolist() == [[1.4e6, 2e6, 3e6, 4e6, 4.6e6]]
    both = group_values(one, None, None, Window("both", 0, 2), "profit_quantile")
    expected = np.quantile([1, 2, 3, 4, 5, 10, 1], QUANTILES) * 1e6
    np.testing.assert_allclose(both[0], expected, rtol=1e-12)
    assert group_names(None, "profit_quantile") == ("10 %", "25 %", "50 %", "75 %", "90 %")
    np.testing.assert_array_equal(one.world.yearly.profit, PROFIT)  # not moved about
    empty = group_values(record(PROFIT, np.zeros((2, 5))), None, None, Window("x", 0, 2),
                         "profit_quantile")  # fmt: skip
    assert np.isnan(empty).all()


SMALL = {"region": "surabaya", "scale": 100, "months": 48, "quiet": True, "jobs": 1,
         "fixed_replicates": 2}  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return compare(["cash_grant", "mandated_hotel_partnership"], replicates=6, **SMALL)


def test_a_policy_that_does_nothing_moves_no_quantile_and_dominates_nothing():
    null = compare("no_policy", replicates=3, **SMALL)
    table = null.quantile_effects()
    assert len(table) == 15
    for column in ("mean", "low", "high", "range_low", "range_high"):
        assert (table[column] == 0.0).all(), column
    assert not null.dominance()["dominates"].any()
    assert (null.dominance()["share"] == 0.0).all()


def test_quantile_effects_stand_beside_those_on_the_poorest_before(result):
    table = result.quantile_effects()
    own = table[table["scenario"] == "cash_grant"]
    assert own["by"].tolist() == ["profit_quantile"] * 5 + ["baseline_decile"] * 10
    assert own["place"].tolist()[:5] == list(QUANTILES)
    assert own["place"].tolist()[5:] == pytest.approx([(k + 0.5) / 10 for k in range(10)])
    levels = own[own["by"] == "profit_quantile"]["level_baseline"]
    assert levels.is_monotonic_increasing
    assert (own["low"] <= own["mean"]).all()
    assert (own["mean"] <= own["high"]).all()
    cells = result.effects("profit_per_firm", "policy", "profit_quantile", intervals="bootstrap")
    same = cells[cells["scenario"] == "cash_grant"]
    np.testing.assert_array_equal(same["mean"], own["mean"][:5])
    np.testing.assert_array_equal(same["mean_low"], own["low"][:5])
    assert set(same["unit"]) == {"Rp a month"}
    with pytest.raises(KemitraanError, match="only profit has"):
        result.quantile_effects("jobs")
    with pytest.raises(KemitraanError, match="no window 'year 9'"):
        result.quantile_effects(window="year 9")


def test_dominance_of_a_cost_is_that_of_the_cheaper(result):
    table = result.dominance("public_cost").set_index(["scenario", "over", "order"])
    assert table.loc[("no_policy", "cash_grant", 1), "dominates"]
    assert not table.loc[("cash_grant", "no_policy", 2), "dominates"]
    assert set(table["runs"]) == {6}
    with pytest.raises(KemitraanError, match="neither more nor less of it is better"):
        result.dominance("firms")


def test_intervals_hold_their_effects(result):
    table = result.effects(intervals="bootstrap")
    for value, low, high in (("mean", "mean_low", "mean_high"),
                             ("share_better", "share_low", "share_high")):  # fmt: skip
        there = table[np.isfinite(table[low])]
        assert len(there) > 20
        room = 1e-9 * there[value].abs()
        assert (there[low] <= there[value] + room).all()
        assert (there[value] <= there[high] + room).all()
    with pytest.raises(KemitraanError, match="no kind of interval 'normal'"):
        result.effects(intervals="normal")


def test_what_the_screen_says_of_the_poorest_tenth_and_of_dominance(result):
    assert "sites that were poorest before" in tenth_line(result, "cash_grant", "en")
    assert "lokasi yang dulu termiskin" in tenth_line(result, "cash_grant", "id")
    for name in result.scenarios:
        assert dominance_line(result, name, "en").startswith("UMKM profit: ")
    said = " ".join(str(result).split())
    assert " ".join(tenth_line(result, "cash_grant", "en").split()) in said


def test_only_what_is_sure_is_said_of_dominance(monkeypatch, result):
    def told(first, second):
        rows = [
            ("cash_grant", "no_policy", 1, True, first),
            ("cash_grant", "no_policy", 2, True, second),
        ]
        rows += [("no_policy", "cash_grant", order, False, 0.0) for order in (1, 2)]
        columns = ["scenario", "over", "order", "dominates", "share"]
        monkeypatch.setattr(result, "dominance", lambda *_: pd.DataFrame(rows, columns=columns))
        return dominance_line(result, "cash_grant", "en")

    assert "whoever prefers more prefers cash_grant to no_policy (first order, in 97 %" in told(
        0.97, 0.99
    )
    assert "second order, in 99 %" in told(0.4, 0.99)
    assert "neither this nor no_policy is surely better" in told(0.4, 0.6)


def test_the_figure_shows_both_kinds(result):
    ax = quantile_chart(result, "cash_grant")
    assert [len(line.get_xdata()) for line in ax.lines if line.get_marker() in "os"] == [5, 10]
    assert len(list(quantile_figures(result, "id"))) == 1
    with pytest.raises(
        KemitraanError, match="no quantile effects of 'grant'; compared: cash_grant"
    ):
        quantile_chart(result, "grant")
