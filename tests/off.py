"""How a process is switched off: the parameters that do it, and the oracles without it.

A part of a step is taken away by putting something empty in the place of its oracle, so that the
month without it never reads the parameters that are null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.world import World

OBLIGATION, MEMORANDUM = "mandated_hotel_partnership", "hotel_memorandum"

Edit = Callable[[World], None]


@dataclass(frozen=True)
class Off:
    """One process, or a part of one.

    Attributes:
        name: what is switched off.
        null: parameters that switch it off.
        without: oracles by module and name ("money.interest"), and what stands in their place; a
            name without a module is a step of the schedule, None leaves it out.
        scenario: in which it is on.
        null_scenario: in which it is off; the same if none.
        values: parameters of both, where the registry's leave the process little to do.
        edit: change of both worlds before the first month.
        null_edit: further change that switches the process off.
    """

    name: str
    null: Mapping[str, float] = field(default_factory=dict)
    without: Mapping[str, object] = field(default_factory=dict)
    scenario: str = OBLIGATION
    null_scenario: str | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    edit: Edit | None = None
    null_edit: Edit | None = None


# -- what stands in the place of an oracle


def nothing(*_: object) -> None:
    """Does nothing."""


def zero(*_: object) -> float:
    """Adds nothing."""
    return 0.0


def one(*_: object) -> float:
    """Changes no product."""
    return 1.0


def endless(*_: object) -> float:
    """Limits nothing."""
    return math.inf


def always(*_: object) -> bool:
    """Never stands in the way."""
    return True


def never(*_: object) -> bool:
    """Never happens."""
    return False
