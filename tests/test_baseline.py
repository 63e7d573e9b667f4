"""Baseline sanity: the few moments the registry was set to, and no more than those."""

from __future__ import annotations

from functools import cache

import numpy as np

from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world, size_law
from sim.run import simulate
from sim.world import World

SEEDS = (1, 2, 3)


@cache
def _worlds() -> tuple[World, ...]:
    region = load_region("surabaya")
    params = Parameters.default()
    return tuple(
        simulate(build_world(region, params, seed=seed, scale=20, months=60)) for seed in SEEDS
    )


def _dead(world: World, month: int) -> float:
    """Share of the firms alive at month 0 that closed by the end of `month`."""
    start = world.column("initial_survivors")[0] + world.column("closures")[0]
    return 1.0 - float(world.column("initial_survivors")[month]) / float(start)


def test_deaths_of_the_initial_stock_after_one_and_five_years() -> None:
    """E173 and E174: 8 to 10.5 % after one year, 34 to 41 % after five."""
    assert 0.08 <= np.mean([_dead(w, 11) for w in _worlds()]) <= 0.105
    assert 0.34 <= np.mean([_dead(w, 59) for w in _worlds()]) <= 0.41


def test_mean_revenue_of_a_micro_firm_at_the_start() -> None:
    """E011: 76.1 million rupiah a year."""
    means = [w.column("revenue_micro")[0] / w.column("firms_micro")[0] * 12 for w in _worlds()]
    assert np.isclose(np.mean(means), 76.1, rtol=0.02)


def test_share_of_manufacturing_like_firms_with_a_buyer_in_the_last_burn_in_year() -> None:
    """E193 times E197 and E198: 2 to 3.5 % had a delivered order within months 12 to 23."""
    region, params = load_region("surabaya"), Parameters.default()
    shares = []
    for seed in range(1, 9):  # few buyers, each with many suppliers: runs differ much
        world = simulate(build_world(region, params, seed=seed, scale=10, months=24))
        makes = world.manufacturing[world.firms.sector] == 1
        shares.append(world.yearly.served[1][makes].mean())
    assert 0.02 <= np.mean(shares) <= 0.035


def test_size_mixture_of_the_initial_stock() -> None:
    """E002 to E004: 98.7 % micro, 1.2 % small, 0.1 % medium, evenly spread over runs."""
    world = build_world(load_region("surabaya"), Parameters.default(), seed=5, scale=10)
    share = np.bincount(world.firms.size_class, minlength=3) / world.n_firms
    assert np.allclose(share, [0.98681, 0.0122, 0.00099], atol=0.0004)


def test_the_law_of_sizes_has_the_published_means_and_ceilings() -> None:
    """E011 to E013, E020 to E022: drawn sales average to the published ones, below the ceiling."""
    law = size_law(Parameters.default())
    world = build_world(load_region("surabaya"), Parameters.default(), seed=6, scale=1, months=1)
    ubar = Parameters.default()["normal_utilisation"]
    for size, (mean, ceiling) in enumerate(((76.1, 2000), (1639, 15000), (29721, 50000))):
        rows = world.firms.size_class == size
        sales = world.firms.capacity[rows] * ubar * 12
        assert np.isclose(sales.mean(), mean, rtol=0.08)
        # Women-led firms start smaller and the others larger by the same law.
        assert sales.max() <= ceiling / (1 - 0.4284 * 0.2) + 1e-6
    assert law[2, 0] == 1.0


def test_the_stock_of_firms_stays_level_in_the_burn_in() -> None:
    """No drift of more than 3 % that a policy could be mistaken for."""
    for world in _worlds():
        firms = world.column("firms")
        assert abs(firms[23] / firms[0] - 1.0) < 0.03


def test_local_sales_never_exceed_local_spending() -> None:
    """Money is placed once; what finds no room is not sold (the ledger holds it exact by pool)."""
    for world in _worlds():
        spent = world.column("local_sales") / world.column("local_spending")
        assert np.all(spent <= 1.0 + 1e-12)
        assert spent[0] > 0.99


def test_the_cash_grant_costs_what_the_obligation_costs() -> None:
    """The shipped file holds the expected public cost of `mandated_hotel_partnership`."""
    region = load_region("surabaya")
    base = simulate(build_world(region, Parameters.default(), seed=4, scale=10, months=84), 24)
    rule = compile_policy(
        load_scenario("mandated_hotel_partnership").levers, base.names.goods, base.months
    )
    cost = float(simulate(base.copy(rule)).column("public_cost").sum())
    grant = load_scenario("cash_grant").levers["cash_grant.million_rp_per_year"].value
    assert isinstance(grant, float | int)
    expected = 5 * grant * (1.0 + Parameters.default()["grant_administration"])
    assert np.isclose(expected, cost, rtol=0.01)
