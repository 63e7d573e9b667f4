"""A scenario: which levers are pulled when, in which region, under which assumptions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios.budget_checks import Budget, budget_of, refuse_double
from scenarios.faults import OVERRIDE, ScenarioError, did_you_mean, shown
from scenarios.inheritance import FOLDER, Layers, find, shipped
from scenarios.schema import DEFAULT_MONTHS, FIRST_MONTH
from scenarios.shock_checks import Shock
from scenarios.source import Document
from scenarios.switches import check_switches
from scenarios.timing import Timing, calendar_month
from scenarios.value_checks import Written
from sim.parameters import Parameter, levers, registry

__all__ = [
    "Assumption",
    "Budget",
    "LeverSetting",
    "Scenario",
    "Shock",
    "list_scenarios",
    "load_scenario",
    "region_written",
]


@dataclass(frozen=True)
class LeverSetting:
    """A lever's value and its months; `end` is the last month it holds."""

    lever: str
    value: float | str | tuple[str, ...]
    start: int
    ramp_months: int
    end: int


@dataclass(frozen=True)
class Assumption:
    """A parameter's value and range in a scenario instead of the registry's.

    A bare number is held fixed: `low` and `high` equal it. A range without a value keeps
    the registry's value where it lies inside, else takes the middle.
    """

    parameter: str
    value: float
    low: float
    high: float
    source: str = ""


