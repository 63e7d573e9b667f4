"""Satisficing: in how many draws a scenario does well enough, against the baseline."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scenarios.faults import did_you_mean
from scenarios.scalars import number_advice, plain_kind
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ALL", "SATISFY_COLUMNS", "Wish", "read_wishes", "satisfied", "satisfy_table"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ALL = "all"
"""Name of all wishes together."""
SATISFY_COLUMNS = ("wish", "outcome", "unit", "window", "scenario", "share", "held", "draws",
                   "left_out")  # fmt: skip
_COMPARE: Mapping[str, Callable[[Any, float], Any]] = MappingProxyType(
    {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
)
_WISH = re.compile(r"\s*([A-Za-z_][\w]*)\s*(>=|<=|>|<)\s*(\S+)\s*")


@dataclass(frozen=True)
class Wish:
    """What an effect against the baseline should come to.

    Attributes:
        outcome: whose effect.
        sign: ">", ">=", "<" or "<=".
        value: in the outcome's unit.
    """

    outcome: str
    sign: str
    value: float

    def __str__(self) -> str:
        return f"{self.outcome}{self.sign}{self.value:g}"

    def holds(self, effects: Floats) -> Flags:
        """Which of some effects come to it; one that is no number does not."""
        return np.asarray(_COMPARE[self.sign](effects, self.value), dtype=np.bool_)


def read_wishes(asked: Sequence[str], outcomes: Sequence[str]) -> tuple[Wish, ...]:
    """Wishes as typed, such as 'profit>0' and 'jobs>=100'; without any, better than the baseline.

    Args:
        asked: as typed.
        outcomes: each gets a wish of its own where nothing is asked.

    Raises:
        KemitraanError: one cannot be read, or names no outcome.
    """
    if not asked:
        return tuple(Wish(o, ">" if OUTCOMES[o].better > 0 else "<", 0.0) for o in outcomes)
    return tuple(dict.fromkeys(_read(text) for text in asked))


def _read(text: str) -> Wish:
    found = _WISH.fullmatch(text)
    if found is None:
        raise KemitraanError(
            f"--satisfy {text!r}: is no threshold; write an outcome, one of > >= < <=, and a "
            "number, in quotes: --satisfy 'profit>0'"
        )
    outcome, sign, number = found.groups()
    if outcome not in OUTCOMES:
        hint = did_you_mean(outcome, list(OUTCOMES), listed=0)
        raise KemitraanError(
            f"--satisfy {text!r}: no outcome {outcome!r}"
            + (hint or "; see 'kemitraan list outcomes'")
        )
    if plain_kind(number) != "number":
        advice = number_advice(number, share=False) or "is no number"
        raise KemitraanError(f"--satisfy {text!r}: {number} {advice}, in {OUTCOMES[outcome].unit}")
    return Wish(outcome, sign, float(number))


def satisfied(wishes: Sequence[Wish], effects: Floats) -> Flags:
    """(draws, scenarios): where all wishes hold.

    Args:
        wishes: at least one.
        effects: (draws, scenarios, wishes), each of its wish's outcome.
    """
    held = [w.holds(effects[:, :, k]) for k, w in enumerate(wishes)]
    return np.asarray(np.all(held, axis=0), dtype=np.bool_)


def satisfy_table(
    wishes: Sequence[Wish], effects: Floats, scenarios: Sequence[str], window: str
) -> pd.DataFrame:
    """One row a wish and scenario, and where there are several, all of them together last.

    Args:
        wishes: at least one.
        effects: (draws, scenarios, wishes), against the baseline.
        scenarios: without the baseline.
        window: of the effects.

    Returns:
        The columns `SATISFY_COLUMNS`. A draw in which an effect is no finite number is left out
        of the wish, and of all together.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    usable = np.isfinite(effects)
    held = np.stack([w.holds(effects[:, :, k]) for k, w in enumerate(wishes)], axis=2)
    parts = [
        (str(w), w.outcome, OUTCOMES[w.outcome].unit, usable[:, :, k], held[:, :, k])
        for k, w in enumerate(wishes)
    ]
    if len(wishes) > 1:
        there, all_held = (np.asarray(x.all(axis=2), dtype=np.bool_) for x in (usable, held))
        parts.append((ALL, "", "", there, all_held))
    rows = []
    for name, outcome, unit, judged, hold in parts:
        for s, scenario in enumerate(scenarios):
            draws = int(judged[:, s].sum())
            count = int((hold & judged)[:, s].sum())
            share = count / draws if draws else np.nan
            left = len(effects) - draws
            rows.append((name, outcome, unit, window, scenario, share, count, draws, left))
    return pd.DataFrame(rows, columns=list(SATISFY_COLUMNS))
