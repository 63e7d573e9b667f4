"""A finished validation: figures by draw, scores by row, and the table as it came out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.choices import known, plain_rows
from experiments.validation.plan import Replays
from experiments.validation.rows import Frozen, Row
from experiments.validation.score import CANNOT, HIT, MISS, VERDICTS, RowScore, score_row

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["COLUMNS", "Validation"]

Floats = npt.NDArray[np.float64]

COLUMNS = (
    "id", "topic", "quantity", "population", "unit", "published", "published_low",
    "published_high", "band_low", "band_high", "rules", "p05", "median", "p95", "draws", "lost",
    "share_in_band", "share_right", "verdict", "missed", "reason", "transform", "band", "source",
    "url",
)  # fmt: skip
"""Of `Validation.table`. `share_right`: of draws with the sign or order asked for."""


class Validation:
    """Published results that set no parameter, beside what the model gives.

    Attributes:
        frozen: all rows, as frozen.
        rows: those that were chosen.
        replays: what was run.
        draws: (draws, figures), in the order of `replays.figures`.
        plan: what was run, as plain JSON.
        changed: shipped scenarios and regions that mean something else than at the freeze.
        seconds: the runs took, by the clock.
        folder: where it was written, if it was.
    """

    def __init__(
        self,
        frozen: Frozen,
        rows: Sequence[Row],
        replays: Replays,
        draws: Floats,
        plan: Mapping[str, object],
        *,
        changed: Sequence[str] = (),
        seconds: float = 0.0,
    ) -> None:
        self.frozen = frozen
        self.rows = tuple(rows)
        self.replays = replays
        self.draws = draws
        self.plan = dict(plan)
        self.changed = tuple(changed)
        self.seconds = seconds
        self.folder: Path | None = None

    def figures(self, row: Row) -> dict[str, Floats]:
        """(draws,) of each figure of a row, by name."""
        at = self.replays.figures.index
        return {name: self.draws[:, at(one)] for name, one in row.figures.items()}

    @cached_property
    def scores(self) -> dict[str, RowScore]:
        """What came out, by the rows' ids."""
        return {
            row.id: score_row(row, self.figures(row), self.frozen.agreement) for row in self.rows
        }

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by verdict."""
        found = [one.verdict for one in self.scores.values()]
        return {verdict: found.count(verdict) for verdict in VERDICTS}

    @property
    def misses(self) -> tuple[str, ...]:
        """Ids of the rows that are missed."""
        return tuple(name for name, one in self.scores.items() if one.verdict == MISS)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a validation row, with `COLUMNS`."""
        import pandas as pd  # noqa: PLC0415  # 0.4 s

        return pd.DataFrame([self._line(row) for row in self.rows], columns=list(COLUMNS))

    def _line(self, row: Row) -> dict[str, Any]:
        score = self.scores[row.id]
        bands = [one for one in row.scores if one.rule in ("size", "share")]
        low, high = (bands[0].low, bands[0].high) if bands else (np.nan, np.nan)
        return {
            "id": row.id,
            "topic": row.topic,
            "quantity": row.quantity,
            "population": row.population,
            "unit": row.unit,
            "published": np.nan if row.value is None else row.value,
            "published_low": np.nan if row.low is None else row.low,
            "published_high": np.nan if row.high is None else row.high,
            "band_low": low,
            "band_high": high,
            "rules": ", ".join(dict.fromkeys(one.rule for one in row.scores)),
            "p05": score.low,
            "median": score.median,
            "p95": score.high,
            "draws": score.draws,
            "lost": score.lost,
            "share_in_band": score.share_of("size", "share"),
            "share_right": score.share_of("sign", "order"),
            "verdict": score.verdict,
            "missed": ", ".join(score.missed),
            "reason": row.reason,
            "transform": row.transform,
            "band": row.band,
            "source": row.source,
            "url": row.url,
        }

    def row(self, name: str) -> Row:
        """A chosen row by its id.

        Raises:
            KemitraanError: it is not among them.
        """
        known("validation row", [name], [row.id for row in self.rows])
        return next(row for row in self.rows if row.id == name)

    def text(self, lang: str = "en", width: int = 118) -> str:
        """All that the screen shows."""
        from experiments.validation.report import text  # noqa: PLC0415  # words only now

        return text(self, lang, width)

    @property
    def notes(self) -> list[str]:
        """What a reader must know beside the numbers."""
        from experiments.validation.report import notes_in  # noqa: PLC0415

        return notes_in(self, "en")

    def plot(self, *, ax: Axes | None = None, lang: str = "en") -> Axes:
        """Simulated range against the band of each row; misses are marked.

        Args:
            ax: drawn into; a new figure if none.
            lang: "en" or "id".
        """
        from experiments.figures.validation import bands  # noqa: PLC0415  # matplotlib only now

        return bands(self, ax=ax, lang=lang)

    def save(self, folder: str | PathLike[str], *, lang: str = "en") -> Path:
        """Writes tables, figure and the manifest into a new or empty folder."""
        from experiments.validation.store import save_folder  # noqa: PLC0415

        self.folder = save_folder(self, Path(folder), lang=lang)
        return self.folder

    def to_json(self) -> dict[str, Any]:
        """One document: plan, counts, table and notes."""
        found: dict[str, Any] = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "plan": self.plan,
            "counts": self.counts,
            "rows": plain_rows(self.table),
            "notes": self.notes,
        }
        json.dumps(found, allow_nan=False)  # a value that is not finite is an error, not bad JSON
        return found

    def __repr__(self) -> str:
        counts = self.counts
        return (
            f"Validation({counts[HIT]} hit, {counts[MISS]} missed, "
            f"{counts[CANNOT]} cannot be expressed, {self.plan['replicates']} draws)"
        )

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415

        return f"<pre>{html.escape(self.text())}</pre>"
