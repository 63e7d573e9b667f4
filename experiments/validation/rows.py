"""The frozen rows as data: what each replays, what is read from it, how it is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.choices import known
from experiments.validation.frozen import FOLDER, FrozenError, check_frozen

__all__ = ["EFFECT", "MONTHS", "PANEL", "SIGNIFICANT", "TIME", "Figure", "Frozen", "Row", "Score",
           "read_frozen"]  # fmt: skip

EFFECT, SIGNIFICANT, TIME = "trial_effect", "trial_significant", "trial_time"
MONTHS, PANEL = "months", "panel"
_RULES = ("sign", "order", "size", "share")
_TWINS = "twins"


@dataclass(frozen=True)
class Figure:
    """One number of a replay.

    Attributes:
        kind: how it is read, one of the figures that the head of `frozen.yaml` tells of.
        trial: name of the trial, of those read from a trial.
        outcomes: columns of a firm that the trial follows.
        horizons: surveys of the trial.
        unit: "percent" of the controls' mean, "points", or "sd" of the controls.
        twins: of the same slots with and without treatment, instead of the estimate.
        scenario: name of the scenario, of those read from a world.
        region: its region.
        measure: what is read from the world.
        span: months of the run, (first, after the last); of a panel, of its year.
        minus: scenario that is taken off.
    """

    kind: str
    trial: str = ""
    outcomes: tuple[str, ...] = ()
    horizons: tuple[int, ...] = ()
    unit: str = "percent"
    twins: bool = False
    scenario: str = ""
    region: str = ""
    measure: str = ""
    span: tuple[int, int] = (0, 0)
    minus: str = ""


@dataclass(frozen=True)
class Score:
    """A rule by which a row can fail.

    Attributes:
        rule: "sign", "order", "size" or "share".
        figure: which figure of the row.
        below: the figure it must lie above, of an order.
        positive: the sign asked for.
        low: lower end of the band.
        high: upper end of the band.
    """

    rule: str
    figure: str
    below: str = ""
    positive: bool = True
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Row:
    """A published result that set no parameter.

    Attributes:
        id: of the evidence.
        topic: a few words.
        quantity: what was measured.
        value: as published; none where no number is.
        low: as published.
        high: as published.
        unit: of the value.
        population: where, of whom.
        source: who says so.
        url: where it was read; empty where it was recalled.
        figures: by name; "main" is shown. None where the model cannot express the row.
        scores: rules, all of which must hold.
        transform: how the simulated figure becomes comparable.
        band: why the band is as wide as it is.
        reason: why the model cannot express it; empty where it can.
    """

    id: str
    topic: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    population: str
    source: str
    url: str
    figures: Mapping[str, Figure]
    scores: tuple[Score, ...]
    transform: str = ""
    band: str = ""
    reason: str = ""

    @property
    def can_express(self) -> bool:
        """Whether the model has what the row is about."""
        return not self.reason


@dataclass(frozen=True)
class Frozen:
    """All rows with the settings of the freeze.

    Attributes:
        rows: in the order of the evidence.
        agreement: share of draws that a sign or an order needs.
        fewest_units: of a trial, below which a draw gives no figure.
        scenarios: digests of shipped scenarios when this was frozen.
        regions: digests of shipped regions, likewise.
        digest: of the whole freeze.
    """

    rows: tuple[Row, ...]
    agreement: float
    fewest_units: int
    scenarios: Mapping[str, str]
    regions: Mapping[str, str]
    digest: str

    def chosen(self, ids: str | None) -> tuple[Row, ...]:
        """Rows by their ids, given with commas; all if none.

        Raises:
            KemitraanError: an unknown id.
        """
        if ids is None or ids.strip() == "all":
            return self.rows
        names = [name.strip() for name in ids.split(",")]
        known("validation row", names, [row.id for row in self.rows])
        return tuple(row for row in self.rows if row.id in names)


def read_frozen(folder: Path = FOLDER) -> Frozen:
    """The frozen rows, after their hashes were checked.

    Raises:
        FrozenError: a file is not what was frozen.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415  # 0.1 s

    digest = check_frozen(folder)
    found = YAML(typ="safe", pure=True).load((folder / "frozen.yaml").read_text(encoding="utf-8"))
    return Frozen(
        rows=tuple(_row(one) for one in found["rows"]),
        agreement=float(found["agreement"]),
        fewest_units=int(found["fewest_units"]),
        scenarios=dict(found["scenarios"]),
        regions=dict(found["regions"]),
        digest=digest,
    )


def _row(given: Mapping[str, Any]) -> Row:
    figures = {name: _figure(one) for name, one in given.get("figures", {}).items()}
    return Row(
        **{key: str(given[key] or "") for key in
           ("id", "topic", "quantity", "unit", "population", "source", "url")},
        value=_number(given["value"]),
        low=_number(given["low"]),
        high=_number(given["high"]),
        figures=figures,
        scores=tuple(_score(one, figures) for one in given.get("scores", ())),
        transform=given.get("transform", ""),
        band=given.get("band", ""),
        reason=given.get("reason", ""),
    )  # fmt: skip


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _figure(given: Mapping[str, Any]) -> Figure:
    kind = given["figure"]
    if kind in (EFFECT, SIGNIFICANT, TIME):
        outcome = given["outcome"]
        return Figure(
            kind,
            trial=given["trial"],
            outcomes=(outcome,) if isinstance(outcome, str) else tuple(outcome),
            horizons=tuple(given["horizons"]),
            unit=given.get("as", "percent"),
            twins=given.get("of") == _TWINS,
        )
    if kind not in (MONTHS, PANEL):
        raise FrozenError(f"frozen.yaml: no figure {kind!r}")
    year = given.get("year", 0)
    first, after = given.get("months", (12 * year, 12 * year + 12))
    return Figure(
        kind,
        scenario=given["scenario"],
        region=given["region"],
        measure=given["measure"],
        span=(first, after),
        minus=given.get("minus", ""),
    )


def _score(given: Mapping[str, Any], figures: Mapping[str, Figure]) -> Score:
    rule = given["rule"]
    name, below = given.get("figure", given.get("above")), given.get("below", "")
    if rule not in _RULES or name not in figures or (below and below not in figures):
        raise FrozenError(f"frozen.yaml: no rule {rule!r} of {name!r}")
    return Score(
        rule,
        name,
        below=below,
        positive=given.get("sign", "positive") == "positive",
        low=float(given.get("low", 0.0)),
        high=float(given.get("high", 0.0)),
    )
