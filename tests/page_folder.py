"""A folder of a comparison with known numbers, made without a run."""

from __future__ import annotations

import hashlib
import json
import math

import pandas as pd

from experiments.effects import EFFECT_COLUMNS
from experiments.kept import ASSUMPTION_COLUMNS
from experiments.page.folder import STAKEHOLDERS
from experiments.store import SCHEMA
from sim.outcomes import OUTCOMES

NAN = math.nan
MANDATE, MEMO, GRANT = "mandated_hotel_partnership", "hotel_memorandum", "cash_grant"
WHO_COLUMNS = (
    "scenario", "baseline", "stakeholder", "measure", "unit", "window", "firms", "level_baseline",
    "mean", "sim_low", "sim_high", "range_low", "range_high", "share_better", "verdict",
)  # fmt: skip


def effect(scenario, outcome, level, mean, sim, span=(NAN, NAN), better=NAN, window="policy"):
    """One row of effects.parquet."""
    return dict.fromkeys(EFFECT_COLUMNS, "") | {
        "scenario": scenario,
        "baseline": "no_policy",
        "outcome": outcome,
        "unit": OUTCOMES[outcome].unit,
        "group": "all",
        "window": window,
        "level_baseline": float(level),
        "mean": float(mean),
        "relative": mean / level if level else NAN,
        "sim_low": float(sim[0]),
        "sim_high": float(sim[1]),
        "range_low": float(span[0]),
        "range_high": float(span[1]),
        "share_better": float(better),
        "variance_ratio": NAN,
        "pairs": 64,
        "by": "",
    }


EFFECTS = [
    # clear: neither interval reaches across zero
    effect(MEMO, "profit", 200_000, 44, (30, 50), (3, 165), 62 / 64),
    # not clear: the range does
    effect(MANDATE, "profit", 200_000, -44, (-70, -30), (-171, 27), 12 / 64),
    # the same in every run
    effect(GRANT, "profit", 200_000, 0, (0, 0), (0, 0), 0),
    effect(MANDATE, "revenue", 1_500_000, 100, (50, 150), (-20, 220), 0.5),
    effect(MANDATE, "in_business", 60, -1, (-1.5, -0.5), (-3, 1), 0.5),
    effect(MANDATE, "hotel_cost", 0, 360, (243, 260), (120, 980), 0.0),
    effect(MANDATE, "public_cost", 0, 2.58, (2.4, 2.4), (2.21, 2.94), 0.0),
    effect(MANDATE, "profit", 200_000, -20, (-30, -10), (-190, 70), 0.5, window="after"),
]
CEILING = [
    (MEMO, "hotels", 162_000.0, 7_290.0, 43_200, 14_083.0, 0.79, "pledged share (assumed)"),
    (MANDATE, "hotels", 162_000.0, 48_600.0, 43_200, 93_900.0, 0.79, "floor"),
    (MANDATE, "restaurants", 130_000.0, 38_900.0, 37_700, 85_900.0, 1.0, "floor"),
    (MANDATE, "platform", NAN, NAN, NAN, NAN, NAN, "not in this version"),
    (GRANT, "cash grant", NAN, 457.0, 43_200, 882.0, NAN, "money given, not purchases"),
]
ASSUMPTIONS = [
    ("hotel_share", 0.3, 0.2, 0.4, "share", "measured", False, "", "A survey (2021)"),
    ("displacement", 0.5, 0.0, 1.0, "share", "assumed", True, "", "Guess (2026)"),
    ("market_growth", 0.15, 0.0, 0.5, "elasticity", "assumed", True, "", "Guess (2026)"),
    ("trust_gain", 0.06, 0.02, 0.15, "1/month", "literature", False, "", "A paper (2019)"),
    ("paper_cost", 0.01, 0.0, 0.03, "share of demand", "assumed", True, "", "Guess (2026)"),
]
DRIVERS = [
    (MANDATE, "paper_cost", -0.71, 0.4, True),
    (MANDATE, "displacement", -0.2, 0.4, False),
    (MEMO, "displacement", -0.3, 0.4, False),
]
STATES = {"hotels_signed": 71.0, "hotels_buying": 22.0, "hotels_newly_buying": 12.0,
          "hotels_still_buying": 18.0,
          "hotels_on_paper": 49.0}  # fmt: skip


