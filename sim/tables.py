"""The columns of the world: what each table holds, with type, unit and meaning.

A table is a structured array, one row an agent or a relation, one field a column. Compiled
kernels take a row (`f = firms[i]`, then `f.cash`), numpy and notebooks take a column
(`world.firms.cash`), agents view one row. Fields stand in the order in which a month touches them,
so that a pass over the firms reads few cache lines. Money is million rupiah at constant prices;
quantities are million rupiah at base price; distances are km; one step is a month.

The comment behind a column is its unit, a colon, and its meaning: docs/odd/state.md is made from
these comments and from the texts below the tables.
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
    "SECTOR_STATE",
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
        ("standardisation", "f8"),  # 0-1: how far one piece is like another
        ("shelf_low", "f8"),  # days: shortest shelf life of a firm's goods
        ("shelf_high", "f8"),  # days: longest
        ("lead_low", "f8"),  # days: shortest lead time of a firm
        ("lead_high", "f8"),  # days: longest
        ("orders", "f8"),  # orders a month: how often a buyer orders
        ("lot", "f8"),  # Rp m: smallest contract of an agency; nan for goods without one
        ("price_ratio", "f8"),  # ratio: price of the incumbent supplier over that of UMKM
        ("certificate_needed", "f8"),  # probability: that a buyer asks for a certificate
        ("certified", "f8"),  # probability: that a firm holds it at entry
        ("cold_chain", "f8"),  # probability: that a buyer needs a cold chain
        ("sector", "i8"),  # code: trade that makes it
        ("interval", "i8"),  # months: between orders
        ("window", "i8"),  # months: over which genuine buying is measured
    ]
)
"""One row a good: its properties, fixed through a run."""

FIRM_DTYPE = np.dtype(
    [
        ("slot", "i8"),  # key: number of the slot in the full region
        ("practice", "f8"),  # 0-1: embedded business practice m
        ("pool", "i4"),  # row: its local market
        ("sector", "i2"),  # code: trade
        ("village", "i2"),  # code: ward
        ("district", "i2"),  # code: district
        ("generation", "i4"),  # number: how many firms stood here before
        ("cohort", "i4"),  # number: generation at month 23, -1 for none
        ("alive", "u1"),  # flag: a firm stands here
        ("size_class", "i2"),  # code: 0 micro, 1 small, 2 medium, as drawn at entry
        ("productivity", "f8"),  # log: deviation z
        ("base_practice", "f8"),  # 0-1: practice m0 that it falls back to
        ("information", "f8"),  # 0-1: local information l
        ("learned_quality", "f8"),  # 0-1: quality gained since entry
        ("growth_shock", "f8"),  # normal: chance in the growth of capacity, of this month
        ("base_quality", "f8"),  # 0-1: quality at entry
        ("quality", "f8"),  # 0-1: base and learned quality, cut at 0 and 1
        ("log_price", "f8"),  # log: of price
        ("cost_factor", "f8"),  # ratio: price x lasting cost deviation
        ("y_max", "f8"),  # quantity: capacity of this month
        ("unit_cost", "f8"),  # ratio: cost of one unit of output, this month
        ("capacity", "f8"),  # quantity: K, a month
        ("cash", "f8"),  # Rp m: in the till; below 0 it borrows
        ("line", "f8"),  # months: credit line, in months of capacity
        ("financeable", "f8"),  # quantity: most that it can make and pay for this month
        ("ordered", "f8"),  # quantity: allotted to buyers
        ("invoiced", "f8"),  # Rp m: to buyers this month
        ("fees", "f8"),  # Rp m: kept back by its cooperative
        ("learning", "f8"),  # scratch: quality learned from buyers this month
        ("weight", "f8"),  # weight: in its local market: K exp(attractiveness)
        ("room", "f8"),  # Rp m: most that it can still sell locally this month
        ("local_sales", "f8"),  # Rp m: of this month
        ("offered", "f8"),  # scratch: proposals of a round
        ("price", "f8"),  # ratio: relative, mean 1; fixed for a firm's life
        ("output", "f8"),  # quantity: made this month
        ("utilisation", "f8"),  # ratio: output over y_max
        ("revenue", "f8"),  # Rp m: of this month, net of returns
        ("profit", "f8"),  # Rp m: of this month, before drawings
        ("drawings", "f8"),  # Rp m: taken out by the owner this month
        ("received", "f8"),  # Rp m: receipts of the month
        ("profit_sum", "f8"),  # Rp m: over the last twelve months: sum of the ring
        ("hired", "f8"),  # persons: hired labour, smoothed over three months
        ("sales_per_worker", "f8"),  # Rp m: revenue a month that one hired worker stands for
        ("youth", "f8"),  # 0-1: exp(-age / youth_months)
        ("age", "i4"),  # months: since it began
        ("insolvent_months", "i4"),  # months: running with cash below minus the credit line
        ("formal", "u1"),  # flag: has bank credit
        ("woman", "u1"),  # flag: led by a woman
        ("granted", "u1"),  # flag: this generation had a grant
        ("cold_chain", "u1"),  # flag: holds a cold chain
        ("member", "u1"),  # flag: of the cooperative of its pool
        ("ever_partner", "u1"),  # flag: this generation delivered to a buyer, month 24 or later
        ("event_until", "i4"),  # month: before which a matching event still helps; 0 for none
        ("certificates", "i8"),  # bits: one a good, set where it holds the certificate
        ("x", "f8"),  # km: of the site, east
        ("y", "f8"),  # km: of the site, north
    ],
    align=True,
)
"""One row a slot, in the order of sector, pool and slot; a slot outlives its firms."""

BUYER_DTYPE = np.dtype(
    [
        ("number", "i8"),  # key: in the full region
        ("kind", "i4"),  # code: 0 hotel, 1 restaurant, 2 other large buyer, 3 procuring unit
        ("buyer_class", "i4"),  # code: hotel class 0..5; 0 for the others
        ("district", "i4"),  # code: district
        ("x", "f8"),  # km: of the site, east
        ("y", "f8"),  # km: of the site, north
        ("standard", "f8"),  # 0-1: quality q* it asks for
        ("weight", "f8"),  # number: buyers of the region that this one stands for
        ("ratio", "f8"),  # ratio: demand of the sampled buyer over that of one: weight / scale
        ("room_nights", "f8"),  # number: occupied in a month, of one hotel; 0 for the others
        ("payment_days", "f8"),  # days: after which its invoices are due
        ("coverage_draw", "f8"),  # uniform: covered while below the rule's coverage
        ("belief", "f8"),  # probability: of an inspection in a month, as it believes
        ("mode", "i4"),  # code: 0 none, 1 genuine, 2 paper
        ("covered", "u1"),  # flag: by a rule in force
        ("visited", "u1"),  # flag: by inspectors this month
        ("late", "u1"),  # flag: paid late last month
        ("buying", "u1"),  # flag: deliveries of covered goods together reach half their floors
        ("buying_months", "i4"),  # months: running
        ("basket_delivered", "f8"),  # scratch: delivered of all covered goods
        ("basket_floor", "f8"),  # scratch: their floors
        ("basket_base", "f8"),  # scratch: what its burn-in share would have been
        ("newly", "u1"),  # flag: buying, and not so much in its last year of the burn-in
        ("shocked", "u1"),  # flag: its demand has dropped
        ("sanctions", "i4"),  # number: so far
        ("sanctioned", "u1"),  # flag: this month
        ("event_until", "i4"),  # month: before which a matching event still helps; 0 for none
        ("cost", "f8"),  # Rp m: extra cost of the month
        ("mode_taste", "f8", (3,)),  # Gumbel: lasting liking for each mode
        ("fines_due", "f8", (FINE_MONTHS,)),  # Rp m: by month modulo 13
    ],
    align=True,
)
"""One row a hotel, restaurant, other large buyer or procuring unit of an agency."""

LINE_DTYPE = np.dtype(
    [
        ("buyer", "i4"),  # row: of the buyer
        ("good", "i4"),  # row: of the good
        ("start", "i4"),  # row: its first link
        ("stop", "i4"),  # row: one past its last link
        ("phase", "i4"),  # months: of its orders within the interval
        ("need_certificate", "u1"),  # flag: it asks for a certificate
        ("need_cold_chain", "u1"),  # flag: it asks for a cold chain
        ("demand", "f8"),  # quantity: D, a month, of the sample
        ("lot", "f8"),  # quantity: smallest contract of an agency; 0: a share of the order
        ("second_half", "f8"),  # 0-1: share of the year's demand due from July to December
        ("interval", "i4"),  # months: of demand that one order or year's contract stands for
        ("batches", "i4"),  # months: over which a yearly contract is delivered
        ("most", "f8"),  # number: suppliers that can be handled this month
        ("pending", "f8"),  # quantity: of an agency: not bought directly since its last year ended
        ("rest", "f8"),  # quantity: the same of the year before, by the month
        ("taste", "f8"),  # share of value: lasting liking of the buyer for UMKM in this good
        ("need", "f8"),  # quantity: due this month
        ("smallest", "f8"),  # quantity: smallest part of this order
        ("ordered", "f8"),  # quantity: this month
        ("near_ordered", "f8"),  # quantity: within the radius, voluntary stage
        ("agreed", "f8"),  # quantity: delivered under the agreement this month
        ("delivered", "f8"),  # quantity: this month, net of returns, from anywhere
        ("base_delivered", "f8"),  # quantity: the same over the last twelve months of the burn-in
        ("base_need", "f8"),  # quantity: due in these months
        ("best", "f8"),  # share of value: utility of the best link within the radius; -inf for none
        ("left", "f8"),  # scratch: target left in a stage
        ("worthwhile", "u1"),  # flag: some feasible link is worth more than the incumbent
        ("proposed", "u1"),  # scratch: of a round
        ("pooled", "u1"),  # flag: a cooperative pooled parts this month
        ("refused", "i4"),  # number: firms left out this month only for too small a part
        ("signed", "u1"),  # flag: covered by an obligation, or joined a memorandum
        ("buying", "u1"),  # flag: genuinely, by measurement
        ("buying_months", "i4"),  # months: running
        ("on_paper", "u1"),  # flag: signed, says it complies, does not buy
        ("newly", "u1"),  # flag: buying, and bought less than that before the policy
        ("cursor", "i4"),  # number: place at which the yearly redraw goes on
        ("reserve_next", "i4"),  # number: next firm of the reserve list
        ("agreed_ring", "f8", (COMPLIANCE_MONTHS,)),  # quantity: agreed, by month modulo 72
        ("floor_ring", "f8", (COMPLIANCE_MONTHS,)),  # quantity: floor, by month modulo 72
        ("base_ring", "f8", (COMPLIANCE_MONTHS,)),  # quantity: of its burn-in share, likewise
    ],
    align=True,
)
"""One row an order line: one buyer, one good. Its links are start..stop."""

LINK_DTYPE = np.dtype(
    [
        ("firm", "i4"),  # row: of the firm
        ("generation", "i4"),  # number: of the firm it knows; -1: nobody yet
        ("feasible", "u1"),  # flag: good enough, certified and willing this month
        ("lacks_only", "u1"),  # flag: feasible but for certificate or cold chain
        ("near", "u1"),  # flag: within the rule's radius
        ("active", "u1"),  # flag: supplies, until a due month without an order
        ("age", "i4"),  # months: in which the relation was active
        ("defect", "u1"),  # flag: delivered below standard this month
        ("late", "u1"),  # flag: is paid late this month
        ("small", "u1"),  # flag: its part was too small this month
        ("pooled", "u1"),  # flag: its part is one of a cooperative's
        ("distance", "f8"),  # km: between firm and buyer
        ("taste", "f8"),  # share of value: lasting liking of the buyer for this firm
        ("sample", "f8"),  # 0-1: quality of the sample the buyer saw first
        ("shelf", "f8"),  # days: shelf life of this firm's good
        ("lead", "f8"),  # days: lead time of this firm
        ("trust_buyer", "f8"),  # 0-1: of the buyer in the firm
        ("trust_firm", "f8"),  # 0-1: of the firm in the buyer
        ("quality_sum", "f8"),  # 0-1: delivered quality, added up
        ("deliveries", "f8"),  # number: so far
        ("utility", "f8"),  # share of value: to the buyer, this month
        ("proposal", "f8"),  # scratch: of a round
        ("order", "f8"),  # quantity: of this month
        ("returned", "f8"),  # quantity: sent back unpaid this month
        ("common", "f8"),  # 0-1: quality of the pooled delivery
    ],
    align=True,
)
"""One row a candidate firm of an order line, sorted by line."""

POOL_DTYPE = np.dtype(
    [
        ("sector", "i4"),  # code: trade
        ("start", "i8"),  # row: its first firm
        ("stop", "i8"),  # row: one past its last firm
        ("households", "f8"),  # Rp m: spending a month at month 0
        ("attractiveness_0", "f8"),  # log: mean at month 0
        ("capacity_0", "f8"),  # quantity: of its firms at month 0
        ("capacity", "f8"),  # quantity: of living firms
        ("attractiveness", "f8"),  # log: mean, weighted by capacity
        ("spending", "f8"),  # Rp m: of this month
        ("sold", "f8"),  # Rp m: of this month
    ],
    align=True,
)
"""One row a local market: a village, or several joined, and a sector."""

SHOP_DTYPE = np.dtype(
    [
        ("generation", "i4"),  # number: of the firm the row is about
        ("open", "u1"),  # flag: sells on the marketplace
        ("opened", "u1"),  # flag: this firm ever opened a shop
        ("trained", "u1"),  # flag: this firm had a place of the city's training
        ("months", "i4"),  # months: open, since the last opening
        ("below", "i4"),  # months: running with less than a part of what was expected
        ("idle", "i4"),  # months: running without a sale, since the opening
        ("readiness", "f8"),  # 0-1: listing, photos, answers, packing
        ("training", "f8"),  # 0-1: exposure of this month; used up at its end
        ("recent", "f8"),  # number: orders that the ranking remembers
        ("rated", "f8"),  # number: orders rated, ever
        ("rating_sum", "f8"),  # 0-1: their quality, added up
        ("expectation", "f8"),  # Rp m: sales a month that the owner expects
        ("weight", "f8"),  # weight: in the choice of online buyers, this month
        ("room", "f8"),  # Rp m: most it can sell this month; falls as buyers choose
        ("asked", "f8"),  # Rp m: what buyers want to spend here
        ("asked_outside", "f8"),  # Rp m: of which buyers elsewhere
        ("orders", "f8"),  # number: of this month, whole ones
        ("sales", "f8"),  # Rp m: orders placed this month
        ("outside", "f8"),  # Rp m: of which by buyers elsewhere
        ("quantity", "f8"),  # quantity: sold this month
        ("revenue", "f8"),  # Rp m: sales net of returns, before fees
        ("fees", "f8"),  # Rp m: of the platform, borne by the firm
        ("costs", "f8"),  # Rp m: sending, and keeping the shop
        ("payout", "f8"),  # Rp m: received from the platform this month
        ("pending", "f8"),  # Rp m: not paid out yet
        ("total", "f8"),  # Rp m: sales since the firm began
    ],
    align=True,
)
"""One row a slot, in the order of the firms; no rows where there is no platform."""

ONLINE_DTYPE = np.dtype(
    [
        ("start", "i8"),  # row: the sector's first firm
        ("stop", "i8"),  # row: one past its last firm
        ("share", "f8"),  # 0-1: of households' spending on the trade that is made online
        ("outside", "f8"),  # Rp m: spending of the outside market, a month
        ("rivals", "f8"),  # weight: of sellers elsewhere, fixed
        ("households", "f8"),  # Rp m: spending moved out of the local pools this month
        ("sold", "f8"),  # Rp m: with sellers of the region, this month
        ("sold_outside", "f8"),  # Rp m: of which to buyers elsewhere
        ("elsewhere", "f8"),  # Rp m: with sellers elsewhere, this month
    ],
    align=True,
)
"""One row a sector: its online market; no rows where there is no platform."""

PLATFORM_DTYPE = np.dtype(
    [
        ("shops", "f8"),  # number: open this month
        ("sales", "f8"),  # Rp m: of this month
        ("outside", "f8"),  # Rp m: of which to buyers elsewhere
        ("returned", "f8"),  # Rp m: refunded
        ("fees", "f8"),  # Rp m: borne by firms
        ("subsidy", "f8"),  # Rp m: fees borne by the city
        ("promotion", "f8"),  # Rp m: paid by the city
        ("pending", "f8"),  # Rp m: not paid out yet, at the end of the month
        ("opened", "f8"),  # number: shops opened this month
        ("dropped", "f8"),  # number: shops given up
        ("onboarded", "f8"),  # number: shops opened for firms by the city
        ("trained", "f8"),  # number: firms that the city trained
        ("cost", "f8"),  # Rp m: public cost of the month
    ],
    align=True,
)
"""The platform: one row, or none. All of the sample, in the last month run."""

COOPERATIVE_DTYPE = np.dtype(
    [
        ("sector", "i4"),  # code: trade
        ("village", "i4"),  # code: ward of its first slot
        ("district", "i4"),  # code: district
        ("active", "u1"),  # flag: 0: on the register only
        ("pooling", "u1"),  # flag: pools orders this month
        ("listed", "u1"),  # flag: on the catalogue for its members, this month
        ("draw", "f8"),  # uniform: pools while below the lever's share
        ("pooled", "f8"),  # quantity: of its members' pooled orders this month
        ("sales", "f8"),  # Rp m: invoices of pooled orders so far
        ("account", "f8"),  # Rp m: fees kept back so far
    ],
    align=True,
)
"""One row a cooperative: that of the pool with the same number, whose members are marked."""


COACHING_DTYPE = np.dtype(
    [
        ("generation", "i4"),  # number: of the firm it is about; another firm starts anew
        ("state", "u1"),  # code: 0 none, 1 waiting, 2 coached
        ("programme", "i4"),  # row: that it applied to or was last coached by; -1: none
        ("waited", "i4"),  # months: since the application
        ("left", "i4"),  # months: of the match to come
        ("since", "i4"),  # months: since the last admission
        ("pending", "u1"),  # flag: the last match is not yet judged by others
        ("admissions", "i4"),  # number: matches so far
        ("finished", "u1"),  # flag: an alumnus or alumna: finished a match
        ("judged", "u1"),  # flag: others have seen what became of it
        ("success", "u1"),  # flag: and took it for a success
        ("time", "f8"),  # ratio: mentor's time its place buys, share of a full match
        ("fatigue", "f8"),  # number: matches, drop-outs and vain waits remembered
        ("revenue_before", "f8"),  # Rp m: of the month before the last admission
        ("training", "f8"),  # 0-1: online training of this month
    ],
    align=True,
)
"""One row a slot where a policy has coaching; no row otherwise."""

PROGRAMME_DTYPE = np.dtype(
    [
        ("share", "f8"),  # 0-1: of the region's places
        ("criteria", "f8", (5,)),  # weight: unit vector over the features of selection
        ("target", "f8"),  # 0-1: stage of the firms that the content is made for
        ("width", "f8"),  # ratio: of the content window, times content_width
        ("cost_ratio", "f8"),  # ratio: cost a head over the mean
        ("x", "f8"),  # km: of its office, east
        ("y", "f8"),  # km: of its office, north
        ("applications", "i8"),  # number: of this month, in the sample, as all that follows
        ("waiting", "i8"),  # number: at the end of the month
        ("admitted", "i8"),  # number: of this month
        ("free", "i8"),  # number: places of this year that nobody took yet
        ("waited", "f8"),  # months: sum over the admitted
        ("coached", "i8"),  # number: at a time
        ("intensity", "f8"),  # ratio: a head, share of a full match
        ("outside", "i8"),  # number: coached firms outside the content window
        ("finished", "i8"),  # number: of this month
        ("dropouts", "i8"),  # number: of this month
        ("cost", "f8"),  # Rp m: of this month
    ],
    align=True,
)
"""One row a mentor programme where a policy has coaching; no row otherwise."""


TREATMENT_DTYPE = np.dtype(
    [
        ("kind", "i4"),  # code: place in sim.treatment.KINDS
        ("start", "i4"),  # month: first
        ("stop", "i4"),  # month: after the last
        ("amount", "f8"),  # Rp m: a grant or a loan; quantity of a delivery
        ("intensity", "f8"),  # 0-1: of coaching or training
        ("fit", "f8"),  # 0-1: of the content to the firm
        ("by_mentor", "u1"),  # flag: else in class
        ("onboard", "u1"),  # flag: a shop is opened at the start
        ("standard", "f8"),  # 0-1: quality asked of deliveries
        ("premium", "f8"),  # ratio: of the price over the firm's own
        ("days", "f8"),  # days: until an invoice is paid
        ("sooner", "f8"),  # days: by which invoices are paid sooner
        ("most_days", "f8"),  # days: at most so many
        ("buyers", "i4"),  # bits: kinds of buyers it is about
        ("interest", "f8"),  # ratio: of a loan, a month
        ("grace", "i4"),  # months: before the first instalment
        ("change", "f8"),  # ratio: of local customers' spending at the firm
        ("from_competitors", "f8"),  # 0-1: part of it that neighbours lose or win
    ],
    align=True,
)
"""One row a thing that firms of a field experiment get; no row outside of one."""

DEAL_DTYPE = np.dtype(
    [
        ("generation", "i4"),  # number: of the treated firm; an entrant at its place is not treated
        ("debt", "f8"),  # Rp m: of a loan
        ("instalment", "f8"),  # Rp m: due this month
        ("interest", "f8"),  # Rp m: of the loan, this month
        ("quantity", "f8"),  # quantity: ordered under a contract this month
        ("revenue", "f8"),  # Rp m: invoiced under it this month
        ("invoices", "f8"),  # number: under it, this month
        ("late", "f8"),  # number: of which paid late
        ("sooner", "f8", (4,)),  # days: sooner, by kind of buyer, this month
        ("most_days", "f8", (4,)),  # days: at most, by kind of buyer
    ],
    align=True,
)
"""One row a slot in a field experiment; no row outside of one."""

SECTOR_STATE = (
    "capacity",  # quantity: of living firms, at the market
    "profit",  # Rp m: mean of twelve months, summed over living firms
    "usual_rate",  # ratio: normal profit over capacity at month 0
    "wholesale",  # Rp m: what buyers' wholesalers take from UMKM this month
    "entry_capacity",  # quantity: of living firms, when vacant slots are taken
    "spending_shock",  # ratio: factor on households' spending this month
    "cost_shock",  # ratio: factor on unit cost this month
)
"""One row a sector (trade): the columns of `Tables.sector_state`, in order."""


class Gravity(NamedTuple):
    """Where households of a pool spend, at month 0: one square table a sector, end to end."""

    first_pool: npt.NDArray[np.int64]  # (sectors + 1,)
    offset: npt.NDArray[np.int64]  # (sectors + 1,) into share
    share: Floats


class Tables(NamedTuple):
    """All that changes in a month, and what it leans on."""

    firms: npt.NDArray[np.void]
    # Rings by month, then firm: a month touches one entry a firm, and neighbours stand together.
    profit_ring: Floats  # Rp m: (12, firms), profit of the last twelve months, by month modulo 12
    receivables: Floats  # Rp m: (8, firms), invoices not paid yet, by month of payment modulo 8
    buyers: npt.NDArray[np.void]
    lines: npt.NDArray[np.void]
    links: npt.NDArray[np.void]
    pools: npt.NDArray[np.void]
    cooperatives: npt.NDArray[np.void]
    reserve: npt.NDArray[np.int32]  # row: (lines, length), firms in the order of the draw, then -1
    reserve_distance: Floats  # km: (lines, length), to each firm of the reserve
    gravity: Gravity  # 0-1: where households of each pool spend, at month 0
    goods: npt.NDArray[np.void]
    # See `SECTOR_STATE`; shocks are factors, 1 where there is none, and come from sim.run.
    sector_state: Floats  # mixed: (sectors, 7)
    village_practice: Floats  # 0-1: (villages, sectors), sum of practice over living firms
    village_firms: Floats  # number: (villages, sectors), living firms
    state: Floats  # mixed: scalars that last from month to month, see sim.firm_month
    # Of length zero where there is no platform.
    shops: npt.NDArray[np.void]
    online: npt.NDArray[np.void]
    platform: npt.NDArray[np.void]
    coaching: npt.NDArray[np.void]  # a row a slot, or none
    programmes: npt.NDArray[np.void]  # a row a mentor programme, or none
    competence: Floats  # 0-1: (programmes, sectors), share of a trade's needs its mentors can teach
    # Of length zero outside of a field experiment.
    treatments: npt.NDArray[np.void]
    treated: npt.NDArray[np.uint8]  # flag: (treatments, firms), who gets what
    contracted: Floats  # quantity: (treatments, firms), of this month under a contract
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
