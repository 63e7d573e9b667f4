"""What every finished sensitivity study is, whatever its method: runs, outcomes and words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.batch.failure import Failure
from experiments.choices import known, plain_rows
from experiments.design import Job, Study
from experiments.factors import Factor
from experiments.own_model import OwnModel
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Sensitivity"]

Floats = npt.NDArray[np.float64]


class Sensitivity(ABC):
    """Which assumptions an effect, or a level, hangs on.

    Attributes:
        numbers: (units, scenarios, windows, outcomes) of every run, row after row; of a function
            (units, 1, 1, outcomes).
        plan: what was run, as plain JSON.
        outcomes: names of what was asked for.
        window: over which; empty for a function.
        seconds: the runs took, by the clock.
        folder: where it was written, if it was.
        failures: of runs that have no numbers, by their number in the design.
    """

    def __init__(
        self,
        study: Study | OwnModel,
        numbers: Floats,
        plan: Mapping[str, object],
        *,
        outcomes: tuple[str, ...] = ("profit",),
        window: str = "policy",
        seconds: float = 0.0,
    ) -> None:
        self._about = study
        self.numbers = numbers
        self.plan = dict(plan)
        self.outcomes = outcomes
        self.window = window
        self.seconds = seconds
        self.folder: Path | None = None
        self.failures: dict[int, tuple[Job, Failure]] = {}

    @property
    def study(self) -> Study:
        """What the runs shared; `varied` holds the ranges that were moved through.

        Raises:
            KemitraanError: a function of one's own was studied.
        """
        if isinstance(self._about, OwnModel):
            raise KemitraanError(f"{self._about.name}: is a function; it has no study")
        return self._about

    @property
    def own(self) -> OwnModel | None:
        """The function that was studied, if it was one."""
        return self._about if isinstance(self._about, OwnModel) else None

    @property
    def names(self) -> list[str]:
        """Names of the second axis of `numbers`: the baseline first, if there is one."""
        return list(self._about.names)

    @property
    def scenario(self) -> str:
        """Name of the scenario, or of the function."""
        return self._about.names[-1]

    @property
    def baseline(self) -> str | None:
        """Name of the baseline; none where levels were studied."""
        return self._about.names[0] if len(self._about.names) > 1 else None

    @property
    def units(self) -> int:
        """Runs of all rows, those that failed among them."""
        return len(self.numbers)

    @property
    def by_groups(self) -> bool:
        """Whether whole groups were moved."""
        return self.plan["by"] == "groups"

    @property
    def every_outcome(self) -> list[str]:
        """Names of the last axis of `numbers`."""
        return list(OUTCOMES) if self.own is None else list(self.own.outcomes)

    @property
    def every_window(self) -> list[str]:
        """Names of the windows of `numbers`."""
        return list(windows(self.study.months)) if self.own is None else [""]

    @property
    @abstractmethod
    def factors(self) -> tuple[Factor, ...]:
        """What was moved, the dummy last."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """Points of the design."""

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """One row an outcome, factor and index."""

    @property
    @abstractmethod
    def words(self) -> ModuleType:
        """The module that tells the study: `text`, `html`, `notes_in`, `headlines_in`."""

    @abstractmethod
    def plot(self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en") -> Axes:
        """The main figure of an outcome."""

    @abstractmethod
    def to_salib(self, outcome: str | None = None) -> Any:  # noqa: ANN401  # a SALib ProblemSpec
        """The study as SALib's ProblemSpec, with samples and results."""

    def unit(self, outcome: str) -> str:
        """Unit of an outcome; empty for a function's."""
        return OUTCOMES[outcome].unit if self.own is None else ""

    def outcome(self, name: str, window: str | None = None) -> Floats:
        """(rows, replicates): the paired effect at every point, or the level without a baseline.

        Raises:
            KemitraanError: an unknown outcome or window.
        """
        cut = self.window if window is None else window
        known("outcome", [name], self.every_outcome)
        known("window", [cut], self.every_window)
        found = self.numbers[:, :, self.every_window.index(cut), self.every_outcome.index(name)]
        flat = found[:, 1] - found[:, 0] if self.baseline is not None else found[:, 0]
        return flat.reshape(self.rows, -1)

    @property
    def headlines(self) -> list[str]:
        """A sentence for each outcome."""
        return list(self.words.headlines_in(self, "en"))

    @property
    def notes(self) -> list[str]:
        """What a reader must know beside the numbers."""
        return list(self.words.notes_in(self, "en"))

    def save(self, folder: str | PathLike[str], *, lang: str = "en") -> Path:
        """Writes tables, figures and the manifest into a new or empty folder."""
        from experiments.sensitivity_store import save_folder  # noqa: PLC0415  # pyarrow

        self.folder = save_folder(self, Path(folder), lang=lang)
        return self.folder

    def to_json(self) -> dict[str, Any]:
        """One plain document: folder, plan, headlines, the table and notes."""
        document = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "plan": self.plan,
            "headlines": self.headlines,
            "sensitivity": plain_rows(self.table),
            "notes": self.notes,
        }
        json.dumps(document, allow_nan=False)
        return document

    def __str__(self) -> str:
        return str(self.words.text(self))

    def __repr__(self) -> str:
        against = f" against {self.baseline}" if self.baseline else ""
        place = f", region {self.study.region.name}" if self.own is None else ""
        count = len(self.factors) - 1
        return (
            f"Sensitivity({self.scenario}{against}, {self.plan['method']}, {count} "
            f"{self.plan['by']}, {self.plan['samples']} samples{place})"
        )

    def _repr_html_(self) -> str:
        return str(self.words.html(self))
