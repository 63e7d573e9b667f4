"""The objects the oracles work on, with the attribute names of docs/processes.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sim.parameters import POLICY_MONTH
from tests.reference.experiment import Deal, Treatment

HOTEL, RESTAURANT, BACKGROUND, AGENCY = 0, 1, 2, 3
NONE, GENUINE, PAPER = 0, 1, 2


class Draws(Protocol):
    """Keyed draws; `stream` by name, the other fields as in `sim.draws`."""

    def uniform(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A double strictly between 0 and 1."""

    def normal(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A standard normal deviate."""

    def exponential(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """An exponential deviate of mean 1."""

    def gumbel(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A standard Gumbel deviate."""


def _zeros(length: int) -> Callable[[], list[float]]:
    return lambda: [0.0] * length


@dataclass(eq=False, kw_only=True)
class Shop:
    """A firm's shop on the marketplace, or what it would start one with."""

    generation: int = 0
    open: bool = False
    opened: bool = False
    trained: bool = False
    months: int = 0
    below: int = 0
    idle: int = 0
    readiness: float = 0.0
    training: float = 0.0
    recent: float = 0.0
    rated: float = 0.0
    rating_sum: float = 0.0
    expectation: float = 0.0
    orders: float = 0.0
    sales: float = 0.0
    outside: float = 0.0
    quantity: float = 0.0
    revenue: float = 0.0
    fees: float = 0.0
    costs: float = 0.0
    payout: float = 0.0
    pending: float = 0.0
    total: float = 0.0


@dataclass(eq=False, kw_only=True)
class OnlineMarket:
    """A trade's buyers online, and sellers elsewhere."""

    share: float = 0.0
    outside: float = 0.0
    rivals: float = 0.0
    households: float = 0.0
    sold: float = 0.0
    sold_outside: float = 0.0
    elsewhere: float = 0.0


@dataclass(eq=False, kw_only=True)
class Firm:
    """One slot and the firm that stands there."""

    slot: int
    alive: bool = True
    generation: int = 0
    age: int = 0
    sector: int = 0
    pool: int = 0
    village: int = 0
    district: int = 0
    x: float = 0.0
    y: float = 0.0
    woman: bool = False
    size_class: int = 0
    capacity: float = 1.0
    price: float = 1.0
    cost_factor: float = 1.0
    base_quality: float = 0.5
    learned_quality: float = 0.0
    practice: float = 0.3
    base_practice: float = 0.3
    information: float = 0.0
    productivity: float = 0.0
    cash: float = 1.0
    line: float = 0.0
    formal: bool = False
    granted: bool = False
    insolvent_months: int = 0
    hired: float = 0.0
    sales_per_worker: float = 1.0
    certificates: int = 0
    cold_chain: bool = False
    member: bool = False
    event_until: int = 0
    profit_ring: list[float] = field(default_factory=_zeros(12))
    receivables: list[float] = field(default_factory=_zeros(8))
    y_max: float = 0.0
    unit_cost: float = 0.0
    financeable: float = 0.0
    ordered: float = 0.0
    room: float = 0.0
    local_sales: float = 0.0
    output: float = 0.0
    utilisation: float = 0.0
    invoiced: float = 0.0
    fees: float = 0.0
    received: float = 0.0
    revenue: float = 0.0
    profit: float = 0.0
    drawings: float = 0.0
    shop: Shop = field(default_factory=Shop)
    deal: Deal = field(default_factory=Deal)


@dataclass(eq=False, kw_only=True)
class Coachee:
    """What the mentor programmes know of the firm on a slot."""

    firm: Firm
    generation: int = 0
    state: str = "none"
    programme: int = -1
    waited: int = 0
    left: int = 0
    since: int = 0
    admissions: int = 0
    pending: bool = False
    finished: bool = False
    judged: bool = False
    success: bool = False
    time: float = 0.0
    fatigue: float = 0.0
    revenue_before: float = 0.0
    training: float = 0.0


@dataclass(kw_only=True)
class Programme:
    """A mentor programme."""

    share: float = 1.0
    criteria: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 0.0)
    target: float = 0.5
    width: float = 1.0
    cost_ratio: float = 1.0
    x: float = 0.0
    y: float = 0.0
    competence: tuple[float, ...] = (1.0,)
    free: int = 0


