"""The notebook's door: a `mesa.Model` that owns the columns, runs the month and collects."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.agents import KINDS, Cooperative, CorporateBuyer, Mentor, Platform, Regulator, Umkm
from sim.case import Case
from sim.errors import KemitraanError
from sim.outcomes_monthly import MONTHLY, ONLINE_MONTHLY
from sim.run import step as run_one_month
from sim.shell import mesa
from sim.trace import Recorder, Trace, find_row, pick_slot, replay
from sim.world import World

if TYPE_CHECKING:
    from sim.case import ScenarioLike
    from sim.parameters import Parameters
    from sim.population import RegionLike

__all__ = ["Ecosystem"]


class Ecosystem(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """Firms, buyers and the regulator of a region under a scenario, month by month.

    A true Mesa model: `step()`, `running`, `agents_by_type`, `datacollector` with a reporter for
    each monthly outcome. State stands in `world`, in columns; agents view its rows. A run is fixed
    by its seed and draws nothing from Mesa's generators, so that it equals the headless path bit
    for bit.

    Args:
        scenario: from `km.load_scenario`; nothing (`no_policy`) if none.
        region: from `km.load_region`.
        seed: of all draws.
        scale: keep every so manyth slot and buyer; 1 up to 20,000 firms if none, then 2, 5, 10, ...
        parameters: values instead of the registry's; what they change wins over the scenario.
        months: length of the run instead of the scenario's.
        population_seed: of the firms' and buyers' attributes; `seed` if none.

    Attributes:
        case: all that fixes the run.
        world: state and record.
        datacollector: a `mesa.DataCollector`, filled after each step.
        running: until the last month.
    """

    def __init__(
        self,
        scenario: ScenarioLike | None = None,
        region: RegionLike | None = None,
        seed: int = 1,
        scale: int | None = None,
        parameters: Parameters | None = None,
        months: int | None = None,
        population_seed: int | None = None,
    ) -> None:
        case = Case.of(scenario, region, seed, scale, parameters, months, population_seed)
        super().__init__(rng=case.seed)
        self.case = case
        self.world: World = case.world()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_last, name=name) for name in self._outcomes}
        )
        self._recorders: dict[int, Recorder] = {}
        self._firms: dict[int, Umkm] | None = None
        self._seen: tuple[Any, Any] = (None, None)
        self._without_agents = False
        buyers = self.world.tables.buyers
        self.buyer_views = [CorporateBuyer(self, buyers, row) for row in range(buyers.size)]
        cooperatives = self.world.tables.cooperatives
        self.cooperative_views = [
            Cooperative(self, cooperatives, row) for row in range(cooperatives.size)
        ]
        Regulator(self, self.world.policy.levers, 0)
        if self.world.tables.platform.size:
            Platform(self, self.world.tables.platform, 0)
        self.mentor_views: list[Mentor] = []
        self._make_mentors()

    @property
    def _outcomes(self) -> tuple[str, ...]:
        """Monthly outcomes of this model: the platform's too where there is one."""
        return (*MONTHLY, *(ONLINE_MONTHLY if self.world.tables.platform.size else ()))

    @property
    def month(self) -> int:
        """Number of the month to run next."""
        return self.world.month

    def step(self) -> None:
        """Runs one month, collects, and brings the views of firms up to date.

        Raises:
            KemitraanError: all months have run.
        """
        world = self.world
        if world.month >= world.months:
            raise KemitraanError(
                f"all {world.months} months have run; Ecosystem(..., months=...) gives more"
            )
        for recorder in self._recorders.values():
            recorder.before(world)
        run_one_month(world)
        self._make_mentors()
        for recorder in self._recorders.values():
            recorder.after(world)
        self._renew_firms()
        self.datacollector.collect(self)
        self.running = world.month < world.months

    def run_for(self, months: int) -> None:
        """Runs so many months.

        Raises:
            KemitraanError: when fewer are left; none is run then.
        """
        left = self.world.months - self.world.month
        if not 0 <= months <= left:
            raise KemitraanError(f"months: {months} is out of range [0..{left} left]")
        for _ in range(months):
            self.step()

    def outcomes(self) -> pd.DataFrame:
        """Monthly outcomes over the region so far, one row a month, one column an outcome."""
        columns = {name: self.world.column(name)[: self.month] for name in self._outcomes}
        table = pd.DataFrame(columns)
        table.insert(0, "calendar", [self.case.calendar(t) for t in range(self.month)])
        return table.rename_axis("month")

    # -- one firm's life

    def watch(self, slot: int) -> None:
        """Writes down a slot's months from now on, for a model that is changed by hand."""
        self._recorders[slot] = Recorder(self.case, self.world, find_row(self.world, slot))

    def trace(self, slot: int | str) -> Trace:
        """A slot's months so far, as a table.

        The case is run again from month 0 with the slot written down, which gives the same months
        to the last bit; a slot under `watch` is not run again.

        Args:
            slot: number in the full region (the column `slot`), or what to look for: "partner",
                "closed", "largest".

        Raises:
            KemitraanError: no such slot in the sample; or columns were changed by hand, so that
                running again shows another history.
        """
        if isinstance(slot, str):
            slot = pick_slot(self.world, slot)
        if slot in self._recorders:
            return self._recorders[slot].trace()
        row = find_row(self.world, slot)
        trace, again = replay(self.case, slot, self.month)
        mine, other = self.world.tables.firms[row], again.tables.firms[row]
        same = all(mine[name].tobytes() == other[name].tobytes() for name in mine.dtype.names)
        run = self.month
        if not same or self.world.monthly[:run].tobytes() != again.monthly[:run].tobytes():
            raise KemitraanError(
                "this model was changed by hand, and a trace would show another history; call "
                f"model.watch({slot}) before the first step"
            )
        return trace

    # -- agents

    @property
    def agents_by_type(self) -> Mapping[type, Any]:
        """Sets of agents by kind; the views of firms are made when `Umkm` is first asked for."""
        return _Kinds(self)

    @property
    def agent_types(self) -> list[type]:
        """All kinds of agents, with those that have none in this version."""
        return list(_Kinds(self))

    @property
    def agents(self) -> Any:  # noqa: ANN401  # a mesa.AgentSet
        """All agents, firms included; `agents_by_type` makes no more views than needed."""
        self._make_firms()
        return super().agents

    @property
    def firm_views(self) -> Mapping[int, Umkm]:
        """Views of the firms in business by row; made now if they were not yet."""
        self._make_firms()
        return self._firms or {}

    def remove_all_agents(self) -> None:
        """Lets all views go, for good; the columns stay and can still be run."""
        super().remove_all_agents()
        self._firms = None
        self.buyer_views = []
        self.mentor_views = []
        self.cooperative_views = []
        self._without_agents = True

    def agents_of(self, kind: type) -> Any:  # noqa: ANN401  # a mesa.AgentSet
        """The set of agents of one kind, as `agents_by_type[kind]`.

        Raises:
            KeyError: for a kind that no agent is of.
        """
        if kind is Umkm:
            self._make_firms()
        if kind in self._agents_by_type:
            return self._agents_by_type[kind]
        if kind in KINDS:
            return super().agents.select(agent_type=kind)
        raise KeyError(kind)

    def _make_mentors(self) -> None:
        """Views of the programmes, once there are any: places may also be set by hand."""
        rows = self.world.tables.programmes
        if not self.mentor_views and rows.size and not self._without_agents:
            self.mentor_views = [Mentor(self, rows, row) for row in range(rows.size)]

    def _make_firms(self) -> None:
        if self._firms is not None or self._without_agents:
            return
        firms = self.world.tables.firms
        alive = np.flatnonzero(firms["alive"])
        self._firms = {int(row): Umkm(self, firms, int(row)) for row in alive}
        self._seen = (firms["alive"].copy(), firms["generation"].copy())

    def _renew_firms(self) -> None:
        """Views of closed firms leave, entrants get theirs."""
        if self._firms is None:
            return
        firms = self.world.tables.firms
        alive, generation = self._seen
        changed = (firms["alive"] != alive) | (firms["generation"] != generation)
        for row in np.flatnonzero(changed).tolist():
            if row in self._firms:
                self._firms.pop(row).leave()
            if firms["alive"][row]:
                self._firms[row] = Umkm(self, firms, row)
        self._seen = (firms["alive"].copy(), firms["generation"].copy())

    # -- showing itself

    def _facts(self) -> dict[str, str]:
        world, case = self.world, self.case
        scale = "every firm" if case.scale == 1 else f"one firm in {case.scale}"
        facts = {
            "scenario, region": f"{case.name}, {case.region.name}",
            "sample": f"{scale}: {world.n_firms:,} slots, {len(world.tables.buyers):,} buyers",
            "months run": f"{self.month} of {case.months}; seed {case.seed}",
        }
        if self.month:
            row = world.monthly[self.month - 1]
            facts |= {
                "calendar month": case.calendar(self.month - 1),
                "in business": f"{row['firms']:,.0f} UMKM",
                "profit": f"Rp {row['profit'] / 1e3:,.1f} bn a month",
                "supplying buyers": f"{row['partners']:,.0f} UMKM",
                "hotels: signed / buying / signs without buying": (
                    f"{row['hotels_signed']:.0f} / {row['hotels_buying']:.0f} / "
                    f"{row['hotels_paper']:.0f} of {row['hotels']:.0f}"
                ),
            }
            if world.tables.platform.size:
                online = world.online[self.month - 1]
                facts["online shops open / dormant of ever opened"] = (
                    f"{online['shops']:,.0f} / {online['shops_dormant']:,.0f} "
                    f"of {online['shops_ever']:,.0f}"
                )
        return facts

    def __repr__(self) -> str:
        case = self.case
        return (
            f"Ecosystem({case.name!r}, {case.region.name!r}, seed={case.seed}, "
            f"scale={case.scale}, month={self.month} of {case.months})"
        )

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>"
            for name, text in self._facts().items()
        )
        return f"<table>{cells}</table>"


def _last(model: Ecosystem, name: str) -> float:
    """A monthly outcome of the last month run; nan before any."""
    month = model.world.month
    return float(model.world.column(name)[month - 1]) if month else float("nan")


class _Kinds(Mapping[type, Any]):
    """Agent sets by kind: the model's own kinds first, then any that a user has added."""

    def __init__(self, model: Ecosystem) -> None:
        self._model = model

    def __getitem__(self, kind: type) -> Any:  # noqa: ANN401  # a mesa.AgentSet
        return self._model.agents_of(kind)

    def __iter__(self) -> Iterator[type]:
        # A list of them now: looking at firms adds their kind.
        own = self._model._agents_by_type  # noqa: SLF001
        return iter([*KINDS, *(kind for kind in own if kind not in KINDS)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"agents by type: {', '.join(kind.__name__ for kind in self)}"
