"""What a sensitivity study will run: how much, whether it can be waited for, said in one line."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.given_data import CURVES
from experiments.sampling import SAMPLERS, check_samples
from experiments.sensitivity_words import say
from experiments.shares_words import say as shares
from experiments.words import number
from experiments.words import say as said
from sim.errors import KemitraanError

__all__ = ["METHODS", "MOST_SAMPLES", "SAMPLES", "check_size", "plan_line", "units_of"]

METHODS = ("morris", *SAMPLERS)
SAMPLES: Mapping[str, int] = {
    "morris": 10, "sobol": 128, "fast": 129, "rbd-fast": 500, "delta": 500, "pawn": 500,
}  # fmt: skip
"""Samples of each method if nothing is asked: trajectories, base rows, points of a curve, rows."""
MOST_SAMPLES = 1_000_000
_MOST_TRAJECTORIES = 10_000
_MOST_JOBS = 1_000_000


def units_of(method: str, samples: int, factors: int, *, second_order: bool = False) -> int:
    """Points of a design.

    Args:
        method: its name.
        samples: as asked.
        factors: without the dummy.
        second_order: whether a Sobol design tells pairs.
    """
    every = factors + 1
    if method == "morris":
        return samples * (every + 1)
    if method == "sobol":
        return samples * ((2 * every if second_order else every) + 2)
    return samples * every * CURVES if method == "fast" else samples


def check_size(
    method: str, samples: int, replicates: int, factors: int, *, second_order: bool = False
) -> None:
    """Refuses a design that says nothing, or that nobody can wait for.

    Raises:
        KemitraanError: it is out of range.
    """
    if method == "morris":
        if not 2 <= samples <= _MOST_TRAJECTORIES:
            raise KemitraanError(
                f"--samples {samples}: is outside 2..{_MOST_TRAJECTORIES} trajectories; "
                f"{SAMPLES['morris']} are a first look"
            )
    else:
        check_samples(method, samples)
    if factors < 1:
        raise KemitraanError("--parameters: nothing is left to move; name parameters with a range")
    units = replicates * units_of(method, samples, factors, second_order=second_order)
    if units > _MOST_JOBS:
        raise KemitraanError(
            f"--samples {samples}: makes {units:,} pairs of runs, at most {_MOST_JOBS:,}; "
            "take fewer, or --parameters groups"
        )


def plan_line(plan: Mapping[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""
    seconds = float(str(plan["seconds"]))
    cores = int(str(plan["jobs"]))
    method = str(plan["method"])
    replicates = say(
        "replicate" if plan["replicates"] == 1 else "replicates", lang, n=plan["replicates"]
    )
    words = {
        "samples": plan["samples"],
        "points": plan["points"],
        "replicates": replicates,
        "jobs": number(float(str(plan["units"])), lang, digits=0),
        "time": f"{seconds / 60:.1f} min" if seconds >= 90 else f"{max(1, seconds):.0f} s",
        "cores": f"{cores} {said('core' if cores == 1 else 'cores', lang)}",
        "factors": say(str(plan["by"]), lang, n=plan["factors"], m=plan["assumptions_varied"]),
    }
    if "function" in plan:
        return shares("plan_function", lang, **words, name=plan["function"])
    words["units"] = say("pairs" if plan["scenarios"] == 2 else "runs", lang)
    words["firms"] = number(float(str(plan["firms"])), lang)
    words["months"] = plan["months"]
    if method == "morris":
        return say("plan", lang, **words)
    if method == "sobol":
        return shares("plan_sobol", lang, **words)
    if method == "fast":
        every = int(str(plan["factors"])) + 1
        return shares("plan_fast", lang, **words, curves=CURVES, factor_count=every)
    return shares("plan_given", lang, **words)
