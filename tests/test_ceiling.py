"""The ceiling: the model's own demand, without a run, and no run beyond it."""

import shutil

import numpy as np
import pytest

from experiments import unit
from experiments.ceiling import (
    CHANNELS,
    COLUMNS,
    LATER,
    ceiling,
    opens_a_channel,
    reach_per_month,
)
from experiments.design import make_jobs, make_study
from scenarios.region import REGIONS, load_region
from scenarios.scenario import load_scenario
from sim.parameters import Parameters, registry
from sim.parameters.entries import KINDS
from sim.parameters.value_inputs import VALUE_INPUTS, guessed_part
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import step
from sim.tables import BUYER_KINDS, KIND_AGENCY
from tests.lab import Setting


@pytest.mark.parametrize("scale", [10, 100])
def test_what_channels_buy_is_what_the_models_buyers_need(scale):
    world = build_world(load_region("surabaya"), Parameters.default(), seed=3, scale=scale)
    kind = world.tables.buyers["kind"][world.tables.lines["buyer"]]
    built = 12 * world.scale * np.bincount(kind, world.tables.lines["demand"], len(BUYER_KINDS))
    table = ceiling("no_policy").set_index("channel")
    listed = table.loc[["hotels", "restaurants", "other large buyers", "agencies"], "buys"]
    assert listed.to_numpy(dtype=float) == pytest.approx(built)


def test_rows_and_columns():
    table = ceiling("mandated_hotel_partnership", "surabaya")
    assert tuple(table.columns) == COLUMNS
    assert tuple(table["channel"]) == CHANNELS
    later = table[table["channel"].isin(LATER)]
    assert set(later["note"]) == {"not in this version"}
    assert later["buys"].isna().all()
    restaurants = table.set_index("channel").loc["restaurants"]
    assert restaurants["guessed_share"] == pytest.approx(1.0)


def test_what_is_derived_from_a_guess_is_a_guess():
    """Of the six goods only slippers rest on published figures alone, and food in part."""
    values = {g: registry()[f"goods.{g}.value"].value for g in VALUE_INPUTS}
    known = values["slippers"] + values["food_ingredients"] * (5.9 + 7.0) / 20.7
    hotels = ceiling("no_policy").set_index("channel").loc["hotels"]
    assert hotels["guessed_share"] == pytest.approx(1 - known / sum(values.values()))
    assert ceiling("no_policy").set_index("channel").loc["other large buyers", "guessed_share"] == (
        pytest.approx(1.0)
    )


def test_what_a_scenario_assumes_is_a_guess():
    rule = load_scenario("no_policy", assume={"goods.slippers.value": 4.0})
    guess = ceiling(rule)["guessed_share"][0]
    assert guess > ceiling("no_policy")["guessed_share"][0]
    assert guessed_part("slippers", registry()["goods.slippers.value"]) == 0.0


def test_hotels_of_a_guessed_class_are_a_guess(tmp_path):
    shutil.copytree(REGIONS / "surabaya", tmp_path / "town")
    path = tmp_path / "town" / "hotels.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("23.38,measured", "23.38,synthetic"), encoding="utf-8")
    town = load_region(tmp_path / "town")
    rooms = town.hotels["count"] * town.hotels["rooms"] * town.hotels["occupancy"]
    before = ceiling("no_policy")["guessed_share"][0]
    after = ceiling("no_policy", town)["guessed_share"][0]
    assert after == pytest.approx(before + (1 - before) * rooms[0] / rooms.sum())


def test_the_inputs_of_every_derived_value_are_named_and_add_up():
    for name, parameter in registry().items():
        if name.startswith("goods.") and name.endswith(".value"):
            parts = VALUE_INPUTS[name.split(".")[1]]
            assert parameter.kind == "estimated"
            total = sum(part.million_rp_month for part in parts)
            assert total == pytest.approx(parameter.value, rel=1e-9), name
            for part in parts:
                assert set(part.inputs.values()) <= {*KINDS, "derived"}, name
                assert len(part.inputs) >= 2


