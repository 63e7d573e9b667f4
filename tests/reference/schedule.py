"""The order of the month, and a month of the oracles."""

from __future__ import annotations

from collections.abc import Callable

from tests.reference.accounts import accounts
from tests.reference.acquisition import acquisition
from tests.reference.applications import applications
from tests.reference.candidates import candidates
from tests.reference.coaching import coaching
from tests.reference.contracts import contracts
from tests.reference.enforcement import enforcement
from tests.reference.exit_entry import exit_entry
from tests.reference.financeable import financeable
from tests.reference.forgetting_and_cost import forgetting_and_cost
from tests.reference.grants import grants
from tests.reference.inspections_planned import inspections_planned
from tests.reference.investment import investment
from tests.reference.learning import learning
from tests.reference.local_market import local_market
from tests.reference.mode import mode
from tests.reference.money import money
from tests.reference.online_market import online_market
from tests.reference.orders import orders
from tests.reference.production import production
from tests.reference.room import room
from tests.reference.selection import selection
from tests.reference.shocks import shocks
from tests.reference.shops import shops
from tests.reference.state import Draws, World
from tests.reference.support import support
from tests.reference.treatments import reserve_removed, treatments
from tests.reference.trust import trust
from tests.reference.value import value

SCHEDULE: tuple[Callable[[World, Draws], None], ...] = (
    applications,
    selection,
    coaching,
    treatments,
    shocks,
    forgetting_and_cost,
    grants,
    support,
    inspections_planned,
    candidates,
    value,
    reserve_removed,
    mode,
    financeable,
    orders,
    acquisition,
    online_market,
    room,
    local_market,
    production,
    contracts,
    money,
    enforcement,
    trust,
    learning,
    investment,
    exit_entry,
    shops,
    accounts,
)
"""The processes by their numbers in docs/processes.md; coaching acts before forgetting."""
