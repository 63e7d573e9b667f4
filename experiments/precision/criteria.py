"""What is to be known how well: `profit: sign`, `profit: 5% of effect`, `jobs: 200`.

The reference is always the paired effect, scenario less baseline in the same run, never the level:
5 % of a level may be ten times the effect.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.choices import known
from scenarios.faults import did_you_mean, shown
from scenarios.scalars import number_advice, plain_kind
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

__all__ = ["RELATIVE", "SIGN", "WIDTH", "Criterion", "Target", "read_criteria", "targets_of"]

SIGN, RELATIVE, WIDTH = "sign", "relative", "width"
"""Kinds: which side of zero, half width as a share of the effect, half width in units."""
POLICY = "policy"
_FORM = re.compile(
    r"(?P<outcome>[^:@]+?)(?:\s*@\s*(?P<scenario>[^:@]+?))?(?:\s+in\s+(?P<window>[^:@]+?))?"
    r"\s*:\s*(?P<amount>.+)",
)
_RELATIVE = re.compile(r"(?P<share>\S+?)\s*%\s*of\s+(?:the\s+)?effect")
_ALLOWED = (
    "write 'OUTCOME: sign', 'OUTCOME: 5% of effect' or 'OUTCOME: 200', such as 'profit: sign'; "
    "'OUTCOME@SCENARIO in WINDOW: ...' asks it of one scenario, or another window"
)
_AMOUNTS = "sign, a share such as '5% of effect', or a half width in the outcome's unit such as 200"


@dataclass(frozen=True)
class Criterion:
    """What one outcome is to be known to.

    Attributes:
        outcome: of the region as a whole.
        kind: `SIGN`, `RELATIVE` or `WIDTH`.
        amount: a share of the absolute mean effect, or the half width in the outcome's unit; 0 for
            the sign.
        window: of the run.
        scenario: the one it is asked of; all if none.
        text: as it was asked.
    """

    outcome: str
    kind: str
    amount: float
    window: str
    scenario: str | None
    text: str

    @property
    def asked(self) -> str:
        """The amount as words of the command."""
        if self.kind == SIGN:
            return SIGN
        return f"{100 * self.amount:g}% of effect" if self.kind == RELATIVE else f"{self.amount:g}"


@dataclass(frozen=True)
class Target:
    """A criterion of one scenario.

    Attributes:
        criterion: what is asked.
        scenario: name of it.
        place: of it among the scenarios, the baseline being 0.
    """

    criterion: Criterion
    scenario: str
    place: int

    def reached(self, mean: float, low: float, high: float) -> bool:
        """Whether an interval of the mean effect is as narrow, or as far from zero, as asked."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return False
        one = self.criterion
        if one.kind == SIGN:
            return low > 0.0 or high < 0.0
        most = one.amount * abs(mean) if one.kind == RELATIVE else one.amount
        return (high - low) / 2.0 <= most

    def needed(self, runs: int, mean: float, low: float, high: float) -> float:
        """About so many runs would do, since intervals narrow with the square root of the runs.

        Not a number where none can be told: a mean effect of exactly zero, or no interval.
        """
        one = self.criterion
        half = (high - low) / 2.0
        if not math.isfinite(half):
            return math.nan
        if one.kind == SIGN:
            have, want = (mean - low if mean > 0.0 else high - mean), abs(mean)
        else:
            have = half
            want = one.amount * abs(mean) if one.kind == RELATIVE else one.amount
        if have <= 0.0 and mean != 0.0:
            return float(min(runs, 2))
        if want <= 0.0:
            return math.nan
        return _rounded(runs * (have / want) ** 2)


def _rounded(runs: float) -> float:
    """Up to two significant digits, and two runs at least."""
    if not math.isfinite(runs) or runs > 1e15:
        return math.nan
    step = 10.0 ** max(0, math.floor(math.log10(max(runs, 1.0))) - 1)
    return max(2.0, math.ceil(runs / step - 1e-9) * step)


def read_criteria(
    asked: str | Sequence[str] | None, scenarios: Sequence[str], months: int
) -> tuple[Criterion, ...]:
    """Criteria as typed.

    Args:
        asked: one or several; none if none.
        scenarios: that are compared, without the baseline.
        months: of the runs.

    Raises:
        KemitraanError: one cannot be read, or names what is not there.
    """
    words = [asked] if isinstance(asked, str) else list(asked or [])
    found: list[Criterion] = []
    for text in words:
        one = _read(text, scenarios, months)
        if one not in found:
            found.append(one)
    return tuple(found)


def targets_of(criteria: Iterable[Criterion], scenarios: Sequence[str]) -> tuple[Target, ...]:
    """Every criterion with every scenario it is asked of.

    Args:
        criteria: as read.
        scenarios: that are compared, without the baseline.
    """
    return tuple(
        Target(one, name, place)
        for one in criteria
        for place, name in enumerate(scenarios, 1)
        if one.scenario in (None, name)
    )


def _read(text: object, scenarios: Sequence[str], months: int) -> Criterion:
    if not isinstance(text, str):
        raise KemitraanError(f"--precision {text!r}: is no text; {_ALLOWED}")
    where = f"--precision '{shown(text.strip())}'"
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise KemitraanError(f"{where}: cannot be read; {_ALLOWED}")
    outcome, scenario, window = match["outcome"], match["scenario"], match["window"] or POLICY
    try:
        known("outcome", [outcome], OUTCOMES)
        known("window", [window], windows(months))
    except KemitraanError as error:
        raise KemitraanError(f"{where}: {error}") from error
    if scenario is not None and scenario not in scenarios:
        hint = did_you_mean(scenario, scenarios, listed=0)
        raise KemitraanError(
            f"{where}: no scenario {shown(scenario)!r} is compared here"
            f"{hint or '; compared: ' + ', '.join(scenarios)}"
        )
    kind, amount = _amount(match["amount"].strip(), where)
    return Criterion(outcome, kind, amount, window, scenario, " ".join(text.split()))


def _amount(text: str, where: str) -> tuple[str, float]:
    if text == SIGN:
        return SIGN, 0.0
    match = _RELATIVE.fullmatch(text)
    if match is not None:
        share = _number(match["share"], where)
        if not 0.0 < share <= 100.0:
            raise KemitraanError(f"{where}: {share:g}% is out of range; above 0% and at most 100%")
        return RELATIVE, share / 100.0
    if "%" in text:
        raise KemitraanError(
            f"{where}: a share is one of the effect, never of the level; write '5% of effect'"
        )
    width = _number(text, where)
    if not width > 0.0:
        raise KemitraanError(f"{where}: a half width of {width:g} is out of range; above 0")
    return WIDTH, width


def _number(text: str, where: str) -> float:
    if plain_kind(text) == "number" and math.isfinite(float(text)):
        return float(text)
    advice = number_advice(text, share=False)
    raise KemitraanError(
        f"{where}: {shown(text)!r} {advice}" if advice
        else f"{where}: {shown(text)!r} is no amount; allowed: {_AMOUNTS}"
    )  # fmt: skip
