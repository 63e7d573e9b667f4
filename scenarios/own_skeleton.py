"""The five files of a region of one's own, to be filled in: `kemitraan init --region FOLDER`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["skeleton"]

_REGION = """\
# {name}: a region of your own. Everything here and in the four tables is made up; put your figures
# in their place and run: kemitraan check {folder}
# All faults are shown at once, each with file, line and column. Nothing is filled in silently.
name: {name}
title: {{id: Kabupaten Contoh, en: Example Regency}}

# In every table but umkm.csv a row may say where it is from (source) and how it is known (kind:
# measured, derived, assumed, synthetic; measured if nothing is said).
districts: districts.csv    # district, population, year [, lat, lon, area_km2, kind, source]
villages: villages.csv      # village, district [, population, lat, lon, area_km2, kind, source];
                            # without this line each district is one place

umkm:
  # id, district, sector, size_class or sales_million_rp_year [, owner_sex, workers, online, permit,
  # age_years, village, lat, lon, weight]. A column that names a person (name, owner, phone, NIK,
  # nama, pemilik, telepon, hp, alamat, email) is refused: delete it. So is an id that may be a NIK
  # or a telephone number (ten digits in a row): write one of your own, such as U001.
  #   sector     food_and_cakes, laundry, amenities, batik_and_craft, sewing, building_materials,
  #              trade, other_services, other
  #   size_class micro, small, medium;  owner_sex female, male, perempuan, laki_laki
  #   weight     firms a row stands for, if the list is a sample
  table: umkm.csv
  kind: synthetic           # how the list is known; take this line out for a real one
  listed: {{value: 36, source: "made up", kind: synthetic}}   # firms on the list
  # All UMKM there are. No list holds them all, so that this is the figure to think about most.
  true_count: {{value: 4000, low: 2500, high: 8000, source: "made up; who says so, and when"}}

hotels: hotels.csv          # district, class [, count, rooms, occupancy_percent, lat, lon,
                            # taxed_sales_million_rp, kind, source]; class: non_star, star_1 ... 5

# cooperatives: {{registered: 120, active: 40}}

# government:               # yearly budgets of agencies by good (kemitraan list levers --json)
#   school_uniforms: {{value: 20000, unit: million_rp_per_year, month: 7, source: "APBD 2026"}}

# restaurants:              # instead of borrowing them below
#   count: {{value: 40, low: 20, high: 80, source: "who says so"}}
#   demand_million_rp_month: {{food_ingredients: 15, cakes: 2, laundry_service: 1}}

# What you do not have, and from where it is taken: a REGION that comes with the project (surabaya,
# surakarta, kutai_timur), or a word.
#   rooms, occupancy                REGION; for hotels whose cell is empty
#   hotels, restaurants             REGION (by people), or none
#   restaurant_demand               REGION
#   sector_shares                   REGION or east_java_2016, instead of those of umkm.csv
#   spread: people                  firms follow people, instead of the places in umkm.csv
#   sizes: national                 national shares of micro and small firms, likewise
#   owners: national                national share of firms led by women, likewise
#   density                         REGION; for districts without area_km2
borrow:
  occupancy: kutai_timur
  restaurants: kutai_timur

notes:
  - Made up by kemitraan init; no place has these figures.
"""

_DISTRICTS = """\
district,population,year,area_km2,kind,source
Utara,31000,2025,120,assumed,made up
Tengah,52000,2025,60,assumed,made up
Selatan,24000,2025,210,assumed,made up
"""

_VILLAGES = """\
village,district,population,kind,source
Sumber Rejo,Utara,18000,assumed,made up
Tanjung Harapan,Utara,13000,assumed,made up
Pasar Lama,Tengah,30000,assumed,made up
Kampung Baru,Tengah,22000,assumed,made up
Muara Jaya,Selatan,15000,assumed,made up
Bukit Indah,Selatan,9000,assumed,made up
"""

_HOTELS = """\
district,class,count,rooms,kind,source
Tengah,star_2,1,60,assumed,made up
Tengah,non_star,6,18,assumed,made up
Utara,non_star,2,12,assumed,made up
Selatan,non_star,1,10,assumed,made up
"""

_SECTORS = (
    "food_and_cakes", "trade", "trade", "sewing", "food_and_cakes", "trade", "other_services",
    "batik_and_craft", "trade", "building_materials", "food_and_cakes", "laundry", "trade",
    "other", "amenities", "trade", "food_and_cakes", "other",
)  # fmt: skip
_WARDS = (
    ("Tengah", "Pasar Lama"), ("Tengah", "Kampung Baru"), ("Utara", "Sumber Rejo"),
    ("Tengah", "Pasar Lama"), ("Selatan", "Muara Jaya"), ("Utara", "Tanjung Harapan"),
    ("Selatan", "Bukit Indah"),
)  # fmt: skip


def _umkm() -> str:
    lines = ["id,district,village,sector,size_class,owner_sex"]
    for k in range(36):
        district, village = _WARDS[k % len(_WARDS)]
        size = "small" if k == 20 else "micro"
        sex = "female" if k % 5 in (0, 3) else "male"
        lines.append(f"U{k + 1:03d},{district},{village},{_SECTORS[k % 18]},{size},{sex}")
    return "\n".join(lines) + "\n"


def skeleton(name: str, folder: str) -> Mapping[str, str]:
    """Texts of the five files by name; they check and run as they stand.

    Args:
        name: of the region.
        folder: as the user typed it, for the comments.
    """
    return {
        "region.yaml": _REGION.format(name=name, folder=folder),
        "districts.csv": _DISTRICTS,
        "villages.csv": _VILLAGES,
        "umkm.csv": _umkm(),
        "hotels.csv": _HOTELS,
    }