@dataclass(eq=False, kw_only=True)
class Buyer:
    """A hotel, restaurant, other large buyer or procuring unit of an agency."""

    number: int
    kind: int = HOTEL
    district: int = 0
    x: float = 0.0
    y: float = 0.0
    standard: float = 0.5
    weight: float = 1.0
    ratio: float = 1.0
    payment_days: float = 45.0
    belief: float = 0.05
    mode: int = NONE
    covered: bool = False
    shocked: bool = False
    visited: bool = False
    sanctioned: bool = False
    sanctions: int = 0
    late: bool = False
    buying: bool = False
    newly: bool = False
    on_paper: bool = False
    cost: float = 0.0
    fines_due: list[float] = field(default_factory=_zeros(13))
    room_nights: float = 0.0
    event_until: int = 0
    lines: list[Line] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class Line:
    """What one buyer needs of one good, and the firms it knows for it."""

    buyer: Buyer
    good: int
    demand: float = 1.0
    phase: int = 0
    need_certificate: bool = False
    need_cold_chain: bool = False
    taste: float = 0.0
    need: float = 0.0
    refused: int = 0
    # Of agencies: smallest contract, season, months a contract stands for and is delivered over,
    # and what was not bought directly in this year so far and, by the month, in the last.
    lot: float = 0.0
    second_half: float = 0.5
    interval: int = 1
    batches: int = 1
    pending: float = 0.0
    rest: float = 0.0
    signed: bool = False
    buying: bool = False
    on_paper: bool = False
    newly: bool = False
    # Deliveries net of returns and need of the last twelve months of the burn-in.
    base_delivered: float = 0.0
    base_need: float = 0.0
    # One (delivered within the radius, floor, what the burn-in share would be) a month, the latest
    # last; nothing is delivered while not agreed.
    agreement: list[tuple[float, float, float]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    # Where the yearly redraw of candidates goes on, and the firms next in the draw, each with the
    # distance at which it is known.
    cursor: int = 0
    reserve: list[tuple[Firm, float]] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class Link:
    """One firm as a candidate of one order line."""

    firm: Firm
    line: Line
    distance: float = 0.0
    taste: float = 0.0
    generation: int = 0
    sample: float = 0.5
    shelf: float = 1.0
    lead: float = 1.0
    trust_buyer: float = 0.3
    trust_firm: float = 0.3
    trust_before: float | None = None
    active: bool = False
    age: int = 0
    quality_sum: float = 0.0
    deliveries: float = 0.0
    order: float = 0.0
    utility: float = 0.0
    defect: bool = False
    late: bool = False
    returned: float = 0.0
    small: bool = False
    pooled: bool = False
    # What it delivers does not count for what is reserved.
    barred: bool = False


@dataclass(eq=False, kw_only=True)
class Cooperative:
    """The cooperative of the pool with the same number."""

    active: bool = False
    draw: float = 0.0
    pooling: bool = False
    listed: bool = False
    pooled: float = 0.0
    sales: float = 0.0
    account: float = 0.0


@dataclass(eq=False, kw_only=True)
class Pool:
    """A local market: households of a village (or several) and a sector."""

    sector: int
    households: float = 1.0
    attractiveness_0: float = 0.0
    capacity_0: float = 1.0
    gravity: dict[int, float] = field(default_factory=dict)
    spending: float = 0.0


@dataclass(kw_only=True)
class Good:
    """What tells one good from another."""

    name: str = "good"
    sector: int = 0
    standardisation: float = 0.5
    orders: float = 1.0
    incumbent_price_ratio: float = 1.0
    shelf_low: float = 1.0
    shelf_high: float = 1.0
    lead_low: float = 1.0
    lead_high: float = 1.0


@dataclass(kw_only=True)
class Rule:
    """The month's rule for one kind of buyer."""

    in_force: bool = False
    binding: bool = False
    quota: float = 0.0
    coverage: float = 0.0
    radius: float = 1000.0
    price_cap: float = 0.15
    publicity: float = 0.0
    audit_publication: float = 0.0
    gate: bool = True
    most: float = 0.0
    goods: tuple[int, ...] = ()


@dataclass(kw_only=True)
class Levers:
    """The month's other levers; budget and awards are a month's, over the region."""

    hours: float = 0.0
    depth: float = 0.0
    fine: float = 0.0
    targeting: str = "random"
    payment: float | None = None
    grant_budget: float = 0.0
    grant_awards: float = 0.0
    office: float = 0.0
    onboarding: float = 0.0
    training: float = 0.0
    fee_subsidy: float = 0.0
    promotion: float = 0.0
    free_orders: float = 0.0
    coaching_places: float = 0.0
    coaching_kind: str = "mentor"
    coaching_cost: float = 6.25
    coaching_months: float = 6.0
    aligned: float = 0.0
    referral: float = 0.0
    shared_pool: float = 0.0
    online_training: float = 0.0
    registrations: float = 0.0
    events: float = 0.0
    event_firms: float = 0.0
    pooling: float = 0.0
    coop_listed: bool = False


@dataclass(eq=False, kw_only=True)
class World:
    """Everything there is; `rules` and `levers` are those of the month."""

    firms: list[Firm]
    params: Any
    goods: list[Good] = field(default_factory=list)
    buyers: list[Buyer] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    coaching: list[Coachee] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    cooperatives: list[Cooperative] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    rules: dict[int, Rule] = field(default_factory=dict)
    levers: Levers = field(default_factory=Levers)
    month: int = 0
    scale: int = 1
    burn_in: int = POLICY_MONTH
    draw_firm: Callable[[World, Firm], dict[str, Any]] | None = None
    profit_rate_0: dict[int, float] = field(default_factory=dict)
    # Factors of the month by sector, 1 where there is none.
    spending_shock: dict[int, float] = field(default_factory=dict)
    cost_shock: dict[int, float] = field(default_factory=dict)
    pressure: float = 0.0
    labour: dict[int, float] = field(default_factory=dict)
    outside: float = 0.0
    granted: float = 0.0
    coaching_cost: float = 0.0
    registered: int = 0
    written_off: float = 0.0
    fines_paid: float = 0.0
    public_cost: float = 0.0
    # By sector; none where there is no platform.
    online: list[OnlineMarket] = field(default_factory=list)
    fees_borne: float = 0.0
    sold_outside: float = 0.0
    platform_cost: float = 0.0
    hotel_cost: float = 0.0

    def rule(self, kind: int) -> Rule:
        """The rule of the month for a kind of buyer; never in force where there is none."""
        return self.rules.get(kind, Rule())

    def living(self) -> list[Firm]:
        """Firms alive, in the order of slots."""
        return [firm for firm in self.firms if firm.alive]
