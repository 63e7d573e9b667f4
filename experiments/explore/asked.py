"""What is asked of draws, checked; and the same as plain JSON, for a folder to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.choices import LONGEST, known
from experiments.explore.draws import Draws
from experiments.explore.exploration import Exploration
from experiments.explore.satisfy import read_wishes
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

__all__ = ["Asked", "read_asked"]


@dataclass(frozen=True)
class Asked:
    """What is asked of draws.

    Attributes:
        outcomes: with a direction; questions are about the first.
        window: over which.
        satisfy: thresholds as typed; none for better than the baseline.
        focus: scenario that questions are about; the first if none.
        against: those it is set against; all others if none.
    """

    outcomes: tuple[str, ...]
    window: str
    satisfy: tuple[str, ...] = ()
    focus: str | None = None
    against: tuple[str, ...] | None = None

    def of(self, draws: Draws, plan: Mapping[str, object]) -> Exploration:
        """The answers that some draws give.

        Raises:
            KemitraanError: the draws have no such window or scenario.
        """
        known("window", [self.window], windows(draws.months))
        return Exploration(
            draws,
            self.outcomes,
            self.window,
            read_wishes(self.satisfy, self.outcomes),
            plan,
            asked=bool(self.satisfy),
            focus=self.focus,
            against=self.against,
        )

    def plain(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "outcomes": list(self.outcomes),
            "window": self.window,
            "satisfy": list(self.satisfy),
            "focus": self.focus,
            "against": None if self.against is None else list(self.against),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Asked:
        """From what `plain` gives."""
        against = plain["against"]
        return cls(
            tuple(plain["outcomes"]),
            str(plain["window"]),
            tuple(plain["satisfy"]),
            plain["focus"],
            None if against is None else tuple(against),
        )


def read_asked(
    outcomes: str | Sequence[str],
    window: str,
    satisfy: str | Sequence[str],
    focus: str | None,
    against: str | Sequence[str] | None,
) -> Asked:
    """What is asked, as far as it can be checked before there are draws.

    Raises:
        KemitraanError: a name is not known, an outcome has no direction, or a threshold is none.
    """
    chosen = _outcomes(outcomes)
    wishes = (satisfy,) if isinstance(satisfy, str) else tuple(satisfy)
    read_wishes(wishes, chosen)
    known("window", [window], windows(LONGEST))
    others = (against,) if isinstance(against, str) else against
    return Asked(chosen, window, wishes, focus, None if others is None else tuple(others))


def _outcomes(asked: str | Sequence[str]) -> tuple[str, ...]:
    """Names as asked, each once.

    Raises:
        KemitraanError: one is not known, or has no direction.
    """
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    names = [name.strip() for name in names]
    known("outcome", names, OUTCOMES)
    flat = [name for name in names if not OUTCOMES[name].better]
    if flat or not names:
        raise KemitraanError(
            f"--outcomes {', '.join(flat) or 'none'}: neither more nor less of it is better, so "
            "that no scenario is the best; name outcomes with a direction, see 'kemitraan list "
            "outcomes'"
        )
    return tuple(dict.fromkeys(names))
