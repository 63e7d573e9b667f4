"""A world: tables, policy and record of one run; copied to branch scenarios from one burn-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.build.programmes import add_coaching
from sim.outcomes_monthly import (
    GOOD_FIELDS,
    LEDGER_DTYPE,
    MONTHLY_DTYPE,
    ONLINE_MONTHLY_DTYPE,
)
from sim.policy import Policy
from sim.shocks import Shocks
from sim.tables import Tables, copy_tables

__all__ = ["Names", "World", "Yearly", "YearlyArrays"]

YearlyArrays = tuple[
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.uint8],
    npt.NDArray[np.uint8],
]


class Yearly(NamedTuple):
    """Sums by slot and year, each (years, firms); what paired comparison of slots needs."""

    profit: npt.NDArray[np.float64]
    revenue: npt.NDArray[np.float64]
    hired: npt.NDArray[np.float64]  # at the year's last month
    alive: npt.NDArray[np.uint8]  # likewise
    served: npt.NDArray[np.uint8]  # had an order from a buyer in the year


@dataclass(frozen=True)
class Names:
    """Names behind the codes of the tables."""

    region: str
    goods: tuple[str, ...]
    sectors: tuple[str, ...]
    districts: tuple[str, ...]
    villages: tuple[str, ...]
    hotel_classes: tuple[str, ...]
    hotels_by_class: tuple[int, ...]
    sampled_by_class: tuple[int, ...]


@dataclass
class World:
    """State and record of a run.

    Attributes:
        tables: what changes month by month.
        policy: lever settings by month.
        params: one row of parameters, as compiled code reads them.
        programmes: values of the mentor programmes' parameters, by name, from which their rows are
            made once a policy has places for coaching.
        sizes: (3, 5), the law of firm sizes; see `sim.processes.demography.draw_firm`.
        eligible: (sectors,) flags: sectors that supply what hotels, restaurants or agencies buy.
        manufacturing: (sectors,) flags.
        seed: of the run.
        population_seed: of the attributes of firms.
        scale: slots of the region one slot of the sample stands for.
        months: length of the run.
        month: next month to run.
        names: names behind the codes.
        shocks: factors by month and sector that the scenario gives; none for a usual world.
        monthly: (months,), `MONTHLY_DTYPE`: sums over the region.
        online: (months,), `ONLINE_MONTHLY_DTYPE`: the platform's; zeros where there is none.
        good_state: (months, goods, 7), see `GOOD_FIELDS`.
        ledger: (months,), `LEDGER_DTYPE`: relative residuals.
        yearly: sums by slot and year.
    """

    tables: Tables
    policy: Policy
    params: npt.NDArray[np.void]
    programmes: Mapping[str, float]
    sizes: npt.NDArray[np.float64]
    eligible: npt.NDArray[np.uint8]
    manufacturing: npt.NDArray[np.uint8]
    seed: int
    population_seed: int
    scale: int
    months: int
    names: Names
    month: int = 0
    shocks: Shocks | None = None
    monthly: npt.NDArray[np.void] = field(init=False)
    online: npt.NDArray[np.void] = field(init=False)
    good_state: npt.NDArray[np.float64] = field(init=False)
    ledger: npt.NDArray[np.void] = field(init=False)
    yearly: Yearly = field(init=False)
    scratch: npt.NDArray[np.float64] = field(init=False, repr=False)
    pool_scratch: npt.NDArray[np.float64] = field(init=False, repr=False)
    peers: npt.NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        firms = self.n_firms
        years = -(-self.months // 12)
        self.monthly = np.zeros(self.months, MONTHLY_DTYPE)
        self.online = np.zeros(self.months, ONLINE_MONTHLY_DTYPE)
        self.good_state = np.zeros((self.months, len(self.names.goods), len(GOOD_FIELDS)))
        self.ledger = np.zeros(self.months, LEDGER_DTYPE)
        self.yearly = Yearly(
            np.zeros((years, firms)),
            np.zeros((years, firms)),
            np.zeros((years, firms)),
            np.zeros((years, firms), np.uint8),
            np.zeros((years, firms), np.uint8),
        )
        width = max(self.tables.buyers.size, len(self.names.districts), 1)
        self.scratch = np.zeros((4, width))
        self.pool_scratch = np.zeros((3, max(1, self.tables.pools.size)))
        self.peers = np.zeros(self.tables.village_firms.shape)

    @property
    def n_firms(self) -> int:
        """Slots of the sample."""
        return int(self.tables.firms.size)

    @property
    def firms(self) -> np.recarray:
        """Columns of the firms."""
        return self.tables.firms.view(np.recarray)

    @property
    def buyers(self) -> np.recarray:
        """Columns of the buyers."""
        return self.tables.buyers.view(np.recarray)

    @property
    def lines(self) -> np.recarray:
        """Columns of the order lines."""
        return self.tables.lines.view(np.recarray)

    @property
    def links(self) -> np.recarray:
        """Columns of the links."""
        return self.tables.links.view(np.recarray)

    @property
    def pools(self) -> np.recarray:
        """Columns of the local markets."""
        return self.tables.pools.view(np.recarray)

    @property
    def shops(self) -> np.recarray:
        """Columns of the shops; no rows where there is no platform."""
        return self.tables.shops.view(np.recarray)

    def copy(self, policy: Policy | None = None, shocks: Shocks | None = None) -> World:
        """A branch: same state and record, going its own way from here.

        Args:
            policy: another policy for the months to come; this one's if none.
            shocks: other shocks for the months to come; this one's if none.
        """
        branch = replace(self, tables=copy_tables(self.tables), shocks=shocks or self.shocks)
        branch.attach(policy or self.policy)
        branch.monthly[:] = self.monthly
        branch.online[:] = self.online
        branch.good_state[:] = self.good_state
        branch.ledger[:] = self.ledger
        for name in Yearly._fields:
            getattr(branch.yearly, name)[:] = getattr(self.yearly, name)
        return branch

    def attach(self, policy: Policy) -> None:
        """Sets the policy of the months to come, and makes the tables it needs.

        A policy with places for coaching gets a row a slot and a row a mentor programme; without
        one there are no such rows. Rows that are there stay: firms in a match go on.
        """
        self.policy = policy
        if self.tables.coaching.size == 0 and policy.coaches:
            self.tables = add_coaching(self.tables, self.names.sectors, self.programmes)

    def column(self, name: str) -> npt.NDArray[np.float64]:
        """Monthly outcome by name, the platform's too, (months,)."""
        table = self.online if name in ONLINE_MONTHLY_DTYPE.fields else self.monthly  # type: ignore[operator]
        return np.asarray(table[name])
