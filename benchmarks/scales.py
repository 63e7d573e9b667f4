"""Does a sample tell what the whole region tells: `python -m benchmarks.scales --region surakarta`.

Runs the same seeds at 1:1 and at coarser scales, under no policy and some policies, and compares
levels and effects over the policy years. A number carries over when the mean of the paired
differences between the scales is within three standard errors of it, or within 5 % of the number at
1:1. Both are printed: a wide error lets anything pass, and that is worth seeing too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.compare import load_study
from experiments.design import make_jobs
from experiments.runner import run_units
from experiments.unit import region_values
from sim.outcomes import OUTCOMES, windows

__all__ = ["LEVELS", "POLICIES", "Verdict", "judge", "main"]

POLICIES = (
    "mandated_hotel_partnership", "hotel_memorandum", "cash_grant", "voluntary_coaching",
)  # fmt: skip
LEVELS = (
    "profit_per_eligible", "profit_per_micro", "revenue_per_eligible", "revenue_per_micro",
    "in_business", "jobs", "ever_partnered", "gini", "quality", "practice", "hotel_cost",
)  # fmt: skip
EFFECTS = (
    "profit", "revenue", "profit_per_eligible", "profit_per_micro", "firms_gaining", "in_business",
    "jobs", "ever_partnered", "hotels_signed", "hotels_buying", "hotels_newly_buying",
    "hotels_still_buying", "hotels_on_paper", "same_trade", "hotel_cost", "public_cost",
    "net_benefit", "outside_loss", "moved_from_umkm", "direct_purchases", "hotel_purchases",
    "hotel_new_purchases", "inspections", "agency_purchases", "coached_gain", "outside_content",
    "applicants_per_place",
)  # fmt: skip
STANDARD_ERRORS = 3.0
RELATIVE = 0.05
Floats = npt.NDArray[np.float64]


class Verdict(NamedTuple):
    """One number at two scales."""

    whole: float
    sample: float
    error: float  # standard error of the mean of the paired differences
    carries: bool

    @property
    def errors_apart(self) -> float:
        """The difference in standard errors; 0 where there is none."""
        apart = abs(self.sample - self.whole)
        return apart / self.error if self.error > 0 else (0.0 if apart == 0 else np.inf)

    @property
    def apart(self) -> float:
        """The difference in parts of the number at 1:1."""
        return abs(self.sample - self.whole) / abs(self.whole) if self.whole else np.nan


def judge(whole: Floats, sample: Floats) -> Verdict:
    """Whether a number carries over, from its values with the same seeds at both scales."""
    difference = sample - whole
    error = float(np.std(difference, ddof=1) / np.sqrt(difference.size))
    far, one = abs(float(difference.mean())), abs(float(whole.mean()))
    carries = far <= STANDARD_ERRORS * error or far <= RELATIVE * one
    return Verdict(float(whole.mean()), float(sample.mean()), error, carries)


def values(
    region: str, policies: Sequence[str], scale: int, seeds: int, jobs: int, months: int
) -> Floats:
    """(seeds, scenarios, outcomes) over the policy years; the baseline first."""
    study, _ = load_study(policies, "no_policy", region, 1, scale, months, "en")
    work = make_jobs(study, "seeds", seeds)
    found = run_units(region_values, study, work, jobs, unit_seconds=1.0)
    at = list(windows(study.months)).index("policy")
    return np.stack(found)[:, :, at, :]


def compare_scales(
    whole: Floats, sample: Floats, policies: Sequence[str] = POLICIES
) -> list[tuple[str, str, Verdict]]:
    """What it is of, its name, and the verdict; effects last."""
    names = list(OUTCOMES)
    rows = [
        ("no_policy", name, judge(whole[:, 0, names.index(name)], sample[:, 0, names.index(name)]))
        for name in LEVELS
    ]
    for s, policy in enumerate(policies, 1):
        for name in EFFECTS:
            k = names.index(name)
            one, other = (v[:, s, k] - v[:, 0, k] for v in (whole, sample))
            if np.isfinite(one).all() and np.isfinite(other).all() and (one.any() or other.any()):
                rows.append((policy, name, judge(one, other)))
    return rows


def document(region: str, scale: int, seeds: int, rows: Sequence[tuple[str, str, Verdict]]) -> str:
    """A table in Markdown, misses first."""
    missed = sum(not verdict.carries for _, _, verdict in rows)
    lines = [
        f"## {region}, 1:{scale} against 1:1, {seeds} seeds: {missed} of {len(rows)} miss",
        "",
        "| level or effect of | outcome | 1:1 | sample | apart | standard errors | carries over |",
        "|---|---|---|---|---|---|---|",
    ]
    for of, name, verdict in sorted(rows, key=lambda row: row[2].carries):
        lines.append(
            f"| {of} | {name} | {verdict.whole:.4g} | {verdict.sample:.4g} | "
            f"{100 * verdict.apart:.1f} % | {verdict.errors_apart:.1f} | "
            f"{'yes' if verdict.carries else '**no**'} |"
        )
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table for every scale asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scales", description=__doc__)
    parser.add_argument("--region", default="surakarta")
    parser.add_argument("--policies", nargs="+", default=list(POLICIES))
    parser.add_argument("--scales", type=int, nargs="+", default=[10])
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--months", type=int, default=108)
    asked = parser.parse_args(arguments)
    whole = values(asked.region, asked.policies, 1, asked.seeds, asked.jobs, asked.months)
    for scale in asked.scales:
        print(f"1:{scale} ...", file=sys.stderr, flush=True)
        sample = values(asked.region, asked.policies, scale, asked.seeds, asked.jobs, asked.months)
        rows = compare_scales(whole, sample, asked.policies)
        print(document(asked.region, scale, asked.seeds, rows), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
