"""Zaklan, Westerhoff and Stauffer (2009): tax evasion as an Ising model, by our compliance.

Closed forms beside what the lattice of `experiments.docking.lattice` does. Shares are shares of
buyers that evade, temperatures are in units of a neighbour's weight J.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.docking.lattice import Lattice, Setting

__all__ = [
    "CRITICAL",
    "HIGH",
    "LOW",
    "NEAR",
    "fined_share",
    "mean_field_share",
    "minority_share",
    "spell_path",
    "spell_share",
    "table_of_audits",
    "table_of_fines",
    "table_of_memory",
    "table_without_audits",
]

Floats = npt.NDArray[np.float64]
CRITICAL = 2.0 / math.log(1.0 + math.sqrt(2.0))
"""Temperature of the square lattice at which one side stops prevailing, 2.269."""
HIGH, NEAR, LOW = 25.0, 2.4, 2.0
"""Temperatures of the experiments: that of the program printed with the paper, one a little above
the critical one, and one below."""
TEMPERATURES = (1.5, 2.0, 2.2, 2.5, 3.0, 5.0, HIGH)
AUDITS = ((0.05, 10), (0.05, 50), (0.5, 10), (0.5, 50), (0.9, 10), (0.9, 50))
_NEIGHBOURS = 4


def minority_share(temperature: float) -> float:
    """Share of the smaller side without audits, on an endless lattice; a half from `CRITICAL` on.

    From the spontaneous magnetisation (1 - sinh(2 / T)^-4)^(1/8) of Onsager and Yang.
    """
    if temperature >= CRITICAL:
        return 0.5
    return float(0.5 * (1.0 - (1.0 - math.sinh(2.0 / temperature) ** -4) ** 0.125))


def spell_share(audit: float, spell: int) -> float:
    """Evaders in the long run without neighbours: half of the free ones, 1 / (2 + p k)."""
    return 1.0 / (2.0 + audit * spell)


def spell_path(audit: float, spell: int, periods: int) -> Floats:
    """Evaders in each period without neighbours when nobody is under a spell at first, (periods,).

    Half of the free f evade, p of them are away for k periods:
    f(t + 1) = f(t) - p f(t) / 2 + p f(t - k) / 2.
    """
    free = np.ones(periods)
    for t in range(periods - 1):
        back = free[t - spell] if t >= spell else 0.0
        free[t + 1] = free[t] + 0.5 * audit * (back - free[t])
    return 0.5 * free


def mean_field_share(temperature: float, audit: float, spell: int) -> float:
    """Evaders in the long run if every neighbour were the average buyer.

    e = q / (1 + q p k), where q = 1 / (1 + exp(8 (1 - 2 e) / T)) is the chance that a free buyer
    evades; found by halving, and only asked for where it is the one solution (high T).
    """
    low, high = 0.0, 0.5
    for _ in range(60):
        share = 0.5 * (low + high)
        chance = 1.0 / (1.0 + math.exp(2.0 * _NEIGHBOURS * (1.0 - 2.0 * share) / temperature))
        if chance / (1.0 + chance * audit * spell) > share:
            low = share
        else:
            high = share
    return 0.5 * (low + high)


def fined_share(temperature: float, audit: float, fine: float) -> float:
    """Evaders without neighbours under the model's own sanction: 1 / (1 + exp(p F / T))."""
    return 1.0 / (1.0 + math.exp(audit * fine / temperature))


def _settled(setting: Setting, periods: int) -> Floats:
    """The path without its first quarter."""
    return Lattice(setting).path(periods)[periods // 4 :]


def table_without_audits(periods: int = 2_000, side: int = 100) -> pd.DataFrame:
    """Evaders without audits by temperature, in percent, from both starts."""
    rows = []
    for temperature in TEMPERATURES:
        rows.append({"T": temperature, "exact": 100.0 * minority_share(temperature)})
        for name, evading in (("all honest at first", False), ("all evading at first", True)):
            path = _settled(Setting(temperature, side=side, evading=evading), periods)
            rows[-1][name] = 100.0 * float(path.mean())
    return pd.DataFrame(rows)


def table_of_audits(periods: int = 2_000) -> pd.DataFrame:
    """Evaders at `HIGH` temperature by chance of an audit and length of a spell, in percent."""
    rows = []
    for audit, spell in ((0.0, 0), *AUDITS):
        path = _settled(Setting(HIGH, audit, spell), periods)
        rows.append(
            {
                "p": audit,
                "k": spell,
                "1 / (2 + p k)": 100.0 * spell_share(audit, spell),
                "mean field": 100.0 * mean_field_share(HIGH, audit, spell),
                "ours": 100.0 * float(path.mean()),
                "highest later": 100.0 * float(path.max()),
            }
        )
    return pd.DataFrame(rows)


def table_of_memory(periods: int = 4_000) -> pd.DataFrame:
    """What few audits do where neighbours prevail, and near the critical point, in percent."""
    rows = []
    for temperature, evading in ((LOW, True), (NEAR, False)):
        for audit, spell in ((0.0, 0), (0.005, 10), (0.05, 10), (0.9, 50)):
            path = Lattice(Setting(temperature, audit, spell, evading=evading)).path(periods)
            low = np.flatnonzero(path < 0.1)
            settled = 100.0 * path[periods // 4 :]
            rows.append(
                {
                    "T": temperature,
                    "at first": "all evading" if evading else "all honest",
                    "p": audit,
                    "k": spell,
                    "evaders": float(settled.mean()),
                    "sd over time": float(settled.std()),
                    "below 10 % after": str(low[0] + 1) if low.size and evading else "-",
                }
            )
    return pd.DataFrame(rows)


def table_of_fines(periods: int = 1_000) -> pd.DataFrame:
    """The same audits with the model's own sanction, a fine, in place of spells, in percent."""
    rows = []
    for audit, fine in ((0.05, 100.0), (0.9, 10.0), (0.9, 50.0), (0.9, 100.0)):
        lone, social = (
            _settled(Setting(HIGH, audit, fine=fine, coupling=coupling), periods).mean()
            for coupling in (0.0, 1.0)
        )
        rows.append(
            {
                "p": audit,
                "fine": fine,
                "exact, no neighbours": 100.0 * fined_share(HIGH, audit, fine),
                "ours, no neighbours": 100.0 * float(lone),
                "ours": 100.0 * float(social),
            }
        )
    return pd.DataFrame(rows)
