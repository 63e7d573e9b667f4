"""Tables of an exploration: boxes, their limits, regions, trees, money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.effects import quantile
from experiments.explore.boxes import ABOVE, Box, quasi_p
from experiments.explore.draws import Draws
from experiments.explore.questions import Answer
from experiments.explore.search import Found
from experiments.explore.tree import Node
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BOX_COLUMNS", "LIMIT_COLUMNS", "REGION_COLUMNS", "RUNG_COLUMNS", "TOLD",
           "TREE_COLUMNS", "box_table", "cost_table", "limit_table", "region_table", "rule",
           "rung_table", "tree_table"]  # fmt: skip

TOLD = "told"
"""In place of a step: the box that is told, without limits that do nothing."""
BOX_COLUMNS = ("question", "columns", "step", "draws", "hits", "mass", "coverage", "density",
               "gain", "restricted", "limits", "noise_median", "noise_high")  # fmt: skip
LIMIT_COLUMNS = ("question", "columns", "step", "parameter", "side", "limit", "unit", "low", "high",
                 "quasi_p", "again")  # fmt: skip
RUNG_COLUMNS = ("question", "columns", "parameters", "gain", "noise_mean", "noise_high",
                "told")  # fmt: skip
REGION_COLUMNS = ("region", "rule", "draws", "scenario", "best", "share")
TREE_COLUMNS = ("question", "leaf", "rule", "draws", "hits", "density", "p")
_ALL = "all"


def rule(box: Box, draws: Draws) -> str:
    """Limits of a box as a condition: `displacement > 0.5 & cold_share < 0.2`."""
    return " & ".join(
        f"{draws.parameters[x.column]} {'>' if x.side == ABOVE else '<'} {x.value:.6g}"
        for x in box.limits
    )


def _with_found(answers: Sequence[Answer]) -> Iterator[tuple[str, Found]]:
    return ((one.question.name, one.found) for one in answers if one.found is not None)


def box_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """The columns `BOX_COLUMNS`: one row a question, number of columns and box on the way.

    `noise_median` and `noise_high` are the median and the 95 % point of the density that shuffled
    labels reach in a box of that many draws, on as many columns; of the run that is told only.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    parts = []
    for name, found in _with_found(answers):
        for k, rung in enumerate(found.rungs):
            own, steps = rung.peeling, len(rung.boxes)
            told = k == found.told
            blank = np.full(steps, np.nan)
            parts.append(
                pd.DataFrame(
                    {
                        "question": name,
                        "columns": _ALL if rung.every else str(len(rung.columns)),
                        "step": np.arange(steps),
                        "draws": own.points,
                        "hits": own.hits,
                        "mass": own.mass,
                        "coverage": own.coverage,
                        "density": own.density,
                        "gain": own.accuracy,
                        "restricted": [len(box.columns) for box in rung.boxes],
                        "limits": [len(box.limits) for box in rung.boxes],
                        "noise_median": found.noise.density(own.points, 0.5) if told else blank,
                        "noise_high": found.noise.density(own.points, 0.95) if told else blank,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*BOX_COLUMNS])


def limit_table(answers: Sequence[Answer], draws: Draws) -> pd.DataFrame:
    """The columns `LIMIT_COLUMNS`: one row a limit of every box of the run that is told.

    The box that is told follows as step `told`, with `again`: the part of halves of the draws
    whose own box limits the same side. Boxes of the other numbers of columns are left to
    `Found.rungs`.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rows = []
    for one in answers:
        if one.found is None:
            continue
        found, (usable, hits) = one.found, one.question.hits(draws)
        points, hit = draws.points[usable], hits[usable]
        columns = _ALL if found.rung.every else str(len(found.rung.columns))
        boxes = [
            (str(step), box, quasi_p(box, points, hit), [np.nan] * len(box.limits))
            for step, box in enumerate(found.rung.boxes)
        ]
        for step, box, quasi, again in [*boxes, (TOLD, found.box, found.quasi, found.again)]:
            for limit, q, share in zip(box.limits, quasi, again, strict=True):
                name = draws.parameters[limit.column]
                own = draws.points[:, limit.column]
                side = "above" if limit.side == ABOVE else "below"
                ends = float(own.min()), float(own.max())
                rows.append((one.question.name, columns, step, name, side, limit.value,
                             draws.unit(name), *ends, q, share))  # fmt: skip
    return pd.DataFrame(rows, columns=list(LIMIT_COLUMNS))


def rung_table(answers: Sequence[Answer], draws: Draws) -> pd.DataFrame:
    """The columns `RUNG_COLUMNS`: gain of the best box on 1, 2, ... and all columns.

    `noise_mean` and `noise_high` are the mean and the 95 % point of what shuffled labels gain,
    with columns chosen anew for each.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rows = []
    for name, found in _with_found(answers):
        for k, rung in enumerate(found.rungs):
            noise = found.noise.gains[:, k]
            listed = "" if rung.every else ", ".join(draws.parameters[c] for c in rung.columns)
            high = float(np.quantile(noise, 0.95))
            count = _ALL if rung.every else str(len(rung.columns))
            rows.append(
                (name, count, listed, rung.gain, float(noise.mean()), high, k == found.told)
            )
    return pd.DataFrame(rows, columns=list(RUNG_COLUMNS))


def region_table(tree: Node | None, draws: Draws) -> pd.DataFrame:
    """The columns `REGION_COLUMNS`: one row a leaf and scenario; `best` counts its best draws."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rows = [
        (k, rule(leaf.box, draws), leaf.points, name, count, count / leaf.points)
        for k, leaf in enumerate([] if tree is None else tree.leaves(), 1)
        for name, count in zip(draws.scenarios, leaf.counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(REGION_COLUMNS))


def tree_table(answers: Sequence[Answer], draws: Draws) -> pd.DataFrame:
    """The columns `TREE_COLUMNS`: one row a question and leaf; `p` is the first split's."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rows = []
    for one in answers:
        for k, leaf in enumerate([] if one.tree is None else one.tree.leaves(), 1):
            hits = leaf.counts[1]
            first = np.nan if one.tree is None else one.tree.p
            share = hits / leaf.points
            rows.append(
                (one.question.name, k, rule(leaf.box, draws), leaf.points, hits, share, first)
            )
    return pd.DataFrame(rows, columns=list(TREE_COLUMNS))


def cost_table(draws: Draws, window: str) -> pd.DataFrame:
    """Public cost of the scenarios over a window: mean, 5 and 95 % points over the draws."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    cost = draws.levels(["public_cost"], window)[:, 1:, 0]
    return pd.DataFrame(
        {
            "scenario": draws.scenarios[1:],
            "unit": OUTCOMES["public_cost"].unit,
            "window": window,
            "mean": cost.mean(axis=0),
            "p05": quantile(cost, 0.05),
            "p95": quantile(cost, 0.95),
        }
    )
