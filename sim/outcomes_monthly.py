"""What is written down each month: sums over the region, one row a month."""

from __future__ import annotations

import numpy as np

__all__ = [
    "GOOD_FIELDS",
    "LEDGER_DTYPE",
    "MONTHLY",
    "MONTHLY_DTYPE",
    "ONLINE_MONTHLY",
    "ONLINE_MONTHLY_DTYPE",
]

MONTHLY = (
    "firms",
    "firms_eligible",
    "firms_micro",
    "firms_micro_eligible",
    "survivors",  # of the firms alive at month 23, those still in their slot
    "initial_survivors",  # of the firms alive at month 0
    "revenue",
    "revenue_eligible",
    "revenue_micro",
    "profit",
    "profit_eligible",
    "profit_micro",
    "hired",
    "partners",  # firms with an order this month
    "ever_partners",  # generations since month 24 with a delivered order
    "generations",  # generations alive at or after month 24
    "closures",
    "insolvencies",
    "entries",
    "partner_insolvencies",
    "local_spending",
    "local_sales",
    "need",
    "direct",
    "via_wholesale",
    "outside",
    "hotel_need",
    "hotel_direct",
    "restaurant_direct",
    "agency_need",
    "agency_direct",
    "agency_rest",  # not bought directly by agencies, supplied this month by others
    "pooled_direct",  # quantity that cooperatives pooled
    "agency_cost",  # extra cost of agencies
    "lot_failures",  # firms left out only because their part was too small, counted by line
    "cooperative_fees",
    "cooperatives_pooling",  # share of all cooperatives
    "agencies",
    "agencies_signed",
    "agencies_buying",
    "agencies_paper",
    "events",
    "registrations",  # on the catalogue, with help
    "hotel_cost",
    "room_nights",
    "hotels",
    "hotels_signed",
    "hotels_buying",
    "hotels_still_buying",
    "hotels_newly",  # buying, and did not buy that much in their last year of the burn-in
    "hotels_paper",
    "hotel_new",  # purchases of signed goods beyond the share of the need bought in that year
    "inspections",
    "sanctions",
    "fines",
    "belief",  # sum over covered hotels
    "covered_hotels",
    "public_cost",
    "grants",
    "receivables",
    "written_off",
    "drawings",
    "interest",
    "investment",
    "acquisitions",
    "invoices",
    "late_invoices",
    "defects",
    "returned",
    "relations",
    "trust_buyers",  # sum over active relations
    "trust_firms",
    "quality",  # sum over firms
    "practice",
    "utilisation",
    "wage_pressure",
    "coaching_places",
    "applications",
    "waiting",  # firms on the lists after selection
    "admitted",
    "waited",  # months, sum over the admitted
    "coached",
    "coaching_intensity",  # sum over coached firms
    "outside_content",  # coached firms outside the content window
    "dropouts",
    "alumni",
    "alumni_judged",  # alumni a year or more after admission
    "visible_successes",  # of them, those whose revenue rose by more than visible_rise
    "coaching_cost",
)
"""Names of the monthly outcomes. Money in million rupiah a month; counts over the region."""

MONTHLY_DTYPE = np.dtype([(name, "f8") for name in MONTHLY])

ONLINE_MONTHLY = (
    "shops",  # open during the month
    "shops_ever",  # firms in business that ever opened one
    "shops_dormant",  # of these, without a sale for three months
    "shops_opened",
    "shops_dropped",
    "shops_onboarded",
    "shops_trained",
    "online_households",  # spending of the region's households, with sellers anywhere
    "online_demand_outside",  # spending of the outside market, with sellers anywhere
    "online_sales",  # with sellers of the region
    "online_sales_outside",  # of which to buyers elsewhere
    "online_elsewhere",  # with sellers elsewhere
    "online_returned",
    "platform_fees",  # borne by firms
    "platform_subsidy",  # fees and promotion borne by the city
    "platform_cost",  # public cost of all levers of the platform
    "online_gini",  # of the month's sales over open shops
    "readiness",  # sum over firms of the trades sold online
    "online_firms",  # firms of these trades
)
"""Names of the platform's monthly outcomes, a record of its own; zeros where there is none."""

ONLINE_MONTHLY_DTYPE = np.dtype([(name, "f8") for name in ONLINE_MONTHLY])

GOOD_FIELDS = ("signed", "buying", "paper", "need", "direct", "still_buying", "newly")
"""Last axis of `World.good_state`: hotels signed / buying / on paper (counts over the region),
their need and direct purchases of the good (quantity a month), hotels buying for 12 months,
hotels newly buying."""

LEDGER_DTYPE = np.dtype(
    [
        (name, "f8")
        for name in (
            "cash",
            "receivables",
            "orders_within_need",
            "orders_within_finance",
            "local_market",
            "need_split",
            "sales_within_capacity",
            "bounds",
            "online_market",
            "payouts",
            "cooperatives",
        )
    ]
)
"""Relative residuals of the stock-flow identities of a month; all must be below 1e-9."""
