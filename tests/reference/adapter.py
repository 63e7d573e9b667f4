"""Objects for the oracles, from the tables of `sim.tables` and the policy of `sim.policy`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.policy import COACHING_KINDS, TARGETING, Policy
from sim.shocks import Shocks
from sim.tables import COACHING_STATES, COMPLIANCE_MONTHS, Tables
from sim.treatment import BUYERS, KINDS
from tests.reference.experiment import Treatment
from tests.reference.state import (
    Buyer,
    Coachee,
    Cooperative,
    Firm,
    Good,
    Levers,
    Line,
    Link,
    OnlineMarket,
    Pool,
    Programme,
    Rule,
    Shop,
    World,
)

COACHING_LEVERS = (
    "coaching_places", "coaching_cost", "coaching_months", "aligned", "referral", "shared_pool",
    "online_training",
)  # fmt: skip
DrawFirm = Callable[[World, Firm], dict[str, Any]]
Array = npt.NDArray[Any]

FIRM_INTEGERS = (
    "slot", "generation", "age", "sector", "pool", "village", "district", "size_class",
    "insolvent_months", "certificates", "event_until",
)  # fmt: skip
FIRM_FLAGS = ("alive", "woman", "formal", "granted", "cold_chain", "member")
FIRM_FLOATS = (
    "x", "y", "capacity", "price", "cost_factor", "base_quality", "learned_quality", "practice",
    "base_practice", "information", "productivity", "cash", "line", "hired", "sales_per_worker",
    "y_max", "unit_cost", "financeable", "ordered", "room", "local_sales", "output",
    "utilisation", "invoiced", "fees", "received", "revenue", "profit", "drawings",
)  # fmt: skip
FIRM_RINGS = ("profit_ring", "receivables")
BUYER_INTEGERS = ("number", "kind", "district", "mode", "sanctions", "event_until")
BUYER_FLAGS = ("covered", "visited", "late", "buying", "newly", "shocked", "sanctioned")
BUYER_FLOATS = (
    "x", "y", "standard", "weight", "ratio", "room_nights", "payment_days", "belief", "cost",
)  # fmt: skip
BUYER_RINGS = ("fines_due",)
LINE_INTEGERS = ("good", "phase", "cursor", "interval", "batches", "refused")
LINE_FLAGS = ("need_certificate", "need_cold_chain", "signed", "buying", "on_paper", "newly")
LINE_FLOATS = (
    "demand", "taste", "need", "lot", "second_half", "pending", "rest",
    "base_delivered", "base_need",
)  # fmt: skip
LINK_INTEGERS = ("generation", "age")
LINK_FLAGS = ("active", "defect", "late", "small", "pooled")
LINK_FLOATS = (
    "distance", "taste", "sample", "shelf", "lead", "trust_buyer", "trust_firm", "quality_sum",
    "deliveries", "utility", "order", "returned",
)  # fmt: skip
COACHEE_INTEGERS = ("generation", "programme", "waited", "left", "since", "admissions")
COACHEE_FLAGS = ("pending", "finished", "judged", "success")
COACHEE_FLOATS = ("time", "fatigue", "revenue_before", "training")
PROGRAMME_FLOATS = ("share", "target", "width", "cost_ratio", "x", "y")
COOPERATIVE_FLAGS = ("active", "pooling", "listed")
COOPERATIVE_FLOATS = ("draw", "pooled", "sales", "account")
POOL_INTEGERS = ("sector",)
POOL_FLOATS = ("households", "attractiveness_0", "capacity_0", "spending")
SHOP_INTEGERS = ("generation", "months", "below", "idle")
SHOP_FLAGS = ("open", "opened", "trained")
SHOP_FLOATS = (
    "readiness", "training", "recent", "rated", "rating_sum", "expectation", "orders", "sales",
    "outside", "quantity", "revenue", "fees", "costs", "payout", "pending", "total",
)  # fmt: skip
TREATMENT_NUMBERS = (
    "start", "stop", "amount", "intensity", "fit", "standard", "premium", "days", "sooner",
    "most_days", "interest", "grace", "change", "from_competitors",
)  # fmt: skip
DEAL_FLOATS = ("debt", "instalment", "interest", "revenue", "invoices", "late")
ONLINE_FLOATS = (
    "share", "outside", "rivals", "households", "sold", "sold_outside", "elsewhere",
)  # fmt: skip


def row(
    table: Array,
    index: int,
    integers: tuple[str, ...],
    flags: tuple[str, ...],
    floats: tuple[str, ...],
    rings: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Attributes of one row as plain Python numbers; rings as lists."""
    record = table[index]
    values: dict[str, Any] = {name: int(record[name]) for name in integers}
    values.update((name, bool(record[name])) for name in flags)
    values.update((name, float(record[name])) for name in floats)
    values.update((name, record[name].tolist()) for name in rings)
    return values


