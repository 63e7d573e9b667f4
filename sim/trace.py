"""One slot's months as a table: orders, money, trust, the firm's end and its successor.

A trace is made by running the same case again from month 0 and writing down one row: keyed draws
make the second run equal to the first, so nothing has to be kept while a model runs. A recorder
can also be set beside a run from its start; that one sees changes made by hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.case import Case
from sim.errors import KemitraanError
from sim.parameters.programmes import programmes
from sim.run import step
from sim.tables import BUYER_KINDS, COACHED, KIND_AGENCY, SIZE_CLASSES, WAITING
from sim.world import World

__all__ = ["COLUMNS", "PICKS", "Recorder", "Trace", "find_row", "pick_slot", "replay"]

PICKS = ("partner", "closed", "largest", "coached")
"""What `pick_slot` can look for."""

COLUMNS = {
    "month": "from 0",
    "calendar": "YYYY-MM",
    "alive": "in business during the month",
    "generation": "firms that stood here before",
    "age": "months",
    "orders": "quantity ordered by buyers, million rupiah at base price",
    "orders_by": "the same by buyer and good; (floor) where bought only to meet a floor",
    "partners": "buyers with an active relation at the end of the month",
    "invoices": "million rupiah, as all money",
    "local_sales": "sold on the local market",
    "online_sales": "sold on a marketplace, net of returns, before fees",
    "revenue": "invoices, local and online sales",
    "costs": "materials and work, fixed cost, interest, fees and costs of a shop",
    "fees": "kept back of pooled invoices by the cooperative",
    "profit": "revenue less costs and fees; invoices count when sent",
    "received": "invoices paid by buyers this month",
    "payout": "paid out by the marketplace this month, with the fees it kept",
    "drawings": "taken out by the owner",
    "grant": "received",
    "investment": "outlay for capacity",
    "certificates": "outlay for certificates and cold chain",
    "cash": "at the end of the month; 0 after closing",
    "credit": "credit line",
    "receivables": "invoices not paid yet",
    "capacity": "quantity a month at the end of the month",
    "financeable": "quantity that could be financed when orders came",
    "utilisation": "output over capacity of the month",
    "unit_cost": "million rupiah a quantity of one",
    "price": "relative, mean 1",
    "practice": "0 to 1",
    "quality": "0 to 1",
    "trust_buyers": "of buyers in the firm, mean over active relations",
    "trust_firm": "of the firm in buyers, likewise",
    "late": "invoices paid late",
    "defects": "deliveries below the buyer's standard",
    "event": "what happened",
}
"""Columns of a trace and their meaning."""

_FLOWS = ("local_sales", "revenue", "fees", "profit", "received", "drawings", "financeable")
_STATE = ("capacity", "unit_cost", "price", "practice", "quality")


class Trace(pd.DataFrame):
    """A slot's months, one row each, columns as in `COLUMNS`; `deliveries` has each order.

    Slices and sums of it are plain data frames.
    """

    _metadata = ["slot", "title", "deliveries"]  # noqa: RUF012  # as pandas wants it
    slot: int
    title: str
    deliveries: pd.DataFrame

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    @property
    def events(self) -> pd.DataFrame:
        """The months in which something happened."""
        return self.loc[self["event"] != "", ["month", "calendar", "generation", "age", "event"]]

    def _repr_html_(self) -> str:
        shown = self.drop(columns=["alive", "credit", "price", "unit_cost"])
        text = shown.to_html(index=False, float_format="{:.3g}".format, na_rep="", max_rows=40)
        return f"<p>{self.title}</p>{text}"


class Recorder:
    """Writes one row's months down: `before(world)`, a step, `after(world)`."""

    def __init__(self, case: Case, world: World, row: int) -> None:
        self.row = row
        self._case = case
        self._months: list[dict[str, Any]] = []
        self._deliveries: list[dict[str, Any]] = []
        self._was: np.void = world.tables.firms[row].copy()
        self._shop = self._shop_of(world)
        self._coaching = _coaching_row(world, row)
        self._owed = 0.0
        self._relations: dict[tuple[int, int], str] = {}
        self._title = _title(world, row)

    def before(self, world: World) -> None:
        """Looks at the row before a month."""
        self._was = world.tables.firms[self.row].copy()
        self._shop = self._shop_of(world)
        self._coaching = _coaching_row(world, self.row)
        self._owed = float(world.tables.receivables[:, self.row].sum())
        self._relations = self._active(world)

    def after(self, world: World) -> None:
        """Writes down the month that has just run."""
        month = world.month - 1
        f = world.tables.firms[self.row]
        was = self._was
        alive = bool(was["alive"])
        deliveries = self._orders(world, month) if alive else []
        self._deliveries += deliveries
        relations = self._active(world) if alive else {}
        flow = {name: float(f[name]) if alive else 0.0 for name in _FLOWS}
        shop = self._shop_of(world) if alive else None
        levers = world.policy.levers[month]
        p = world.params[0]
        granted = alive and f["granted"] != was["granted"]
        grant = float(levers["grant_budget"] / levers["grant_awards"]) if granted else 0.0
        gained = _gained(world, was, f) if alive else []
        grown = max(0.0, float(f["capacity"] - was["capacity"])) if alive else 0.0
        active = [links for k, links in self._trusts(world) if k in relations] if alive else []
        self._months.append(
            {
                "month": month,
                "calendar": self._case.calendar(month),
                "alive": alive,
                "generation": int(was["generation"]),
                "age": int(was["age"]) if alive else pd.NA,
                "orders": sum(d["order"] for d in deliveries),
                "orders_by": _by_buyer(deliveries),
                "partners": len({buyer for buyer, _ in relations}),
                "invoices": float(f["invoiced"]) if alive else 0.0,
                **flow,
                "online_sales": 0.0 if shop is None else float(shop["revenue"]),
                "payout": 0.0 if shop is None else float(shop["payout"] + shop["fees"]),
                "costs": flow["revenue"] - flow["profit"] - flow["fees"],
                "grant": grant,
                "investment": float(p["investment_cost"]) * grown,
                "certificates": self._paid_for(world, gained),
                "cash": float(f["cash"]) if alive else 0.0,
                "credit": float(f["line"] * f["capacity"]) if alive else 0.0,
                "receivables": float(world.tables.receivables[:, self.row].sum()) if alive else 0.0,
                "utilisation": float(f["utilisation"]) if alive else np.nan,
                **{name: float(f[name]) if alive else np.nan for name in _STATE},
                "trust_buyers": float(np.mean([t[0] for t in active])) if active else np.nan,
                "trust_firm": float(np.mean([t[1] for t in active])) if active else np.nan,
                "late": sum(d["late"] for d in deliveries),
                "defects": sum(d["defect"] for d in deliveries),
                "event": "; ".join(self._events(world, relations, grant, gained)),
            }
        )

    def _paid_for(self, world: World, gained: list[str]) -> float:
        """Outlay for what the firm gained; nothing for the catalogue with the office's help."""
        if not gained:
            return 0.0
        policy, f = world.policy, world.tables.firms[self.row]
        new = int(f["certificates"]) & ~int(self._was["certificates"])
        listed = sum(1 << int(good) for good in np.flatnonzero(policy.covers[KIND_AGENCY]))
        helped = policy.levers["registrations"][world.month - 1] > 0.0
        if not helped or new & ~listed or f["cold_chain"] > self._was["cold_chain"]:
            return float(world.params["certificate_cost"][0])
        return 0.0

    def trace(self) -> Trace:
        """What was written down so far."""
        table = Trace(pd.DataFrame(self._months, columns=list(COLUMNS)).astype({"age": "Int64"}))
        firms = table.loc[table["alive"], "generation"].nunique()
        facts = self._case
        table.slot = int(self._was["slot"])
        table.title = (
            f"{self._title}; {facts.name}, {facts.region.name}, seed {facts.seed}: "
            f"{firms} firm{'' if firms == 1 else 's'} in {len(table)} months"
        )
        table.deliveries = pd.DataFrame(self._deliveries)
        return table

    def _shop_of(self, world: World) -> np.void | None:
        """A copy of the row of the shop; none where there is no platform."""
        shops = world.tables.shops
        return shops[self.row].copy() if shops.size else None

    def _own(self, world: World) -> list[tuple[tuple[int, int], np.void]]:
        """Links to this firm as it was before the month, by (buyer row, good)."""
        links, lines = world.tables.links, world.tables.lines
        at = np.flatnonzero(links["firm"] == self.row)
        at = at[links["generation"][at] == self._was["generation"]]
        line = np.searchsorted(lines["stop"], at, side="right")
        return [
            ((int(lines["buyer"][k]), int(lines["good"][k])), links[e])
            for k, e in zip(line, at, strict=True)
        ]

    def _active(self, world: World) -> dict[tuple[int, int], str]:
        names = {}
        for (buyer, good), link in self._own(world):
            if link["active"]:
                names[buyer, good] = f"{_buyer(world, buyer)} ({world.names.goods[good]})"
        return names

    def _trusts(self, world: World) -> list[tuple[tuple[int, int], tuple[float, float]]]:
        return [
            (key, (float(link["trust_buyer"]), float(link["trust_firm"])))
            for key, link in self._own(world)
        ]

    def _orders(self, world: World, month: int) -> list[dict[str, Any]]:
        return [
            {
                "month": month,
                "buyer": _buyer(world, buyer),
                "good": world.names.goods[good],
                "order": float(link["order"]),
                "returned": float(link["returned"]),
                "floor": bool(link["utility"] <= 0.0),
                "late": int(link["late"]),
                "defect": int(link["defect"]),
                "km": float(link["distance"]),
                "utility": float(link["utility"]),
                "trust_buyer": float(link["trust_buyer"]),
                "trust_firm": float(link["trust_firm"]),
            }
            for (buyer, good), link in self._own(world)
            if link["order"] > 0.0
        ]

    def _shop_events(self, world: World) -> list[str]:
        now = self._shop_of(world)
        if now is None or self._shop is None:
            return []
        return _shop_told(self._shop, now, float(world.params["dormant_months"][0]))

    def _events(
        self,
        world: World,
        relations: dict[tuple[int, int], str],
        grant: float,
        gained: list[str],
    ) -> list[str]:
        f = world.tables.firms[self.row]
        was = self._was
        if f["generation"] != was["generation"]:
            size = SIZE_CLASSES[int(f["size_class"])]
            return [f"entered: a new {size} firm"]
        if not was["alive"]:
            return []
        told = [f"starts with {text}" for k, text in relations.items() if k not in self._relations]
        told += [f"ends with {text}" for k, text in self._relations.items() if k not in relations]
        if grant:
            told.append(f"grant of {grant:.3g}")
        told += _coaching_events(
            self._coaching, _coaching_row(world, self.row), int(f["generation"])
        )
        told += [f"acquires {name}" for name in gained]
        told += self._shop_events(world) if f["alive"] else []
        if not f["alive"]:
            why = "closed insolvent" if f["insolvent_months"] >= 2 else "closed"
            owed = self._owed - f["received"] + f["invoiced"] - f["fees"]
            told.append(f"{why}, {owed:.3g} owed to it" if owed > 1e-9 else why)
        elif f["insolvent_months"] > 0:
            told.append("cash beyond the credit line")
        return told


