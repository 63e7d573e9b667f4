"""Comparison of oracle and kernel: the same columns, by the same names, from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.tables import COACHING_STATES, Tables
from tests.reference import adapter
from tests.reference.common import quality
from tests.reference.rounds import smallest
from tests.reference.state import World

Columns = dict[str, npt.NDArray[Any]]

RINGS = {"firms": adapter.FIRM_RINGS, "buyers": adapter.BUYER_RINGS}
# What a closed firm or a firm's link leaves behind here means nothing, and may differ.
LIVING = (
    "cash",
    "y_max", "unit_cost", "quality", "financeable", "ordered", "room", "local_sales", "output",
    "utilisation", "invoiced", "fees", "received", "revenue", "profit", "drawings", "profit_ring",
)  # fmt: skip
LIVING_LINKS = ("trust_buyer", "trust_firm", "late", "defect", "returned", "age")
NAMES: dict[str, tuple[str, ...]] = {
    "firms": adapter.FIRM_INTEGERS + adapter.FIRM_FLAGS + adapter.FIRM_FLOATS,
    "buyers": adapter.BUYER_INTEGERS + adapter.BUYER_FLAGS + adapter.BUYER_FLOATS,
    "lines": adapter.LINE_INTEGERS + adapter.LINE_FLAGS + adapter.LINE_FLOATS,
    "links": adapter.LINK_INTEGERS + adapter.LINK_FLAGS + adapter.LINK_FLOATS,
    "cooperatives": adapter.COOPERATIVE_FLAGS + adapter.COOPERATIVE_FLOATS,
    "pools": adapter.POOL_INTEGERS + adapter.POOL_FLOATS,
    "shops": adapter.SHOP_INTEGERS + adapter.SHOP_FLAGS + adapter.SHOP_FLOATS,
    "online": adapter.ONLINE_FLOATS,
    "coaching": adapter.COACHEE_INTEGERS + adapter.COACHEE_FLAGS + adapter.COACHEE_FLOATS,
}
DEALS = ("generation", *adapter.DEAL_FLOATS)
# What is left of the shop of a closed firm: nothing but that it is closed and paid.
CLOSED_SHOPS = ("shops.open", "shops.opened", "shops.pending")


def _gather(rows: Sequence[Any], prefix: str) -> Columns:
    return {
        f"{prefix}.{name}": np.array([float(getattr(item, name)) for item in rows])
        for name in NAMES[prefix]
    }


def world_columns(world: World) -> Columns:
    """Columns of the objects, named "firms.cash"; rings one row an agent."""
    columns: Columns = {}
    for prefix in NAMES:
        rows = [f.shop for f in world.firms] if prefix == "shops" else getattr(world, prefix)
        if prefix != "shops" or world.online:
            columns.update(_gather(rows, prefix))
    for prefix, names in RINGS.items():
        for name in names:
            rows = [getattr(item, name) for item in getattr(world, prefix)]
            columns[f"{prefix}.{name}"] = np.array(rows, dtype=np.float64)
    states = [float(COACHING_STATES.index(each.state)) for each in world.coaching]
    columns["coaching.state"] = np.array(states)
    columns["programmes.free"] = np.array([float(each.free) for each in world.programmes])
    places = {id(firm): index for index, firm in enumerate(world.firms)}
    columns["links.firm"] = np.array([float(places[id(k.firm)]) for k in world.links])
    columns["firms.quality"] = np.array([quality(firm) for firm in world.firms])
    columns["lines.smallest"] = np.array([smallest(world, line) for line in world.lines])
    columns["lines.ordered"] = np.array([sum(k.order for k in line.links) for line in world.lines])
    if world.treatments:
        columns.update(deal_columns(world))
    return columns


def deal_columns(world: World) -> Columns:
    """Columns of a field experiment; quantities of contracts one row a treatment."""
    deals = [firm.deal for firm in world.firms]
    columns = {f"deals.{n}": np.array([float(getattr(d, n)) for d in deals]) for n in DEALS}
    rows = [[deal.contracted.get(one.number, 0.0) for deal in deals] for one in world.treatments]
    columns["deals.contracted"] = np.array(rows)
    columns["deals.quantity"] = columns["deals.contracted"].sum(axis=0)
    return columns


def table_columns(tables: Tables) -> Columns:
    """The same columns, as numbers, of the tables."""
    extra = {
        "firms": ("quality",),
        "lines": ("smallest", "ordered"),
        "links": ("firm",),
        "coaching": ("state",),
    }
    columns: Columns = {}
    for prefix, names in NAMES.items():
        table = getattr(tables, prefix)
        if prefix == "shops" and not table.size:
            continue
        rings = () if prefix == "firms" else RINGS.get(prefix, ())
        for name in names + rings + extra.get(prefix, ()):
            columns[f"{prefix}.{name}"] = np.asarray(table[name], dtype=np.float64)
    columns["programmes.free"] = tables.programmes["free"].astype(np.float64)
    for name in RINGS["firms"]:
        columns[f"firms.{name}"] = getattr(tables, name).T.astype(np.float64)
    if tables.treatments.size:
        for name in (*DEALS, "quantity"):
            columns[f"deals.{name}"] = tables.deals[name].astype(np.float64)
        columns["deals.contracted"] = tables.contracted
    return columns


def differences(
    expected: Mapping[str, npt.NDArray[Any]],
    found: Mapping[str, npt.NDArray[Any]],
    *,
    names: Iterable[str] | None = None,
    tolerance: float = 1e-12,
    end_of_month: bool = False,
) -> list[str]:
    """Columns that differ, with the first place and both numbers; empty when all agree.

    Args:
        expected: columns of the oracle.
        found: columns of the kernel.
        names: the columns to look at; all by default. Flows of firms closed in `expected` are
            not looked at.
        end_of_month: firms that entered this month, which had no flows yet, are passed over too.
        tolerance: largest difference, relative to the larger of 1 and the expected number.
    """
    alive = expected["firms.alive"] > 0.0
    living = alive.copy()
    if end_of_month:
        living &= expected["firms.age"] > 0.0
    # Relations with a closed firm, or one not met yet, are reset before they are used again.
    firm = expected["links.firm"].astype(np.int64)
    known = alive[firm] & (expected["links.generation"] == expected["firms.generation"][firm])
    faults: list[str] = []
    for name in expected if names is None else names:
        a, b = expected[name], found[name]
        if a.shape != b.shape:
            faults.append(f"{name}: shape {a.shape} against {b.shape}")
            continue
        with np.errstate(invalid="ignore"):
            same = (a == b) | (np.abs(a - b) <= tolerance * np.maximum(1.0, np.abs(a)))
        same |= np.isnan(a) & np.isnan(b)
        prefix, column = name.split(".")
        if prefix == "firms" and column in LIVING:
            passed_over = ~(alive if column == "cash" else living)
            same[passed_over] = True
        if prefix == "shops" and name not in CLOSED_SHOPS:
            same[~alive] = True
        if name == "deals.debt":
            # Nobody owes what a closed firm owed.
            gone = expected["firms.generation"] != expected["deals.generation"]
            same |= gone | ~alive
        if prefix == "links" and column in LIVING_LINKS:
            same |= ~known
        if name in {"links.late", "links.defect", "links.returned"}:
            same |= expected["links.order"] == 0.0
        if name == "firms.quality" and end_of_month:
            same[:] = True  # learned since step 2, which is where the kernel writes it down
        if not same.all():
            place = tuple(int(i) for i in np.argwhere(~same)[0])
            count = int((~same).sum())
            faults.append(f"{name}{place}: {a[place]!r} against {b[place]!r}; {count} differ")
    return faults