@dataclass(frozen=True)
class Scenario:
    """What is asked of the model: a table of lever settings, no code.

    Attributes:
        name: lower-case name, used for columns and files.
        title: the name for people, by language ("en", "id").
        instrument: "memorandum", "perbup" or "perda"; printed, changes no rule.
        region: name of a shipped region, or a region's folder, as written.
        months: length of the run.
        first_month: calendar month of month 0, "YYYY-MM".
        levers: settings by lever; a lever that is not here is at its null.
        assume: assumptions by parameter.
        description: a text, possibly empty.
        origin: where each value comes from, by dotted key: "file:line", "default" or "flag".
        text: the file as given.
        replaced: what the files say where the call says otherwise, by dotted key: the value and
            where it stands.
        budget: public money and the levers it is spent on, if the files say so.
        shocks: spells in which households spend otherwise, or inputs cost otherwise.
    """

    name: str
    title: Mapping[str, str]
    instrument: str | None
    region: str
    months: int
    first_month: str
    levers: Mapping[str, LeverSetting]
    assume: Mapping[str, Assumption]
    description: str = ""
    origin: Mapping[str, str] = field(default_factory=dict, compare=False)
    text: str = field(default="", compare=False)
    replaced: Mapping[str, tuple[object, str]] = field(default_factory=dict, compare=False)
    budget: Budget | None = None
    shocks: tuple[Shock, ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, self.digest()))

    def resolved(self) -> dict[str, Any]:
        """The scenario as plain JSON, nothing left to inherit."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "description": self.description,
            "instrument": self.instrument,
            "budget": self._budget(),
            **self._meaning(),
        }

    def _budget(self) -> dict[str, Any] | None:
        """The budget as plain JSON."""
        if self.budget is None:
            return None
        return {
            "million_rp_per_year": self.budget.million_rp_per_year,
            "price_year": self.budget.price_year,
            "spend_on": list(self.budget.spend_on),
            "applied": self.budget.applied,
        }

    def _meaning(self) -> dict[str, Any]:
        """What changes results; a name, a title and a source do not."""
        return {
            "region": self.region,
            "months": self.months,
            "first_month": self.first_month,
            "levers": {
                name: {
                    "value": list(s.value) if isinstance(s.value, tuple) else s.value,
                    "start": s.start,
                    "ramp_months": s.ramp_months,
                    "end": s.end,
                }
                for name, s in self.levers.items()
            },
            "assume": {
                name: {"value": a.value, "low": a.low, "high": a.high, "source": a.source}
                for name, a in self.assume.items()
            },
            **({"shocks": [shock.plain() for shock in self.shocks]} if self.shocks else {}),
            # Sized levers say it all; an amount that still waits is not to be mistaken for none.
            **({"waits": self._budget()} if self.budget and self.budget.waits else {}),
        }

    def digest(self) -> str:
        """SHA-256 of all that can change results; equal for two names of the same rules."""
        meaning = self._meaning()
        meaning["assume"] = {
            name: {k: v for k, v in a.items() if k != "source"}
            for name, a in meaning["assume"].items()
        }
        text = json.dumps(meaning, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def calendar(self, month: int) -> str:
        """The calendar month "YYYY-MM" of a month number."""
        return calendar_month(self.first_month, month)

    def _repr_html_(self) -> str:
        from scenarios.scenario_sheet import scenario_sheet  # noqa: PLC0415  # only when shown

        return scenario_sheet(self)


BASELINE = "no_policy"
"""Name that a scenario with a policy cannot have."""


def list_scenarios() -> list[str]:
    """Names of the scenarios that come with the package; `no_policy` first."""
    return shipped()


def load_scenario(
    name_or_path: str | Path,
    levers: Mapping[str, Any] | None = None,
    assume: Mapping[str, Any] | None = None,
    *,
    region: str | None = None,
    months: int | None = None,
    budget: Mapping[str, Any] | None = None,
) -> Scenario:
    """A scenario as its files say.

    An amount in `budget` is noted and not applied: `experiments.budget.load_scenario`, which is
    `kemitraan.load_scenario`, sizes the levers.

    Args:
        name_or_path: name of a shipped scenario, or a scenario file.
        levers: settings that replace the file's, such as `{"hotel.quota": 0.2}`; also
            `hotel.start`, `hotel.ramp_months` and `hotel.end`.
        assume: assumptions that replace the file's: a number, or
            `{"value": ..., "range": [low, high], "source": ...}`.
        region: replaces the file's region.
        months: replaces the file's length of the run; a policy that would last longer
            is cut off.
        budget: keys that replace the file's, such as `{"million_rp_per_year": 2000}`.

    Raises:
        ScenarioError: with every fault of every file and of the values given.
    """
    path, label = find(name_or_path)
    layers = Layers()
    layers.read(path, label)
    document = Document(OVERRIDE)
    given: dict[str, Any] = {
        "region": region,
        "months": months,
        "budget": dict(budget) if budget else None,
        "assume": dict(assume) if assume else None,
        "levers": _grouped(levers or {}, document),
    }
    layers.override({key: value for key, value in given.items() if value is not None}, document)
    timing = Timing(layers)
    refuse_double(layers.written)
    check_switches(layers)
    own = layers.own
    if layers.complete and not layers.documents[0].faults:
        for key, example in (("name", "name: my_rule"), ("region", "region: surabaya")):
            if key not in (own if key == "name" else layers.written):
                layers.documents[0].fault(key, f"missing: write '{example}'", 1, 1)
    faults = layers.faults()
    if faults:
        raise ScenarioError(faults)
    scenario = _build(layers, timing)
    if scenario.name == BASELINE and scenario.levers and path.parent != FOLDER:
        line = scenario.origin["name"].rpartition(":")[2]
        layers.documents[0].fault(
            "name",
            f"{BASELINE!r} is the scenario without any policy, and this one sets levers: "
            "give it another name",
            int(line) if line.isdigit() else 1,
            1,
        )
        raise ScenarioError(layers.faults())
    return scenario


def region_written(name_or_path: str | Path) -> Written | None:
    """The region that a scenario's files name, also where they have faults; none if they do not.

    Raises:
        ScenarioError: there is no such scenario.
    """
    layers = Layers()
    layers.read(*find(name_or_path))
    return layers.written.get("region")


def _grouped(settings: Mapping[str, Any], document: Document) -> dict[str, dict[str, Any]]:
    """Dotted levers as groups of keys, the shape of a file."""
    groups: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        group, _, key = str(name).partition(".")
        if not key:
            hint = did_you_mean(group, levers())
            document.fault(f"levers.{shown(str(name))}", f"expects group.lever{hint}")
            continue
        groups.setdefault(group, {})[key] = value
    return groups


def _build(layers: Layers, timing: Timing) -> Scenario:
    written, own = layers.written, layers.own

    def value(key: str, otherwise: Any = None) -> Any:  # noqa: ANN401
        return written[key].value if key in written else otherwise

    name = own["name"].value
    settings = {}
    budget = budget_of(written)
    bought = budget.spend_on if budget and budget.waits else ()
    for lever in levers().values():
        key = f"levers.{lever.name}"
        if key in written or lever.name in bought:
            start, ramp, end = timing.of(lever.group)
            # A lever that waits for its budget may stand without a value: its size will be found.
            set_to = written[key].value if key in written else lever.null
            settings[lever.name] = LeverSetting(lever.name, set_to, start, ramp, end)
    assumptions = {}
    for parameter in registry().values():
        found = written.get(f"assume.{parameter.name}")
        if found is not None:
            assumptions[parameter.name] = _assumption(parameter, *found.value)
    own_keys = ("title", "description", "instrument", "region", "months", "first_month")
    origin = dict.fromkeys(own_keys, "default")
    for group in dict.fromkeys(lever.split(".")[0] for lever in settings):
        for part in ("start", "ramp_months", "end"):
            origin[f"levers.{group}.{part}"] = "default"
    # A title or description speaks of one file's rules, not of those that extend it.
    kept = {k: w for k, w in written.items() if k not in ("name", "title", "description")}
    kept |= {k: own[k] for k in ("name", "title", "description") if k in own}
    origin |= {key: item.origin for key, item in kept.items()}
    return Scenario(
        name=name,
        title=own["title"].value if "title" in own else {"en": name, "id": name},
        instrument=value("instrument"),
        region=value("region"),
        months=value("months", DEFAULT_MONTHS),
        first_month=value("first_month", FIRST_MONTH),
        levers=settings,
        assume=assumptions,
        description=own["description"].value if "description" in own else "",
        origin=origin,
        text=layers.documents[0].text,
        replaced={key: (item.value, item.origin) for key, item in layers.replaced.items()},
        budget=budget,
        shocks=timing.shocks,
    )


def _assumption(
    parameter: Parameter, value: float | None, limits: tuple[float, float] | None, source: str
) -> Assumption:
    low, high = limits if limits is not None else (value, value)
    if low is None or high is None:  # the checker lets neither pass
        raise AssertionError(parameter.name)
    if value is None:
        inside = low <= parameter.value <= high
        value = parameter.value if inside else low + (high - low) / 2
    return Assumption(parameter.name, value, low, high, source)