def _shop_told(was: np.void, now: np.void, dormant: float) -> list[str]:
    """What happened to a shop between two months."""
    told = []
    if now["trained"] > was["trained"]:
        told.append("trained to sell online")
    if now["open"] > was["open"]:
        told.append(f"opens an online shop, expects {now['expectation']:.3g} a month")
    if now["open"] < was["open"]:
        told.append(f"gives up its online shop after {was['months'] + 1} months")
    if now["idle"] == dormant and was["idle"] < dormant:
        told.append(f"no online sale for {dormant:g} months")
    return told


def _coaching_row(world: World, row: int) -> np.void | None:
    """What the mentor programmes know of the row's firm; none where nobody coaches."""
    rows = world.tables.coaching
    return rows[row].copy() if rows.size else None


def _coaching_events(was: np.void | None, now: np.void | None, generation: int) -> list[str]:
    """What happened to a firm between two months on the lists and in the programmes."""
    if now is None or now["generation"] != generation:
        return []
    fresh = was is None or was["generation"] != generation
    before = 0 if fresh or was is None else int(was["state"])
    matches = 0 if fresh or was is None else int(was["admissions"])
    name = programmes()[int(now["programme"])].title["en"] if now["programme"] >= 0 else ""
    told = []
    if now["admissions"] > matches:
        told.append(f"admitted to coaching by {name}")
    elif before == COACHED and was is not None and now["programme"] != was["programme"]:
        told.append(f"handed over to {name}")
    elif before == 0 and now["state"] == WAITING:
        told.append(f"applies for coaching: {name or 'shared list'}")
    elif before == WAITING and now["state"] == 0:
        told.append("gives up waiting for coaching")
    if now["state"] == 0 and (before == COACHED or now["admissions"] > matches):
        told.append(f"finishes with {name}" if now["pending"] else f"leaves {name} early")
    return told


