"""What a run is asked for: every outcome declared once, with its unit, denominator and direction.

An outcome is a number of one run over one window; `OUTCOMES` says what it is called, in which unit,
of whom, whether more is better, and how it is read from the record of the run. Outcomes marked
`twin` compare the same slot in the run and in the baseline run; in the baseline they are zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sim.outcomes_record import MonthsView, Record, View, Window, share_of, windows
from sim.world import World

__all__ = [
    "MONTHLY_OUTCOMES",
    "OUTCOMES",
    "Outcome",
    "Record",
    "View",
    "Window",
    "monthly_values",
    "window_values",
    "windows",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One declared outcome.

    Attributes:
        name: key in tables and files.
        unit: of the value.
        label: name for people, by language.
        better: 1 where more is better, -1 where less is, 0 where neither can be said.
        for_whom: whom the number is about.
        denominator: what a share or a per-firm figure is divided by; empty for sums.
        compute: reads the value from one run and window.
        twin: compares slots with the baseline run.
    """

    name: str
    unit: str
    label: Mapping[str, str]
    better: int
    for_whom: str
    denominator: str
    compute: Callable[[View], float]
    twin: bool = False


_ALL, _ELIGIBLE, _MICRO = "all UMKM", "eligible sectors", "micro firms"
_HOTELS, _CITY, _REGION, _SHOPS = "hotels", "city", "region", "firms that sell online"
_COACHED = "coached firms"
_MONTHLY, _RP, _BN = "Rp m a month", "Rp a month", "Rp bn"
_LISTED = "living firms of the sectors that make what hotels, restaurants or agencies buy"
_HOTEL_END = "all hotels, at the window's end"
_UNITS_END = "all procuring units of agencies, at the window's end"
_TWIN = "firms standing in both runs at the window's end"


def _per_firm(sums: str, count: str) -> Callable[[View], float]:
    return lambda v: 1e6 * v.ratio(sums, count)


def _hotels(count: str) -> Callable[[View], float]:
    return lambda v: share_of(100.0 * v.last(count), v.last("hotels"), np.nan)


def _coached(numerator: str, denominator: str, factor: float = 1.0) -> Callable[[View], float]:
    """Sum over sum, and 0 where nobody is coached."""
    return lambda v: factor * v.ratio(numerator, denominator, 0.0)


def _applicants(view: View) -> float:
    """Those who come in the window; how long the lists are is in the months of waiting."""
    return view.ratio("applications", "coaching_places", 0.0)


def _visible(view: View) -> float:
    return share_of(100.0 * view.last("visible_successes"), view.last("alumni_judged"), 0.0)


def _agencies(count: str) -> Callable[[View], float]:
    return lambda v: share_of(100.0 * v.last(count), v.last("agencies"), np.nan)


def _row(
    name: str,
    unit: str,
    words: tuple[str, str],
    better: int,
    for_whom: str,
    denominator: str,
    compute: Callable[[View], float],
    *,
    twin: bool = False,
) -> Outcome:
    label = MappingProxyType({"en": words[0], "id": words[1]})
    return Outcome(name, unit, label, better, for_whom, denominator, compute, twin)


def _online(compute: Callable[[View], float]) -> Callable[[View], float]:
    """The value where there is a platform; not a number where there is none."""
    return lambda v: compute(v) if v.world.tables.shops.size else np.nan


def _gini(view: View) -> float:
    """Gini of the last year's revenue over firms alive at its end."""
    world, year = view.world, view.window.last_year
    revenue = np.sort(world.yearly.revenue[year][world.yearly.alive[year] == 1])
    total = revenue.sum()
    if revenue.size == 0 or total <= 0:
        return np.nan
    rank = np.arange(1, revenue.size + 1)
    return float(((2 * rank - revenue.size - 1) * revenue).sum() / (revenue.size * total))