def who_row(scenario, who, measure, unit, window, mean, span, verdict):
    """One row of stakeholders.csv."""
    ends = (mean - 1.0, mean + 1.0, *span)
    return (scenario, "no_policy", who, measure, unit, window, 100, 0.0, mean, *ends, 0.5, verdict)


def made_folder(path, *, scenarios=(MEMO, MANDATE, GRANT), effects=EFFECTS, who=(), **changes):
    """Writes the folder; `changes` go into the manifest.

    Args:
        path: a new folder.
        scenarios: which of the three; also a mapping of name to title.
        effects: rows of `effect`.
        who: rows of `who_row`; no table of stakeholders without.
    """
    path.mkdir(parents=True)
    titles = dict(scenarios) if isinstance(scenarios, dict) else dict.fromkeys(scenarios)

    def own(rows):
        return [row for row in rows if (row["scenario"] if isinstance(row, dict) else row[0])
                in titles]  # fmt: skip

    pd.DataFrame(own(effects), columns=[*EFFECT_COLUMNS, "by"]).to_parquet(path / "effects.parquet")
    ceiling = [(s, c, b, NAN, r, n, e, g, note) for s, c, b, r, n, e, g, note in own(CEILING)]
    put(path, "ceiling", ceiling, ("scenario", "channel", "buys", "umkm_could_supply",
        "policy_reaches", "umkm", "per_umkm_month", "guessed_share", "note"))  # fmt: skip
    levels = [(MANDATE, name, "% of hotels", "all", "policy", value, 0, 0, 0)
              for name, value in STATES.items()]  # fmt: skip
    put(path, "levels", own(levels), ("scenario", "outcome", "unit", "group", "window", "mean",
        "p05", "p50", "p95"))  # fmt: skip
    rows = changes.pop("assumptions", ASSUMPTIONS)
    put(path, "assumptions", [(*row, "", "2026-11-22", "a note") for row in rows],
        ASSUMPTION_COLUMNS)  # fmt: skip
    put(path, "drivers", own(DRIVERS), ("scenario", "parameter", "correlation", "noise", "clear"))
    if who:
        put(path, STAKEHOLDERS.removesuffix(".csv"), own(who), WHO_COLUMNS)
    resolved = [scenario("no_policy", None), *(scenario(*pair) for pair in titles.items())]
    (path / "scenarios.resolved.json").write_text(json.dumps(resolved), encoding="utf-8")
    manifest = {
        "schema": SCHEMA,
        "complete": True,
        "kind": "compare",
        "baseline": "no_policy",
        "scenarios": list(titles),
        "uncertainty": "parameters",
        "plan": {"pairs": 64, "extra_pairs": 48, "firms": 16_000, "seed": 7},
        "region": "surabaya",
        "region_title": {"en": "City of Surabaya", "id": "Kota Surabaya"},
        "inputs": {"figures": 100, "own": 39, "borrowed": 25, "made_up": 36},
        "seed": 7,
        "months": 108,
        "first_month": "2025-01",
        "notes": ["surabaya: an example with this region's data, never a forecast for it", "N en"],
        "notes_id": ["surabaya: contoh dengan data daerah ini, bukan ramalan", "N id"],
        "command": {"words": ["kemitraan", "compare", "rule.yaml", "--seed", "7"], "files": [],
                    "missing": []},
        "digests": {k: k[0] * 64 for k in ("study", "region", "parameters", "model")},
        "versions": {"python": "3.11.7", "kemitraan": "0.1.0"},
    } | changes  # fmt: skip
    files = [p for p in sorted(path.iterdir()) if p.is_file()]
    manifest["files"] = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return path


def scenario(name, title):
    """A scenario as run, in the shape of scenarios.resolved.json."""
    from scenarios.scenario import load_scenario

    found = load_scenario(name).resolved()
    return found | ({"title": title} if title else {})


def put(path, name, rows, columns):
    pd.DataFrame(rows, columns=list(columns)).to_csv(path / f"{name}.csv", index=False)
