"""What must happen to the results when the same world is written down differently.

Three changes of the description whose effect is known without running anything: the order in which
firms stand in the tables, the unit of money, and the size of the whole town.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scenarios.region import Region
from sim.outcomes_monthly import MONTHLY
from sim.parameters import levers as lever_registry
from sim.parameters import registry
from sim.run import simulate
from sim.tables import FIRM_DTYPE
from sim.world import World
from tests.lab import MANDATE, START, lab_world, parameters, run, seeds, town

GRANTS = {"cash_grant.million_rp_per_year": 2_000.0, "cash_grant.firms_per_year": 200.0}
OFFICE = {"programme.office_million_rp_per_month": 40.0}
COACHING = {"coaching.places": 600.0, "coaching.cost_million_rp_per_head": 5.0}
LEVERS = {
    **MANDATE,
    **GRANTS,
    **OFFICE,
    **COACHING,
    "hotel.price_cap": 0.3,
    "payment.max_days": 20.0,
}

# --- firms in another order -----------------------------------------------------------------------


def reordered(world: World, generator: np.random.Generator) -> npt.NDArray[np.int64]:
    """Puts the firms of every pool in another order; old row of the firm in each new row.

    A firm keeps its slot, which is what its draws are keyed by: with another slot it would be
    another firm. All that names a row follows: rings, links, the reserve of candidates.
    """
    tables = world.tables
    old = np.arange(tables.firms.size)
    for pool in tables.pools:
        old[pool["start"] : pool["stop"]] = generator.permutation(old[pool["start"] : pool["stop"]])
    new = np.empty_like(old)
    new[old] = np.arange(old.size)
    tables.links["firm"] = new[tables.links["firm"]]
    world.tables = tables._replace(
        firms=tables.firms[old],
        profit_ring=np.ascontiguousarray(tables.profit_ring[:, old]),
        receivables=np.ascontiguousarray(tables.receivables[:, old]),
        coaching=tables.coaching[old],
        reserve=np.where(tables.reserve >= 0, new[tables.reserve], -1).astype(np.int32),
    )
    return old


def test_firms_in_another_order_have_the_same_fates():
    """Every column of every firm, and every monthly outcome, but for the rounding of sums."""
    plain = lab_world(town(firms=3_000), levers=LEVERS, months=60)
    other = plain.copy()
    old = reordered(other, np.random.default_rng(1))
    assert (old != np.arange(old.size)).mean() > 0.8
    simulate(plain)
    simulate(other)
    assert plain.firms.generation.max() > 0
    assert plain.column("hotel_direct").sum() > 0.0
    for name in FIRM_DTYPE.names or ():
        expected = plain.tables.firms[name][old]
        if expected.dtype.kind == "f":
            size = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max()))
            np.testing.assert_allclose(
                other.tables.firms[name], expected, rtol=1e-9, atol=1e-12 * size, err_msg=name
            )
        else:
            np.testing.assert_array_equal(other.tables.firms[name], expected, err_msg=name)
    for name in MONTHLY:
        np.testing.assert_allclose(
            other.column(name), plain.column(name), rtol=1e-9, atol=1e-9, err_msg=name
        )


# --- money in another unit ------------------------------------------------------------------------

THOUSAND = 1_000.0
MONEY = {
    "revenue", "revenue_eligible", "revenue_micro", "profit", "local_spending", "local_sales",
    "need", "direct", "via_wholesale", "hotel_new",
    "outside", "hotel_need", "hotel_direct", "restaurant_direct", "hotel_cost", "fines",
    "public_cost", "grants", "coaching_cost", "receivables", "written_off", "drawings", "interest",
    "investment",
    "returned", "profit_eligible", "profit_micro", "invoiced", "cash", "capacity",
}  # fmt: skip
"""Monthly outcomes and columns of firms in money, or in quantities at base price."""


def is_money(unit: str) -> bool:
    """Whether a figure is so many million rupiah, for whatever it is counted per."""
    return unit.startswith("million Rp")


def test_every_unit_with_rupiah_in_it_is_money_or_a_ratio_of_money():
    units = {one.unit for one in (*registry().values(), *lever_registry().values())}
    left = {unit for unit in units if "Rp" in unit and not is_money(unit)}
    assert all(unit.startswith("Rp per Rp") for unit in left), left


def test_money_in_another_unit_changes_the_money_and_nothing_else():
    """All parameters, levers and regional figures in million rupiah, a thousand times as many.

    Which they are is read from their units, so that one that is forgotten, or a sum of money that
    stands in the code, shows. Left as it is, any one of them makes this fail, but for the threshold
    of a gain, which is a comparison's and not a run's, and usual lots, which are documentation.
    """
    region = town(firms=3_000, restaurants=30)
    dear_region: Region = replace(
        region,
        restaurant_demand={
            good: THOUSAND * each for good, each in region.restaurant_demand.items()
        },
    )
    values = parameters().values
    dear = {name: THOUSAND * values[name] for name, p in registry().items() if is_money(p.unit)}
    levers = {
        name: THOUSAND * value if is_money(lever_registry()[name].unit) else value
        for name, value in LEVERS.items()
    }
    assert {name for name, value in LEVERS.items() if levers[name] != value} == {
        name for name, lever in lever_registry().items() if is_money(lever.unit)
    }
    plain = run(region, levers=LEVERS, months=60)
    scaled = run(dear_region, values=dear, levers=levers, months=60)
    assert set(MONTHLY) >= {"revenue", "firms", "hired", "fines"}
    for name in MONTHLY:
        factor = THOUSAND if name in MONEY else 1.0
        np.testing.assert_allclose(
            scaled.column(name), factor * plain.column(name), rtol=1e-8, atol=1e-7, err_msg=name
        )
    for name in ("cash", "capacity", "profit", "revenue", "hired", "practice", "generation"):
        factor = THOUSAND if name in MONEY else 1.0
        np.testing.assert_allclose(
            scaled.tables.firms[name], factor * plain.tables.firms[name], rtol=1e-7, atol=1e-7,
            err_msg=name,
        )  # fmt: skip
    for name in (
        "hotel_direct",
        "restaurant_direct",
        "grants",
        "fines",
        "hired",
        "defects",
        "coached",
    ):
        assert plain.column(name).sum() > 0.0, name


# --- twice the town -------------------------------------------------------------------------------

PER_FIRM = (
    "revenue", "profit", "hired", "partners", "closures", "entries", "local_sales", "direct",
    "quality", "practice", "utilisation", "receivables", "drawings",
)  # fmt: skip


def per_firm(firms: int, factor: int, seed: int) -> list[float]:
    """Means over the policy months, a firm, of a town or of one `factor` times as large.

    Households' spending follows from the firms of month 0, and other large buyers from their
    number. Local markets join wards until they hold so many firms: twice as many in twice the
    town, so that the markets are the same.
    """
    region = town(firms=factor * firms, hotels_a_class=10 * factor, restaurants=60 * factor)
    world = run(
        region,
        values={"pool_minimum": factor * parameters()["pool_minimum"]},
        levers={**MANDATE, "inspection.hours_per_month": 200.0 * factor},
        seed=seed,
        months=48,
    )
    count = world.column("firms")[START:]
    return [float((world.column(name)[START:] / count).mean()) for name in PER_FIRM]


def test_twice_the_firms_buyers_and_local_demand_leave_a_firms_means_as_they_are():
    """Towns of 8,000 firms and others twice as large, within Monte Carlo error.

    Each difference is held to 3.5 standard errors; with thirteen of them a true model passes in
    more than 98 of 100 cases, and the errors themselves must be small beside the level.
    """
    single, double = (
        np.array([per_firm(8_000, factor, seed + factor) for seed in seeds(32)])
        for factor in (1, 2)
    )
    for k, name in enumerate(PER_FIRM):
        a, b = single[:, k], double[:, k]
        error = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / a.size)
        assert error < 0.05 * abs(a.mean()), name
        assert abs(b.mean() - a.mean()) < 3.5 * error, (name, a.mean(), b.mean(), error)
