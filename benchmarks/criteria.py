"""Does content miss firms because criteria differ: `python -m benchmarks.criteria --draws 400`.

In the laboratory of `tests/test_coaching.py` programmes choose by their own criteria and by joint
ones, with the same luck, at values of the `programmes.*` parameters drawn from their ranges by a
Latin hypercube. Printed is in how many draws more coached firms stand outside the content window
with own criteria, and which parameters go with it. Nothing is set by what comes out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.design import latin_hypercube
from experiments.effects import mean_interval
from sim.build.programmes import mismatch
from sim.parameters import Parameters, registry
from sim.parameters.programmes import GROUP, programmes
from tests.lab import run, seeds, town

__all__ = ["Draws", "document", "draw", "main", "outside", "ranges_of", "rank_correlations"]

TOWN = town(1_500, 3)
# Many ask for a place, and nothing but criteria chooses among them: as in the test.
ALONE = {"application_base": 0.1, "selection_noise": 0.0}
PLACES = {"coaching.places": 60.0}
JOINT = {**PLACES, "coaching.aligned": 1.0}
OF_ALL = ("all: mean content_target", "all: spread of content_target", "all: mismatch of criteria")
"""What the drawn values come to together; the mean is over places."""
GRID = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Targets that all programmes have in common, the rest at the registry's values."""
_NAMED = 8
_ONE_IN_TWENTY = 1.96
Floats = npt.NDArray[np.float64]


class Draws(NamedTuple):
    """What came out at the drawn values."""

    values: Floats  # (draws, parameters)
    own: Floats  # (draws, seeds): % of coached firms outside the window, by own criteria
    joint: Floats  # likewise, by joint criteria


def ranges_of(part: str) -> dict[str, tuple[float, float]]:
    """Ranges of the programmes' parameters whose names hold a word."""
    own = (p for p in registry().values() if p.group == GROUP and p.low < p.high)
    return {p.name: (p.low, p.high) for p in own if part in p.name}


def outside(values: Mapping[str, float], levers: Mapping[str, object], seed: int) -> float:
    """Coached firms outside the content window of their programme, % of coached months."""
    world = run(TOWN, values={**ALONE, **values}, levers=levers, seed=seed)
    return 100.0 * float(world.column("outside_content").sum() / world.column("coached").sum())


def _both(values: Mapping[str, float], count: int) -> str:
    own, joint = (
        np.mean([outside(values, levers, luck) for luck in seeds(count)])
        for levers in (PLACES, JOINT)
    )
    return f"own criteria {own:.1f} %, joint criteria {joint:.1f} %"


def draw(ranges: Mapping[str, tuple[float, float]], draws: int, count: int, seed: int) -> Draws:
    """Both kinds of criteria at every drawn point, with the same seeds."""
    points = latin_hypercube(seed, draws, ranges)
    found = np.zeros((2, draws, count))
    for d, point in enumerate(points.tolist()):
        values = dict(zip(ranges, point, strict=True))
        for s, luck in enumerate(seeds(count)):
            found[0, d, s] = outside(values, PLACES, luck)
            found[1, d, s] = outside(values, JOINT, luck)
    return Draws(points, found[0], found[1])


def _together(names: Sequence[str], values: Floats) -> Floats:
    """(draws, `OF_ALL`)."""
    rows = []
    for point in values.tolist():
        given = {**Parameters.default().programmes(), **dict(zip(names, point, strict=True))}
        found = [one.valued(given) for one in programmes()]
        share = np.array([one["places_share"] for one in found])
        target = np.array([one["content_target"] for one in found])
        mean = float(target @ share / share.sum())
        rows.append(
            (mean, float(target.std()), mismatch(np.array([one.criteria for one in found])))
        )
    return np.array(rows)


def _ranks(sample: Floats) -> Floats:
    """Ranks of rows, column by column; drawn values have no ties to speak of."""
    ranks: Floats = np.argsort(np.argsort(sample, axis=0, kind="stable"), axis=0).astype(np.float64)
    return ranks


def rank_correlations(names: Sequence[str], found: Draws) -> list[tuple[str, float]]:
    """Spearman's, of each parameter and of `OF_ALL` with own minus joint; the largest first."""
    gap = _ranks((found.own - found.joint).mean(axis=1)[:, None])[:, 0]
    columns = np.hstack([found.values, _together(names, found.values)])
    ranks = _ranks(columns)
    pairs = [
        (name, float(np.corrcoef(ranks[:, k], gap)[0, 1]))
        for k, name in enumerate((*names, *OF_ALL))
        if columns[:, k].max() - columns[:, k].min() > 1e-9
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[1]))


def document(names: Sequence[str], found: Draws) -> str:
    """What came out, in lines."""
    gaps = found.own - found.joint
    gap = gaps.mean(axis=1)
    low, high = mean_interval(gaps.T)
    draws = len(gap)
    noise = _ONE_IN_TWENTY / np.sqrt(draws - 1)
    few, middle, most = np.quantile(gap, (0.05, 0.5, 0.95))
    own, joint = (np.median(of.mean(axis=1)) for of in (found.own, found.joint))
    said = f"""{draws} draws of {len(names)} parameters, {gaps.shape[1]} seeds each
outside the content window, median of draws: own criteria {own:.1f} %, joint criteria {joint:.1f} %
more outside with own criteria in {(gap > 0).sum()} of {draws} draws, fewer in {(gap < 0).sum()}
beyond the simulation error (95 %): more in {(low > 0).sum()}, fewer in {(high < 0).sum()}
own minus joint, points: median {middle:+.1f}, 5 to 95 % of draws {few:+.1f} to {most:+.1f}
goes with own minus joint (rank correlation; by chance within {noise:.2f} in 19 of 20):"""
    rows = [f"  {rho:+.2f}  {name}" for name, rho in rank_correlations(names, found)[:_NAMED]]
    return "\n".join([said, *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what came out: at the registry's values, with one target for all, at the draws."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.criteria", description=__doc__)
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1, help="of the draws")
    parser.add_argument("--only", default="", help="parameters whose names hold this word")
    asked = parser.parse_args(arguments)
    ranges = ranges_of(asked.only)
    if not ranges or asked.draws < 3 or asked.seeds < 2:
        parser.error("expects 3 draws and 2 seeds at least, and a word that some name holds")
    print(f"at the registry's values: {_both({}, asked.seeds)}")
    for target in GRID:
        values = dict.fromkeys(ranges_of("content_target"), target)
        print(f"every content_target {target:g}: {_both(values, asked.seeds)}", flush=True)
    print(document(list(ranges), draw(ranges, asked.draws, asked.seeds, asked.seed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