def test_reach_is_quota_times_covered_demand():
    table = ceiling("mandated_hotel_partnership").set_index("channel")
    assert table.loc["hotels", "policy_reaches"] == pytest.approx(0.3 * table.loc["hotels", "buys"])
    per_firm = table.loc["hotels", "policy_reaches"] / 12 / table.loc["hotels", "umkm"]
    assert table.loc["hotels", "per_umkm_month"] == pytest.approx(1e6 * per_firm, rel=1e-4)
    fewer = load_scenario(
        "mandated_hotel_partnership", levers={"hotel.quota": 0.1, "hotel.goods": ["cakes"]}
    )
    assert ceiling(fewer)["policy_reaches"][0] < table.loc["hotels", "policy_reaches"] / 3


def test_no_policy_reaches_nothing_and_a_grant_reaches_its_money():
    assert reach_per_month(ceiling("no_policy")) == 0.0
    yearly = load_scenario("cash_grant").levers["cash_grant.million_rp_per_year"].value
    assert reach_per_month(ceiling("cash_grant")) == pytest.approx(yearly / 12)
    memorandum = reach_per_month(ceiling("hotel_memorandum"))
    assert 0 < memorandum < reach_per_month(ceiling("mandated_hotel_partnership"))


def _world(months=36):
    study = make_study(
        load_region("surabaya"),
        [load_scenario("no_policy"), load_scenario("mandated_hotel_partnership")],
        seed=1,
        scale=200,
        months=months,
    )
    world = build_world(study.region, study.parameters, seed=1, scale=200, months=months)
    unit.run_unit(study, make_jobs(study, "seeds", 2)[0])
    return unit.follow(world).world


def test_a_run_beyond_its_ceiling_is_an_error_that_names_scenario_and_month():
    world = _world()
    unit.check_ceiling(world, "mine")
    world.monthly["hotel_direct"][7] = 2 * world.monthly["hotel_need"][7] + 1
    with pytest.raises(unit.ModelError, match="mine, month 7: hotel purchases"):
        unit.check_ceiling(world, "mine")


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("hotel_direct", "hotel purchases of the run"),
        # What is due of their lines is known by month, so that they are caught in the month.
        ("restaurant_direct", "month 0: restaurant purchases"),
        ("direct", "other large buyer purchases of the run"),
    ],
)
def test_purchases_beyond_the_demand_of_the_whole_run_are_an_error(column, told):
    world = _world()
    world.monthly[column] = 1e9
    world.monthly["hotel_need"] = 2e9
    world.monthly["need"] = 4e9
    with pytest.raises(unit.ModelError, match=told):
        unit.check_ceiling(world, "mine")


def _most_by_month(world, kind):
    """The most that buyers of a kind can need in each month: what is due of their order lines."""
    lines = world.tables.lines
    lines = lines[world.tables.buyers["kind"][lines["buyer"]] == kind]
    interval = world.tables.goods["interval"][lines["good"]]
    months = np.arange(world.months)[:, None]
    if kind == KIND_AGENCY:  # school uniforms: a year's contract in batches up to July
        late = (12 - (months + lines["phase"]) % 12) % 12 < lines["batches"]
        share = np.where(late, 12.0 / lines["batches"], 0.0)
        return world.scale * (share * lines["demand"]).sum(axis=1)
    due = (interval == 1) | ((months + lines["phase"]) % interval == 0)
    return world.scale * np.where(due, lines["demand"] * interval, 0.0).sum(axis=1)