def goods_from_table(goods: Array) -> list[Good]:
    """Goods with the names of docs/processes.md."""
    return [
        Good(
            name=str(number),
            sector=int(good["sector"]),
            standardisation=float(good["standardisation"]),
            orders=float(good["orders"]),
            incumbent_price_ratio=float(good["price_ratio"]),
            shelf_low=float(good["shelf_low"]),
            shelf_high=float(good["shelf_high"]),
            lead_low=float(good["lead_low"]),
            lead_high=float(good["lead_high"]),
        )
        for number, good in enumerate(goods)
    ]


def pools_from_tables(tables: Tables) -> list[Pool]:
    """Pools with the gravity row of each: where its households spend."""
    pools = [
        Pool(**row(tables.pools, index, POOL_INTEGERS, (), POOL_FLOATS))
        for index in range(tables.pools.size)
    ]
    gravity = tables.gravity
    for sector in range(len(gravity.first_pool) - 1):
        first, stop = int(gravity.first_pool[sector]), int(gravity.first_pool[sector + 1])
        size, offset = stop - first, int(gravity.offset[sector])
        for origin in range(size):
            for target in range(size):
                share = gravity.share[offset + origin * size + target]
                pools[first + origin].gravity[first + target] = float(share)
    return pools


def coaching_from_tables(tables: Tables, world: World) -> None:
    """Adds programmes and what they know of each firm, where the tables have any."""
    for index, record in enumerate(tables.coaching):
        known = row(tables.coaching, index, COACHEE_INTEGERS, COACHEE_FLAGS, COACHEE_FLOATS)
        state = COACHING_STATES[int(record["state"])]
        world.coaching.append(Coachee(firm=world.firms[index], state=state, **known))
    for index, record in enumerate(tables.programmes):
        known = row(tables.programmes, index, ("free",), (), PROGRAMME_FLOATS)
        criteria = tuple(float(weight) for weight in record["criteria"])
        taught = tuple(float(share) for share in tables.competence[index])
        world.programmes.append(Programme(criteria=criteria, competence=taught, **known))


def experiment_from_tables(tables: Tables, world: World) -> None:
    """Adds the treatments, and what each firm owes, where the tables have any."""
    for number, row in enumerate(tables.treatments):
        treatment = Treatment(number=number, kind=tuple(KINDS)[int(row["kind"])])
        for name in TREATMENT_NUMBERS:
            setattr(treatment, name, row[name].item())
        treatment.by_mentor, treatment.onboard = bool(row["by_mentor"]), bool(row["onboard"])
        treatment.buyers = tuple(k for k in range(len(BUYERS)) if int(row["buyers"]) >> k & 1)
        slots = np.flatnonzero(tables.treated[number])
        treatment.firms = tuple(world.firms[slot] for slot in slots)
        world.treatments.append(treatment)
    for slot, row in enumerate(tables.deals):
        deal = world.firms[slot].deal
        deal.generation = int(row["generation"])
        for name in DEAL_FLOATS:
            setattr(deal, name, float(row[name]))
        deal.contracted = dict(enumerate(tables.contracted[:, slot].tolist()))


def lines_from_tables(tables: Tables, world: World) -> None:
    """Adds order lines and links to a world that has its firms and buyers."""
    recorded = range(max(0, world.month - COMPLIANCE_MONTHS + 1), world.month)
    for index, record in enumerate(tables.lines):
        known = row(tables.lines, index, LINE_INTEGERS, LINE_FLAGS, LINE_FLOATS)
        line = Line(buyer=world.buyers[int(record["buyer"])], **known)
        for past in recorded:
            place = past % COMPLIANCE_MONTHS
            rings = ("agreed_ring", "floor_ring", "base_ring")
            delivered, floor, base = (float(record[ring][place]) for ring in rings)
            line.agreement.append((delivered, floor, base))
        later = slice(int(record["reserve_next"]), None)
        known = zip(
            tables.reserve[index, later], tables.reserve_distance[index, later], strict=True
        )
        line.reserve = [(world.firms[firm], float(km)) for firm, km in known if firm >= 0]
        for edge in range(int(record["start"]), int(record["stop"])):
            firm = world.firms[int(tables.links[edge]["firm"])]
            known = row(tables.links, edge, LINK_INTEGERS, LINK_FLAGS, LINK_FLOATS)
            line.links.append(Link(firm=firm, line=line, **known))
        line.buyer.lines.append(line)
        world.lines.append(line)
        world.links.extend(line.links)


