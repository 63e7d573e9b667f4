"""Words and numbers for people, in two languages; keys and machine output are never translated."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = [
    "PHRASES",
    "interval",
    "number",
    "percent",
    "say",
    "supported",
    "unit_words",
    "with_error",
    "with_interval",
]

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "against": "against",
        "range_legend": "[5..95 %: range, because assumptions are uncertain]",
        "fixed_legend": "assumptions held fixed: ± is simulation error alone, 95 %",
        "simulation": "simulation error alone",
        "share": "better in {k} of {n} paired simulations, if these assumptions hold",
        "unclear": "no clear difference in {k} of {n} outcomes",
        "would": "an effect would have shown from: {items}",
        "hangs": "hangs on: {items}",
        "hangs_few": "hangs on: too few simulation runs to tell",
        "hangs_none": "hangs on: no single assumption stands out of {n} (largest: {items})",
        "displaced": "profit effect if none / {value} / all of the purchases are moved from other"
        " UMKM: {items}",
        "hotels": "hotels: signed / buying / after 12 months / on paper",
        "policy": "POLICY YEARS",
        "after": "AFTER FUNDING STOPS",
        "before": "YEAR BEFORE",
        "year": "YEAR",
        "mark": "? no clear difference: the interval reaches across zero",
        "same": "0, no difference",
        "plan": "plan: {scenarios} scenarios x {pairs} pairs x {firms} firms x {months} months,"
        " about {time} on {cores}; {assumptions}",
        "varied": "{n} assumptions varied",
        "held": "assumptions held fixed",
        "extra": "(with {n} more runs of each at fixed assumptions)",
        "core": "core",
        "cores": "cores",
        "example": "{region}: an example with this region's data, never a forecast for it",
        "sample": "1 firm in {scale} simulated; totals are the region's",
        "thin": "so few firms are left near one another that distances are longer than in the"
        " region: run at --scale 1 before reading anything",
        "few": "fewer than {n} sampled buyers stand for: {items}",
        "coarse": "at 1 firm in {scale} these do not carry over to the whole region: {items}; nor,"
        " where firms stand far apart, any effect of a rule that counts only firms nearby",
        "joined": "hotel classes to be read together, as fewer than {n} of one are sampled:"
        " {items}",
        "restaurants": "restaurants",
        "large_buyers": "other large buyers, {sector}",
        "of": "{kept} of {count}",
        "inputs": "{n} figures behind the region, its map left out: own {own}, borrowed from"
        " elsewhere {borrowed} ({foreign}), assumed or synthetic here {made_up} ({guessed}); by"
        " kind: {items}",
        "synthetic_sites": "sites of villages in {region} are synthetic: distances inside a"
        " district are not those of the place",
        "synthetic_map": "the map of {region} is synthetic: distances are not those of the place",
        "measured": "measured",
        "derived": "derived",
        "assumed": "assumed",
        "synthetic": "synthetic",
        "quick": "only {n} paired simulations: ranges are too narrow and may miss zero by chance; a"
        " quick look, not a result",
        "alone": "assumptions held fixed: intervals are simulation error alone",
        "given": "assumed in every scenario: {name} {value}",
        "beyond": "{scenario}: the revenue effect, Rp {effect} m a month, is beyond the policy's"
        " reach of Rp {reach} m; it comes from: {items}",
        "direct": "direct purchases",
        "moved": "less what moved from other UMKM",
        "local": "local markets (learning, market growth, what moved included)",
        "compiling": "compiling the model for this machine; this once takes up to a minute",
        "replaces": "{flag} {new} replaces {old} ({where})",
        "no_window": "no {windows} in a run of {months} months",
        "money": "public money, Rp million in a policy year, prices of {year}: expected, and as it"
        " came out",
        "money_row": "{scenario}: expected {expected} ({terms}), came out {realised}",
        "money_sized": "{lever} {value}: {where}",
        "money_off": "it did not come out as expected: too few firms to give it to, or months"
        " without any left",
        "money_outside": "and Rp {amount} million in all outside the policy years, not counted in"
        " the above",
        "money_idle": "the model has no use for more of {levers}: it costs, and buys nothing",
        "equal": "equal money: every scenario is sized to an expected public cost of Rp {amount}"
        " million in a policy year, at the assumptions held fixed",
        "not_equal": "not equal money: expected public cost in a policy year is {items} (Rp"
        " million); --equal-budget sizes scenarios to the same",
        "shocks_differ": "the scenarios live in different worlds, so that a difference is not the"
        " policy's alone: {items}. Give the same shocks to all of them, the baseline too (a file"
        " that extends it, and --baseline FILE)",
        "shocks_same": "all scenarios live through the same shocks: {items}",
        "shock_elsewhere": "{scenario}: a shock of {region} does not strike {place}",
        "no_shocks": "{scenario} none",
        "shock_list": "{scenario} {items}",
    },
    "id": {
        "against": "dibanding",
        "range_legend": "[5..95 %: kisaran karena asumsi belum pasti]",
        "fixed_legend": "asumsi dibuat tetap: ± adalah galat simulasi saja, 95 %",
        "simulation": "galat simulasi saja",
        "share": "dalam {k} dari {n} simulasi berpasangan lebih baik, bila asumsi ini benar",
        "unclear": "belum dapat dibedakan pada {k} dari {n} hasil",
        "would": "pengaruh baru terlihat mulai: {items}",
        "hangs": "bergantung pada: {items}",
        "hangs_few": "bergantung pada: ulangan simulasi terlalu sedikit untuk dikatakan",
        "hangs_none": "bergantung pada: tidak ada satu asumsi yang menonjol dari {n}"
        " (terbesar: {items})",
        "displaced": "pengaruh pada laba bila tidak ada / {value} / semua pembelian dialihkan dari"
        " UMKM lain: {items}",
        "hotels": "hotel: menandatangani / membeli / setelah 12 bulan / di atas kertas",
        "policy": "TAHUN KEBIJAKAN",
        "after": "SETELAH PENDANAAN BERHENTI",
        "before": "TAHUN SEBELUMNYA",
        "year": "TAHUN",
        "mark": "? belum dapat dibedakan: kisaran melewati nol",
        "same": "0, tidak berbeda",
        "plan": "rencana: {scenarios} skenario x {pairs} pasang x {firms} usaha x {months} bulan,"
        " sekitar {time} pada {cores}; {assumptions}",
        "varied": "{n} asumsi diubah-ubah",
        "held": "asumsi dibuat tetap",
        "extra": "(ditambah {n} ulangan masing-masing dengan asumsi tetap)",
        "core": "inti",
        "cores": "inti",
        "example": "{region}: contoh dengan data daerah ini, bukan ramalan",
        "sample": "1 dari {scale} usaha disimulasikan; jumlah berlaku untuk seluruh daerah",
        "thin": "usaha contoh terlalu jarang, sehingga jarak lebih jauh daripada di daerahnya:"
        " jalankan dengan --scale 1 sebelum membaca hasilnya",
        "few": "kurang dari {n} pembeli contoh mewakili: {items}",
        "coarse": "pada 1 dari {scale} usaha, hasil ini tidak berlaku untuk seluruh daerah:"
        " {items}; begitu pula, bila usaha saling berjauhan, setiap pengaruh aturan yang hanya"
        " menghitung usaha di sekitar",
        "joined": "kelas hotel yang perlu dibaca bersama, karena contohnya kurang dari {n}:"
        " {items}",
        "restaurants": "restoran",
        "large_buyers": "pembeli besar lain, {sector}",
        "of": "{kept} dari {count}",
        "inputs": "{n} angka di balik daerah ini, tanpa peta: milik sendiri {own}, dipinjam dari"
        " tempat lain {borrowed} ({foreign}), asumsi atau sintetis di sini {made_up} ({guessed});"
        " menurut jenis: {items}",
        "synthetic_sites": "letak desa di {region} sintetis: jarak di dalam kecamatan bukan jarak"
        " sebenarnya",
        "synthetic_map": "peta {region} sintetis: jarak bukan jarak sebenarnya di daerah itu",
        "measured": "diukur",
        "derived": "diturunkan",
        "assumed": "diasumsikan",
        "synthetic": "sintetis",
        "quick": "hanya {n} simulasi berpasangan: kisaran terlalu sempit dan dapat melewatkan nol"
        " secara kebetulan; sekadar gambaran awal, bukan hasil",
        "alone": "asumsi dibuat tetap: selang adalah galat simulasi saja",
        "given": "diasumsikan di setiap skenario: {name} {value}",
        "beyond": "{scenario}: pengaruh pada omzet, Rp {effect} jt sebulan, melampaui jangkauan"
        " kebijakan Rp {reach} jt; asalnya: {items}",
        "direct": "pembelian langsung",
        "moved": "dikurangi yang dialihkan dari UMKM lain",
        "local": "pasar lokal (termasuk pembelajaran, pertumbuhan pasar, dan yang dialihkan)",
        "compiling": "model dikompilasi untuk komputer ini; sekali saja, paling lama satu menit",
        "replaces": "{flag} {new} menggantikan {old} ({where})",
        "no_window": "tidak ada {windows} dalam simulasi {months} bulan",
        "money": "uang publik, Rp juta per tahun kebijakan, harga {year}: yang diperkirakan, dan"
        " yang terjadi",
        "money_row": "{scenario}: diperkirakan {expected} ({terms}), terjadi {realised}",
        "money_sized": "{lever} {value}: {where}",
        "money_off": "tidak terjadi seperti diperkirakan: usaha penerima terlalu sedikit, atau"
        " sudah habis",
        "money_outside": "dan seluruhnya Rp {amount} juta di luar tahun kebijakan, tidak termasuk"
        " di atas",
        "money_idle": "model ini tidak memakai tambahan {levers}: biaya bertambah tanpa hasil",
        "equal": "uang sama: setiap skenario disesuaikan dengan perkiraan biaya publik Rp {amount}"
        " juta per tahun kebijakan, pada asumsi yang dibuat tetap",
        "not_equal": "uang tidak sama: perkiraan biaya publik per tahun kebijakan {items} (Rp"
        " juta); --equal-budget menyamakannya",
        "shocks_differ": "skenario berada dalam dunia yang berbeda, sehingga selisihnya bukan"
        " karena kebijakan saja: {items}. Berikan guncangan yang sama kepada semuanya, juga"
        " pembandingnya (berkas yang memperluasnya, dan --baseline FILE)",
        "shocks_same": "semua skenario mengalami guncangan yang sama: {items}",
        "shock_elsewhere": "{scenario}: guncangan di {region} tidak terjadi di {place}",
        "no_shocks": "{scenario} tidak ada",
        "shock_list": "{scenario} {items}",
    },
}

_UNITS_ID = {
    "Rp m a month": "Rp jt/bulan",
    "Rp a month": "Rp/bulan/usaha",
    "Rp bn": "Rp miliar",
    "% of firms": "% usaha",
    "% of hotels": "% hotel",
    "% of sites": "% tempat usaha",
    "% of invoices": "% tagihan",
    "firms": "usaha",
    "firms a year": "usaha/tahun",
    "people": "orang",
    "Rp a room-night": "Rp/malam kamar",
    "index 0-1": "indeks 0-1",
    "a year": "per tahun",
}
_UNITS_EN = {"Rp m a month": "Rp m/month", "Rp a month": "Rp/month/firm"}
_SIGNIFICANT = 3


def say(key: str, lang: str, **values: object) -> str:
    """A phrase in a language."""
    return PHRASES[lang][key].format(**values)


def unit_words(unit: str, lang: str) -> str:
    """A unit for people."""
    return _UNITS_ID.get(unit, unit) if lang == "id" else _UNITS_EN.get(unit, unit)


def number(x: float, lang: str = "en", *, signed: bool = False, digits: int | None = None) -> str:
    """A number as the language writes it, of three significant digits.

    Args:
        x: the number.
        lang: "en" or "id".
        signed: with a plus where it is positive.
        digits: decimal places to round to instead, see `supported`; below 0 for tens, hundreds.
    """
    if not math.isfinite(x):
        return "-"
    if digits is None:
        digits = _SIGNIFICANT - 1 - math.floor(math.log10(abs(x))) if x != 0 else 0
        places = max(0, digits) if abs(x) < 1000 else 0
    else:
        places = max(0, digits)
    x = round(x, digits)
    text = f"{abs(x):,.{min(places, 6)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if lang == "id":
        text = text.translate(str.maketrans(",.", ".,"))
    if text == "0":
        return text
    sign = "-" if x < 0 else ("+" if signed and x > 0 else "")
    return sign + text


def supported(low: float, high: float) -> int | None:
    """Decimal places that an interval supports: two significant digits of its half width.

    None where the interval has no width, and says nothing about digits.
    """
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return None
    return 1 - math.floor(math.log10(half))


def percent(x: float, lang: str = "en") -> str:
    """A percentage without decimals, or with one below ten."""
    if not math.isfinite(x):
        return "-"
    text = f"{x:.0f}" if abs(x) >= 10 or x == 0 else f"{x:.1f}"
    return (text.replace(".", ",") if lang == "id" else text) + " %"


def interval(low: float, high: float, lang: str = "en") -> str:
    """Both ends of an interval, signed, with the digits it supports.

    An end that rounds to zero keeps its sign, so that [-0..+60] shows that it reaches across zero.
    """
    digits = supported(low, high)
    ends = []
    for end in (low, high):
        text = number(end, lang, signed=True, digits=digits)
        ends.append(f"{'-' if end < 0 else '+'}0" if text == "0" and end != 0 else text)
    return f"[{'..'.join(ends)}]"


def with_interval(x: float, low: float, high: float, lang: str = "en") -> str:
    """A figure and its interval as [low..high], no digit finer than the interval supports."""
    first = number(x, lang, signed=True, digits=supported(low, high))
    return f"{first} {interval(low, high, lang)}"


def with_error(x: float, low: float, high: float, lang: str = "en") -> str:
    """A figure and half the width of its interval as ±, likewise."""
    digits = supported(low, high)
    first = number(x, lang, signed=True, digits=digits)
    return f"{first} ±{number((high - low) / 2, lang, digits=digits)}"
