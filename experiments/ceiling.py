"""What arithmetic allows before any run: what each channel buys, what a policy reaches of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.region import Region, load_region
from scenarios.scenario import Scenario, load_scenario
from sim.build.buyers import TYPICAL_OCCUPANCY, TYPICAL_ROOMS
from sim.parameters import Parameters, registry

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHANNELS", "COLUMNS", "ceiling", "demand_by_channel", "reach_per_month"]

CHANNELS = ("hotels", "restaurants", "agencies", "other large buyers", "platform", "export")
LATER = ("agencies", "platform", "export")
COLUMNS = (
    "channel", "buys", "umkm_could_supply", "policy_reaches", "umkm", "per_umkm_month",
    "guessed_share", "note",
)  # fmt: skip
"""buys, umkm_could_supply and policy_reaches in Rp m a year; umkm: firms of the trades that make
the channel's goods; per_umkm_month: what the policy reaches, Rp a month and such firm."""

_GUESSES = ("assumed", "synthetic")


@dataclass(frozen=True)
class _Demand:
    """What a channel buys, Rp m a month by good, and the kinds of the figures behind it."""

    by_good: dict[str, float]
    kinds: list[str]


def demand_by_channel(region: Region, parameters: Parameters) -> dict[str, _Demand]:
    """Monthly demand by channel and good, by the formulas the model builds its buyers with."""
    goods = list(region.goods["good"])
    value = dict(zip(goods, parameters.goods_table(goods)[:, 5].tolist(), strict=True))
    hotels = region.hotels
    size = float((hotels["count"] * hotels["rooms"] * hotels["occupancy"]).sum())
    size /= TYPICAL_ROOMS * TYPICAL_OCCUPANCY
    figures = region.provenance
    by_block = {
        block: list(figures.loc[figures["block"] == block, "kind"])
        for block in ("hotels", "restaurants", "sectors", "firms")
    }
    entries = registry()
    bought = [good for good in goods if math.isfinite(value[good]) and value[good] > 0]
    restaurants = float(region.restaurants.count) * parameters["restaurant_demand"]
    others: dict[str, float] = {}
    for sector, share in zip(region.sectors["sector"], region.sectors["share"], strict=True):
        makes = [g for g, s in zip(goods, region.goods["sector"], strict=True) if s == sector]
        count = round(region.firms * float(share) / parameters["background_firms"])
        # Each buyer takes one good of the sector; the model draws which.
        for good in makes:
            others[good] = count * parameters["background_demand"] / len(makes)
    return {
        "hotels": _Demand(
            {good: value[good] * size for good in bought},
            by_block["hotels"] + [entries[f"goods.{good}.value"].kind for good in bought],
        ),
        "restaurants": _Demand(
            {good: each * restaurants for good, each in region.restaurant_demand.items()},
            by_block["restaurants"] + [entries["restaurant_demand"].kind],
        ),
        "other large buyers": _Demand(
            others,
            [entries["background_firms"].kind, entries["background_demand"].kind]
            + by_block["sectors"],
        ),
    }


def _sales_a_year(p: Parameters) -> float:
    """Mean sales of a firm, Rp m a year."""
    rest = 1.0 - p["micro_share"] - p["small_share"]
    return float(
        p["micro_share"] * p["micro_sales"]
        + p["small_share"] * p["small_sales"]
        + rest * p["medium_sales"]
    )


def _reach(scenario: Scenario, group: str, demand: _Demand, p: Parameters) -> tuple[float, str]:
    """Rp m a month the rule can move at most, at full strength, and a remark."""

    def setting(key: str, null: float) -> float:
        found = scenario.levers.get(f"{group}.{key}")
        return null if found is None else float(found.value)  # type: ignore[arg-type]

    goods = scenario.levers.get(f"{group}.goods")
    covered = goods.value if goods is not None and isinstance(goods.value, tuple) else ()
    coverage = setting("coverage", 0.0)
    if not covered or coverage <= 0:
        return 0.0, "no rule"
    total = sum(demand.by_good.get(good, 0.0) for good in covered)
    if setting("binding", 0.0) > 0:
        quota, remark = setting("quota", 0.0), "floor"
    else:
        quota, remark = p["pledged_share"], "pledged share (assumed); all who are invited join"
    if setting("radius_km", 1000.0) < 1000.0:
        remark += "; less where no firm is within the radius"
    return quota * coverage * total, remark


def ceiling(scenario: Scenario | str, region: Region | str | None = None) -> pd.DataFrame:
    """What each channel buys a year and what a policy reaches of it; no run is needed.

    Args:
        scenario: a scenario, its name or its file.
        region: a region, its name or folder; the scenario's own if none.

    Returns:
        One row a channel, with the columns `COLUMNS`. Channels that come with later versions have
        no figures, and say so. `attrs` holds the region's and the scenario's name.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rule = load_scenario(scenario) if isinstance(scenario, str) else scenario
    town = load_region(rule.region if region is None else region)
    p = Parameters.default().replace(check=False, **{k: a.value for k, a in rule.assume.items()})
    demand = demand_by_channel(town, p)
    sector_of = dict(zip(town.goods["good"], town.goods["sector"], strict=True))
    share_of = dict(zip(town.sectors["sector"], town.sectors["share"], strict=True))
    capacity = 1.0 / p["normal_utilisation"] * _sales_a_year(p)
    rows: list[dict[str, object]] = []
    for channel in CHANNELS:
        if channel in LATER:
            rows.append({"channel": channel, "note": "not in this version"})
            continue
        one = demand[channel]
        sectors = list(dict.fromkeys(sector_of[good] for good in one.by_good))
        firms = town.firms * sum(float(share_of[s]) for s in sectors)
        group = {"hotels": "hotel", "restaurants": "restaurant"}.get(channel)
        reach, note = _reach(rule, group, one, p) if group else (0.0, "no rule speaks of them")
        rows.append(
            {
                "channel": channel,
                "buys": 12 * sum(one.by_good.values()),
                "umkm_could_supply": firms * capacity,
                "policy_reaches": 12 * reach,
                "umkm": round(firms),
                "per_umkm_month": 1e6 * reach / firms if firms else math.nan,
                "guessed_share": sum(k in _GUESSES for k in one.kinds) / max(1, len(one.kinds)),
                "note": note,
            }
        )
    grant = rule.levers.get("cash_grant.million_rp_per_year")
    if grant is not None and float(grant.value) > 0:  # type: ignore[arg-type]
        yearly = float(grant.value)  # type: ignore[arg-type]
        eligible = {sector_of[g] for c in ("hotels", "restaurants") for g in demand[c].by_good}
        firms = town.firms * sum(float(share_of[s]) for s in sorted(eligible))
        rows.append(
            {
                "channel": "cash grant",
                "policy_reaches": yearly,
                "umkm": round(firms),
                "per_umkm_month": 1e6 * yearly / 12 / firms if firms else math.nan,
                "note": "money given, not purchases",
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs = {"scenario": rule.name, "region": town.name}
    return table


def reach_per_month(table: pd.DataFrame) -> float:
    """All that a policy reaches, Rp m a month."""
    return float(table["policy_reaches"].fillna(0.0).sum()) / 12.0
