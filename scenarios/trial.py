"""A trial: which firms of a base scenario are studied, what some of them get, what is measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from scenarios.scenario import Scenario

__all__ = ["Costs", "Eligible", "Given", "Range", "Trial"]

Range = tuple[float | None, float | None]
"""Low and high end, both inclusive; none is no limit."""


@dataclass(frozen=True)
class Eligible:
    """Which firms may take part; what is not said leaves nobody out.

    Attributes:
        size: size classes.
        sector: trades.
        owner_sex: "woman" or "man".
        online: has an open shop on the marketplace.
        formal: has bank credit.
        age_months: of the firm.
        distance_km: to the nearest simulated buyer of the kind `distance_to`.
        distance_to: "hotel", "restaurant", "large_buyer" or "agency".
        past_orders: "ever", "never", "last_year", "not_last_year": whether a buyer ordered from it
            since the run began, or in the twelve months before the trial; or how many of these
            twelve months had an order.
        district: names.
        revenue: million rupiah a month, mean of the recall months before the trial.
        workers: persons, the owner among them.
        practice: 0 to 1.
        quality: 0 to 1.
        cash: million rupiah.
    """

    size: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    owner_sex: str | None = None
    online: bool | None = None
    formal: bool | None = None
    age_months: Range | None = None
    distance_km: Range | None = None
    distance_to: str = "hotel"
    past_orders: str | Range | None = None
    district: tuple[str, ...] = ()
    revenue: Range | None = None
    workers: Range | None = None
    practice: Range | None = None
    quality: Range | None = None
    cash: Range | None = None

    def said(self) -> dict[str, Any]:
        """What is asked, without what leaves nobody out."""
        found = {k: v for k, v in asdict(self).items() if v is not None and v != ()}
        if self.distance_km is None:
            found.pop("distance_to")
        return found


@dataclass(frozen=True)
class Given:
    """Something that treated firms get.

    Attributes:
        kind: of treatment.
        start: months after the trial's start.
        months: how long.
        settings: of the kind's other fields, as written; what is missing is at its default.
    """

    kind: str
    start: int
    months: int
    settings: Mapping[str, float | str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Costs:
    """What a pilot costs, million rupiah; none where the file does not say.

    Attributes:
        per_unit: of the treatment, for each firm that takes it up.
        per_interview: of a survey, for each unit and round.
        fixed: whatever the size.
    """

    per_unit: float | None = None
    per_interview: float | None = None
    fixed: float | None = None


@dataclass(frozen=True)
class Trial:
    """A field experiment as its file says.

    Attributes:
        name: lower-case name, used for columns and files.
        title: for people, by language ("en", "id").
        scenario: what happens to everybody, treated or not.
        region: name of a shipped region or a region's folder.
        eligible: which firms may take part.
        units: firms in the trial.
        share: of the units that is assigned to the treatment.
        by: "firm" or "village": what is drawn.
        treatments: what the treated get; nothing in a placebo trial.
        start: month of the run in which the trial begins.
        horizons: surveys, months after the start; the survey of 12 looks back on the months before
            month start + 12.
        recall_months: months before a survey over which flows are averaged.
        outcomes: columns of a firm.
        take_up: share of those assigned that take the treatment up.
        attrition: share of units lost to the surveys, (treated, control).
        closed: "zero" or "missing": flows of a firm that has closed.
        adjust: estimates are adjusted for the outcome before the trial (ANCOVA).
        form: "level" or "log".
        replicates: trials that are simulated.
        spillover: untreated firms of the same local markets are followed too.
        costs: of a pilot.
        description: a text, possibly empty.
        text: the file as given.
    """

    name: str
    title: Mapping[str, str]
    scenario: Scenario
    region: str
    eligible: Eligible
    units: int
    share: float
    by: str
    treatments: tuple[Given, ...]
    start: int
    horizons: tuple[int, ...]
    recall_months: int
    outcomes: tuple[str, ...]
    take_up: float
    attrition: tuple[float, float]
    closed: str
    adjust: bool
    form: str
    replicates: int
    spillover: bool
    costs: Costs
    description: str = ""
    text: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return hash((self.name, self.digest()))

    @property
    def months(self) -> int:
        """Length of the run: to the last survey."""
        return self.start + max(self.horizons)

    @property
    def treated(self) -> int:
        """Units assigned to the treatment, where firms are drawn."""
        return round(self.share * self.units)

    def resolved(self) -> dict[str, Any]:
        """The trial as plain JSON, every value with it."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "description": self.description,
            **self._meaning(),
            "costs": asdict(self.costs),
        }

    def _meaning(self) -> dict[str, Any]:
        """What changes results."""
        plain = {
            key: getattr(self, key)
            for key in (
                "region", "units", "share", "by", "start", "horizons", "recall_months", "outcomes",
                "take_up", "attrition", "closed", "adjust", "form", "replicates", "spillover",
            )
        }  # fmt: skip
        made: dict[str, Any] = json.loads(
            json.dumps(
                {
                    "scenario": self.scenario.name,
                    "scenario_digest": self.scenario.digest(),
                    "eligible": self.eligible.said(),
                    "treatment": [
                        {"kind": g.kind, "start": g.start, "months": g.months, **dict(g.settings)}
                        for g in self.treatments
                    ],
                    **plain,
                }
            )
        )
        return made

    def digest(self) -> str:
        """SHA-256 of all that can change a number; names, titles and costs do not."""
        text = json.dumps(self._meaning(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
