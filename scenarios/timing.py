"""When each group of levers starts, ramps and ends: checked over all files together.

A start may stand in one file, the calendar in another and the length of the run in the
call, so these checks see the merged values and blame the one written last.
"""

from __future__ import annotations

from scenarios.inheritance import Layers
from scenarios.schema import DEFAULT_END, DEFAULT_MONTHS, DEFAULT_START, FIRST_MONTH
from scenarios.shock_checks import Shock, shock_fault
from scenarios.value_checks import Written
from sim.parameters import lever_groups

__all__ = ["Timing", "calendar_month", "month_number"]


def month_number(first_month: str, month: str) -> int:
    """Months from one calendar month "YYYY-MM" to another."""
    start, at = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first_month, month))
    return at - start


def calendar_month(first_month: str, month: int) -> str:
    """The calendar month "YYYY-MM" that lies `month` months after the first."""
    year, index = divmod(int(first_month[:4]) * 12 + int(first_month[5:]) - 1 + month, 12)
    return f"{year:04d}-{index + 1:02d}"


class Timing:
    """Start, ramp and end of each group in month numbers; faults go to the documents."""

    def __init__(self, layers: Layers) -> None:
        self._written = layers.written
        self._document = layers.documents[-1]
        self._months = self._number("months", DEFAULT_MONTHS)
        first = self._written.get("first_month")
        self._first = FIRST_MONTH if first is None else str(first.value)
        self._found: dict[str, tuple[int, int, int]] = {}
        spend = self._written.get("budget.spend_on")
        bought = {name.split(".")[0] for name in (spend.value if spend else ())}
        for group in lever_groups():
            if group in bought or any(key.startswith(f"levers.{group}.") for key in self._written):
                self._found[group] = self._check(group)
        self.shocks = self._check_shocks()

    def of(self, group: str) -> tuple[int, int, int]:
        """First month, months of ramp and last month of a group that is set."""
        return self._found[group]

    def _check_shocks(self) -> tuple[Shock, ...]:
        """The shocks in month numbers; one that outlasts the run is no fault."""
        written = self._written.get("shocks")
        found = []
        for one in written.value if written else ():
            month = one.month
            month = month_number(self._first, month) if isinstance(month, str) else month
            beyond = month >= self._months and self._layer("shocks") >= self._layer("months")
            if written is not None and (month < 0 or beyond):
                last = self._months - 1
                message = f"{self._named(month)} is outside the run [0..{last}]"
                shock_fault(written, one, message)
            found.append(Shock(month, **one.rest))
        return tuple(found)

    def _number(self, key: str, otherwise: int) -> int:
        return int(self._written[key].value) if key in self._written else otherwise

    def _month(self, key: str, otherwise: int) -> int:
        value = self._written[key].value if key in self._written else otherwise
        return month_number(self._first, value) if isinstance(value, str) else int(value)

    def _check(self, group: str) -> tuple[int, int, int]:
        last = self._months - 1
        start_key, end_key = f"levers.{group}.start", f"levers.{group}.end"
        start = self._month(start_key, DEFAULT_START)
        end = self._month(end_key, min(DEFAULT_END, last))
        ramp = self._number(f"levers.{group}.ramp_months", 0)
        limits = f"[0..{last}, default {DEFAULT_START}]"
        if start < 0:
            self._blame(
                start_key,
                f"{self._named(start)} lies before the first month {self._first} {limits}",
                "first_month",
            )
        elif start > last:
            self._blame(
                start_key,
                f"{self._named(start)} lies beyond the last, {self._named(last)} {limits}",
                "months",
                "first_month",
            )
        elif end < start:
            which = "" if end_key in self._written else " by default"
            self._blame(
                end_key,
                f"ends in {self._named(end)}{which}, before it starts in {self._named(start)}",
                start_key,
                "months",
                "first_month",
            )
        elif end > last and self._layer(end_key) >= self._layer("months"):
            self._blame(
                end_key,
                f"{self._named(end)} lies beyond the last, {self._named(last)} [0..{last}]",
                "first_month",
            )
        # A run made shorter afterwards cuts the policy off; that is no fault.
        return start, ramp, min(end, last)

    def _named(self, month: int) -> str:
        return f"month {month} ({calendar_month(self._first, month)})"

    def _layer(self, key: str) -> int:
        return self._written[key].layer if key in self._written else -1

    def _blame(self, subject: str, message: str, *involved: str) -> None:
        """Note the fault at the value written last among those that make it."""
        keys = [key for key in (subject, *involved) if key in self._written]
        if not keys:
            self._document.fault(subject, message)
            return
        written: Written = self._written[max(keys, key=self._layer)]
        written.fault(message if written.key == subject else f"{subject} {message}")