def _in_business(view: View) -> float:
    if view.window.first_year < 2:
        return np.nan
    cohort = view.record.cohort
    stayed = (view.record.generation[view.window.last_year] == cohort) & (cohort >= 0)
    return 100.0 * float(stayed.sum()) / max(1.0, float((cohort >= 0).sum()))


def _outside_loss(view: View) -> float:
    """Sales that suppliers of large buyers, and sellers elsewhere on a marketplace, lose."""
    lost = view.baseline_mean("outside") - view.mean("outside")
    if view.world.tables.shops.size:
        lost += view.baseline_mean("online_elsewhere") - view.mean("online_elsewhere")
    return lost


def _net_benefit(view: View) -> float:
    """Fines only move money from buyers to the treasury, which then raises that much less.

    City agencies pay with public money: what they pay more, fines among it, counts with the rest.
    """
    public = view.total("public_cost") + view.total("agency_cost") - view.total("fines")
    costs = view.parameter("marginal_cost_of_funds") * public
    return (view.total("profit") + view.total("grants") - costs) / 1000.0


# fmt: off
_DECLARED = (
    _row("profit", _MONTHLY, ("UMKM profit", "laba UMKM"), 1, _ALL, "",
         lambda v: v.mean("profit")),
    _row("profit_per_eligible", _RP, ("profit, eligible sectors", "laba, sektor pemasok"), 1,
         _ELIGIBLE, _LISTED,
         _per_firm("profit_eligible", "firms_eligible")),
    _row("profit_per_micro", _RP, ("profit, micro", "laba, usaha mikro"), 1, _MICRO,
         "living micro firms of all sectors", _per_firm("profit_micro", "firms_micro")),
    _row("revenue", _MONTHLY, ("UMKM revenue", "omzet UMKM"), 1, _ALL, "",
         lambda v: v.mean("revenue")),
    _row("revenue_per_eligible", _RP, ("revenue, eligible sectors", "omzet, sektor pemasok"), 1,
         _ELIGIBLE, _LISTED,
         _per_firm("revenue_eligible", "firms_eligible")),
    _row("revenue_per_micro", _RP, ("revenue, micro", "omzet, usaha mikro"), 1, _MICRO,
         "living micro firms of all sectors", _per_firm("revenue_micro", "firms_micro")),
    _row("firms_gaining", "firms", ("firms gaining > Rp 100,000/month",
         "usaha naik > Rp100.000/bulan"), 1, _ALL, _TWIN, lambda v: v.twins.gaining, twin=True),
    _row("firms_losing", "firms", ("firms losing > Rp 100,000/month",
         "usaha turun > Rp100.000/bulan"), -1, _ALL, _TWIN, lambda v: v.twins.losing, twin=True),
    _row("in_business", "% of firms", ("in business", "masih beroperasi"), 1, _ALL,
         "firms alive at month 23; at the window's end", _in_business),
    _row("jobs", "people", ("jobs (owners and hired)", "lapangan kerja"), 1, _REGION, "",
         lambda v: v.mean("firms") + v.mean("hired")),
    _row("ever_partnered", "% of firms", ("ever partnered", "pernah bermitra"), 1, _ALL,
         "firms alive at or after month 24; at the window's end",
         lambda v: share_of(100.0 * v.last("ever_partners"), v.last("generations"), np.nan)),
    _row("hotels_signed", "% of hotels", ("hotels signed", "hotel menandatangani"), 0, _HOTELS,
         _HOTEL_END, _hotels("hotels_signed")),
    _row("hotels_buying", "% of hotels", ("hotels buying", "hotel membeli"), 1, _HOTELS,
         _HOTEL_END, _hotels("hotels_buying")),
    _row("hotels_on_paper", "% of hotels", ("hotels: signs without buying",
         "hotel: patuh di atas kertas"), -1, _HOTELS, _HOTEL_END, _hotels("hotels_paper")),
    _row("hotels_still_buying", "% of hotels", ("hotels still buying after 12 months",
         "hotel masih membeli setelah 12 bulan"), 1, _HOTELS, _HOTEL_END,
         _hotels("hotels_still_buying")),
    _row("hotels_newly_buying", "% of hotels", ("hotels newly buying",
         "hotel yang baru membeli"), 1, _HOTELS,
         "all hotels, at the window's end; buying now, and not so much in their own last year"
         " before the policy", _hotels("hotels_newly")),
    _row("same_trade", _RP, ("other UMKM, same trade", "UMKM lain, usaha sejenis"), 1,
         _ELIGIBLE, "twins of eligible sectors that no buyer ordered from in the window",
         lambda v: v.twins.mean_same_trade, twin=True),
    _row("partners_gain", _RP, ("firms with buyer orders", "usaha yang mendapat pesanan"), 1,
         "partners", "twins with a buyer's order in the window",
         lambda v: v.twins.mean_partners, twin=True),
    _row("other_trades", _RP, ("UMKM of other trades", "UMKM usaha lain"), 1, "other sectors",
         "twins of sectors that supply no hotel, restaurant or agency",
         lambda v: v.twins.mean_other_trades, twin=True),
    _row("gain_partners", _MONTHLY, ("gain of firms with orders", "kenaikan usaha berpesanan"), 1,
         "partners", "", lambda v: v.twins.sum_partners, twin=True),
    _row("gain_same_trade", _MONTHLY, ("gain of the same trade", "kenaikan usaha sejenis"), 1,
         _ELIGIBLE, "", lambda v: v.twins.sum_same_trade, twin=True),
    _row("gain_other_trades", _MONTHLY, ("gain of other trades", "kenaikan usaha lain"), 1,
         "other sectors", "", lambda v: v.twins.sum_other_trades, twin=True),
    _row("gain_other_firms", _MONTHLY, ("gain at sites where another firm stands, or none",
         "kenaikan di tempat usaha berganti"), 0, "sites with other firms", "",
         lambda v: v.twins.sum_changed, twin=True),
    _row("sites_changed", "% of sites", ("sites with another firm than in the baseline",
         "tempat usaha dengan pelaku lain"), 0, _REGION, "all sites",
         lambda v: v.twins.share_changed, twin=True),
    _row("hotel_cost", "Rp a room-night", ("hotel cost", "biaya hotel"), -1, _HOTELS,
         "occupied room-nights of all hotels", _per_firm("hotel_cost", "room_nights")),
    _row("public_cost", _BN, ("public cost", "biaya publik"), -1, _CITY, "",
         lambda v: v.total("public_cost") / 1000.0),
    _row("public_cost_per_eligible", _RP, ("public cost, per firm of eligible sectors",
         "biaya publik per usaha sektor pemasok"), -1, _CITY,
         _LISTED,
         _per_firm("public_cost", "firms_eligible")),
    _row("net_benefit", _BN, ("net benefit to UMKM and treasury", "manfaat bersih UMKM dan kas"),
         1, "UMKM and city", "profit and grants less public money, agencies' extra cost in it, net"
         " of fines; hotels' cost and outside loss not taken off", _net_benefit),
    _row("outside_loss", _MONTHLY, ("outside loss", "kehilangan pemasok luar"), 0,
         "suppliers outside UMKM, and sellers elsewhere on the marketplace", "", _outside_loss,
         twin=True),
    _row("moved_from_umkm", _MONTHLY, ("purchases moved from other UMKM", "pengalihan"), -1,
         "UMKM behind wholesalers", "",
         lambda v: v.baseline_mean("via_wholesale") - v.mean("via_wholesale"), twin=True),
    _row("gini", "index 0-1", ("Gini of revenue", "Gini omzet"), -1, _ALL,
         "revenue of the last year, firms alive at its end", _gini),
    _row("firms", "firms", ("UMKM in business", "UMKM beroperasi"), 0, _ALL, "",
         lambda v: v.mean("firms")),
    _row("closures", "firms a year", ("closures", "berhenti berusaha"), 0, _ALL, "",
         lambda v: 12 * v.mean("closures")),
    _row("insolvencies", "firms a year", ("closures for want of cash", "tutup karena kas habis"),
         -1, _ALL, "", lambda v: 12 * v.mean("insolvencies")),
    _row("partner_insolvencies", "firms a year", ("partners closed for want of cash",
         "mitra tutup karena kas habis"), -1, "partners", "",
         lambda v: 12 * v.mean("partner_insolvencies")),
    _row("partners", "firms", ("firms with an order in a month", "usaha dengan pesanan sebulan"),
         1, _ALL, "", lambda v: v.mean("partners")),
    _row("direct_purchases", _MONTHLY, ("direct purchases from UMKM", "pembelian langsung"), 1,
         "large buyers", "", lambda v: v.mean("direct")),
    _row("hotel_purchases", _MONTHLY, ("hotels' purchases from UMKM", "pembelian hotel"), 1,
         _HOTELS, "", lambda v: v.mean("hotel_direct")),
    _row("hotel_new_purchases", _MONTHLY, ("new purchases of signed hotels",
         "pembelian baru hotel penanda tangan"), 1, _HOTELS,
         "deliveries of the goods signed for beyond the share of the need that each hotel bought"
         " in its own last year before the policy", lambda v: v.mean("hotel_new")),
    _row("restaurant_purchases", _MONTHLY, ("restaurants' purchases from UMKM",
         "pembelian restoran"), 1, "restaurants", "", lambda v: v.mean("restaurant_direct")),
    _row("agency_purchases", _MONTHLY, ("agencies' purchases from UMKM", "pembelian dinas"), 1,
         "agencies", "", lambda v: v.mean("agency_direct")),
    _row("large_buyer_purchases", _MONTHLY, ("other large buyers' purchases from UMKM",
         "pembelian pembeli besar lain"), 1, "other large buyers", "",
         lambda v: v.mean("direct") - v.mean("hotel_direct") - v.mean("restaurant_direct")
         - v.mean("agency_direct")),
    _row("agencies_buying", "% of units", ("agencies' units buying", "unit dinas membeli"), 1,
         "agencies", _UNITS_END, _agencies("agencies_buying")),
    _row("agencies_on_paper", "% of units", ("agencies' units: signs without buying",
         "unit dinas: patuh di atas kertas"), -1, "agencies", _UNITS_END,
         _agencies("agencies_paper")),
    _row("agency_extra_cost", _MONTHLY, ("agencies' extra cost, not in public cost",
         "biaya tambahan dinas, di luar biaya publik"), -1, "agencies", "",
         lambda v: v.mean("agency_cost")),
    _row("lot_failures", "a year", ("firms left out for a part too small",
         "usaha tersisih karena jumlah terlalu kecil"), -1, _ELIGIBLE,
         "counted line by line, each month with need left", lambda v: 12 * v.mean("lot_failures")),
    _row("pooled_share", "% of orders", ("orders pooled by cooperatives",
         "pesanan lewat koperasi"), 0, "partners", "direct purchases from UMKM",
         lambda v: 100.0 * v.ratio("pooled_direct", "direct")),
    _row("cooperative_fees", _MONTHLY, ("fees kept by cooperatives", "biaya koperasi"), 0,
         "cooperatives", "", lambda v: v.mean("cooperative_fees")),
    _row("events", "a year", ("matching events", "temu usaha"), 0, _CITY, "",
         lambda v: 12 * v.mean("events")),
    _row("registrations", "firms a year", ("firms helped onto the catalogue",
         "usaha dibantu masuk katalog"), 0, _ELIGIBLE, "",
         lambda v: 12 * v.mean("registrations")),
    _row("local_sales", _MONTHLY, ("sales on local markets", "penjualan pasar lokal"), 1, _ALL,
         "", lambda v: v.mean("local_sales")),
    _row("late_payments", "% of invoices", ("invoices paid late", "tagihan terlambat"), -1,
         "partners", "invoices, by number", lambda v: 100.0 * v.ratio("late_invoices", "invoices")),
    _row("fines", _BN, ("fines, to the treasury", "denda, untuk kas daerah"), 0, "buyers", "",
         lambda v: v.total("fines") / 1000.0),
    _row("grants", _BN, ("grants paid", "bantuan tunai"), 0, _ALL, "",
         lambda v: v.total("grants") / 1000.0),
    _row("inspections", "a year", ("inspections", "pemeriksaan"), 0, "buyers", "",
         lambda v: 12 * v.mean("inspections")),
    _row("sanctions", "a year", ("sanctions", "sanksi"), 0, "buyers", "",
         lambda v: 12 * v.mean("sanctions")),
    _row("firms_coached", "firms", ("firms admitted to coaching", "usaha diterima dalam pembinaan"),
         0, _COACHED, "", lambda v: v.total("admitted")),
    _row("applicants_per_place", "applicants a place", ("new applicants for a place in coaching",
         "pendaftar baru per tempat pembinaan"), 0, "applicants",
         "places offered in the window; 0 without coaching", _applicants),
    _row("waiting_months", "months", ("wait for a place in coaching",
         "lama menunggu tempat pembinaan"), -1, _COACHED, "firms admitted; 0 without coaching",
         _coached("waited", "admitted")),
    _row("outside_content", "% of coached", ("coached firms outside the content window",
         "usaha binaan yang tidak cocok dengan isi pembinaan"), -1, _COACHED,
         "months of coached firms; 0 without coaching",
         _coached("outside_content", "coached", 100.0)),
    _row("coaching_intensity", "share 0-1", ("intensity of coaching a head",
         "intensitas pembinaan per usaha"), 1, _COACHED,
         "months of coached firms; 0 without coaching", _coached("coaching_intensity", "coached")),
    _row("coaching_dropouts", "% of admitted", ("coached firms that leave early",
         "usaha binaan yang berhenti sebelum selesai"), -1, _COACHED,
         "firms admitted; 0 without coaching", _coached("dropouts", "admitted", 100.0)),
    _row("coached_gain", _RP, ("gain of coached firms", "kenaikan usaha binaan"), 1, _COACHED,
         "twins ever admitted; 0 without coaching", lambda v: v.twins.mean_coached, twin=True),
    _row("visible_success", "% of alumni", ("visible success of alumni",
         "keberhasilan binaan yang terlihat"), 0, "alumni",
         "alumni a year or more after admission, at the window's end; 0 without coaching",
         _visible),
    _row("true_success", "% of alumni", ("true success of alumni",
         "keberhasilan binaan yang sesungguhnya"), 1, "alumni",
         "the same alumni standing in both runs, revenue of the last year against the twin's",
         lambda v: v.twins.true_success, twin=True),
    _row("coaching_cost", _BN, ("cost of coaching", "biaya pembinaan"), -1, _CITY, "",
         lambda v: v.total("coaching_cost") / 1000.0),
    _row("quality", "index 0-1", ("quality of UMKM", "mutu UMKM"), 1, _ALL, "living firms",
         lambda v: v.ratio("quality", "firms")),
    _row("practice", "index 0-1", ("business practice", "praktik usaha"), 1, _ALL, "living firms",
         lambda v: v.ratio("practice", "firms")),
    _row("shops", "firms", ("open online shops", "toko daring buka"), 0, _SHOPS, "",
         _online(lambda v: v.mean("shops"))),
    _row("selling_online", "% of firms", ("firms with an open online shop",
         "usaha dengan toko daring buka"), 0, _ALL, "living firms of all trades",
         _online(lambda v: 100.0 * v.ratio("shops", "firms"))),
    _row("shops_dormant", "% of shops", ("dormant online shops", "toko daring tidak aktif"), -1,
         _SHOPS, "firms in business that ever opened one; no sale for three months",
         _online(lambda v: 100.0 * v.ratio("shops_dormant", "shops_ever"))),
    _row("online_sales", _MONTHLY, ("online sales", "penjualan daring"), 1, _SHOPS, "",
         _online(lambda v: v.mean("online_sales"))),
    _row("online_sales_outside", _MONTHLY, ("online sales to buyers elsewhere",
         "penjualan daring ke pembeli luar daerah"), 1, _SHOPS, "",
         _online(lambda v: v.mean("online_sales_outside"))),
    _row("online_bought_elsewhere", _MONTHLY, ("online purchases from sellers elsewhere",
         "belanja daring rumah tangga di luar daerah"), 0, "households", "",
         _online(lambda v: v.mean("online_households") - v.mean("online_sales")
                 + v.mean("online_sales_outside"))),
    _row("sales_per_shop", _RP, ("online sales of an open shop", "penjualan daring per toko"), 1,
         _SHOPS, "open shops", _online(_per_firm("online_sales", "shops"))),
    _row("platform_fees", _MONTHLY, ("platform fees borne by UMKM", "biaya platform bagi UMKM"),
         -1, _SHOPS, "", _online(lambda v: v.mean("platform_fees"))),
    _row("online_gini", "index 0-1", ("Gini of online sales", "Gini penjualan daring"), -1, _SHOPS,
         "open shops, mean of months", _online(lambda v: v.mean("online_gini"))),
    _row("platform_cost", _BN, ("public cost of the platform's levers",
         "biaya publik untuk platform"), -1, _CITY, "part of the public cost",
         _online(lambda v: v.total("platform_cost") / 1000.0)),
)
# fmt: on

