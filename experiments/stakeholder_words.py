"""Words of the stakeholder table, of groups and of districts, in two languages."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PHRASES", "group_words", "say", "whom_words"]

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "who": "Who gains, who loses",
        "who_title": "{when}: who gains, who loses, against {baseline}",
        "who_partners": "partners (firms with buyer orders)",
        "who_partners_new": "of these, only with the policy",
        "who_same_trade": "same trade, not partnered",
        "who_other_trades": "other trades",
        "who_new_firms": "new firms",
        "who_all_umkm": "all UMKM",
        "who_hotels": "hotels",
        "who_restaurants": "restaurants",
        "who_other_buyers": "other large buyers",
        "who_treasury": "treasury",
        "who_outside_sellers": "outside sellers",
        "measure_profit": "profit",
        "measure_profit_per_firm": "profit",
        "measure_in_business": "in business",
        "measure_naive_gap": "naive gap: selection, not effect",
        "measure_extra_cost": "extra cost",
        "measure_extra_cost_per_buyer": "extra cost",
        "measure_public_cost": "public cost",
        "measure_public_cost_per_eligible": "public cost per eligible firm",
        "measure_fines": "fines received",
        "measure_sales": "sales",
        "gain": "gain",
        "lose": "lose",
        "no clear difference": "no clear difference",
        "no difference": "no difference",
        "selection, not effect": "selection, not effect",
        "naive_with": "partners less same trade, with the policy",
        "naive_anyway": "the same firms without it",
        "shows_from": "no clear difference (shows from {least})",
        "who_each": "each, Rp a month; every line on its own scale",
        "who_total": "in all, Rp m a month",
        "who_caption": "Paired differences from {baseline}; right of the upright line is a gain,"
        " costs count as losses. Firms are those of the month before the policy, the same in"
        " both runs; closed ones count, with no profit. New firms: whoever stands on a site"
        " later, in sum; for outside sellers sales are shown, not profit. Hollow: {first};"
        " filled: {last}.",
        "band_range": "Thick bar: 5-95 % of the parameter draws (range, because assumptions are"
        " uncertain). Thin line: simulation error alone, 95 % interval of the mean with"
        " assumptions held fixed. Mark: mean over the draws.",
        "band_fixed": "Line: simulation error, 95 % interval of the mean; assumptions held fixed.",
        "groups_title": "Change by group",
        "by_size_class": "size class",
        "by_sector": "trade",
        "by_district": "district",
        "by_owner_sex": "sex of the owner",
        "by_distance": "distance to the nearest hotel",
        "by_baseline_decile": "profit before the policy",
        "by_partner_status": "orders from buyers",
        "by_good": "good",
        "percent_of": "% of the group's level without the policy",
        "groups_caption": "{outcome}, {unit}, {when}: paired differences from {baseline}. At the"
        " right the numbers. Of: {whom}.",
        "profit_per_firm": "profit per firm",
        "revenue_per_firm": "revenue per firm",
        "profit_per_eligible": "profit per firm of eligible sectors",
        "revenue_per_eligible": "revenue per firm of eligible sectors",
        "firms_eligible": "firms of eligible sectors",
        "mark": "?: no clear difference.",
        "whole_group": "the whole group",
        "clear_in": "{name}: clear in {k} of {n}",
        "group_man": "men",
        "group_woman": "women",
        "districts_title": "Where it changes",
        "districts_caption": "{outcome}, {unit}, {when}: paired difference from {baseline}, of"
        " {whom}. A circle is a district at its centre, its area the number of such firms there;"
        " no boundaries are drawn, and where firms and hotels stand inside a district is"
        " synthetic. Colour: mean over the runs, the same scale in every panel, centred on zero."
        " Hollow: no clear difference, an interval reaches across zero; of so many districts"
        " some stand out by chance. Named: the {named} districts with most such firms.",
        "km_east": "km east",
        "km_north": "km north",
        "loss_gain": "loss   |   gain, {unit}",
        "who_legend": "(how many firms or buyers); firms are the same in both runs, those closed"
        " since the policy began count, with no profit; outside sellers: sales, not profit",
    },
    "id": {
        "who": "Siapa untung, siapa rugi",
        "who_title": "{when}: siapa untung, siapa rugi, dibanding {baseline}",
        "who_partners": "mitra (usaha yang mendapat pesanan)",
        "who_partners_new": "di antaranya, hanya dengan kebijakan",
        "who_same_trade": "usaha sejenis, bukan mitra",
        "who_other_trades": "usaha jenis lain",
        "who_new_firms": "usaha baru",
        "who_all_umkm": "semua UMKM",
        "who_hotels": "hotel",
        "who_restaurants": "restoran",
        "who_other_buyers": "pembeli besar lain",
        "who_treasury": "kas daerah",
        "who_outside_sellers": "pemasok luar",
        "measure_profit": "laba",
        "measure_profit_per_firm": "laba",
        "measure_in_business": "masih beroperasi",
        "measure_naive_gap": "selisih naif: seleksi, bukan pengaruh",
        "measure_extra_cost": "biaya tambahan",
        "measure_extra_cost_per_buyer": "biaya tambahan",
        "measure_public_cost": "biaya publik",
        "measure_public_cost_per_eligible": "biaya publik per usaha pemasok",
        "measure_fines": "denda diterima",
        "measure_sales": "penjualan",
        "gain": "untung",
        "lose": "rugi",
        "no clear difference": "belum dapat dibedakan",
        "no difference": "tidak berbeda",
        "selection, not effect": "seleksi, bukan pengaruh",
        "naive_with": "mitra dikurangi usaha sejenis, dengan kebijakan",
        "naive_anyway": "usaha yang sama tanpa kebijakan",
        "shows_from": "belum dapat dibedakan (terlihat mulai {least})",
        "who_each": "masing-masing, Rp sebulan; tiap baris berskala sendiri",
        "who_total": "seluruhnya, Rp jt sebulan",
        "who_caption": "Selisih berpasangan dari {baseline}; di kanan garis tegak berarti"
        " untung, biaya dihitung rugi. Usaha adalah yang beroperasi sebulan sebelum kebijakan,"
        " sama di kedua simulasi; yang tutup ikut dihitung, tanpa laba. Usaha baru: siapa pun"
        " yang kemudian menempati tempat itu, dijumlahkan; untuk pemasok luar penjualan, bukan"
        " laba. Berlubang: {first}; berisi: {last}.",
        "band_range": "Batang tebal: 5-95 % atas undian asumsi (kisaran karena asumsi belum"
        " pasti). Garis tipis: galat simulasi saja, selang 95 % rata-rata dengan asumsi tetap."
        " Titik: rata-rata.",
        "band_fixed": "Garis: galat simulasi, selang 95 % rata-rata; asumsi dibuat tetap.",
        "groups_title": "Perubahan menurut kelompok",
        "by_size_class": "kelas usaha",
        "by_sector": "jenis usaha",
        "by_district": "kecamatan",
        "by_owner_sex": "jenis kelamin pemilik",
        "by_distance": "jarak ke hotel terdekat",
        "by_baseline_decile": "laba sebelum kebijakan",
        "by_partner_status": "pesanan pembeli",
        "by_good": "barang",
        "percent_of": "% dari tingkat kelompok tanpa kebijakan",
        "groups_caption": "{outcome}, {unit}, {when}: selisih berpasangan dari {baseline}."
        " Angkanya di kanan. Dari: {whom}.",
        "profit_per_firm": "laba per usaha",
        "revenue_per_firm": "omzet per usaha",
        "profit_per_eligible": "laba per usaha sektor pemasok",
        "revenue_per_eligible": "omzet per usaha sektor pemasok",
        "firms_eligible": "usaha sektor pemasok",
        "mark": "?: belum dapat dibedakan.",
        "whole_group": "seluruh kelompok",
        "clear_in": "{name}: jelas di {k} dari {n}",
        "group_man": "laki-laki",
        "group_woman": "perempuan",
        "group_micro": "mikro",
        "group_small": "kecil",
        "group_medium": "menengah",
        "group_under 1 km": "kurang dari 1 km",
        "group_1 to 2 km": "1 sampai 2 km",
        "group_2 to 5 km": "2 sampai 5 km",
        "group_5 to 20 km": "5 sampai 20 km",
        "group_20 km or more": "20 km atau lebih",
        "group_food_and_cakes": "makanan dan kue",
        "group_laundry": "penatu",
        "group_amenities": "perlengkapan kamar",
        "group_batik_and_craft": "batik dan kerajinan",
        "group_sewing": "jahit",
        "group_building_materials": "bahan bangunan",
        "group_trade": "perdagangan",
        "group_other_services": "jasa lain",
        "group_vacant then": "waktu itu kosong",
        "districts_title": "Di mana berubah",
        "districts_caption": "{outcome}, {unit}, {when}: selisih berpasangan dari {baseline},"
        " dari {whom}. Lingkaran adalah kecamatan pada titik tengahnya, luasnya banyaknya usaha"
        " itu di sana; batas wilayah tidak digambar, dan letak usaha dan hotel di dalam"
        " kecamatan sintetis. Warna: rata-rata atas ulangan, skala sama di setiap panel,"
        " berpusat di nol. Berlubang: belum dapat dibedakan, suatu selang melewati nol; dari"
        " sekian kecamatan beberapa menonjol secara kebetulan. Bernama: {named} kecamatan dengan"
        " usaha itu terbanyak.",
        "km_east": "km ke timur",
        "km_north": "km ke utara",
        "loss_gain": "rugi   |   untung, {unit}",
        "who_legend": "(banyaknya usaha atau pembeli); usaha yang sama di kedua simulasi, yang"
        " tutup sejak kebijakan mulai ikut dihitung, tanpa laba; pemasok luar: penjualan, bukan"
        " laba",
    },
}


def say(key: str, lang: str, **values: object) -> str:
    """A phrase in a language."""
    return PHRASES[lang][key].format(**values)


_WHOM_ID: Mapping[str, str] = {
    "firms of the group in business at the year's end": "usaha kelompok itu yang beroperasi pada"
    " akhir tahun",
    "firms of the group and of eligible sectors at the year's end": "usaha kelompok itu di sektor"
    " pemasok yang beroperasi pada akhir tahun",
    "firms of the group alive at month 23; at the window's end": "usaha kelompok itu yang"
    " beroperasi pada bulan 23; pada akhir masa",
    "sites of the group with a firm at the year's end; distance: to the nearest simulated"
    " hotel": "tempat di kelompok itu yang ada usahanya pada akhir tahun; jarak: ke hotel simulasi"
    " terdekat",
    "sites of the group with a firm of eligible sectors at the year's end": "tempat di kelompok itu"
    " yang ada usaha sektor pemasoknya pada akhir tahun",
    "twins of the group: the same firm in both runs at the window's end": "usaha kembar di kelompok"
    " itu: usaha yang sama di kedua simulasi pada akhir masa",
    "all hotels, at the window's end": "semua hotel, pada akhir masa",
}


def whom_words(denominator: str, lang: str) -> str:
    """Of whom a figure of a group is, for people; of the whole group where nothing divides it."""
    if not denominator:
        return say("whole_group", lang)
    return _WHOM_ID[denominator] if lang == "id" else denominator


def group_words(group: str, lang: str) -> str:
    """The name of a group of firms for people; names of places stay as they are."""
    decile, _, rank = group.partition("decile ")
    if rank and not decile:
        return f"{'desil' if lang == 'id' else 'decile'} {rank}"
    return PHRASES[lang].get(f"group_{group}", group.replace("_", " "))
