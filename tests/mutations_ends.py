"""Well formed scenarios and regions at the ends of every range: a place of one firm, no hotel.

Nearly all are read; what they may do is crash the model.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from scenarios import list_scenarios
from scenarios.region_data import SECTORS
from scenarios.shock_checks import COST, SIZE
from sim.parameters import Lever, levers, registry

_CLASSES = ("non_star", "star_1", "star_2", "star_3", "star_4", "star_5")


def _setting(lever: Lever, rng: random.Random) -> str:
    if lever.kind == "choice":
        return rng.choice(lever.choices)
    if lever.kind == "list":
        return "[" + ", ".join(rng.sample(lever.choices, rng.randrange(1, 4))) + "]"
    low, high = float(lever.low or 0.0), float(lever.high or 0.0)
    value = rng.choice([low, high, low + (high - low) * rng.random() ** 3])
    return str(round(value)) if lever.whole or value.is_integer() else repr(value)


def odd_scenario(rng: random.Random) -> str:
    """A scenario with some levers, shocks and assumptions at the ends of their ranges."""
    months = rng.choice([36, 37, 40, 60, 108, 600])
    lines = [
        "name: wajib",
        f"extends: {rng.choice(list_scenarios())}",
        f"region: {rng.choice(['surabaya', 'surakarta', 'kutai_timur'])}",
        f"months: {months}",
        f"first_month: {rng.choice(['2025-01', '2024-07', '2030-12'])}",
        "levers:",
    ]
    by_group: dict[str, list[Lever]] = {}
    for lever in levers().values():
        by_group.setdefault(lever.group, []).append(lever)
    for group in rng.sample(sorted(by_group), rng.randrange(1, len(by_group))):
        lines.append(f"  {group}:")
        own = by_group[group]
        some = rng.sample(own, rng.randrange(1, len(own) + 1))
        lines += [f"    {lever.key}: {_setting(lever, rng)}" for lever in some]
        start = rng.choice([0, 1, 12, 24, 25, 35])
        last = rng.choice([start, start + 1, 35, months - 1])
        lines += [f"    start: {start}", f"    end: {max(start, last)}"]
        lines.append(f"    ramp_months: {rng.choice([0, 1, 6, 60])}")
    if rng.random() < 0.4:
        lines.append("shocks:")
        for _ in range(rng.randrange(1, 4)):
            size, cost = (rng.choice([*ends, 0.1]) for ends in (SIZE, COST))
            sector = rng.choice(["all", *SECTORS])
            lines.append(
                f"  - {{month: {rng.choice([0, 1, 24, 35])}, months: {rng.choice([1, 12, 600])}, "
                f"sector: {sector}, size: {size}, cost: {cost}}}"
            )
    online = (
        ['platform_on: {value: 1, source: "so that its levers do something"}']
        if "  platform:" in lines
        else []
    )
    if online or rng.random() < 0.6:
        free = [one for one in registry().values() if one.low is not None and one.low < one.high]
        free = [one for one in free if one.name != "platform_on"]
        lines += ["assume:", *(f"  {one}" for one in online)]
        for one in rng.sample(free, rng.choice([0, 1, 3, 10, len(free)])):
            value = rng.choice([one.low, one.high])
            lines.append(f'  {one.name}: {{value: {value}, source: "an end of the range"}}')
    return "\n".join(lines) + "\n"


def _districts(names: list[str], rng: random.Random) -> str:
    rows = ["district,population,year,area_km2"]
    for k, name in enumerate(names):
        people = rng.choice([1, 50, 3000, 200_000]) if k == 0 else rng.choice([0, 1, 500, 90_000])
        rows.append(f"{name},{people},2025,{rng.choice([0.01, 1, 40, 5000])}")
    return "\n".join(rows) + "\n"


def _umkm(names: list[str], firms: int, rng: random.Random) -> tuple[str, int]:
    count = min(firms, rng.choice([1, 2, 31, 60]))
    sectors = rng.choice([["trade"], ["laundry"], [*SECTORS, "other"], ["amenities", "sewing"]])
    sizes = rng.choice([["micro"], ["small"], ["medium"], ["micro", "small", "medium"]])
    homes = names[: rng.randrange(1, len(names) + 1)]
    rows = ["id,district,sector,size_class,owner_sex"]
    rows += [
        f"u{k},{rng.choice(homes)},{rng.choice(sectors)},{rng.choice(sizes)},"
        f"{rng.choice(['male', 'female'])}"
        for k in range(count)
    ]
    return "\n".join(rows) + "\n", count


def odd_region(rng: random.Random) -> Mapping[str, str]:
    """A region of the short form: few firms, empty districts, no hotel or a thousand."""
    names = ["Utara", "Tengah", "Selatan"][: rng.randrange(1, 4)]
    firms = rng.choice([1, 2, 3, 10, 60, 400, 20_000])
    low, high = rng.choice([(firms, firms), (max(1, firms // 2), firms * 2)])
    files = {"districts.csv": _districts(names, rng)}
    borrow = {"spread": "people"} if rng.random() < 0.2 else {}
    top = [
        "name: kecil",
        "title: {id: Kecil, en: Small}",
        "districts: districts.csv",
        "umkm:",
        f'  true_count: {{value: {firms}, low: {low}, high: {high}, source: "made up"}}',
    ]
    if rng.random() < 0.7:
        files["umkm.csv"], listed = _umkm(names, firms, rng)
        top += ["  table: umkm.csv", f'  listed: {{value: {listed}, source: "made up"}}']
    else:
        borrow = {"sector_shares": rng.choice(["east_java_2016", "surabaya"])}
    if rng.random() < 0.3:
        borrow["hotels"] = rng.choice(["none", "surakarta"])
    else:
        rows = ["district,class,count,rooms,occupancy_percent"]
        for name in rng.sample(names, rng.randrange(1, len(names) + 1)):
            rows += [
                f"{name},{one},{rng.choice([1, 1, 3, 300])},{rng.choice([1, 40, 2000])},"
                f"{rng.choice([0, 0.1, 50, 100])}"
                for one in rng.sample(_CLASSES, rng.randrange(1, 7))
            ]
        files["hotels.csv"] = "\n".join(rows) + "\n"
        top.append("hotels: hotels.csv")
    if rng.random() < 0.5:
        borrow["restaurants"] = rng.choice(["none", "kutai_timur"])
    else:
        count = rng.choice([0, 1, 50, 5000])
        counted = f"value: {count}, low: 0, high: {2 * count + 1}, source: made up"
        top += [
            f"restaurants: {{count: {{{counted}}},",
            f"  demand_million_rp_month: {{cakes: {rng.choice([0, 0.001, 2, 500])}}}}}",
        ]
    if rng.random() < 0.5:
        good = rng.choice(["school_uniforms", "sand_and_stone", "cakes"])
        value = rng.choice([0, 1, 20_000, 1e6])
        top.append(
            f"government: {{{good}: {{value: {value:.0f}, unit: million_rp_per_year, "
            f'month: {rng.randrange(1, 13)}, source: "made up"}}}}'
        )
    if rng.random() < 0.5:
        registered = rng.choice([1, 100])
        top.append(f"cooperatives: {{registered: {registered}, active: {rng.choice([0, 1])}}}")
    if borrow:
        top.append("borrow: {" + ", ".join(f"{k}: {v}" for k, v in borrow.items()) + "}")
    return {"region.yaml": "\n".join(top) + "\n", **files}
