"""The marketplace: what is conserved, what follows from the ranking, and in which direction."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.design import make_study
from scenarios import ScenarioError, load_scenario
from scenarios.region import load_region
from sim.draws import uniform
from sim.parameters import SWITCHES, assumed, levers, registry
from sim.processes.ranking import allot, visibility
from sim.run import simulate
from sim.world import World
from tests.lab import MONTHS, START, lab_world, mean_of, paired, ratio_of, run, surabaya, town

ON = {"platform_on": 1.0}
ALL_FIRMS = {"platform.onboarding_places": 1e6}
LARGE = {
    "platform.onboarding_places": 5_600.0,
    "platform.training_places": 5_250.0,
    "platform.fee_subsidy": 0.1,
    "platform.promotion": 0.1,
    "platform.free_orders": 50.0,
}


def online_only(world: World) -> None:
    """Nobody but the programme opens a shop, from a marketplace without sellers of the region."""
    world.tables.shops["open"] = world.tables.shops["opened"] = 0


# -- the ranking alone: a Polya urn


def urn(power: float, seed: int, sales: int = 4_000, shops: int = 5) -> list[float]:
    """Shares after so many orders, each going to a shop with the chance that the ranking gives."""
    sold = [0.0] * shops
    for order in range(sales):
        weights = [visibility(n, 0.0, power, 1.5) for n in sold]
        at = uniform(np.uint64(seed), 254, 0, order, 0, 0, 0, 0) * sum(weights)
        chosen = 0
        while chosen < shops - 1 and at >= weights[chosen]:
            at -= weights[chosen]
            chosen += 1
        sold[chosen] += 1.0
    return [n / sales for n in sold]


def test_at_one_early_luck_lasts() -> None:
    """Five equal shops from one: the limit of a share is Beta(1, 4), of sd 0.163 and mean 0.2.

    Neither equal nor all with one seller, and another seed gives other shares.
    """
    shares = np.array([urn(1.0, seed) for seed in range(40)])
    assert shares[:, 0].mean() == pytest.approx(0.2, abs=0.06)
    assert shares.std() == pytest.approx(np.sqrt(0.2 * 0.8 / 6.0), rel=0.15)
    assert 0.3 < shares.max(axis=1).mean() < 0.6
    # The second half of the orders hardly moves them.
    early = np.array([urn(1.0, seed, 2_000) for seed in range(10)])
    assert np.abs(early - shares[:10]).max() < 0.05


def test_below_one_shares_become_equal() -> None:
    assert np.abs(np.array([urn(0.5, seed) for seed in range(5)]) - 0.2).max() < 0.07
    wider = np.array([urn(0.5, seed, 400) for seed in range(20)]).std()
    assert np.array([urn(0.5, seed) for seed in range(20)]).std() < 0.6 * wider


def test_above_one_one_seller_takes_all() -> None:
    """At power 2 one seller gets all but a few of the later orders, in every draw."""
    for seed in range(10):
        early, late = np.array(urn(2.0, seed, 2_000)), np.array(urn(2.0, seed))
        assert (2.0 * late - early).max() > 0.99


def test_a_better_rating_is_seen_first() -> None:
    assert visibility(10.0, 0.2, 0.5, 1.5) / visibility(10.0, 0.0, 0.5, 1.5) == pytest.approx(
        np.exp(0.3)
    )


# -- a fixed sum is divided


def shared(money: float, rivals: float, weights: list[float], rooms: list[float]) -> list[float]:
    """What each shop is asked for."""
    weight, room = np.array(weights), np.array(rooms)
    asked, active = np.zeros(weight.size), np.zeros(weight.size, np.int64)
    placed = allot(money, rivals, weight, room, weight.size, asked, active)
    assert placed == pytest.approx(asked.sum(), abs=1e-12)
    assert room == pytest.approx(np.maximum(0.0, np.array(rooms) - asked))
    return asked.tolist()


def test_money_is_shared_by_hand() -> None:
    """Weights 1, 2 and 1 elsewhere share 8; with room for 3 the second's 1 goes to the others."""
    assert shared(8.0, 1.0, [1.0, 2.0], [9.0, 9.0]) == pytest.approx([2.0, 4.0])
    assert shared(8.0, 1.0, [1.0, 2.0], [9.0, 3.0]) == pytest.approx([2.5, 3.0])
    assert shared(8.0, 1.0, [1.0, 0.0], [9.0, 9.0]) == pytest.approx([4.0, 0.0])
    assert shared(8.0, 1.0, [1.0, 2.0], [0.0, 0.0]) == [0.0, 0.0]
    assert shared(8.0, 0.0, [1.0, 3.0], [9.0, 9.0]) == pytest.approx([2.0, 6.0])


