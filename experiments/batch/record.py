"""What a run leaves behind: a fixed number of floats, and what each of them is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.errors import KemitraanError

__all__ = ["MAIN", "RUN", "Block", "Floats", "Layout"]

Floats = npt.NDArray[np.float64]
MAIN = "part"
"""Name of the first block, whose files are `parts/part-00000.parquet` and so on."""
RUN = "run"
"""First column of every part: the number of the run in the design."""


@dataclass(frozen=True)
class Block:
    """A table of every run: so many rows, the same columns.

    Attributes:
        columns: names of its numbers.
        index: what each row is, by column: text or whole numbers, all of one length; one row a run
            if empty.
        name: of its files.
    """

    columns: tuple[str, ...]
    index: Mapping[str, Sequence[str] | Sequence[int]] = field(default_factory=dict)
    name: str = MAIN

    def __post_init__(self) -> None:
        names = [RUN, *self.index, *self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise KemitraanError(
                f"{', '.join(twice)}: stands for two columns of a table; give every output a name "
                f"of its own, and none of them {RUN!r}"
            )

    @property
    def rows(self) -> int:
        """Rows a run."""
        return next((len(labels) for labels in self.index.values()), 1)

    @property
    def size(self) -> int:
        """Numbers a run."""
        return self.rows * len(self.columns)


@dataclass(frozen=True)
class Layout:
    """The blocks of a record, one after another; within a block row after row.

    Attributes:
        blocks: at least one.
    """

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, columns: Sequence[str]) -> Layout:
        """One row a run with these columns."""
        return cls((Block(tuple(columns)),))

    @cached_property
    def size(self) -> int:
        """Numbers a run."""
        return sum(block.size for block in self.blocks)

    @property
    def nbytes(self) -> int:
        """Bytes of a record."""
        return 8 * self.size

    def block(self, name: str = MAIN) -> Block:
        """A block by its name."""
        return next(block for block in self.blocks if block.name == name)

    def pieces(self) -> Iterator[tuple[Block, slice]]:
        """Each block and its place in a record."""
        at = 0
        for block in self.blocks:
            yield block, slice(at, at + block.size)
            at += block.size

    def split(self, records: Floats) -> dict[str, Floats]:
        """(runs, rows, columns) of each block, from (runs, size)."""
        return {
            block.name: records[:, place].reshape(len(records), block.rows, len(block.columns))
            for block, place in self.pieces()
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all names and labels."""
        plain = [
            [block.name, list(block.columns), {k: list(v) for k, v in block.index.items()}]
            for block in self.blocks
        ]
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()
