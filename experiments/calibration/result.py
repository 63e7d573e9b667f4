"""A finished calibration: its tables, its members, its words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.calibration.findings import Pair, Spread, never_together, spreads, tied
from experiments.calibration.prepare import Problem
from experiments.calibration.waves import History
from experiments.choices import plain_rows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.calibration.ensemble import Ensemble

__all__ = ["Calibration"]

Floats = npt.NDArray[np.float64]


class Calibration:
    """Which parameter sets are not ruled out by what was observed.

    Attributes:
        problem: targets, and the space in which they may be met.
        history: the waves.
        checked: (rows, targets that are only compared), means over replicates.
        plan: what was run, as plain JSON.
        seconds: the runs took, by the clock.
        folder: where it was written, if it was.
    """

    def __init__(
        self,
        problem: Problem,
        history: History,
        checked: Floats,
        plan: Mapping[str, object],
        *,
        seconds: float = 0.0,
    ) -> None:
        self.problem = problem
        self.history = history
        self.checked = checked
        self.plan = dict(plan)
        self.seconds = seconds
        self.folder: Path | None = None

    @cached_property
    def members(self) -> npt.NDArray[np.int64]:
        """Rows that are left."""
        return self.history.members

    @cached_property
    def member_values(self) -> Floats:
        """(members, parameters): values of the sets that are left, as they were run."""
        return self.problem.values(self.history.points[self.members])

    @cached_property
    def spreads(self) -> list[Spread]:
        """How far each parameter is narrowed."""
        return spreads(self.history.points[self.members])

    @cached_property
    def tied(self) -> list[Pair]:
        """Pairs of parameters that go together in what is left."""
        return tied(self.history.points[self.members])

    @property
    def informed(self) -> list[str]:
        """Names of the parameters that the data inform, the most narrowed first."""
        table = self.parameters
        rows = table[table["informed"]]
        return [str(name) for name in rows["parameter"]]

    @property
    def guesses(self) -> list[str]:
        """Names of the parameters that stayed what they were."""
        table = self.parameters
        return [
            str(name) for name in table[~table["informed"] & (table["tied"] == "")]["parameter"]
        ]

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """One row a free parameter: range, values left, how far narrowed; the most so first."""
        import pandas as pd  # noqa: PLC0415  # 0.4 s

        study = self.problem.study
        names = self.problem.names
        partner: dict[int, Pair] = {}
        for pair in self.tied:
            partner.setdefault(pair.first, pair)
            partner.setdefault(pair.second, pair)
        rows = []
        for k, (name, (low, high)) in enumerate(self.problem.ranges.items()):
            one = self.spreads[k]
            tie = partner.get(k)
            other = "" if tie is None else names[tie.first + tie.second - k]
            rows.append(
                {
                    "parameter": name,
                    "group": study.group(name),
                    "kind": study.kind(name),
                    "low": low,
                    "high": high,
                    "value": study.value(name),
                    "left_p05": low + (high - low) * one.p05,
                    "left_p50": low + (high - low) * one.p50,
                    "left_p95": low + (high - low) * one.p95,
                    "width": one.width,
                    "distance": one.distance,
                    "informed": one.informed,
                    "tied": other,
                    "correlation": 0.0 if tie is None else tie.value,
                }
            )
        table = pd.DataFrame(rows)
        order = table.sort_values(
            ["informed", "distance"], ascending=False, kind="stable", ignore_index=True
        )
        found: pd.DataFrame = order
        return found

    @cached_property
    def targets(self) -> pd.DataFrame:
        """One row a target: what was observed, and what runs gave before and in what is left."""
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        history = self.history
        members = self.members
        # By the last line between samples, as what is left.
        first = history.waves[-1].bridge.across(history.waves[0].runs.mean(axis=1))
        first = np.column_stack([first, self.checked[: len(first)]])
        means = np.column_stack([history.means, self.checked])
        far = history.implausibility
        out = {one.target: one for one in history.conflicts}
        ids = [target.id for target in self.problem.targets]
        rows = []
        for k, target in enumerate(self.problem.targets):
            fitted = k < self.problem.fitted
            worst = far[:, k] if fitted else np.full(len(means), np.nan)
            conflict = out.get(k)
            rows.append(
                {
                    "target": target.id,
                    "role": target.role,
                    "outcome": target.outcome,
                    "window": target.window,
                    "filter": f"{target.by}={target.group}" if target.by else "",
                    "where": target.trial or target.scenario,
                    "reading": target.reading,
                    "unit": target.unit,
                    "value": target.value,
                    "sd": target.sd,
                    "discrepancy": target.discrepancy,
                    "luck": float(np.sqrt(history.noise[k])) if fitted else np.nan,
                    "sample_shift": float(history.waves[-1].bridge.shift[k]) if fitted else np.nan,
                    **_range(first[:, k], "before"),
                    **_range(means[members, k], "left"),
                    "best": float(np.min(worst)) if fitted else np.nan,
                    "worst_left": float(np.max(worst[members], initial=0.0)) if fitted else np.nan,
                    "status": _status(fitted=fitted, met=conflict is None),
                    "against": "" if conflict is None else ", ".join(
                        ids[j] for j in conflict.against
                    ),
                    "source": target.source,
                    "note": target.note,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    @cached_property
    def cannot(self) -> pd.DataFrame:
        """Targets that the model cannot express, and why."""
        import pandas as pd  # noqa: PLC0415

        return pd.DataFrame(
            [(t.id, t.value, t.unit, t.note, t.source) for t in self.problem.left],
            columns=["target", "value", "unit", "note", "source"],
        )

    @cached_property
    def waves(self) -> pd.DataFrame:
        """One row a wave: sets run, shares of the space, how well emulators foretold held-out runs.

        `within_2` is the share of held-out runs less than two of their own standard errors off,
        which should be about 95 %.
        """
        import pandas as pd  # noqa: PLC0415

        rows = []
        for wave in self.history.waves:
            emulators = list(wave.judge.emulators.values())
            errors = np.concatenate([one.held_out for one in emulators] or [np.zeros(0)])
            rows.append(
                {
                    "wave": wave.number,
                    "sets": len(wave.points),
                    "fine_sets": len(wave.fine),
                    "share_before": wave.share_before,
                    "share_after": wave.share_after,
                    "not_ruled_out": float(np.mean(wave.worst <= self.history.cut)),
                    "explained": float(np.mean([one.explained for one in emulators] or [np.nan])),
                    "within_2": float(np.mean(np.abs(errors) <= 2.0)) if errors.size else np.nan,
                    "targets": len(emulators),
                }
            )
        return pd.DataFrame(rows)

    @property
    def never_together(self) -> list[tuple[str, str]]:
        """Pairs of targets that were met one at a time, and never at once."""
        ids = [target.id for target in self.problem.targets]
        return [(ids[pair.first], ids[pair.second]) for pair in never_together(self.history)]

    def ensemble(self) -> Ensemble:
        """The sets that are left, for `compare` with `uncertainty` ensemble.

        Raises:
            KemitraanError: none is left.
        """
        from experiments.calibration.ship import make_ensemble  # noqa: PLC0415  # only when asked

        return make_ensemble(self)

    def save(self, folder: str | PathLike[str], *, lang: str = "en") -> Path:
        """Writes tables, figures, the ensemble and the manifest into a new or empty folder."""
        from experiments.calibration.store import save_folder  # noqa: PLC0415  # pyarrow

        self.folder = save_folder(self, Path(folder), lang=lang)
        return self.folder

    def plot_parameters(self, ax: Axes | None = None, lang: str = "en") -> Axes:
        """Values of the informed parameters in what is left, in parts of their ranges."""
        from experiments.figures.calibration import parameters_left  # noqa: PLC0415  # matplotlib

        return parameters_left(self, ax=ax, lang=lang)

    def plot_targets(self, ax: Axes | None = None, lang: str = "en") -> Axes:
        """What runs gave for each target, before and in what is left, beside the observation."""
        from experiments.figures.calibration import targets_met  # noqa: PLC0415  # matplotlib

        return targets_met(self, ax=ax, lang=lang)

    @property
    def notes(self) -> list[str]:
        """What a reader must know beside the numbers."""
        from experiments.calibration.report import notes_in  # noqa: PLC0415  # only when shown

        return notes_in(self, "en")

    def to_json(self) -> dict[str, Any]:
        """One plain document: folder, plan, tables and notes."""
        document = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "plan": self.plan,
            "members": len(self.members),
            "share_left": self.history.share,
            "waves": plain_rows(self.waves),
            "targets": plain_rows(self.targets),
            "cannot": plain_rows(self.cannot),
            "never_together": [list(pair) for pair in self.never_together],
            "parameters": plain_rows(self.parameters),
            "informed": self.informed,
            "guesses": self.guesses,
            "notes": self.notes,
        }
        json.dumps(document, allow_nan=False)
        return document

    def __str__(self) -> str:
        from experiments.calibration.report import text  # noqa: PLC0415  # only when shown

        return text(self)

    def __repr__(self) -> str:
        return (
            f"Calibration({self.problem.fitted} targets, {len(self.problem.names)} parameters, "
            f"{len(self.members)} sets left, region {self.problem.study.region.name})"
        )

    def _repr_html_(self) -> str:
        from experiments.calibration.report import html  # noqa: PLC0415  # only when shown

        return html(self)


def _range(values: Floats, name: str) -> dict[str, float]:
    """The 5, 50 and 95 % points of what is a number."""
    sound = values[np.isfinite(values)]
    ends = np.quantile(sound, (0.05, 0.5, 0.95)) if sound.size else np.full(3, np.nan)
    keys = (f"{name}_p05", f"{name}_p50", f"{name}_p95")
    return {key: float(end) for key, end in zip(keys, ends, strict=True)}


def _status(*, fitted: bool, met: bool) -> str:
    if not fitted:
        return "compared"
    return "met" if met else "left out"
