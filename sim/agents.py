"""Agents as Mesa's users expect them: each views one row of the columns that the month works on.

Reading an attribute reads the column, writing it writes the column. Agents have no `step` of their
own: `Ecosystem.step` runs the compiled month over the columns.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import KemitraanError
from sim.parameters.programmes import programmes
from sim.policy import DEFAULT_MAX_DAYS, TARGETING
from sim.shell import mesa
from sim.tables import (
    BUYER_DTYPE,
    BUYER_KINDS,
    COACHED,
    COACHING_STATES,
    COOPERATIVE_DTYPE,
    FIRM_DTYPE,
    MODES,
    PLATFORM_DTYPE,
    PROGRAMME_DTYPE,
    SIZE_CLASSES,
)

if TYPE_CHECKING:
    from sim.ecosystem import Ecosystem

__all__ = [
    "KINDS",
    "Cooperative",
    "CorporateBuyer",
    "Mentor",
    "Platform",
    "Regulator",
    "RowAgent",
    "Umkm",
]


class _Counters:
    """Numbers of agents by model, without keeping a model alive.

    Mesa 3.3 keeps a table of all models that ever had an agent; agents look it up as `self._ids`,
    so that an own table here lets a model go when nobody holds it.
    """

    def __init__(self) -> None:
        self._of: weakref.WeakKeyDictionary[object, Iterator[int]] = weakref.WeakKeyDictionary()

    def __getitem__(self, model: object) -> Iterator[int]:
        return self._of.setdefault(model, itertools.count(1))


class _Column:
    """One field of the row an agent views."""

    def __init__(self, name: str, dtype: np.dtype[Any]) -> None:
        self.name = name
        self.flag = dtype == np.uint8
        self.many = dtype.subdtype is not None

    def __get__(self, agent: RowAgent | None, kind: type) -> Any:  # noqa: ANN401  # any field
        if agent is None:
            return self
        value = agent.rows[agent.row][self.name]
        if self.many:
            return value
        return bool(value) if self.flag else value.item()

    def __set__(self, agent: RowAgent, value: object) -> None:
        agent.rows[self.name][agent.row] = value


class RowAgent(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """An agent that views one row of a table.

    Attributes:
        rows: the table.
        row: number of the row.
    """

    _ids = _Counters()
    model: Ecosystem
    rows: npt.NDArray[np.void]
    row: int

    def __init__(self, model: Ecosystem, rows: npt.NDArray[np.void], row: int) -> None:
        self.rows = rows
        self.row = row
        super().__init__(model)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a column's field
            """A field of the row."""


def _with_columns(kind: type[RowAgent], dtype: np.dtype[np.void]) -> None:
    for name in dtype.names or ():
        setattr(kind, name, _Column(name, dtype[name]))


class Umkm(RowAgent):
    """A small firm; its attributes are the columns of `sim.tables.FIRM_DTYPE`.

    Views of firms are made when first asked for. The agents of a model are the firms in business:
    after each step the view of a firm that closed leaves the model and keeps the firm's last state,
    and the firm that takes the slot later is another agent. `slot` is the number of the slot, and
    with `generation` it says who the firm is, in every scenario of the same seed. Removing a view
    does not close the firm.
    """

    @property
    def sector_name(self) -> str:
        """Sector in words."""
        return str(self.model.world.names.sectors[self.sector])

    @property
    def district_name(self) -> str:
        """District in words."""
        return str(self.model.world.names.districts[self.district])

    @property
    def village_name(self) -> str:
        """Village or ward in words."""
        return str(self.model.world.names.villages[self.village])

    @property
    def size(self) -> str:
        """Micro, small or medium, as drawn at entry."""
        return str(SIZE_CLASSES[self.size_class])

    @property
    def coaching(self) -> str:
        """None, waiting or coached: where the firm stands with the mentor programmes."""
        rows = self.model.world.tables.coaching
        own = self.alive and rows.size > 0 and rows["generation"][self.row] == self.generation
        return str(COACHING_STATES[int(rows["state"][self.row])] if own else COACHING_STATES[0])

    @property
    def profit_ring(self) -> npt.NDArray[np.float64]:
        """Profit of the last twelve months, by month modulo 12; zeros once closed."""
        return self._ring(self.model.world.tables.profit_ring)

    @property
    def receivables(self) -> npt.NDArray[np.float64]:
        """Invoices not paid yet, by month of payment modulo 8; zeros once closed."""
        return self._ring(self.model.world.tables.receivables)

    def _ring(self, rings: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return rings[:, self.row] if self.alive else np.zeros(len(rings))

    @property
    def shop(self) -> npt.NDArray[np.void] | None:
        """A copy of its row of `sim.tables.SHOP_DTYPE`; none where there is no platform."""
        shops = self.model.world.tables.shops
        mine = shops["generation"][self.row] == self.generation if shops.size else False
        return shops[self.row].copy() if mine and self.alive else None

    @property
    def buyers(self) -> list[CorporateBuyer]:
        """Buyers with an active relation, in the order of their rows."""
        tables = self.model.world.tables
        links = tables.links
        mine = (links["firm"] == self.row) & (links["active"] == 1)
        mine &= links["generation"] == self.generation
        line = np.searchsorted(tables.lines["stop"], np.flatnonzero(mine), side="right")
        rows = np.unique(tables.lines["buyer"][line]) if self.alive else np.zeros(0, int)
        return [self.model.buyer_views[row] for row in rows]

    def __repr__(self) -> str:
        return f"Umkm(slot={self.slot}, generation={self.generation}, {self.sector_name})"

    def leave(self) -> None:
        """Keeps the firm's last state and leaves the model; called when the firm has closed."""
        self.rows = self.rows[self.row : self.row + 1].copy()
        self.row = 0
        self.remove()