@pytest.mark.parametrize(
    "rule",
    [
        "no_policy",
        "mandated_hotel_partnership",
        "agency_procurement_pooling",
        "a floor for restaurants",
    ],
)
def test_no_kind_of_buyer_orders_more_than_is_due_of_its_own_lines(rule):
    """Month by month, for hotels, restaurants and others apart, from the table of order lines."""
    world = build_world(load_region("surabaya"), Parameters.default(), seed=3, scale=50, months=30)
    if rule == "a floor for restaurants":
        levers = {
            "restaurant.binding": 1.0,
            "restaurant.coverage": 1.0,
            "restaurant.quota": 1.0,
            "restaurant.price_cap": 1.0,
            "restaurant.goods": ("cakes", "food_ingredients", "laundry_service"),
        }
        settings = {name: Setting(value) for name, value in levers.items()}
    else:
        settings = load_scenario(rule).levers
    world.policy = compile_policy(settings, world.names.goods, world.months)
    most = np.stack([_most_by_month(world, kind) for kind in range(len(BUYER_KINDS))])
    kind = world.tables.buyers["kind"][world.tables.lines["buyer"]]
    bought = np.zeros_like(most)
    for month in range(world.months):
        step(world)
        lines = world.tables.lines
        need = world.scale * np.bincount(kind, lines["need"], len(BUYER_KINDS))
        bought[:, month] = world.scale * np.bincount(kind, lines["ordered"], len(BUYER_KINDS))
        assert (bought[:, month] <= need * (1 + 1e-9)).all()
        assert (need <= most[:, month] * (1 + 1e-9)).all()
    assert bought[:2] == pytest.approx(
        np.stack([world.monthly["hotel_direct"], world.monthly["restaurant_direct"]])
    )
    assert bought.sum(axis=0) == pytest.approx(world.monthly["direct"])
    # So few units of agencies find no firm on the catalogue by themselves.
    asked = KIND_AGENCY + (rule == "agency_procurement_pooling")
    assert (bought.sum(axis=1)[:asked] > 0.0).all()


def test_restaurants_that_buy_what_others_need_are_an_error():
    """One month beyond what is due of restaurants' own lines, within what others need besides."""
    world = _world()
    monthly = world.monthly
    most = _most_by_month(world, BUYER_KINDS.index("restaurant"))
    month = int(np.argmax(monthly["need"] - monthly["hotel_need"] - most))
    beyond = 1.01 * most[month]
    assert beyond < monthly["need"][month] - monthly["hotel_need"][month]
    monthly["direct"][month] += beyond - monthly["restaurant_direct"][month]
    monthly["restaurant_direct"][month] = beyond
    with pytest.raises(unit.ModelError, match=f"mine, month {month}: restaurant purchases"):
        unit.check_ceiling(world, "mine")


@pytest.mark.parametrize("value", [1e-3, float("nan")])
def test_a_broken_ledger_is_an_error_that_names_its_line(value):
    world = _world()
    unit.check_ledger(world, "mine")
    world.ledger["receivables"][5] = value
    with pytest.raises(unit.ModelError, match="mine, month 5: the ledger's line 'receivables'"):
        unit.check_ledger(world, "mine")


@pytest.mark.parametrize(
    ("name", "channel", "note"),
    [
        ("voluntary_coaching", "coaching", "opens no sales channel; works by what firms learn"),
        ("cash_grant", "cash grant", "money given, not purchases; opens no sales channel"),
        ("matching_event", "matching events",
         "asks for no purchases; lowers the cost of finding one another"),
    ],
)  # fmt: skip
def test_what_opens_no_channel_says_so(name, channel, note):
    table = ceiling(name)
    assert not opens_a_channel(table)
    assert table.set_index("channel").loc[channel, "note"] == note
    assert not set(table["channel"]) & ({"coaching", "cash grant", "matching events"} - {channel})


def test_what_opens_a_channel():
    for name in ("mandated_hotel_partnership", "ecommerce_collaboration", "bundle"):
        assert opens_a_channel(ceiling(name)), name
    table = ceiling("bundle").set_index("channel")
    assert np.isnan(table.loc["coaching", "policy_reaches"])
    assert (table.loc[["hotels", "agencies", "platform"], "policy_reaches"] > 0).all()


def test_what_a_scenario_beside_it_assumes_holds_for_its_ceiling_too():
    """The marketplace is there in every scenario of a comparison; only one policy pulls at it."""
    alone = ceiling("cash_grant").set_index("channel")
    beside = ceiling("cash_grant", beside=[load_scenario("ecommerce_collaboration")])
    beside = beside.set_index("channel")
    assert np.isnan(alone.loc["platform", "buys"])
    assert beside.loc["platform", "buys"] > 0
    assert beside.loc["platform", "policy_reaches"] == 0
    assert beside.loc["platform", "note"] == "no rule"
