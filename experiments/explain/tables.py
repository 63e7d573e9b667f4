"""The three tables of an explanation, and the curves behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.explain.flips import Curve
from experiments.explain.measuring import half_width, measuring, sample_size
from experiments.explain.moved import Moved
from experiments.explain.parts import Part
from experiments.explain.shares import Found, ends
from experiments.explain.value import Worth
from sim.parameters import levers

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CURVE_COLUMNS",
    "FLIP_COLUMNS",
    "MEASURE_COLUMNS",
    "VARIANCE_COLUMNS",
    "curve_table",
    "flip_table",
    "measure_table",
    "variance_table",
]

VARIANCE_COLUMNS = (
    "scenario", "what", "name", "share", "low", "high", "named", "told_by", "direction", "together",
    "floor", "draws_share", "draws_low", "draws_high", "goes_with", "of",
)  # fmt: skip
FLIP_COLUMNS = (
    "scenario", "what", "name", "unit", "value", "flips_at", "low", "high", "flipping", "clear",
    "idle",
    "from", "to", "effect_from", "effect_from_low", "effect_from_high", "effect_to",
    "effect_to_low", "effect_to_high", "told_by", "draws",
)  # fmt: skip
MEASURE_COLUMNS = (
    "scenario", "rank", "name", "value", "range_low", "range_high", "unit", "share", "named",
    "narrows", "settles", "turns", "of", "half_width", "number", "count_en", "count_id", "how_en",
    "how_id",
)  # fmt: skip
CURVE_COLUMNS = ("scenario", "what", "name", "value", "effect", "low", "high", "told_by")
ASSUMPTION, LUCK, REST = "assumption", "luck", "rest"
LEVER = "lever"
RUNS, DRAWS = "runs", "draws"
SHOWN = 3
"""Assumptions told of where none stands out."""


def variance_table(
    parts: Sequence[Part], together: Sequence[tuple[str, str, float]]
) -> pd.DataFrame:
    """Shares of the variance, by scenario: assumptions, luck, and what is left.

    Args:
        parts: of the scenarios.
        together: pairs of assumptions that go together, with their correlation.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rows: list[tuple[Any, ...]] = []
    for part in parts:
        if part.why_not:
            continue
        of = "ranks" if part.scale.ranked else "effect"
        named = 0.0
        own = []
        for name, one in part.by_name.items():
            run, best = part.moved.get(name), _best(part, name)
            named += best.share if best.named else 0.0
            beside = [
                f"{b if a == name else a} ({r:+.2f})" for a, b, r in together if name in (a, b)
            ]
            own.append(
                (part.scenario, ASSUMPTION, name, best.share, best.low, best.high, best.named,
                 DRAWS if run is None else RUNS, best.direction,
                 math.nan if run is None else run.together, part.shares.floor, one.share, one.low,
                 one.high, ", ".join(beside), of)
            )  # fmt: skip
        own.sort(key=lambda row: (not row[6], -row[3]))
        share, low, high = part.luck
        blank = (math.nan,) * 4
        own.append((part.scenario, LUCK, "", share, low, high, False, RUNS, 0, math.nan,
                    *blank, "", of))  # fmt: skip
        rest = 1.0 - named - (share if math.isfinite(share) else 0.0)
        own.append((part.scenario, REST, "", rest, math.nan, math.nan, False, "", 0, math.nan,
                    *blank, "", of))  # fmt: skip
        rows += own
    return pd.DataFrame(rows, columns=list(VARIANCE_COLUMNS))


def leading(part: Part) -> list[str]:
    """Assumptions that stand out from noise or were run."""
    return [name for name, one in part.by_name.items() if name in part.moved or one.named]