OUTCOMES: Mapping[str, Outcome] = MappingProxyType({o.name: o for o in _DECLARED})
"""Every outcome by name, in the order of tables."""

_BY_YEAR = frozenset({
    "firms_gaining", "firms_losing", "in_business", "same_trade", "partners_gain", "other_trades",
    "gain_partners", "gain_same_trade", "gain_other_trades", "gain_other_firms", "sites_changed",
    "gini", "coached_gain", "true_success",
})  # fmt: skip

MONTHLY_OUTCOMES: tuple[str, ...] = tuple(name for name in OUTCOMES if name not in _BY_YEAR)
"""Outcomes that have a value in every month; the others need whole years."""


def window_values(record: Record, window: str, baseline: Record | None = None) -> dict[str, float]:
    """All outcomes of a run over a window.

    Args:
        record: a run, see `sim.outcomes_record.follow`.
        window: one of `windows(months)`.
        baseline: the run whose slots are the twins; without one, twin outcomes are zero.
    """
    view = View(record, baseline, windows(record.world.months)[window])
    return {
        name: 0.0 if outcome.twin and baseline is None else float(outcome.compute(view))
        for name, outcome in OUTCOMES.items()
    }


def monthly_values(record: Record, names: Sequence[str], baseline: Record | None = None) -> Floats:
    """Outcomes month by month, as `window_values` would give them over a window of one month.

    Args:
        record: a run.
        names: some of `MONTHLY_OUTCOMES`.
        baseline: the run that outcomes marked `twin` are compared with; without one they are zero.

    Returns:
        (months, names), each in the unit of its outcome.

    Raises:
        KeyError: an outcome that needs whole years.
    """
    view = MonthsView(record, baseline)
    found = np.zeros((record.world.months, len(names)))
    for column, name in enumerate(names):
        if name in _BY_YEAR:
            raise KeyError(name)
        if not OUTCOMES[name].twin or baseline is not None:
            found[:, column] = OUTCOMES[name].compute(view)
    return found


def monthly_series(world: World, name: str) -> Floats:
    """One of the monthly outcomes of a run, (months,)."""
    return np.asarray(world.monthly[name], dtype=np.float64)
