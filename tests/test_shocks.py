"""Shock series: read strictly, part of the scenario's world, direction and conservation."""

import numpy as np
import pytest

import kemitraan as km
from experiments.compare import load_study
from experiments.shocks import shock_notes
from scenarios import Shock
from sim.outcomes_monthly import LEDGER_DTYPE
from sim.policy import compile_policy
from sim.run import simulate
from sim.shocks import compile_shocks
from tests.lab import MANDATE, Setting, lab_world, town
from tests.reference.twin import twin_differences, twin_of
from tests.scenario_files import HEAD, faults, here, load

__all__ = ["here"]  # a fixture

FOOD = "food_and_cakes"


def spell(**changes):
    return Shock(**{"month": 26, "months": 6, **changes})


def world_with(*shocks, months=40, seed=1):
    world = lab_world(town(1500, 2, 2), seed=seed, scale=1, months=months)
    levers = {name: Setting(value) for name, value in MANDATE.items()}
    world.policy = compile_policy(levers, world.names.goods, months)
    world.shocks = compile_shocks(shocks, world.names.sectors, months, world.names.region)
    return world


# -- reading


def test_a_series_is_read(here):
    scenario = load(
        here,
        HEAD + "shocks:\n"
        "  - {month: 2027-03, months: 6, sector: food_and_cakes, size: -0.3}\n"
        "  - {month: 0, months: 12, cost: 0.1, region: kutai_timur}\n",
    )
    assert scenario.shocks == (
        Shock(26, 6, FOOD, -0.3, 0.0, None),
        Shock(0, 12, "all", 0.0, 0.1, "kutai_timur"),
    )
    assert scenario.resolved()["shocks"][0]["sector"] == FOOD
    assert scenario.digest() != km.load_scenario("mandated_hotel_partnership").digest()


def test_a_list_replaces_the_inherited_one(here):
    (here / "eltern.yaml").write_text(
        "name: eltern\nextends: no_policy\nregion: surabaya\n"
        "shocks: [{month: 30, months: 2, size: -0.1}]\n",
        encoding="utf-8",
    )
    child = "name: wajib\nextends: eltern\n"
    assert len(load(here, child).shocks) == 1
    assert load(here, child + "shocks: [{month: 40, months: 2, size: 0.1}]\n").shocks == (
        Shock(40, 2, size=0.1),
    )
    assert load(here, child + "shocks: []\n").shocks == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shocks: {month: 3}\n", "expects a list such as [{month: 2027-03"),
        ("shocks: [3]\n", "expects keys such as {month: 2027-03, months: 6, size: -0.3}, got 3"),
        ("shocks: [{months: 6, size: -0.3}]\n", "shocks.1.month: missing"),
        ("shocks: [{month: 30, size: -0.3}]\n", "shocks.1.months: missing"),
        ("shocks: [{month: 30, months: 6}]\n", "missing: give size (of spending), cost, or both"),
        ("shocks: [{month: 30, months: 0, size: 0.1}]\n", "0 is out of range [1..600]"),
        ("shocks: [{month: 30, months: 6, size: -30%}]\n", "is a percentage: write -0.3"),
        ("shocks: [{month: 30, months: 6, size: -1}]\n", "-1 is out of range [-0.9..2]"),
        ("shocks: [{month: 30, months: 6, cost: 3}]\n", "3 is out of range [-0.5..2]"),
        (
            "shocks: [{month: 30, months: 6, sector: food, size: 0.1}]\n",
            "'food' is no trade, did you mean 'food_and_cakes'?",
        ),
        ("shocks: [{month: 30, months: 6, sector: x, size: 0.1}]\n", "'x' is not one of all, food"),
        ("shocks: [{month: 2027-13, months: 6, size: 0.1}]\n", "is no month: write a month number"),
        ("shocks: [{month: 108, months: 6, size: 0.1}]\n", "is outside the run [0..107]"),
        ("shocks: [{month: 2024-12, months: 6, size: 0.1}]\n", "is outside the run [0..107]"),
        ("shocks: [{month: 30, months: 6, size: 0.1, who: x}]\n", "shocks.1.who: unknown key"),
    ],
)
def test_faults_have_a_place(here, text, expected):
    found = faults(here, HEAD + text)
    assert len(found) == 1, found
    assert expected in found[0]
    assert found[0].startswith("4:")


def test_a_run_made_shorter_cuts_the_series(here):
    (here / "x.yaml").write_text(
        HEAD + "shocks: [{month: 90, months: 6, size: 0.1}]\n", encoding="utf-8"
    )
    scenario = km.load_scenario("x.yaml", months=60)
    assert (
        compile_shocks(scenario.shocks, (FOOD,), 60, "surabaya").spending.tolist() == [[1.0]] * 60
    )


# -- factors