class CorporateBuyer(RowAgent):
    """A hotel, restaurant, other large buyer or unit of an agency; the columns of `BUYER_DTYPE`."""

    @property
    def kind_name(self) -> str:
        """Hotel, restaurant, other large buyer or agency."""
        return str(BUYER_KINDS[self.kind])

    @property
    def mode_name(self) -> str:
        """None, genuine or paper: what the buyer chose to do about a rule."""
        return str(MODES[self.mode])

    @property
    def district_name(self) -> str:
        """District in words."""
        return str(self.model.world.names.districts[self.district])

    @property
    def lines(self) -> npt.NDArray[np.void]:
        """Copies of its order lines, one row a good; see `sim.tables.LINE_DTYPE`."""
        lines = self.model.world.tables.lines
        own: npt.NDArray[np.void] = lines[lines["buyer"] == self.row]
        return own

    @property
    def suppliers(self) -> list[Umkm]:
        """Firms with an active relation, in the order of their rows."""
        tables = self.model.world.tables
        line = np.flatnonzero(tables.lines["buyer"] == self.row)
        rows: list[int] = []
        for k in line:
            links = tables.links[tables.lines["start"][k] : tables.lines["stop"][k]]
            firms = tables.firms[links["firm"]]
            known = (links["active"] == 1) & (links["generation"] == firms["generation"])
            rows += links["firm"][known & (firms["alive"] == 1)].tolist()
        views = self.model.firm_views
        return [views[row] for row in sorted(dict.fromkeys(rows)) if row in views]

    def __repr__(self) -> str:
        return f"CorporateBuyer({self.kind_name} {self.number}, {self.district_name})"


class Cooperative(RowAgent):
    """The cooperative of a trade in one local market; the columns of `COOPERATIVE_DTYPE`.

    `active` says whether it is more than an entry on the register, `pooling` whether it puts
    members' parts of orders together this month; `account` holds the fees kept so far.
    """

    @property
    def sector_name(self) -> str:
        """Sector in words."""
        return str(self.model.world.names.sectors[self.sector])

    @property
    def district_name(self) -> str:
        """District in words."""
        return str(self.model.world.names.districts[self.district])

    @property
    def members(self) -> list[Umkm]:
        """Members in business, in the order of their rows."""
        firms = self.model.world.tables.firms
        mine = (firms["pool"] == self.row) & (firms["member"] == 1) & (firms["alive"] == 1)
        views = self.model.firm_views
        return [views[row] for row in np.flatnonzero(mine).tolist() if row in views]

    def __repr__(self) -> str:
        return f"Cooperative({self.sector_name}, {self.district_name}, row={self.row})"


class _Lever:
    """A lever by month: reads the setting of the coming month, writes it for that and all after."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, agent: Regulator | None, kind: type) -> Any:  # noqa: ANN401
        return self if agent is None else agent.rows[self.name][agent.coming].item()

    def __set__(self, agent: Regulator, value: float) -> None:
        agent.rows[self.name][agent.coming :] = value
        if self.name == "max_days":
            agent.rows["payment_rule"][agent.coming :] = value < DEFAULT_MAX_DAYS


class _Count:
    """An outcome of the last month run, over the region; 0 before any."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, agent: Regulator | None, kind: type) -> Any:  # noqa: ANN401
        if agent is None:
            return self
        world = agent.model.world
        return float(world.monthly[self.name][world.month - 1]) if world.month else 0.0

    def __set__(self, agent: Regulator, value: object) -> None:
        raise AttributeError(f"{self.name} is counted, it cannot be set")