def test_what_moves_online_leaves_the_local_markets() -> None:
    """Month by month local and online spending of the same state are what households spend."""
    world = lab_world(surabaya(), values=ON, seed=5, scale=50, months=40)
    while world.month < world.months:
        offline = world.copy()
        for table in ("shops", "online", "platform"):
            empty = getattr(offline.tables, table)[:0].copy()
            offline.tables = offline.tables._replace(**{table: empty})
        month = world.month
        simulate(world, month + 1)
        simulate(offline, month + 1)
        moved = world.tables.online["households"].sum()
        assert moved > 0.01 * world.tables.pools["spending"].sum()
        both = world.tables.pools["spending"].sum() + moved
        assert both == pytest.approx(offline.tables.pools["spending"].sum(), rel=1e-12)


def test_the_total_is_the_same_whether_no_firm_or_every_firm_has_a_shop() -> None:
    """What sellers here and elsewhere sell is what buyers spend: no shop creates money."""
    totals, shops, sold = [], [], []
    quiet = {**ON, "shop_curiosity": 0.0, "shop_imitation": 0.0, "market_growth": 0.0}
    for rule in ({}, {"platform.onboarding_places": 60.0}, ALL_FIRMS):
        world = run(
            town(600), values={**quiet, "patience_months": 1e9}, levers=rule, edit=online_only
        )
        online = world.online
        spent = online["online_households"] + online["online_demand_outside"]
        both = online["online_sales"] + online["online_elsewhere"]
        assert both == pytest.approx(spent, rel=1e-12)
        assert (online["online_elsewhere"] >= 0.0).all()
        totals.append(spent)
        shops.append(mean_of(world, "shops"))
        sold.append(online["online_sales"][START + 12 :].sum())
    assert shops[0] == 0.0 < shops[1] < shops[2]
    assert sold[0] == 0.0 < sold[1] < sold[2]
    # Every firm of a trade that can be sent has one, but for those that entered this month.
    assert online["shops_ever"][-1] > 0.98 * online["online_firms"][-1]
    for other in totals[1:]:
        assert other == pytest.approx(totals[0], rel=1e-9)


def test_a_shop_sells_no_more_than_its_firm_can_make_and_finance() -> None:
    world = lab_world(
        surabaya(), values={**ON, "online_share": 0.6, "order_value": 0.01}, scale=100
    )
    limited = 0
    while world.month < world.months:
        simulate(world, world.month + 1)
        firms, shops = world.firms, world.shops
        made = firms.ordered + shops.quantity + firms.local_sales / firms.price
        assert (made[firms.alive == 1] <= firms.y_max[firms.alive == 1] * (1 + 1e-9)).all()
        within = firms.ordered + shops.quantity <= firms.financeable * (1 + 1e-9) + 1e-12
        assert within[firms.alive == 1].all()
        limited += int((shops.asked > shops.sales + 0.01).sum())
    assert limited > 0


# -- off


def test_a_share_of_zero_is_no_platform_bit_for_bit() -> None:
    """By itself the switch does nothing: without spending online there is no marketplace."""
    off = run(surabaya(), scale=100)
    none = run(surabaya(), values={**ON, "online_share": 0.0}, scale=100)
    assert none.tables.shops.size == 0
    for table in ("firms", "buyers", "links", "pools", "state"):
        assert getattr(off.tables, table).tobytes() == getattr(none.tables, table).tobytes()
    assert off.monthly.tobytes() == none.monthly.tobytes()


def test_a_marketplace_without_buyers_shops_and_fees_moves_no_bit() -> None:
    """All of its code runs, and what it adds is zero."""

    def empty(world: World) -> None:
        online_only(world)
        for column in ("share", "outside"):
            world.tables.online[column] = 0.0

    off = run(surabaya(), scale=100)
    none = run(surabaya(), values=ON, scale=100, edit=empty)
    assert none.tables.shops.size == none.n_firms
    for table in ("firms", "buyers", "links", "pools", "state"):
        assert getattr(off.tables, table).tobytes() == getattr(none.tables, table).tobytes()
    assert off.monthly.tobytes() == none.monthly.tobytes()


def test_what_is_off_is_not_varied_and_what_is_on_is_shared() -> None:
    """Assumptions of a marketplace that nobody has are no assumptions of a comparison."""
    town_ = load_region("surabaya")
    group = {name for name in assumed() if registry()[name].group == "platform"}
    assert len(group) > 10

    def varied(*names: str) -> set[str]:
        chosen = [load_scenario(name) for name in names]
        study = make_study(town_, chosen, seed=1, scale=100, months=36)
        assert study.has_platform == ("ecommerce_collaboration" in names)
        return set(study.varied)

    assert not varied("no_policy", "cash_grant") & group
    assert group <= varied("no_policy", "cash_grant", "ecommerce_collaboration")


