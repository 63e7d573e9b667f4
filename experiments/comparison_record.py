"""A comparison's results as fixed-shape records, and as they come back from a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np

from experiments.batch.parts import part_files, read_part, read_records
from experiments.batch.record import MAIN, Block, Floats, Layout
from experiments.design import Study
from experiments.unit import SERIES, SERIES_GOODS, Cell, Result, cells, region_names
from sim.outcomes import OUTCOMES, windows

__all__ = ["GOODS", "GROUPS", "MONTHS", "RecordShape", "StoredResults", "comparison_layout"]

GROUPS, MONTHS, GOODS = "groups", "months", "goods"
"""Blocks beside the main one, which holds the outcomes of the region, window by window."""


@dataclass(frozen=True)
class RecordShape:
    """Sizes of a result, and its way into a record and back.

    Attributes:
        scenarios: the baseline among them.
        windows: of the run.
        cells: numbers of a window, the region's first.
        months: of the run.
        goods: of the region.
    """

    scenarios: int
    windows: int
    cells: int
    months: int
    goods: int

    @property
    def outcomes(self) -> int:
        """Numbers of a window for the region as a whole."""
        return len(OUTCOMES)

    def place(self, scenario: int, window: int, outcome: int) -> int:
        """Where a number of the region as a whole stands in a record."""
        return (scenario * self.windows + window) * self.outcomes + outcome

    def pack(self, result: Result) -> Floats:
        """A result as one row of floats, block after block."""
        numbers = result.numbers.reshape(self.scenarios, self.windows, self.cells)
        return np.concatenate(
            [
                numbers[:, :, : self.outcomes].ravel(),
                numbers[:, :, self.outcomes :].ravel(),
                result.series.ravel(),
                result.goods.ravel(),
            ]
        )

    def unpack(self, record: Floats) -> Result:
        """The result again; the seconds are not part of it."""
        whole = self.scenarios * self.windows
        first = whole * self.outcomes
        second = whole * self.cells
        third = second + self.scenarios * self.months * len(SERIES)
        return Result(
            self.numbers(record[None, :first], record[None, first:second])[0],
            record[second:third].reshape(self.scenarios, self.months, len(SERIES)),
            record[third:].reshape(self.scenarios, self.months, self.goods, len(SERIES_GOODS)),
            0.0,
        )

    def numbers(self, region: Floats, groups: Floats) -> Floats:
        """(runs, scenarios, cells) from both blocks, (runs, ...) each."""
        shape = (len(region), self.scenarios, self.windows, -1)
        both = np.concatenate([region.reshape(shape), groups.reshape(shape)], axis=3)
        return both.reshape(len(region), self.scenarios, -1)


def comparison_layout(study: Study) -> tuple[RecordShape, Layout]:
    """What a record of a study holds."""
    names = region_names(study)
    layout = cells(names, study.months)
    cuts = list(windows(study.months))
    per_window = len(layout) // len(cuts)
    shape = RecordShape(len(study.names), len(cuts), per_window, study.months, len(names.goods))
    region = [(s, w) for s in study.names for w in cuts]
    groups = [
        (s, cell)
        for s in study.names
        for k in range(len(cuts))
        for cell in layout[k * per_window + len(OUTCOMES) : (k + 1) * per_window]
    ]
    months = [(s, m) for s in study.names for m in range(study.months)]
    goods = [(s, m, g) for s, m in months for g in names.goods]
    return shape, Layout(
        (
            Block(
                tuple(OUTCOMES),
                {"scenario": [s for s, _ in region], "window": [w for _, w in region]},
                MAIN,
            ),
            Block(("value",), _group_index(groups), GROUPS),
            Block(
                SERIES,
                {"scenario": [s for s, _ in months], "month": [m for _, m in months]},
                MONTHS,
            ),
            Block(
                SERIES_GOODS,
                {
                    "scenario": [s for s, _, _ in goods],
                    "month": [m for _, m, _ in goods],
                    "good": [g for _, _, g in goods],
                },
                GOODS,
            ),
        )
    )


def _group_index(groups: Sequence[tuple[str, Cell]]) -> Mapping[str, Sequence[str]]:
    return {
        "scenario": [s for s, _ in groups],
        "window": [cell.window for _, cell in groups],
        "by": [cell.by for _, cell in groups],
        "group": [cell.group for _, cell in groups],
        "outcome": [cell.outcome for _, cell in groups],
    }


class StoredResults(Sequence[Result]):
    """Results of a folder, read when they are asked for.

    Args:
        folder: of the experiment.
        shape: of a result.
        layout: of a record.
        runs: numbers of the runs that have one, rising.
        length: runs of a part.
    """

    def __init__(
        self, folder: Path, shape: RecordShape, layout: Layout, runs: Sequence[int], length: int
    ) -> None:
        self._folder = folder
        self._shape = shape
        self._layout = layout
        self._runs = list(runs)
        self._length = length
        self._held: tuple[int, dict[int, Floats]] = (-1, {})

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> list[Result]: ...
    def __getitem__(self, place: int | slice) -> Result | list[Result]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        run = self._runs[place]
        number = run // self._length
        if self._held[0] != number:
            runs, records = read_records(self._folder, number, self._layout)
            self._held = (number, dict(zip(runs, records, strict=True)))
        return self._shape.unpack(self._held[1][run])

    def numbers(self, places: Iterable[int]) -> Floats:
        """(results, scenarios, cells) of some results, without the rest of them."""
        shape = self._shape
        size = shape.windows * shape.cells
        return self._gathered(
            places,
            (shape.scenarios, size),
            lambda number: shape.numbers(self._block(number, MAIN), self._block(number, GROUPS)),
        )

    def series(self, places: Iterable[int]) -> Floats:
        """(results, scenarios, months, `SERIES`) of some results."""
        shape = (self._shape.scenarios, self._shape.months, len(SERIES))
        return self._gathered(places, shape, lambda number: self._block(number, MONTHS))

    def goods(self, places: Iterable[int]) -> Floats:
        """(results, scenarios, months, goods, `SERIES_GOODS`) of some results."""
        own = self._shape
        shape = (own.scenarios, own.months, own.goods, len(SERIES_GOODS))
        return self._gathered(places, shape, lambda number: self._block(number, GOODS))

    def _block(self, number: int, name: str) -> Floats:
        path = self._folder / part_files(self._layout, number)[name]
        return read_part(path, self._layout.block(name))[1]

    def _gathered(
        self, places: Iterable[int], shape: tuple[int, ...], read: Callable[[int], Floats]
    ) -> Floats:
        """Rows of some results, from one part after another."""
        wanted = list(places)
        found = np.empty((len(wanted), *shape))
        for number, own in self._by_part(wanted):
            values = read(number).reshape(-1, *shape)
            first = next(k for k, run in enumerate(self._runs) if run // self._length == number)
            for row, place in own:
                found[row] = values[place - first]
        return found

    def _by_part(self, wanted: Sequence[int]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        parts: dict[int, list[tuple[int, int]]] = {}
        for row, place in enumerate(wanted):
            parts.setdefault(self._runs[place] // self._length, []).append((row, place))
        yield from parts.items()