def flip_table(parts: Sequence[Part]) -> pd.DataFrame:
    """Where the effect of each scenario changes its sign, lever by lever and then by assumption."""
    import pandas as pd  # noqa: PLC0415

    rows = []
    for part in parts:
        if part.why_not:
            continue
        for name, curve in part.levers.items():
            present = float(str(part.drawn.levers[part.scenario][name]))
            rows.append(_flip_row(part, LEVER, name, levers()[name].unit, present, curve))
        for name in leading(part):
            curve = part.assumptions[name]
            present = part.drawn.value_of(name)
            rows.append(_flip_row(part, ASSUMPTION, name, part.drawn.unit_of(name), present, curve))
    return pd.DataFrame(rows, columns=list(FLIP_COLUMNS))


def _flip_row(
    part: Part, what: str, name: str, unit: str, present: float, curve: Curve
) -> tuple[Any, ...]:
    flip = part.flip(curve, present)
    last = len(curve.places) - 1
    effects: list[float] = []
    for place in (0, last):
        low, high = curve.ends_of(place)
        effects += part.scale.back(curve.means[[place]]).tolist()
        effects += [float(x) for x in (_back(part, low), _back(part, high))]
    return (
        part.scenario, what, name, unit, present, flip.at, flip.low, flip.high, flip.sure,
        flip.clear, curve.idle, curve.places[0], curve.places[last], *effects,
        RUNS if curve.runs else DRAWS, curve.draws,
    )  # fmt: skip


def _back(part: Part, score: float) -> float:
    import numpy as np  # noqa: PLC0415  # loaded already

    return float(part.scale.back(np.array([score]))[0])


def curve_table(parts: Sequence[Part]) -> pd.DataFrame:
    """Effects along the values of every lever and assumption told of, with 95 % intervals."""
    import pandas as pd  # noqa: PLC0415

    rows = []
    for part in parts:
        if part.why_not:
            continue
        named = {name: part.assumptions[name] for name in leading(part)}
        for what, curves in ((LEVER, part.levers), (ASSUMPTION, named)):
            for name, curve in curves.items():
                for place, value in enumerate(curve.places):
                    low, high = ends(curve.sample[:, place])
                    rows.append(
                        (part.scenario, what, name, value, _back(part, float(curve.means[place])),
                         _back(part, low), _back(part, high), RUNS if curve.runs else DRAWS)
                    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def measure_table(parts: Sequence[Part]) -> pd.DataFrame:
    """What to measure first: what stands out, by share; where nothing does, the strongest."""
    import pandas as pd  # noqa: PLC0415

    rows = []
    for part in parts:
        if part.why_not:
            continue
        own = []
        for name in _first(part):
            best = _best(part, name)
            own.append((name, best.share, best.named))
        own.sort(key=lambda one: (not one[2], -one[1]))
        for rank, (name, share, named) in enumerate(own, 1):
            rows.append((part.scenario, rank, *_measure_row(part, name, share, named)))
    return pd.DataFrame(rows, columns=list(MEASURE_COLUMNS))


def _first(part: Part) -> list[str]:
    """Assumptions that stand out; where none does, the strongest few that runs did not refute."""
    named = [name for name in leading(part) if _best(part, name).named]
    return named or [name for name in part.candidates if name not in part.moved][:SHOWN]


def _best(part: Part, name: str) -> Found | Moved:
    """What runs say of an assumption, where it was moved alone; else what the draws say."""
    return part.moved.get(name, part.by_name[name])


def _measure_row(part: Part, name: str, share: float, named: bool) -> tuple[Any, ...]:
    low, high = part.drawn.range_of(name)
    # The largest of many by chance: what it would be worth to know it nobody can say.
    worth = part.worth(name) if named else Worth(math.nan, math.nan, math.nan)
    one = measuring(name)
    how = {} if one is None else one.how
    count = {} if one is None else one.count
    return (
        name, part.drawn.value_of(name), low, high, part.drawn.unit_of(name), share, named,
        worth.narrows, worth.settles, worth.turns, "" if one is None else one.of,
        half_width(low, high), 0 if one is None else sample_size(one, low, high),
        count.get("en", ""), count.get("id", ""), how.get("en", ""), how.get("id", ""),
    )  # fmt: skip
