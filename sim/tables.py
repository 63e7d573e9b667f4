"""The columns of the world: what each table holds, with type, unit and meaning.

A table is a structured array, one row an agent or a relation, one field a column. Compiled
kernels take a row (`f = firms[i]`, then `f.cash`), numpy and notebooks take a column
(`world.firms.cash`), agents view one row. Fields stand in the order in which a month touches them,
so that a pass over the firms reads few cache lines. Money is million rupiah at constant prices;
quantities are million rupiah at base price; distances are km; one step is a month.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "BUYER_DTYPE",
    "BUYER_KINDS",
    "COACHED",
    "COACHING_DTYPE",
    "COACHING_STATES",
    "COMPLIANCE_MONTHS",
    "COOPERATIVE_DTYPE",
    "DEAL_DTYPE",
    "FINE_MONTHS",
    "FIRM_DTYPE",
    "GOODS_DTYPE",
    "KIND_AGENCY",
    "KIND_BACKGROUND",
    "KIND_HOTEL",
    "KIND_RESTAURANT",
    "LINE_DTYPE",
    "LINK_DTYPE",
    "MODES",
    "MODE_GENUINE",
    "MODE_NONE",
    "MODE_PAPER",
    "ONLINE_DTYPE",
    "PLATFORM_DTYPE",
    "POOL_DTYPE",
    "PROFIT_MONTHS",
    "PROGRAMME_DTYPE",
    "RECEIVABLE_MONTHS",
    "SHOP_DTYPE",
    "SIZE_CLASSES",
    "TREATMENT_DTYPE",
    "WAITING",
    "Gravity",
    "Record",
    "Rows",
    "Tables",
    "copy_tables",
]

Record = Any
"""One row as compiled code sees it: fields by name."""
Rows = Any
"""A structured array as compiled code sees it: rows by number, then fields by name."""
Floats = npt.NDArray[np.float64]

BUYER_KINDS = ("hotel", "restaurant", "other large buyer", "agency")
KIND_HOTEL, KIND_RESTAURANT, KIND_BACKGROUND, KIND_AGENCY = 0, 1, 2, 3
MODES = ("none", "genuine", "paper")
MODE_NONE, MODE_GENUINE, MODE_PAPER = 0, 1, 2
SIZE_CLASSES = ("micro", "small", "medium")
COACHING_STATES = ("none", "waiting", "coached")
WAITING, COACHED = 1, 2

RECEIVABLE_MONTHS = 8
"""Length of the ring of receivables: an invoice is paid within seven months."""
PROFIT_MONTHS = 12
FINE_MONTHS = 13
COMPLIANCE_MONTHS = 72
"""Length of the rings from which the measured states of a line are read; 72 is divisible by the
order intervals that occur and longer than the longest window."""

GOODS_DTYPE = np.dtype(
    [
        ("standardisation", "f8"),
        ("shelf_low", "f8"),
        ("shelf_high", "f8"),
        ("lead_low", "f8"),
        ("lead_high", "f8"),
        ("orders", "f8"),
        ("lot", "f8"),
        ("price_ratio", "f8"),
        ("certificate_needed", "f8"),
        ("certified", "f8"),
        ("cold_chain", "f8"),
        ("sector", "i8"),
        ("interval", "i8"),
        ("window", "i8"),
    ]
)
"""One row a good. orders: a month; lot: million rupiah, the smallest contract of an agency (nan for
goods without one); interval: months between orders; window: months over which
genuine buying is measured; price_ratio: incumbent over UMKM price."""


FIRM_DTYPE = np.dtype(
    [
        ("slot", "i8"),  # number of the slot in the full region: the key of its draws
        ("practice", "f8"),
        ("pool", "i4"),
        ("sector", "i2"),
        ("village", "i2"),
        ("district", "i2"),
        ("generation", "i4"),  # how many firms stood here before
        ("cohort", "i4"),  # generation at month 23, -1 for none
        ("alive", "u1"),
        ("size_class", "i2"),  # 0 micro, 1 small, 2 medium, as drawn at entry
        ("productivity", "f8"),  # log deviation
        ("base_practice", "f8"),
        ("information", "f8"),
        ("learned_quality", "f8"),
        ("growth_shock", "f8"),  # standard normal, of this month
        ("base_quality", "f8"),
        ("quality", "f8"),
        ("log_price", "f8"),
        ("cost_factor", "f8"),  # price x lasting cost deviation
        ("y_max", "f8"),  # capacity of this month
        ("unit_cost", "f8"),
        ("capacity", "f8"),  # K, quantity a month
        ("cash", "f8"),
        ("line", "f8"),  # credit line, months of capacity
        ("financeable", "f8"),
        ("ordered", "f8"),  # quantity allotted to buyers
        ("invoiced", "f8"),
        ("fees", "f8"),  # kept back by its cooperative
        ("learning", "f8"),  # scratch: quality learned from buyers this month
        ("weight", "f8"),  # K exp(attractiveness)
        ("room", "f8"),  # million rupiah
        ("local_sales", "f8"),
        ("offered", "f8"),  # scratch: proposals of a round
        ("price", "f8"),  # relative, mean 1
        ("output", "f8"),
        ("utilisation", "f8"),
        ("revenue", "f8"),
        ("profit", "f8"),
        ("drawings", "f8"),
        ("received", "f8"),  # receipts of the month
        ("profit_sum", "f8"),  # over the last twelve months: sum of the ring
        ("hired", "f8"),  # persons, smoothed over three months
        ("sales_per_worker", "f8"),  # revenue a month that one hired worker stands for
        ("youth", "f8"),  # exp(-age / youth_months)
        ("age", "i4"),  # months
        ("insolvent_months", "i4"),  # months running with cash below minus the credit line
        ("formal", "u1"),  # has bank credit
        ("woman", "u1"),  # led by a woman
        ("granted", "u1"),  # this generation had a grant
        ("cold_chain", "u1"),
        ("member", "u1"),  # of the cooperative of its pool
        ("ever_partner", "u1"),  # this generation delivered to a buyer at or after the policy start
        ("event_until", "i4"),  # month before which a matching event still helps; 0 for none
        ("certificates", "i8"),  # one bit a good
        ("x", "f8"),  # km
        ("y", "f8"),
    ],
    align=True,
)
"""One row a slot, in the order of sector, pool and slot; a slot outlives its firms."""

BUYER_DTYPE = np.dtype(
    [
        ("number", "i8"),  # in the full region: the key of its draws
        ("kind", "i4"),
        ("buyer_class", "i4"),  # hotel class 0..5; 0 for the others
        ("district", "i4"),
        ("x", "f8"),
        ("y", "f8"),
        ("standard", "f8"),
        ("weight", "f8"),  # buyers of the region that this one stands for
        ("ratio", "f8"),  # demand of the sampled buyer over that of one buyer: weight / scale
        ("room_nights", "f8"),  # a month, of one hotel; 0 for the others
        ("payment_days", "f8"),
        ("coverage_draw", "f8"),  # covered while below the rule's coverage
        ("belief", "f8"),  # believed chance of an inspection in a month
        ("mode", "i4"),
        ("covered", "u1"),
        ("visited", "u1"),
        ("late", "u1"),  # paid late last month
        ("buying", "u1"),  # deliveries of the covered goods together reach half their floors
        ("buying_months", "i4"),  # months running
        ("basket_delivered", "f8"),  # scratch
        ("basket_floor", "f8"),  # scratch
        ("basket_base", "f8"),  # scratch
        ("newly", "u1"),  # buying, and did not buy that much in its last year of the burn-in
        ("shocked", "u1"),
        ("sanctions", "i4"),
        ("sanctioned", "u1"),  # this month
        ("event_until", "i4"),  # month before which a matching event still helps; 0 for none
        ("cost", "f8"),  # extra cost of the month
        ("mode_taste", "f8", (3,)),  # Gumbel
        ("fines_due", "f8", (FINE_MONTHS,)),  # by month modulo 13
    ],
    align=True,
)
"""One row a hotel, restaurant, other large buyer or procuring unit of an agency."""

LINE_DTYPE = np.dtype(
    [
        ("buyer", "i4"),
        ("good", "i4"),
        ("start", "i4"),
        ("stop", "i4"),
        ("phase", "i4"),
        ("need_certificate", "u1"),
        ("need_cold_chain", "u1"),
        ("demand", "f8"),  # quantity a month, of the sample
        ("lot", "f8"),  # smallest contract of an agency; 0: a share of the order
        ("second_half", "f8"),  # share of the year's demand due from July to December
        ("interval", "i4"),  # months of demand that one order or year's contract stands for
        ("batches", "i4"),  # months over which a yearly contract is delivered
        ("most", "f8"),  # suppliers that can be handled this month
        ("pending", "f8"),  # of an agency: not bought directly since its last year ended
        ("rest", "f8"),  # the same of the year before, by the month
        ("taste", "f8"),
        ("need", "f8"),  # due this month
        ("smallest", "f8"),  # smallest part of this order
        ("ordered", "f8"),  # this month
        ("near_ordered", "f8"),  # within the radius, voluntary stage
        ("agreed", "f8"),  # delivered under the agreement this month
        ("delivered", "f8"),  # this month, net of returns, from anywhere
        ("base_delivered", "f8"),  # the same over the last twelve months of the burn-in
        ("base_need", "f8"),  # due in these months
        ("best", "f8"),  # utility of the best feasible link within the radius; -inf for none
        ("left", "f8"),  # scratch: target left in a stage
        ("worthwhile", "u1"),  # some feasible link is worth more than the incumbent
        ("proposed", "u1"),  # scratch of a round
        ("pooled", "u1"),  # a cooperative pooled parts this month
        ("refused", "i4"),  # firms left out this month only because their part was too small
        ("signed", "u1"),
        ("buying", "u1"),
        ("buying_months", "i4"),  # months running
        ("on_paper", "u1"),
        ("newly", "u1"),  # buying, and bought less than that in its last year of the burn-in
        ("cursor", "i4"),  # place at which the yearly redraw goes on
        ("reserve_next", "i4"),
        ("agreed_ring", "f8", (COMPLIANCE_MONTHS,)),
        ("floor_ring", "f8", (COMPLIANCE_MONTHS,)),
        ("base_ring", "f8", (COMPLIANCE_MONTHS,)),  # what its burn-in share of the need would be
    ],
    align=True,
)
"""One row an order line: one buyer, one good. Its links are start..stop."""

LINK_DTYPE = np.dtype(
    [
        ("firm", "i4"),  # row of the firm
        ("generation", "i4"),  # of the firm it knows; -1: nobody yet
        ("feasible", "u1"),
        ("lacks_only", "u1"),  # feasible but for certificate or cold chain
        ("near", "u1"),  # within the rule's radius
        ("active", "u1"),
        ("age", "i4"),  # months of the active relation
        ("defect", "u1"),
        ("late", "u1"),
        ("small", "u1"),  # its part was too small this month
        ("pooled", "u1"),  # its part is one of a cooperative's
        ("distance", "f8"),
        ("taste", "f8"),
        ("sample", "f8"),
        ("shelf", "f8"),
        ("lead", "f8"),
        ("trust_buyer", "f8"),  # of the buyer in the firm
        ("trust_firm", "f8"),  # of the firm in the buyer
        ("quality_sum", "f8"),
        ("deliveries", "f8"),
        ("utility", "f8"),
        ("proposal", "f8"),  # scratch of a round
        ("order", "f8"),  # quantity of this month
        ("returned", "f8"),
        ("common", "f8"),  # quality of the pooled delivery
    ],
    align=True,
)
"""One row a candidate firm of an order line, sorted by line."""

POOL_DTYPE = np.dtype(
    [
        ("sector", "i4"),
        ("start", "i8"),  # rows of its firms
        ("stop", "i8"),
        ("households", "f8"),  # spending a month at month 0
        ("attractiveness_0", "f8"),
        ("capacity_0", "f8"),
        ("capacity", "f8"),  # of living firms
        ("attractiveness", "f8"),  # mean, weighted by capacity
        ("spending", "f8"),  # of this month
        ("sold", "f8"),
    ],
    align=True,
)
"""One row a local market: a village, or several joined, and a sector."""

SHOP_DTYPE = np.dtype(
    [
        ("generation", "i4"),  # of the firm the row is about
        ("open", "u1"),  # sells on the marketplace
        ("opened", "u1"),  # this firm ever opened a shop
        ("trained", "u1"),  # this firm had a place of the city's training
        ("months", "i4"),  # months open, since the last opening
        ("below", "i4"),  # months running with less than a part of what was expected
        ("idle", "i4"),  # months running without a sale, since the opening
        ("readiness", "f8"),  # 0..1: listing, photos, answers, packing
        ("training", "f8"),  # exposure of this month, 0..1; used up at its end
        ("recent", "f8"),  # orders that the ranking remembers
        ("rated", "f8"),  # orders rated, ever
        ("rating_sum", "f8"),
        ("expectation", "f8"),  # sales a month
        ("weight", "f8"),  # in the choice of online buyers, this month
        ("room", "f8"),  # most it can sell this month; falls as buyers choose
        ("asked", "f8"),  # what buyers want to spend here
        ("asked_outside", "f8"),  # of which buyers elsewhere
        ("orders", "f8"),  # of this month, whole ones
        ("sales", "f8"),  # orders placed this month
        ("outside", "f8"),  # of which by buyers elsewhere
        ("quantity", "f8"),
        ("revenue", "f8"),  # sales net of returns, before fees
        ("fees", "f8"),  # borne by the firm
        ("costs", "f8"),  # sending, and keeping the shop
        ("payout", "f8"),  # received from the platform this month
        ("pending", "f8"),  # not paid out yet
        ("total", "f8"),  # sales since the firm began
    ],
    align=True,
)
"""One row a slot, in the order of the firms; no rows where there is no platform."""

ONLINE_DTYPE = np.dtype(
    [
        ("start", "i8"),  # rows of the sector's firms
        ("stop", "i8"),
        ("share", "f8"),  # of households' spending on the trade that is made online
        ("outside", "f8"),  # spending of the outside market, a month
        ("rivals", "f8"),  # weight of sellers elsewhere, fixed
        ("households", "f8"),  # spending moved out of the local pools this month
        ("sold", "f8"),  # with sellers of the region, this month
        ("sold_outside", "f8"),  # of which to buyers elsewhere
        ("elsewhere", "f8"),  # with sellers elsewhere, this month
    ],
    align=True,
)
"""One row a sector: its online market; no rows where there is no platform."""

PLATFORM_DTYPE = np.dtype(
    [
        (name, "f8")
        for name in (
            "shops",  # open this month, of the sample
            "sales",
            "outside",
            "returned",
            "fees",  # borne by firms
            "subsidy",  # fees borne by the city
            "promotion",  # paid by the city
            "pending",  # not paid out yet, at the end of the month
            "opened",  # shops opened this month
            "dropped",
            "onboarded",
            "trained",
            "cost",  # public cost of the month, of the sample
        )
    ],
    align=True,
)
"""The platform: one row, or none. Money of the sample in the last month run."""
COOPERATIVE_DTYPE = np.dtype(
    [
        ("sector", "i4"),
        ("village", "i4"),  # of its first slot
        ("district", "i4"),
        ("active", "u1"),  # 0: on the register only
        ("pooling", "u1"),  # this month
        ("listed", "u1"),  # on the catalogue for its members, this month
        ("draw", "f8"),  # pools while below the lever's share
        ("pooled", "f8"),  # quantity of its members' pooled orders this month
        ("sales", "f8"),  # invoices of pooled orders so far, million rupiah
        ("account", "f8"),  # fees kept back so far, million rupiah
    ],
    align=True,
)
"""One row a cooperative: that of the pool with the same number, whose members are marked."""


COACHING_DTYPE = np.dtype(
    [
        ("generation", "i4"),  # of the firm it is about; another firm starts anew
        ("state", "u1"),  # none, waiting, coached
        ("programme", "i4"),  # that it applied to or was last coached by; -1: shared pool, none
        ("waited", "i4"),  # months since the application
        ("left", "i4"),  # months of the match to come
        ("since", "i4"),  # months since the last admission
        ("pending", "u1"),  # the last match is not yet judged by others
        ("admissions", "i4"),  # matches so far
        ("finished", "u1"),  # an alumnus or alumna: finished a match
        ("judged", "u1"),  # others have seen what became of it
        ("success", "u1"),  # and took it for a success
        ("time", "f8"),  # mentor's time its place buys, share of a full match
        ("fatigue", "f8"),
        ("revenue_before", "f8"),  # of the month before the last admission
        ("training", "f8"),  # online training of this month, 0 to 1
    ],
    align=True,
)
"""One row a slot where a policy has coaching; no row otherwise."""

PROGRAMME_DTYPE = np.dtype(
    [
        ("share", "f8"),  # of the region's places
        ("criteria", "f8", (5,)),  # unit vector over the features of selection
        ("target", "f8"),  # stage of the firms that the content is made for
        ("width", "f8"),  # of the content window, times content_width
        ("cost_ratio", "f8"),  # cost a head over the mean
        ("x", "f8"),  # of its office, km
        ("y", "f8"),
        ("applications", "i8"),  # of this month, in the sample, as all that follows
        ("waiting", "i8"),  # at the end of the month
        ("admitted", "i8"),
        ("free", "i8"),  # places of this year that nobody took yet
        ("waited", "f8"),  # months, sum over the admitted
        ("coached", "i8"),
        ("intensity", "f8"),  # a head, share of a full match
        ("outside", "i8"),  # coached firms outside the content window
        ("finished", "i8"),
        ("dropouts", "i8"),
        ("cost", "f8"),  # million rupiah
    ],
    align=True,
)
"""One row a mentor programme where a policy has coaching; no row otherwise."""


TREATMENT_DTYPE = np.dtype(
    [
        ("kind", "i4"),  # place in sim.treatment.KINDS
        ("start", "i4"),  # first month
        ("stop", "i4"),  # month after the last
        ("amount", "f8"),  # million rupiah: a grant, a loan, or the quantity of a month's delivery
        ("intensity", "f8"),  # of coaching or training, 0 to 1
        ("fit", "f8"),  # of the content to the firm, 0 to 1
        ("by_mentor", "u1"),  # else in class
        ("onboard", "u1"),
        ("standard", "f8"),  # quality asked of deliveries
        ("premium", "f8"),  # of the price over the firm's own, share
        ("days", "f8"),  # until an invoice is paid
        ("sooner", "f8"),  # days by which invoices are paid sooner
        ("most_days", "f8"),  # at most so many
        ("buyers", "i4"),  # kinds of buyers it is about, one bit a kind
        ("interest", "f8"),  # of a loan, a month
        ("grace", "i4"),  # months before the first instalment
        ("change", "f8"),  # of local customers' spending at the firm, share
        ("from_competitors", "f8"),  # part of it that neighbours lose or win
    ],
    align=True,
)
"""One row a thing that firms of a field experiment get; no row outside of one."""

DEAL_DTYPE = np.dtype(
    [
        ("generation", "i4"),  # of the treated firm; an entrant at its place is not treated
        ("debt", "f8"),  # of a loan, million rupiah
        ("instalment", "f8"),  # due this month
        ("interest", "f8"),  # of the loan, this month
        ("quantity", "f8"),  # ordered under a contract this month
        ("revenue", "f8"),  # invoiced under it this month
        ("invoices", "f8"),  # under it, this month
        ("late", "f8"),  # of which paid late
        ("sooner", "f8", (4,)),  # days sooner that a kind of buyer pays this month
        ("most_days", "f8", (4,)),  # at most, by kind of buyer
    ],
    align=True,
)
"""One row a slot in a field experiment; no row outside of one."""


class Gravity(NamedTuple):
    """Where households of a pool spend, at month 0: one square table a sector, end to end."""

    first_pool: npt.NDArray[np.int64]  # (sectors + 1,)
    offset: npt.NDArray[np.int64]  # (sectors + 1,) into share
    share: Floats


class Tables(NamedTuple):
    """All that changes in a month, and what it leans on."""

    firms: npt.NDArray[np.void]
    # Rings by month, then firm: a month touches one entry a firm, and neighbours stand together.
    profit_ring: Floats  # (12, firms): profit of the last twelve months, by month modulo 12
    receivables: Floats  # (8, firms): invoices not paid yet, by month of payment modulo 8
    buyers: npt.NDArray[np.void]
    lines: npt.NDArray[np.void]
    links: npt.NDArray[np.void]
    pools: npt.NDArray[np.void]
    cooperatives: npt.NDArray[np.void]
    reserve: npt.NDArray[
        np.int32
    ]  # (lines, length): firm rows in the order of the draw, -1 at the end
    reserve_distance: Floats  # (lines, length): km
    gravity: Gravity
    goods: npt.NDArray[np.void]
    # (sectors, 7): capacity at the market, 12-month mean profit, normal profit rate at month 0,
    # wholesale spending, capacity at entry, shock of the month on households' spending and on unit
    # cost (factors, 1 where there is none; see sim.run)
    sector_state: Floats
    village_practice: Floats  # (villages, sectors): sum of practice
    village_firms: Floats  # (villages, sectors): living firms
    state: Floats  # scalars that last from month to month, see sim.month
    # Of length zero where there is no platform.
    shops: npt.NDArray[np.void]
    online: npt.NDArray[np.void]
    platform: npt.NDArray[np.void]
    coaching: npt.NDArray[np.void]  # a row a slot, or none
    programmes: npt.NDArray[np.void]  # a row a mentor programme, or none
    competence: Floats  # (programmes, sectors): share of a trade's needs its mentors can teach
    # Of length zero outside of a field experiment.
    treatments: npt.NDArray[np.void]
    treated: npt.NDArray[np.uint8]  # (treatments, firms): who gets what
    contracted: Floats  # (treatments, firms): quantity of this month under a contract
    deals: npt.NDArray[np.void]


_SHARED = frozenset(
    {"gravity", "goods", "reserve", "reserve_distance", "competence", "treatments", "treated"}
)


def copy_tables(tables: Tables) -> Tables:
    """Copy of everything that changes; what never changes is shared."""
    kept = {name: getattr(tables, name) for name in Tables._fields}
    copied = {name: table if name in _SHARED else _copy(table) for name, table in kept.items()}
    return Tables(**copied)  # type: ignore[arg-type]


def _copy(table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Copy byte by byte, padding between fields included, so that equal worlds have equal bytes."""
    if table.dtype.names is None:
        return table.copy()
    return table.view(np.uint8).copy().view(table.dtype)
