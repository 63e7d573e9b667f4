"""Buyers on a lattice that choose and are inspected by the model's own kernels.

The choice is `sim.processes.compliance.choose_modes`, inspection and sanction are
`sim.processes.enforcement`. What is added here, and is no part of the model, says "Glue".
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_MODE, WIDTHS, fill_uniform_pairs, replicate_seed
from sim.parameters import Parameters
from sim.policy import LEVERS_DTYPE, RULE_DTYPE
from sim.processes.compliance import choose_modes
from sim.processes.enforcement import enforce, plan_inspections
from sim.tables import BUYER_DTYPE, LINE_DTYPE, MODE_GENUINE, MODE_NONE

__all__ = ["Lattice", "Setting"]

Floats = npt.NDArray[np.float64]
_OUT_OF_REACH = 1e12
"""A worth that no taste outweighs: of paper below all, of honesty while a spell lasts above."""

_MONTHS = 1 << WIDTHS["month"]


class Setting(NamedTuple):
    """One experiment on square lattices with periodic edges."""

    temperature: float  # T: scale of the choice, `choice_scale`
    audit: float = 0.0  # p: chance of an inspection in a period
    spell: int = 0  # k: periods of forced honesty after being caught
    side: int = 40  # sites along an edge, even
    copies: int = 1  # lattices side by side that do not touch
    coupling: float = 1.0  # J: weight of a neighbour
    fine: float = 0.0  # F: the model's own sanction, share of demand
    evading: bool = False  # everybody evades at the start, instead of nobody
    seed: int = 1


class Lattice:
    """Buyers at the sites of a lattice, with one order line each.

    Attributes:
        buyers: rows of the model's table, those of one colour of the chessboard first.
        honest: (sites,) 1.0 where a buyer buys genuinely, -1.0 where it does not buy at all.
        neighbours: (sites, 4) rows.
        forced: (sites,) periods of honesty to come.
    """

    def __init__(self, setting: Setting) -> None:
        side, sites = setting.side, setting.copies * setting.side**2
        number = np.arange(sites)
        copy, y, x = number // side**2, number // side % side, number % side
        order = np.argsort((x + y) % 2, kind="stable")
        row = np.argsort(order)
        near = [
            row[copy * side**2 + (y + dy) % side * side + (x + dx) % side][order]
            for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))
        ]
        self.setting, self.period = setting, 0
        self.neighbours = np.stack(near, axis=1)
        self.forced = np.zeros(sites, np.int64)
        self.honest = np.full(sites, -1.0 if setting.evading else 1.0)
        self._half = sites // 2
        self._tables(order)

    def _tables(self, order: npt.NDArray[np.int64]) -> None:
        """The model's tables: an obligation of all demand, no publicity, papers worth nothing."""
        s = self.setting
        sites = order.size
        values = {
            "choice_scale": s.temperature,
            "paper_cost": _OUT_OF_REACH,
            "sanction_probability": 1.0,
            "sanction_escalation": 0.0,
            # What is believed is the true chance, as in the published model it plays no part.
            "belief_learning": 0.0,
            "belief_news": 0.0,
        }
        self._p = Parameters({**Parameters.default().values, **values}).record()[0]
        self.buyers = np.zeros(sites, BUYER_DTYPE)
        self.buyers["number"] = order
        self.buyers["covered"], self.buyers["ratio"], self.buyers["weight"] = 1, 1.0, 1.0
        self.buyers["belief"] = s.audit
        # A district is as many buyers as an edge has, so that p of them is mostly a whole number.
        self.buyers["district"] = np.arange(sites) // s.side
        self._lines = np.zeros(sites, LINE_DTYPE)
        self._lines["buyer"] = np.arange(sites) % self._half
        self._lines["demand"] = 1.0
        self._rules = np.zeros((1, 1), RULE_DTYPE)
        self._rules["in_force"] = self._rules["binding"] = self._rules["quota"] = 1.0
        self._rules["price_cap"] = 10.0 * _OUT_OF_REACH
        self._levers = np.zeros(1, LEVERS_DTYPE)
        self._levers["fine"] = s.fine
        self._levers["hours"] = s.audit * s.side * float(self._p["inspection_hours_base"])
        self._covers = np.ones((1, 1), np.uint8)
        self._scratch = np.zeros((2, sites))

    @property
    def evaders(self) -> float:
        """Share of buyers that do not buy."""
        return float((self.honest < 0.0).mean())

    def step(self) -> None:
        """One period: both colours choose in turn, then buyers are inspected."""
        for colour in (slice(0, self._half), slice(self._half, None)):
            self._choose(colour)
        self.forced = np.maximum(0, self.forced - 1)
        if self.setting.audit > 0.0:
            self._inspect()
        self.period += 1

    def path(self, periods: int) -> Floats:
        """Share of evaders after each of so many periods, (periods,)."""
        shares = np.zeros(periods)
        for t in range(periods):
            self.step()
            shares[t] = self.evaders
        return shares

    def _choose(self, colour: slice) -> None:
        buyers, lines = self.buyers[colour], self._lines[colour]
        # Glue: what buying is worth is read from the neighbours, twice J times their sum.
        field = self.honest[self.neighbours[colour]].sum(axis=1)
        worth = 2.0 * self.setting.coupling * field
        # Glue: who was caught finds honesty worth more than anything while the spell lasts.
        lines["best"] = np.where(self.forced[colour] > 0, _OUT_OF_REACH, worth)
        # Glue: fresh tastes each period, by the model's keys but with the period in them.
        first, second = np.zeros((2, buyers.size))
        keys = buyers["number"].astype(np.uint64)
        # The key's month has 12 bits; the generation, which no buyer has, counts what is beyond.
        beyond, month = divmod(self.period, _MONTHS)
        fill_uniform_pairs(
            np.uint64(self.setting.seed), STREAM_MODE, month, keys, np.full_like(keys, beyond),
            buyers.size, first, second,
        )  # fmt: skip
        buyers["mode_taste"][:, MODE_NONE] = -np.log(-np.log(first))
        buyers["mode_taste"][:, MODE_GENUINE] = -np.log(-np.log(second))
        choose_modes(
            buyers, lines, self._rules, self._covers, self._levers, self._p, 0,
            self._scratch[0], self._scratch[1],
        )  # fmt: skip
        self.honest[colour] = np.where(buyers["mode"] == MODE_GENUINE, 1.0, -1.0)

    def _inspect(self) -> None:
        side, seed = self.setting.side, self.setting.seed
        for d in range(self.buyers.size // side):
            # Glue: each district has its own inspectors; their luck is keyed by the period.
            luck = np.uint64(replicate_seed(replicate_seed(seed, d), self.period))
            rows = self.buyers[d * side : (d + 1) * side]
            plan_inspections(rows, self._rules, self._levers, self._p, luck, 0, 1)
        luck = np.uint64(replicate_seed(seed, self.period))
        districts = self._scratch[:, : math.ceil(self.buyers.size / side)]
        enforce(
            self.buyers, self._rules, self._levers, self._p, luck, 0, districts[0], districts[1]
        )
        # Glue: the sanction is not money but a spell of honesty.
        caught = self.buyers["sanctioned"] == 1
        self.forced[caught] = self.setting.spell