def world_from_tables(
    tables: Tables,
    params: Mapping[str, float],
    *,
    make_firm: Callable[..., Firm] = Firm,
    make_buyer: Callable[..., Buyer] = Buyer,
    month: int = 0,
    scale: int = 1,
    draw_firm: DrawFirm | None = None,
    **state: Any,
) -> World:
    """A world of objects with the state of the tables, which are copied, not kept.

    Args:
        tables: the columns.
        params: parameter values by name.
        make_firm: what to build firms with, from their attributes.
        make_buyer: what to build buyers with.
        month: the month to come.
        scale: how many firms of the region one firm stands for.
        draw_firm: attributes of an entrant, from the world and its slot.
        state: further attributes of the world, such as `pressure` and `labour`.
    """
    firms = [
        make_firm(
            **row(tables.firms, index, FIRM_INTEGERS, FIRM_FLAGS, FIRM_FLOATS),
            **{name: getattr(tables, name)[:, index].tolist() for name in FIRM_RINGS},
        )
        for index in range(tables.firms.size)
    ]
    buyers = [
        make_buyer(
            **row(tables.buyers, index, BUYER_INTEGERS, BUYER_FLAGS, BUYER_FLOATS, BUYER_RINGS)
        )
        for index in range(tables.buyers.size)
    ]
    for index in range(tables.shops.size):
        firms[index].shop = Shop(**row(tables.shops, index, SHOP_INTEGERS, SHOP_FLAGS, SHOP_FLOATS))
    rates = tables.sector_state[:, 2]
    world = World(
        firms=firms,
        buyers=buyers,
        params=SimpleNamespace(**params),
        goods=goods_from_table(tables.goods),
        pools=pools_from_tables(tables),
        online=[
            OnlineMarket(**row(tables.online, index, (), (), ONLINE_FLOATS))
            for index in range(tables.online.size)
        ],
        cooperatives=[
            Cooperative(
                **row(tables.cooperatives, index, (), COOPERATIVE_FLAGS, COOPERATIVE_FLOATS)
            )
            for index in range(tables.cooperatives.size)
        ],
        profit_rate_0={sector: float(rate) for sector, rate in enumerate(rates)},
        spending_shock=dict(enumerate(tables.sector_state[:, 5].tolist())),
        cost_shock=dict(enumerate(tables.sector_state[:, 6].tolist())),
        month=month,
        scale=scale,
        draw_firm=draw_firm,
        **state,
    )
    lines_from_tables(tables, world)
    coaching_from_tables(tables, world)
    experiment_from_tables(tables, world)
    return world


def apply_shocks(world: World, shocks: Shocks | None) -> None:
    """Sets the shocks of the world's month."""
    if shocks is not None:
        world.spending_shock = dict(enumerate(shocks.spending[world.month].tolist()))
        world.cost_shock = dict(enumerate(shocks.cost[world.month].tolist()))


def apply_policy(world: World, policy: Policy) -> None:
    """Sets the rules and levers of the world's month."""
    for kind in range(policy.rules.shape[1]):
        rule = policy.rules[world.month, kind]
        world.rules[kind] = Rule(
            in_force=bool(rule["in_force"]),
            binding=bool(rule["binding"]),
            quota=float(rule["quota"]),
            coverage=float(rule["coverage"]),
            radius=float(rule["radius"]),
            price_cap=float(rule["price_cap"]),
            publicity=float(rule["publicity"]),
            audit_publication=float(rule["audit"]),
            gate=bool(rule["gate"]),
            most=float(rule["most"]),
            goods=tuple(int(good) for good in np.flatnonzero(policy.covers[kind])),
        )
    levers = policy.levers[world.month]
    world.levers = Levers(
        hours=float(levers["hours"]),
        depth=float(levers["depth"]),
        fine=float(levers["fine"]),
        targeting=TARGETING[int(levers["targeting"])],
        payment=float(levers["max_days"]) if levers["payment_rule"] else None,
        grant_budget=float(levers["grant_budget"]),
        grant_awards=float(levers["grant_awards"]),
        office=float(levers["office"]),
        onboarding=float(levers["onboarding"]),
        training=float(levers["training"]),
        fee_subsidy=float(levers["fee_subsidy"]),
        promotion=float(levers["promotion"]),
        free_orders=float(levers["free_orders"]),
        coaching_kind=COACHING_KINDS[int(levers["coaching_kind"])],
        **{name: float(levers[name]) for name in COACHING_LEVERS},
        registrations=float(levers["registrations"]),
        events=float(levers["events"]),
        event_firms=float(levers["event_firms"]),
        pooling=float(levers["pooling"]),
        coop_listed=bool(levers["coop_listed"]),
    )
