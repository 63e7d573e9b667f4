"""Targets: what was observed, of which the model should not be far off; a table read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from experiments.calibration.measures import MEASURES, PLATFORM_OUTCOMES
from experiments.effects import group_unit
from experiments.groups import GROUP_OUTCOMES, GROUPINGS, group_names
from scenarios.region_errors import Faults, RegionFault, nearest
from scenarios.region_tables import Column, Row, read_table
from scenarios.scenario import list_scenarios
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows
from sim.world import Names

__all__ = ["BASELINE", "READINGS", "ROLES", "SHIPPED", "Target", "TargetError", "check_targets",
           "read_targets"]  # fmt: skip

SHIPPED = Path(__file__).parent / "targets.csv"
"""The targets of the project: rows of the evidence."""
BASELINE = "no_policy"
"""Scenario of a target that names none."""
READINGS = ("level", "effect", "relative effect")
"""The level in the scenario, its difference from `no_policy`, or that in percent of the level."""
ROLES = ("calibration", "check", "cannot")
"""Fitted; compared and not fitted; not expressed by the model, with the reason in `note`."""
LONGEST = 9 * 12
PERCENT = "%"
_MONTH = re.compile(r"month (\d{1,3})")
_TWINS = "partner_status"
_Fault = Callable[[str, str], None]
"""Notes a fault of a row: its column and what is wrong."""

COLUMNS = (
    Column("id", optional=True),
    Column("role", "choice", choices=ROLES),
    Column("outcome", optional=True),
    Column("window", optional=True),
    Column("filter", optional=True),
    Column("scenario", optional=True),
    Column("trial", optional=True),
    Column("reading", "choice", optional=True, choices=READINGS),
    Column("value", "number"),
    Column("sd", "number", optional=True, low=0.0),
    Column("discrepancy", "number", optional=True, low=0.0),
    Column("unit", optional=True),
    Column("source", optional=True),
    Column("url", optional=True),
    Column("note", optional=True),
)


class TargetError(KemitraanError):
    """A table of targets that cannot be used: every fault with file, line and column."""


@dataclass(frozen=True)
class Target:
    """One observed figure.

    Attributes:
        id: of the row, such as the row of the evidence.
        role: one of `ROLES`.
        outcome: a declared outcome or measure, or a key of what a trial gives.
        window: `before`, `year 1`, ..., or `month N` for a measure.
        by: the grouping of the filter; empty without one.
        group: the group of it.
        scenario: name of the scenario, `no_policy` if none was given.
        trial: name of a trial; empty for a target of a scenario.
        reading: one of `READINGS`.
        value: observed, in `unit`.
        sd: standard deviation of the observation.
        discrepancy: standard deviation of what the model leaves out, and of carrying the figure
            from where it was observed.
        unit: of the three.
        source: where it was published.
        url: of it.
        note: why so wide, or why the model cannot express it.
        line: of the table.
    """

    id: str
    role: str
    outcome: str
    window: str
    by: str
    group: str
    scenario: str
    trial: str
    reading: str
    value: float
    sd: float
    discrepancy: float
    unit: str
    source: str
    url: str
    note: str
    line: int = 0

    @property
    def variance(self) -> float:
        """Of observation and discrepancy together."""
        return self.sd**2 + self.discrepancy**2

    @property
    def month(self) -> int | None:
        """The month of a window `month N`, from 0."""
        found = _MONTH.fullmatch(self.window)
        return int(found.group(1)) if found else None

    @property
    def needs_platform(self) -> bool:
        """Whether it is no number without the marketplace."""
        if self.trial:
            return False
        measure = MEASURES.get(self.outcome)
        return measure.platform if measure else self.outcome in PLATFORM_OUTCOMES


def read_targets(path: str | PathLike[str] = SHIPPED) -> tuple[Target, ...]:
    """The targets of a table, in its order.

    Columns: role, value, and for what is compared outcome, window, sd and source; further id,
    filter (`size_class=micro`), scenario or trial, reading, discrepancy, unit, url, note.

    Raises:
        TargetError: with every fault, as file:line:column.
    """
    file = Path(path)
    if not file.is_file():
        raise TargetError(f"--targets {file}: there is no such file; a table of targets is CSV")
    faults = Faults(str(file.parent) if file.parent != Path() else "")
    table = read_table(file, COLUMNS, faults, unique=("id",))
    found = [_target(row, table.file, faults) for row in table.rows]
    targets = tuple(one for one in found if one is not None)
    if table.sound and not faults.found and not any(t.role == "calibration" for t in targets):
        faults.add(table.file, 1, "role", "", "no row has the role calibration")
    _raise(faults)
    return targets


def check_targets(targets: Sequence[Target], path: str | PathLike[str], names: Names,
                  months: int) -> None:  # fmt: skip
    """Refuses windows that a run of so many months has not, and groups that the region has not.

    Raises:
        TargetError: with every fault, as file:line:column.
    """
    file = Path(path)
    faults = Faults(str(file.parent) if file.parent != Path() else "")
    for one in targets:
        if one.role == "cannot" or one.trial:
            continue
        ends = one.month
        there = one.window in windows(months) if ends is None else ends < months
        if not there:
            message = f"{one.window!r} is not within a run of {months} months"
            faults.add(file.name, one.line, "window", "", message)
        if one.by:
            known = group_names(names, one.by)
            if one.group not in known:
                hint = nearest(one.group, known) or f"; known: {', '.join(known)}"
                message = f"no group {one.group!r} of {one.by}{hint}"
                faults.add(file.name, one.line, "filter", "", message)
    _raise(faults)


def _raise(faults: Faults) -> None:
    if not faults.found:
        return

    def place(fault: RegionFault) -> tuple[str, int, str]:
        return fault.file, fault.line, str(fault.column)

    found = sorted(faults.found, key=place)
    count = f"{len(found)} error{'' if len(found) == 1 else 's'} in {found[0].file}"
    raise TargetError("\n".join([*map(str, found), count]))


def _target(row: Row, file: str, faults: Faults) -> Target | None:
    """A row as a target; none where it has a fault."""
    before = len(faults.found)
    text = row.texts.get

    def fault(column: str, message: str) -> None:
        faults.add(file, row.line, column, "", message)

    role, trial = text("role", ""), text("trial", "")
    outcome, window = text("outcome", ""), text("window", "")
    by, group = _filter(text("filter", ""))
    unit = text("unit", "")
    if role == "cannot":
        if not text("note"):
            fault("note", "empty: say why the model cannot express it")
    elif role:
        for name in ("outcome", "source"):
            if not row.has(name):
                fault(name, "empty")
        if "sd" not in row.numbers and not row.has("sd"):
            fault("sd", "empty: say how exact the observation is")
        elif row.numbers.get("sd", 1.0) + row.numbers.get("discrepancy", 0.0) <= 0.0:
            fault("sd", "is 0 and there is no discrepancy: nothing could match it")
        if trial and text("scenario"):
            fault("trial", "a target has a trial or a scenario, not both")
        if not trial and outcome:
            unit = _check_outcome(outcome, window, (by, group), text("reading", READINGS[0]), unit,
                                  text("filter", ""), fault)  # fmt: skip
        _check_scenario(text("scenario", ""), fault)
    if len(faults.found) > before or not role or "value" not in row.numbers:
        return None
    label = text("id") or _label(outcome, window, text("filter", ""), trial)
    return Target(
        id=label,
        role=role,
        outcome=outcome,
        window=window,
        by=by,
        group=group,
        scenario=text("scenario") or BASELINE,
        trial=trial,
        reading=text("reading", READINGS[0]),
        value=row.numbers["value"],
        sd=row.numbers.get("sd", 0.0),
        discrepancy=row.numbers.get("discrepancy", 0.0),
        unit=unit,
        source=text("source", ""),
        url=text("url", ""),
        note=text("note", ""),
        line=row.line,
    )


def _filter(text: str) -> tuple[str, str]:
    by, _, group = text.partition("=")
    return by.strip(), group.strip()


def _label(outcome: str, window: str, filtered: str, trial: str) -> str:
    parts = [outcome, trial or window, filtered]
    return " ".join(part for part in parts if part)


def _check_scenario(name: str, fault: _Fault) -> None:
    if name and name not in list_scenarios():
        hint = nearest(name, list_scenarios()) or f"; shipped: {', '.join(list_scenarios())}"
        fault("scenario", f"no scenario {name!r}{hint}")


def _check_outcome(
    outcome: str, window: str, chosen: tuple[str, str], reading: str, unit: str, filtered: str,
    fault: _Fault,
) -> str:  # fmt: skip
    """Notes what is wrong with an outcome, its window, filter and unit; gives the unit."""
    split = {name: None for table in GROUP_OUTCOMES.values() for name in table}
    known = {**OUTCOMES, **MEASURES, **split}
    if outcome not in known:
        hint = nearest(outcome, known)
        fault("outcome", f"no outcome {outcome!r}{hint or '; see kemitraan list outcomes'}")
        return unit
    if outcome in MEASURES:
        if not _MONTH.fullmatch(window):
            fault("window", f"{window!r}: {outcome} is of a month, write month N, from month 0")
        if filtered:
            fault("filter", f"{outcome} has no groups")
        own = MEASURES[outcome].unit
    else:
        if window not in windows(LONGEST):
            listed = ", ".join(windows(LONGEST))
            fault("window", f"no window {window!r}; known: {listed}")
        if filtered:
            _check_filter(outcome, chosen, filtered, fault)
        elif outcome not in OUTCOMES:
            fault("filter", f"empty: {outcome} is of a group, such as size_class=micro")
        own = group_unit(outcome)
    expected = PERCENT if reading == READINGS[2] else own
    if unit and unit != expected:
        fault("unit", f"{unit!r} is not the unit of {outcome}: {expected!r}")
    return expected


def _check_filter(outcome: str, chosen: tuple[str, str], filtered: str, fault: _Fault) -> None:
    by, group = chosen
    known = [name for name in GROUPINGS if name != _TWINS]
    if not by or not group or "=" in group:
        fault("filter", f"{filtered!r}: write one grouping and its group, as size_class=micro")
    elif by not in known:
        fault("filter", f"no grouping {by!r}{nearest(by, known) or '; known: ' + ', '.join(known)}")
    elif outcome not in GROUP_OUTCOMES[by]:
        listed = ", ".join(GROUP_OUTCOMES[by])
        fault("filter", f"{outcome} is not split by {by}; that is done for: {listed}")
