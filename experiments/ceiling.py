"""What arithmetic allows before any run: what each channel buys, what a policy reaches of it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.budget import load_scenario
from experiments.places import place_of
from scenarios.region import Region
from scenarios.scenario import Scenario
from sim.build.agencies import agency_demand
from sim.build.platform import LEAST_SHARE, SHIPPED, outside_market, shares_held
from sim.parameters import Parameters, registry
from sim.parameters.value_inputs import guessed_part, is_guess

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CHANNELS",
    "COLUMNS",
    "ceiling",
    "demand_by_channel",
    "opens_a_channel",
    "reach_per_month",
]

CHANNELS = ("hotels", "restaurants", "agencies", "other large buyers", "platform", "export")
LATER = ("export",)
_NO_CHANNEL = {
    "coaching": ("coaching.places", "opens no sales channel; works by what firms learn"),
    "matching events": (
        "matching_event.per_year",
        "asks for no purchases; lowers the cost of finding one another",
    ),
}
"""Policies that reach no purchases: the lever that pulls them, and where an effect comes from."""
_GROUPS = {
    "hotels": "hotel",
    "restaurants": "restaurant",
    "agencies": "agency",
    "other large buyers": "large_buyer",
}
COLUMNS = (
    "channel", "buys", "umkm_could_supply", "policy_reaches", "umkm", "per_umkm_month",
    "guessed_share", "note",
)  # fmt: skip
"""buys, umkm_could_supply and policy_reaches in Rp m a year; umkm: firms of the trades that make
the channel's goods; per_umkm_month: what the policy reaches, Rp a month and such firm;
guessed_share: part of what the channel buys that rests on an assumed or synthetic figure."""


@dataclass(frozen=True)
class _Demand:
    """What a channel buys, Rp m a month by good, and the share of it that rests on a guess."""

    by_good: dict[str, float]
    guessed: float


def demand_by_channel(
    region: Region, parameters: Parameters, assumed: Collection[str] = ()
) -> dict[str, _Demand]:
    """Monthly demand by channel and good, by the formulas the model builds its buyers with.

    Args:
        region: the place.
        parameters: values in use.
        assumed: parameters that a scenario sets by itself.
    """
    kinds = {name: "assumed" if name in assumed else p.kind for name, p in registry().items()}
    return {
        "hotels": _hotels(region, parameters, assumed),
        "restaurants": _restaurants(region, parameters, kinds),
        "agencies": _agencies(region, parameters, kinds),
        "other large buyers": _others(region, parameters, kinds),
    }


def _kinds(region: Region, block: str) -> dict[str, str]:
    """Kinds of the region's figures of a block of its data sheet, by quantity."""
    rows = region.provenance[region.provenance["block"] == block]
    return dict(zip(rows["quantity"], rows["kind"], strict=True))


def _demand(by_good: dict[str, float], guessed: Iterable[float]) -> _Demand:
    """A demand with the guessed part of each good, in money."""
    total = sum(by_good.values())
    return _Demand(by_good, sum(guessed) / total if total else math.nan)


def _hotels(region: Region, parameters: Parameters, assumed: Collection[str]) -> _Demand:
    goods = list(region.goods["good"])
    values = parameters.goods_table(goods)[:, 5].tolist()
    entries = registry()
    bought = {g: v for g, v in zip(goods, values, strict=True) if math.isfinite(v) and v > 0}
    guess = sum(
        v * guessed_part(g, entries[f"goods.{g}.value"], assumed) for g, v in bought.items()
    )
    kinds = {
        quantity: kind
        for block in ("hotel_classes", "rooms", "occupancy")
        for quantity, kind in _kinds(region, block).items()
    }
    size = known = 0.0
    for one in region.hotels.to_dict("records"):
        own = float(one["count"] * one["rooms"] * one["occupancy"])
        figures = (f"{what} of {one['hotel_class']}" for what in ("count", "rooms", "occupancy"))
        size += own
        # A class without a hotel needs no figures.
        known += 0.0 if own and is_guess([kinds[figure] for figure in figures]) else own
    typical = parameters["typical_rooms"] * parameters["typical_occupancy"]
    size /= typical
    known /= typical
    by_good = {good: value * size for good, value in bought.items()}
    return _demand(by_good, [(size - known) * sum(bought.values()), known * guess])


def _restaurants(region: Region, parameters: Parameters, kinds: Mapping[str, str]) -> _Demand:
    count = float(region.restaurants.count) * parameters["restaurant_demand"]
    by_good = {good: each * count for good, each in region.restaurant_demand.items()}
    figures = _kinds(region, "restaurants")
    common = [region.restaurants.kind, kinds["restaurant_demand"]]
    guessed = (
        amount
        for good, amount in by_good.items()
        if is_guess([*common, figures[f"demand of a restaurant for {good}"]])
    )
    return _demand(by_good, guessed)


def _agencies(region: Region, parameters: Parameters, kinds: Mapping[str, str]) -> _Demand:
    by_good = agency_demand(region, parameters)
    guessed = (
        amount
        for good, amount in by_good.items()
        if is_guess([region.government[good].kind])
        # As it stands the figure is bought whole; a scenario that says otherwise guesses.
        or (parameters["agency_demand"] != 1.0 and is_guess([kinds["agency_demand"]]))
    )
    return _demand(by_good, guessed)


def _others(region: Region, parameters: Parameters, kinds: Mapping[str, str]) -> _Demand:
    shares = _kinds(region, "sector_shares")
    common = [region.firms_figure.kind, kinds["background_firms"], kinds["background_demand"]]
    by_good: dict[str, float] = {}
    guessed = 0.0
    for sector, share in zip(region.sectors["sector"], region.sectors["share"], strict=True):
        makes = list(region.goods.loc[region.goods["sector"] == sector, "good"])
        count = round(region.firms * float(share) / parameters["background_firms"])
        # Each buyer takes one good of the sector; the model draws which.
        for good in makes:
            by_good[good] = count * parameters["background_demand"] / len(makes)
            if is_guess([*common, shares[f"share of {sector}"]]):
                guessed += by_good[good]
    return _demand(by_good, [guessed])


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


