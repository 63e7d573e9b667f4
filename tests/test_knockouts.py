"""Trade-offs that the model must be able to show, and what each must vanish without.

A trade-off is the slope between two outcomes along five values of a lever, in sixteen replicates
with the same seeds along the grid. It exists when the 95 % interval of the slope over replicates
lies wholly on the stated side of zero. Under the knock-out of its mechanism the slope must fall
below a tenth; one that survived would be written into the model somewhere by hand.

A knock-out may hold x still, as one site for everybody does with distances. The slope is then zero
whatever y does, so y is asked itself: the range of its mean over the grid must fall below a tenth.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.lab import Estimate, Floats, lab_world, run, seeds, slope, town
from tests.trade_offs import TRADE_OFFS, Setup, TradeOff
from tests.trade_offs_of_coaching import COACHING_TRADE_OFFS

FIRMS = 1_500
ALL = (*TRADE_OFFS, *COACHING_TRADE_OFFS)
BY_NAME = {row.name: row for row in ALL}
HELD_STILL = {
    "1 reports against purchases",
    "4 nearness against capacity",
    "4 nearness against equity",
    "8 winners against need",
}
"""Trade-offs whose x cannot move under the knock-out."""


_points: dict[tuple[object, int, bool], list[tuple[float, ...]]] = {}


def along(row: TradeOff, seed: int, knocked_out: bool) -> Floats:
    """Outcomes of one replicate, (points of the grid, outcomes of its measure)."""
    key = row.measure, seed, knocked_out
    if key not in _points:
        _points[key] = _along_grid(row, seed, knocked_out)
    return np.array(_points[key])


@cache
def slopes(name: str, knocked_out: bool) -> Estimate:
    """Slope of a trade-off over the replicates, with or without its mechanism."""
    row = BY_NAME[name]
    found = []
    for seed in seeds():
        outcomes = along(row, seed, knocked_out)
        found.append(slope(outcomes[:, 0], outcomes[:, row.y_at]))
    return Estimate.of(found)


def mean_range(name: str, at: int, knocked_out: bool) -> float:
    """Range over the grid of an outcome's mean over replicates, the same seeds at each point."""
    row = BY_NAME[name]
    mean = np.mean([along(row, seed, knocked_out)[:, at] for seed in seeds()], axis=0)
    return float(np.ptp(mean))


def _along_grid(row: TradeOff, seed: int, knocked_out: bool) -> list[tuple[float, ...]]:
    region = town(FIRMS, row.hotels_a_class)
    values = {**row.values, **(row.out_values if knocked_out else {})}
    edit = row.out_edit if knocked_out else None
    without = run(region, values=values, seed=seed, edit=edit) if row.paired else None
    points = []
    for value in row.grid:
        setup = _setup(row, value)
        world = lab_world(
            region,
            values={**values, **setup.values},
            levers={**row.levers, **setup.levers},
            seed=seed,
            edit=edit,
        )
        if setup.edit is not None:
            setup.edit(world)
        points.append(row.measure(world, without) if row.paired else row.measure(world))
    return points


def _setup(row: TradeOff, value: float) -> Setup:
    """What is set at a value of the grid."""
    if row.at is not None:
        return row.at(value)
    if "." in row.lever:
        return Setup(levers={row.lever: value})
    return Setup(values={row.lever: value})


@pytest.mark.parametrize("name", BY_NAME)
def test_the_trade_off_exists(name):
    """The 95 % interval of the slope lies wholly on the stated side of zero."""
    row = BY_NAME[name]
    found = slopes(name, knocked_out=False)
    assert found.excludes_zero(row.sign), f"{row.y} on {row.x}: {found}"


@pytest.mark.parametrize("name", BY_NAME)
def test_the_trade_off_vanishes_without_its_mechanism(name):
    """Under the knock-out the slope is below a tenth of what it was."""
    row = BY_NAME[name]
    found = slopes(name, knocked_out=False)
    left = slopes(name, knocked_out=True)
    assert abs(left.mean) < 0.1 * abs(found.mean), f"{row.y} on {row.x}: {found}, then {left}"


@pytest.mark.parametrize("name", BY_NAME)
def test_y_stands_still_without_its_mechanism(name):
    """A slope of zero because x is constant says nothing of y: its range must vanish by itself.

    Asked of every trade-off; of those in `HELD_STILL` it is the only part that could fail.
    """
    row = BY_NAME[name]
    assert (mean_range(name, 0, knocked_out=True) == 0.0) == (name in HELD_STILL)
    with_it = mean_range(name, row.y_at, knocked_out=False)
    without = mean_range(name, row.y_at, knocked_out=True)
    assert without < 0.1 * with_it, f"{row.y} ranges over {with_it:.4g}, then {without:.4g}"


def test_every_trade_off_of_this_version_is_in_the_table():
    """Those whose processes run: export and forum come with later versions."""
    numbers = {int(row.name.split()[0]) for row in ALL}
    assert numbers == {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13}
    assert all(len(row.grid) == 5 for row in ALL)
