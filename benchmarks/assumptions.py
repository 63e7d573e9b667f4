"""What a policy's effect becomes without an assumption: `python -m benchmarks.assumptions`.

For every assumption of `docs/assumptions.yaml` that says where to look, the policy is run against
none, with the same luck, once as the registry has it and once with the parameters of its switch at
their nulls. Printed is a table of comma-separated values: the effect of both, and by how much it
differs, with a 95 % interval over seeds. Nothing is set by what comes out.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.effects import mean_interval
from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.outcomes import OUTCOMES, window_values
from sim.outcomes_record import follow
from sim.parameters import POLICY_MONTH, Parameters
from sim.parameters.entries import load_yaml
from sim.policy import compile_policy
from sim.population import build_world

__all__ = ["COLUMNS", "LEDGER", "effects", "main", "measured"]

LEDGER = Path(__file__).resolve().parents[1] / "docs" / "assumptions.yaml"
COLUMNS = (
    "assumption",
    "scenario",
    "outcome",
    "window",
    "unit",
    "as_is",
    "as_is_low",
    "as_is_high",
    "off",
    "change",
    "change_low",
    "change_high",
    "seeds",
    "scale",
)
REGION = "surabaya"
_MONTHS = {"policy": 84, "after": 108}
Floats = npt.NDArray[np.float64]


def effects(
    scenario: str, window: str, changes: Mapping[str, float], seed: int, scale: int
) -> dict[str, float]:
    """Every outcome with the policy less without it, in one pair of runs.

    Args:
        scenario: name of a shipped scenario.
        window: "policy" or "after".
        changes: parameters set besides what the scenario assumes; beyond their ranges too.
        seed: of both runs.
        scale: every so many-th firm.
    """
    policy = load_scenario(scenario)
    assumed = {name: one.value for name, one in policy.assume.items()}
    parameters = Parameters.default().replace(check=False, **{**assumed, **changes})
    months = _MONTHS[window]
    region: Any = load_region(REGION)
    start = build_world(region, parameters, seed=seed, scale=scale, months=months)
    before = follow(start, POLICY_MONTH)
    without = follow(start.copy(), before=before)
    levers = compile_policy(policy.levers, start.names.goods, months)
    with_it = follow(start.copy(levers), before=before)
    ruled, free = window_values(with_it, window, without), window_values(without, window)
    return {name: ruled[name] - (0.0 if OUTCOMES[name].twin else free[name]) for name in OUTCOMES}


@cache
def _as_is(scenario: str, window: str, seed: int, scale: int) -> dict[str, float]:
    return effects(scenario, window, {}, seed, scale)


def measured(name: str, entry: Mapping[str, Any], seeds: int, scale: int) -> list[dict[str, Any]]:
    """Rows of one assumption; none where it does not say where to look."""
    look, off = entry.get("look_at"), entry["switch"].get("parameters")
    if not look or not off:
        return []
    window = look.get("window", "policy")
    place = (look["scenario"], window)
    usual = [_as_is(*place, seed, scale) for seed in range(1, seeds + 1)]
    other = [effects(*place, off, seed, scale) for seed in range(1, seeds + 1)]
    rows = []
    for outcome in look["outcomes"]:
        here = np.array([one[outcome] for one in usual])
        there = np.array([one[outcome] for one in other])
        (low, high), (less, more) = mean_interval(here), mean_interval(there - here)
        numbers = (here.mean(), low, high, there.mean(), (there - here).mean(), less, more)
        said = (name, look["scenario"], outcome, window, OUTCOMES[outcome].unit)
        rows.append(
            dict(zip(COLUMNS, (*said, *(f"{x:.4g}" for x in numbers), seeds, scale), strict=True))
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, an assumption at a time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assumptions", description=__doc__)
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--scale", type=int, default=20)
    parser.add_argument("--only", default="", help="ids with commas, such as A06,A25")
    asked = parser.parse_args(arguments)
    entries = load_yaml(LEDGER)
    wanted = asked.only.split(",") if asked.only else list(entries)
    if asked.seeds < 2 or asked.scale < 1 or set(wanted) - set(entries):
        parser.error(f"expects 2 seeds, a scale of 1 and ids among {', '.join(entries)}")
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for name in wanted:
        writer.writerows(measured(name, entries[name], asked.seeds, asked.scale))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