def _platform(rule: Scenario, region: Region, p: Parameters, capacity: float) -> dict[str, object]:
    """The marketplace at month 0: local households' and outside buyers' money.

    A policy can win at most what sellers elsewhere sell. All of it rests on a guess, the share of
    households' spending that is made online.
    """
    row: dict[str, object] = {"channel": "platform"}
    if p["platform_on"] <= 0.0:
        return row | {"note": "inside the local markets; assume platform_on: 1 to model it"}
    sent = {
        str(name): float(share) * SHIPPED.get(str(name), 1.0)
        for name, share in zip(region.sectors["sector"], region.sectors["share"], strict=True)
    }
    firms = region.firms * sum(share for share in sent.values() if share > 0.0)
    households = p["online_share"] * region.firms * sum(sent.values()) * _sales_a_year(p)
    held = max(LEAST_SHARE, min(1.0, p["platform_share"] * region.firms / max(1.0, firms)))
    near, far = shares_held(held, p["home_advantage"], p["rival_mass"])
    outside = outside_market(households, near, far, p["online_balance"])
    levers = [s.value for name, s in rule.levers.items() if name.startswith("platform.")]
    pulled = any(isinstance(value, float) and value > 0.0 for value in levers)
    reach = (1.0 - near) * households + (1.0 - far) * outside if pulled else 0.0
    return row | {
        "buys": households + outside,
        "umkm_could_supply": firms * capacity,
        "policy_reaches": reach,
        "umkm": round(firms),
        "per_umkm_month": 1e6 * reach / 12 / firms if firms else math.nan,
        "guessed_share": 1.0,
        "note": "all that sellers elsewhere sell" if pulled else "no rule",
    }


def ceiling(
    scenario: Scenario | str,
    region: Region | str | None = None,
    *,
    beside: Iterable[Scenario] = (),
) -> pd.DataFrame:
    """What each channel buys a year and what a policy reaches of it; no run is needed.

    Args:
        scenario: a scenario, its name or its file.
        region: a region, its name or folder; the scenario's own if none.
        beside: scenarios it is compared with: what they assume, such as a marketplace, holds
            for it too.

    Returns:
        One row a channel, with the columns `COLUMNS`. Channels that come with later versions have
        no figures, and say so; coaching, matching events and grants have a row where the scenario
        has them, which says that they open no channel. `attrs` holds the region's and the
        scenario's name.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rule = load_scenario(scenario) if isinstance(scenario, str) else scenario
    town = place_of(rule, region)
    assume = {k: a.value for one in (*beside, rule) for k, a in one.assume.items()}
    p = Parameters.default().replace(check=False, **assume)
    demand = demand_by_channel(town, p, assume)
    sector_of = dict(zip(town.goods["good"], town.goods["sector"], strict=True))
    share_of = dict(zip(town.sectors["sector"], town.sectors["share"], strict=True))
    capacity = 1.0 / p["normal_utilisation"] * _sales_a_year(p)
    rows: list[dict[str, object]] = []
    for channel in CHANNELS:
        if channel in LATER:
            rows.append({"channel": channel, "note": "not in this version"})
            continue
        if channel == "platform":
            rows.append(_platform(rule, town, p, capacity))
            continue
        one = demand[channel]
        sectors = list(dict.fromkeys(sector_of[good] for good in one.by_good))
        firms = town.firms * sum(float(share_of[s]) for s in sectors)
        reach, note = _reach(rule, _GROUPS[channel], one, p)
        if not one.by_good:
            note = "the region's file names no budget"
        rows.append(
            {
                "channel": channel,
                "buys": 12 * sum(one.by_good.values()),
                "umkm_could_supply": firms * capacity,
                "policy_reaches": 12 * reach,
                "umkm": round(firms),
                "per_umkm_month": 1e6 * reach / firms if firms else math.nan,
                "guessed_share": one.guessed,
                "note": note,
            }
        )
    grant = rule.levers.get("cash_grant.million_rp_per_year")
    if grant is not None and float(grant.value) > 0:  # type: ignore[arg-type]
        yearly = float(grant.value)  # type: ignore[arg-type]
        eligible = {
            sector_of[g] for c in ("hotels", "restaurants", "agencies") for g in demand[c].by_good
        }
        firms = town.firms * sum(float(share_of[s]) for s in sorted(eligible))
        rows.append(
            {
                "channel": "cash grant",
                "policy_reaches": yearly,
                "umkm": round(firms),
                "per_umkm_month": 1e6 * yearly / 12 / firms if firms else math.nan,
                "note": "money given, not purchases; opens no sales channel",
            }
        )
    for name, (lever, note) in _NO_CHANNEL.items():
        pulled = rule.levers.get(lever)
        if pulled is not None and float(pulled.value) > 0:  # type: ignore[arg-type]
            rows.append({"channel": name, "note": note})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs = {"scenario": rule.name, "region": town.name}
    return table


def opens_a_channel(table: pd.DataFrame) -> bool:
    """Whether a policy reaches purchases of any channel; money given is none."""
    reached = table.loc[table["channel"].isin(CHANNELS), "policy_reaches"]
    return bool((reached.fillna(0.0) > 0.0).any())


def reach_per_month(table: pd.DataFrame) -> float:
    """All that a policy reaches, Rp m a month."""
    return float(table["policy_reaches"].fillna(0.0).sum()) / 12.0