def _buyer(world: World, row: int) -> str:
    buyer = world.tables.buyers[row]
    return f"{BUYER_KINDS[int(buyer['kind'])]} {buyer['number']}"


def _by_buyer(deliveries: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{d['buyer']} {d['good']} {d['order']:.3g}{' (floor)' if d['floor'] else ''}"
        for d in deliveries
    )


def _gained(world: World, was: np.void, f: np.void) -> list[str]:
    """Certificates and cold chain that the firm did not have before."""
    if f["generation"] != was["generation"]:
        return []
    new = int(f["certificates"]) & ~int(was["certificates"])
    gained = [f"certificate: {good}" for g, good in enumerate(world.names.goods) if new >> g & 1]
    return gained + (["cold chain"] if f["cold_chain"] > was["cold_chain"] else [])


def _title(world: World, row: int) -> str:
    f = world.tables.firms[row]
    names = world.names
    village = names.villages[int(f["village"])]
    district = names.districts[int(f["district"])]
    return f"Slot {f['slot']}, {names.sectors[int(f['sector'])]}, {village}, {district}"


def find_row(world: World, slot: int) -> int:
    """Row of a slot of the region.

    Raises:
        KemitraanError: the slot does not exist, or is not in the sample; names the nearest.
    """
    slots = world.tables.firms["slot"]
    rows = np.flatnonzero(slots == slot)
    if rows.size == 1:
        return int(rows[0])
    low, high = int(slots.min()), int(slots.max())
    if not low <= slot <= high:
        raise KemitraanError(f"slot: {slot} is out of range [{low}..{high}]")
    nearest = int(slots[np.argmin(abs(slots - slot))])
    raise KemitraanError(
        f"slot: {slot} is not in the sample (one slot in {world.scale}, {low}..{high}); "
        f"the nearest is {nearest}"
    )