def test_factors_by_month_and_sector():
    sectors = (FOOD, "trade")
    found = compile_shocks(
        [spell(size=-0.5), spell(month=28, months=2, sector=FOOD, size=1.0, cost=0.25)],
        sectors,
        40,
        "surabaya",
    )
    assert found.spending[25].tolist() == [1.0, 1.0]
    assert found.spending[26].tolist() == [0.5, 0.5]
    assert found.spending[28].tolist() == [1.0, 0.5]
    assert found.cost[29].tolist() == [1.25, 1.0]
    assert found.spending[32].tolist() == [1.0, 1.0]
    assert compile_shocks([spell(size=-0.5, region="solo")], sectors, 40, "surabaya") is None
    assert compile_shocks([], sectors, 40, "surabaya") is None


# -- in the world


def test_a_shock_without_size_changes_no_bit():
    plain, null = simulate(world_with()), simulate(world_with(spell()))
    assert null.shocks is not None
    for table in ("firms", "buyers", "lines", "links", "pools"):
        one, other = getattr(plain.tables, table), getattr(null.tables, table)
        for name in one.dtype.names:
            assert one[name].tobytes() == other[name].tobytes(), (table, name)
    assert plain.monthly.tobytes() == null.monthly.tobytes()


def test_nothing_before_it_and_everything_held_in_it():
    plain, shocked = simulate(world_with()), simulate(world_with(spell(size=-0.3)))
    before = slice(0, 26)
    assert plain.monthly[before].tobytes() == shocked.monthly[before].tobytes()
    for line in LEDGER_DTYPE.names:
        assert shocked.ledger[line].max() < 1e-9, line
    spending = shocked.column("local_spending")
    usual = plain.column("local_spending")
    wholesale = plain.column("via_wholesale")
    # The first month: households spend 30 % less, what comes by wholesale is as before.
    assert spending[26] - wholesale[26] == pytest.approx(
        0.7 * (usual[26] - wholesale[26]), rel=1e-9
    )
    assert (spending[26:32] < usual[26:32]).all()
    assert (shocked.column("profit")[26:32] < plain.column("profit")[26:32]).all()


def test_only_the_trade_that_is_struck():
    plain, shocked = world_with(), world_with(spell(sector=FOOD, size=-0.4))
    sector = plain.names.sectors.index(FOOD)
    for world in (plain, shocked):
        simulate(world, 27)
    own = plain.pools.sector == sector
    assert (shocked.pools.spending[own] < plain.pools.spending[own]).all()
    assert np.array_equal(shocked.pools.spending[~own], plain.pools.spending[~own])


def test_dearer_inputs_cost_profit_and_more_spending_brings_it():
    plain = simulate(world_with()).column("profit")[26:32].sum()
    dearer = simulate(world_with(spell(cost=0.1))).column("profit")[26:32].sum()
    richer = simulate(world_with(spell(size=0.2))).column("profit")[26:32].sum()
    assert dearer < plain < richer


def test_the_twin_lives_through_the_same_shocks():
    world = lab_world(town(120, 1, 2), seed=4, scale=1, months=12)
    world.shocks = compile_shocks(
        [Shock(2, 4, size=-0.4), Shock(3, 5, FOOD, cost=0.3)], world.names.sectors, 12, "x"
    )
    twin = twin_of(world)
    for _ in range(8):
        twin.step()
    simulate(world, 8)
    faults_found = twin_differences(twin, world)
    twin.close()
    assert not faults_found, "\n".join(faults_found)


# -- in comparisons


def _scenario(here, name, text):
    (here / f"{name}.yaml").write_text(f"name: {name}\nextends: {text}", encoding="utf-8")
    return km.load_scenario(f"{name}.yaml")


def test_runs_part_before_a_shock_in_the_burn_in(here):
    early = _scenario(here, "awal", "cash_grant\nshocks: [{month: 6, months: 6, size: -0.3}]\n")
    study, _ = load_study([early], "no_policy", None, 1, 100, 36, "en")
    assert study.branch_month == 6


def test_different_worlds_are_said(here):
    series = "shocks: [{month: 2027-03, months: 6, sector: food_and_cakes, size: -0.3}]\n"
    rule = _scenario(here, "aturan", "cash_grant\n" + series)
    world = _scenario(here, "dunia", "no_policy\n" + series)
    study, _ = load_study([rule], "no_policy", None, 1, 100, 36, "en")
    (note,) = shock_notes(study, "en")
    assert "the scenarios live in different worlds" in note
    assert "no_policy none; aturan 2027-03 (6 months) food_and_cakes spending -30 %" in note
    study, _ = load_study([rule], world, None, 1, 100, 36, "en")
    same = "all scenarios live through the same shocks: 2027-03 (6 months) food_and_cakes spending"
    assert shock_notes(study, "en") == [f"{same} -30 %"]
    study, _ = load_study(["cash_grant"], "no_policy", None, 1, 100, 36, "en")
    assert shock_notes(study, "en") == []
    study, _ = load_study([rule], "no_policy", "surakarta", 1, 10, 36, "id")
    assert len(shock_notes(study, "id")) == 1
    away = _scenario(
        here, "jauh", "cash_grant\nshocks: [{month: 30, months: 2, size: -0.3, region: x}]\n"
    )
    study, _ = load_study([away], "no_policy", None, 1, 100, 36, "en")
    assert shock_notes(study, "en") == ["jauh: a shock of x does not strike surabaya"]
