"""A field experiment: what firms get, and what that comes to in a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reference.state import Firm, World


@dataclass(eq=False, kw_only=True)
class Treatment:
    """Something that treated firms get, from month `start` to the one before `stop`."""

    number: int
    kind: str
    start: int = 0
    stop: int = 1
    amount: float = 0.0
    intensity: float = 1.0
    fit: float = 1.0
    by_mentor: bool = True
    onboard: bool = True
    standard: float = 0.0
    premium: float = 0.0
    days: float = 0.0
    sooner: float = 0.0
    most_days: float = 365.0
    buyers: tuple[int, ...] = (0, 1, 2, 3)
    interest: float = 0.0
    grace: int = 0
    change: float = 0.0
    from_competitors: float = 0.0
    firms: tuple[Firm, ...] = ()


@dataclass(eq=False, kw_only=True)
class Deal:
    """What a firm's treatments come to in a month; `contracted` by the number of the contract."""

    generation: int = -1
    debt: float = 0.0
    instalment: float = 0.0
    interest: float = 0.0
    revenue: float = 0.0
    invoices: float = 0.0
    late: float = 0.0
    defects: float = 0.0
    returned: float = 0.0
    contracted: dict[int, float] = field(default_factory=dict)


def is_there(firm: Firm) -> bool:
    """Whether the firm is still the one that stood there when it was treated."""
    return firm.alive and firm.generation == firm.deal.generation


def running(world: World, *kinds: str) -> Iterator[Treatment]:
    """Treatments of some kinds that run this month."""
    for one in world.treatments:
        if one.kind in kinds and one.start <= world.month < one.stop:
            yield one


def given(world: World, *kinds: str) -> Iterator[tuple[Treatment, Firm]]:
    """Treatments of some kinds that run this month, each with the firms that get it."""
    for one in running(world, *kinds):
        yield from ((one, firm) for firm in one.firms if is_there(firm))


def gets(world: World, firm: Firm, *kinds: str) -> list[Treatment]:
    """What one firm gets of some kinds this month."""
    return [one for one in running(world, *kinds) if firm in one.firms and is_there(firm)]