def pick_slot(world: World, what: str) -> int:
    """A slot worth a look, by what its months so far held; the lowest number among equals.

    Args:
        world: after some months.
        what: "partner" (supplied buyers in the most years), "closed" (a firm closed here, one that
            supplied buyers if any did), "largest" (most revenue), "coached" (most matches).

    Raises:
        KemitraanError: for another word, or when there is no such slot.
    """
    if what not in PICKS:
        raise KemitraanError(f"pick: {what!r}, expected one of {', '.join(PICKS)}")
    firms = world.tables.firms
    years = world.yearly.served.sum(axis=0)
    if what == "partner":
        score = years.astype(np.float64)
    elif what == "coached":
        rows = world.tables.coaching
        score = np.zeros(firms.size)
        if rows.size:
            score[:] = (rows["generation"] == firms["generation"]) * rows["admissions"]
    elif what == "largest":
        score = world.yearly.revenue.sum(axis=0)
    else:
        # Certain ends only: a slot vacant from the start had no sales.
        sold = world.yearly.revenue.sum(axis=0) > 0.0
        ended = (firms["generation"] > 1) | ((firms["alive"] == 0) & sold)
        score = ended * (1.0 + (years > 0))
    if score.max() <= 0.0:
        raise KemitraanError(f"pick: no slot is {what!r} in {world.month} months of this run")
    best = np.flatnonzero(score == score.max())
    return int(firms["slot"][best].min())


def replay(case: Case, slot: int | str, months: int | None = None) -> tuple[Trace, World]:
    """A case run from month 0 with one slot written down; also the world at the end.

    Args:
        case: what to run.
        slot: number in the full region, or one of `PICKS` (then the case runs twice).
        months: how many; all if none.

    Raises:
        KemitraanError: see `find_row` and `pick_slot`.
    """
    until = case.months if months is None else months
    world = case.world()
    if isinstance(slot, str):
        seen = world.copy()
        while seen.month < until:
            step(seen)
        slot = pick_slot(seen, slot)
    recorder = Recorder(case, world, find_row(world, slot))
    while world.month < until:
        recorder.before(world)
        step(world)
        recorder.after(world)
    return recorder.trace(), world
