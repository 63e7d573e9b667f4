"""What a validation row reads from a world, beside what a trial finds.

Months are those of the run; shares are percent. A share of agencies is that at the span's end, as
in the outcomes of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from experiments.validation.rows import Figure
from sim.outcomes_record import Record
from sim.world import World

__all__ = ["MEASURES", "further_modes", "measured", "size_variance_exponent"]

Floats = npt.NDArray[np.float64]
_YEAR = 12
_BINS = 10
_FEWEST = 5
"""Firms of a bin of sizes, below which its spread says nothing."""
_WIDTH = 0.5
_ERRORS = 3.0


def measured(figure: Figure, record: Record, minus: Record | None = None) -> float:
    """A figure of a world, less that of another where the figure says so.

    Args:
        figure: read from a world.
        record: of the run, at least to the span's end.
        minus: of the scenario that is taken off.
    """
    return MEASURES[figure.measure](record, minus, *figure.span)


def _sum(world: World, name: str, first: int, after: int) -> float:
    table = world.monthly if name in (world.monthly.dtype.names or ()) else world.online
    return float(table[name][first:after].sum())


def _ratio(above: str, below: str) -> Callable[[Record, Record | None, int, int], float]:
    """One sum over another, percent."""

    def read(record: Record, _: Record | None, first: int, after: int) -> float:
        whole = _sum(record.world, below, first, after)
        return 100.0 * _sum(record.world, above, first, after) / whole if whole > 0.0 else np.nan

    return read


def _agencies(*names: str) -> Callable[[Record, Record | None, int, int], float]:
    """Procuring units in one of these states, percent of all."""

    def read(record: Record, _: Record | None, first: int, after: int) -> float:  # noqa: ARG001
        monthly = record.world.monthly
        units = float(monthly["agencies"][after - 1])
        found = sum(float(monthly[name][after - 1]) for name in names)
        return 100.0 * found / units if units > 0.0 else np.nan

    return read


def _hotel_purchases(record: Record, _: Record | None, first: int, after: int) -> float:
    """Million rupiah a month."""
    return _sum(record.world, "hotel_direct", first, after) / (after - first)


def _sales_per_seller(record: Record, minus: Record | None, first: int, after: int) -> float:
    """Million rupiah a month that a programme adds, over the sellers that it adds."""
    if minus is None:
        return np.nan
    sales = [_sum(one.world, "online_sales", first, after) for one in (record, minus)]
    sellers = [float(one.world.online["shops_ever"][after - 1]) for one in (record, minus)]
    more = sellers[0] - sellers[1]
    return (sales[0] - sales[1]) / (after - first) / more if more > 0.0 else np.nan


def _with_buyer(record: Record, _: Record | None, first: int, after: int) -> float:  # noqa: ARG001
    """Sites of manufacturing trades with a delivered order in the year, percent of all of them."""
    world, year = record.world, first // _YEAR
    makes = world.manufacturing[world.firms.sector] == 1
    return 100.0 * float(world.yearly.served[year][makes].mean()) if makes.any() else np.nan


def _exponent(record: Record, _: Record | None, first: int, after: int) -> float:  # noqa: ARG001
    year = first // _YEAR
    who = record.generation
    stood = (who[year] >= 0) & (who[year - 1] == who[year]) & (who[year + 1] == who[year])
    revenue = record.world.yearly.revenue
    return size_variance_exponent(revenue[year][stood], revenue[year + 1][stood])


def _modes(record: Record, _: Record | None, first: int, after: int) -> float:  # noqa: ARG001
    year = first // _YEAR
    return float(further_modes(record.world.yearly.revenue[year][record.generation[year] >= 0]))


def size_variance_exponent(size: Floats, later: Floats) -> float:
    """Exponent by which the spread of growth falls with size: sd of growth ~ size^-beta.

    Args:
        size: (firms,) revenue of a year.
        later: of the next year.

    Returns:
        Beta, by least squares over ten bins with equally many firms; nan with too few firms.
    """
    sound = (size > 0.0) & (later > 0.0)
    if sound.sum() < _BINS * _FEWEST:
        return np.nan
    log = np.log(size[sound])
    growth = np.log(later[sound]) - log
    parts = np.array_split(np.argsort(log, kind="stable"), _BINS)
    spread = np.array([growth[part].std(ddof=1) for part in parts])
    if not (spread > 0.0).all():
        return np.nan
    middle = np.array([log[part].mean() for part in parts])
    slope = np.polyfit(middle - middle.mean(), np.log(spread), 1)[0]
    return float(-slope)


def further_modes(size: Floats) -> int:
    """Modes of a distribution of sizes beyond its first, on a logarithmic axis.

    To either side of the fullest bin, bins half a log point wide are read outwards. One that
    exceeds the emptiest bin between by more than three standard errors of the difference is a
    further mode; the search for the next one starts where it falls again.

    Args:
        size: (firms,), those not positive are left out.
    """
    log = np.log(size[size > 0.0])
    if not log.size:
        return 0
    bins = np.floor(log / _WIDTH).astype(np.int64)
    counts = np.bincount(bins - bins.min())
    top = int(np.argmax(counts))
    return _rises(counts[top:]) + _rises(counts[top::-1])


def _rises(counts: npt.NDArray[np.int64]) -> int:
    found, least, peak, rising = 0, float(counts[0]), 0.0, False
    for count in counts.astype(float).tolist():
        if rising:
            peak = max(peak, count)
            if peak - count > _ERRORS * np.sqrt(peak + count):  # it falls again
                rising, least = False, count
            continue
        if count - least > _ERRORS * np.sqrt(count + least):
            found, rising, peak = found + 1, True, count
        least = min(least, count)
    return found


MEASURES: Mapping[str, Callable[[Record, Record | None, int, int], float]] = MappingProxyType(
    {
        "agency_share": _ratio("agency_direct", "agency_need"),
        "agencies_claiming": _agencies("agencies_buying", "agencies_paper"),
        "agencies_genuine": _agencies("agencies_buying"),
        "programme_sales_per_seller": _sales_per_seller,
        "marketplace_share": _ratio("shops", "firms"),
        "hotel_purchases": _hotel_purchases,
        "manufacturers_with_buyer": _with_buyer,
        "size_variance_exponent": _exponent,
        "further_modes": _modes,
    }
)
"""By name: of a record, that of the scenario taken off, first month and month after the last."""