class Regulator(RowAgent):
    """The city's office: a view of the levers, of inspections and of what buyers believe.

    `hours`, `depth`, `fine`, `max_days`, `grant_budget`, `grant_awards`, `office`, `registrations`,
    `pooling`, `coaching_places`, `coaching_cost`, and of a marketplace `onboarding`, `training`,
    `fee_subsidy`, `promotion` and `free_orders` are the settings of the coming month; a value
    written holds for that month and all after it. Rules for buyers stand in
    `model.world.policy.rules`.
    """

    hours = _Lever("hours")
    depth = _Lever("depth")
    fine = _Lever("fine")
    max_days = _Lever("max_days")
    grant_budget = _Lever("grant_budget")
    grant_awards = _Lever("grant_awards")
    office = _Lever("office")
    onboarding = _Lever("onboarding")
    training = _Lever("training")
    fee_subsidy = _Lever("fee_subsidy")
    promotion = _Lever("promotion")
    free_orders = _Lever("free_orders")
    coaching_places = _Lever("coaching_places")
    coaching_cost = _Lever("coaching_cost")
    registrations = _Lever("registrations")
    pooling = _Lever("pooling")
    inspections = _Count("inspections")
    sanctions = _Count("sanctions")
    fines = _Count("fines")
    public_cost = _Count("public_cost")

    @property
    def coming(self) -> int:
        """Number of the month to run next; the last one at the end."""
        return min(self.model.world.month, self.model.world.months - 1)

    @property
    def targeting(self) -> str:
        """Whom inspectors visit: random, risk or complaint."""
        return TARGETING[int(self.rows["targeting"][self.coming])]

    @targeting.setter
    def targeting(self, word: str) -> None:
        if word not in TARGETING:
            raise KemitraanError(f"targeting: {word!r}, expected one of {', '.join(TARGETING)}")
        self.rows["targeting"][self.coming :] = TARGETING.index(word)

    @property
    def belief(self) -> float:
        """Mean chance of a visit that covered buyers expect; nan without any."""
        buyers = self.model.world.tables.buyers
        covered = buyers["belief"][buyers["covered"] == 1]
        return float(covered.mean()) if covered.size else float("nan")

    @property
    def visited(self) -> list[CorporateBuyer]:
        """Buyers visited in the last month run."""
        rows = np.flatnonzero(self.model.world.tables.buyers["visited"])
        return [self.model.buyer_views[row] for row in rows]

    def __repr__(self) -> str:
        return f"Regulator(hours={self.hours:g}, depth={self.depth:g}, fine={self.fine:g})"


class Platform(RowAgent):
    """The marketplace: what was sold, charged and paid out in the last month run.

    Attributes are the columns of `sim.tables.PLATFORM_DTYPE`, sums over the sample. There is one
    where the scenario assumes `platform_on: 1`, and none elsewhere.
    """

    @property
    def commission(self) -> float:
        """Share of sales net of returns that the platform keeps."""
        return float(self.model.world.params["commission"][0])

    @property
    def sellers(self) -> list[Umkm]:
        """Firms with an open shop, in the order of their rows."""
        rows = np.flatnonzero(self.model.world.tables.shops["open"])
        views = self.model.firm_views
        return [views[row] for row in rows.tolist() if row in views]

    def __repr__(self) -> str:
        return f"Platform(shops={self.shops:g}, sales={self.sales:.4g}, fees={self.fees:.4g})"


class Mentor(RowAgent):
    """A mentor programme; its attributes are the columns of `sim.tables.PROGRAMME_DTYPE`.

    A model has them where its policy has places for coaching. Counts are those of the last month,
    in the sample; `criteria` weigh `sim.parameters.programmes.FEATURES`.
    """

    @property
    def key(self) -> str:
        """Name of the programme, such as "city"."""
        return programmes()[self.row].key

    @property
    def coached_firms(self) -> list[Umkm]:
        """Firms in a match with it, in the order of their rows."""
        rows = self.model.world.tables.coaching
        mine = np.flatnonzero((rows["state"] == COACHED) & (rows["programme"] == self.row))
        views = self.model.firm_views
        return [views[row] for row in mine.tolist() if row in views]

    def __repr__(self) -> str:
        return f"Mentor({self.key}, coached={self.coached})"


_with_columns(Umkm, FIRM_DTYPE)
_with_columns(CorporateBuyer, BUYER_DTYPE)
_with_columns(Platform, PLATFORM_DTYPE)
_with_columns(Mentor, PROGRAMME_DTYPE)
_with_columns(Cooperative, COOPERATIVE_DTYPE)

KINDS: tuple[type[RowAgent], ...] = (
    Umkm,
    CorporateBuyer,
    Regulator,
    Mentor,
    Platform,
    Cooperative,
)
"""All kinds of agents, in the order of `Ecosystem.agents_by_type`."""