@pytest.mark.parametrize("lever", [name for name in levers() if name.startswith("platform.")])
def test_a_lever_of_a_platform_that_is_off_is_an_error(lever: str) -> None:
    """And at its null it is none."""
    assert SWITCHES == {"platform": "platform_on"}
    with pytest.raises(ScenarioError, match=r"does nothing while the platform is off: write 'ass"):
        load_scenario("no_policy", levers={lever: 1})
    load_scenario("no_policy", levers={lever: 0})
    load_scenario("no_policy", levers={lever: 1}, assume={"platform_on": 1})
    with pytest.raises(ScenarioError, match="does nothing while"):
        load_scenario("ecommerce_collaboration_small", assume={"platform_on": 0})


# -- money of the public


def test_the_public_pays_for_every_lever() -> None:
    """Cost by hand: places, fees and promotion of each month."""
    world = run(surabaya(), values=ON, levers=LARGE, scale=50)
    online, p = world.online, world.params[0]
    places = online["shops_onboarded"] * p["onboarding_cost"]
    places += online["shops_trained"] * p["training_cost"]
    promotion = 0.1 * p["promotion_cost"] * online["online_sales_outside"]
    net = online["online_sales"] - online["online_returned"]
    commission = 0.1 * p["commission"] * net
    assert online["platform_cost"] == pytest.approx(places + online["platform_subsidy"])
    assert world.column("public_cost") == pytest.approx(online["platform_cost"])
    paid = (online["platform_subsidy"] - commission - promotion)[START:]
    # What is left are order fees, of orders 51 to 100 of a shop.
    orders = online["online_sales"][START:] / p["order_value"]
    assert (paid >= -1e-9).all()
    assert (paid <= p["order_fee"] * orders + 1e-9).all()
    assert paid.sum() > 0.0
    assert not online["platform_cost"][:START].any()
    yearly = online["shops_onboarded"][START:].reshape(-1, 12).sum(axis=1)
    assert yearly.mean() == pytest.approx(5_600, rel=0.15)


# -- what it shows


def test_online_selling_lags_behind_hopes() -> None:
    """A part of the shops ever opened has not sold for three months; without a ranking, few."""
    seen = run(surabaya(), values=ON, levers=LARGE, scale=50, months=84)
    blind = {**ON, "ranking_power": 0.0}
    equal = run(surabaya(), values=blind, levers=LARGE, scale=50, months=84)
    dormant = ratio_of(seen, "shops_dormant", "shops_ever")
    assert dormant > 0.15
    assert ratio_of(equal, "shops_dormant", "shops_ever") < 0.6 * dormant


def test_the_baseline_stays_near_the_published_share() -> None:
    """About 7 % of firms have a shop on a marketplace (E085 to E087 times E089), policy or not."""
    for seed in (1, 2, 3):
        world = run(surabaya(), values=ON, seed=seed, scale=20)
        share = 100.0 * ratio_of(world, "shops", "firms")
        assert 5.2 < share < 8.5, share


@pytest.mark.parametrize(
    ("parameter", "low", "high"),
    [("commission", 0.025, 0.15), ("online_returns", 0.0, 0.3), ("shop_cost", 0.01, 0.2)],
)
def test_dearer_platforms_have_fewer_shops(parameter: str, low: float, high: float) -> None:
    def change(seed: int) -> float:
        worlds = [
            run(surabaya(), values={**ON, parameter: value}, seed=seed, scale=200, months=48)
            for value in (low, high)
        ]
        return mean_of(worlds[1], "shops", 0) - mean_of(worlds[0], "shops", 0)

    assert paired(change).excludes_zero(-1)


def test_more_returns_less_profit() -> None:
    def change(seed: int) -> float:
        worlds = [
            run(surabaya(), values={**ON, "online_returns": value}, seed=seed, scale=200, months=48)
            for value in (0.0, 0.3)
        ]
        return mean_of(worlds[1], "profit", 0) - mean_of(worlds[0], "profit", 0)

    assert paired(change).excludes_zero(-1)


def test_training_and_promotion_raise_online_sales() -> None:
    for rule in ({"platform.training_places": 1e5}, {"platform.promotion": 1.0}):

        def change(seed: int, rule: dict[str, float] = rule) -> float:
            worlds = [
                run(surabaya(), values=ON, levers=one, seed=seed, scale=200, months=MONTHS)
                for one in ({}, rule)
            ]
            return mean_of(worlds[1], "online_sales") - mean_of(worlds[0], "online_sales")

        assert paired(change).excludes_zero(1), rule
