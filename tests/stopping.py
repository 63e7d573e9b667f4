"""Many experiments at once that stop when they know enough: what is promised, and what comes out.

A column of numbers is an experiment; all are looked at with the same resamples.
"""

import os
import sys

import numpy as np

from experiments.bootstrap import mean_intervals
from experiments.precision import sequential
from experiments.precision.boundary import looks_between
from experiments.precision.criteria import RELATIVE, SIGN, WIDTH, Criterion, Target

EXPERIMENTS = int(os.environ.get("KEMITRAAN_TEST_STOPS", "600"))
LOOKS = looks_between(16, 100)


def normal(shape, seed):
    """Standard normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape)


def skewed(shape, seed):
    """Exponential numbers less their mean, so that the true mean is 0 and the tail is long."""
    return np.random.default_rng(seed).exponential(size=shape) - 1.0


def criterion(kind, amount=0.0):
    return Criterion("profit", kind, amount, "policy", None, "as tested")


def stops(values, kind, amount=0.0, confidence=None):
    """Mean's interval at the look where each column stops, (low, high, pairs, reached).

    Args:
        values: (runs of the cap, columns).
        kind: of the criterion.
        amount: of it.
        confidence: of each look; that of the procedure if none.
    """
    columns = values.shape[1]
    one = criterion(kind, amount)
    targets = tuple(Target(one, str(k), 1) for k in range(columns))
    asked = sequential.Precision(("as tested",), targets, LOOKS, 1)
    found = np.full((columns, 4), np.nan)
    before = np.zeros(columns, bool)
    for pairs in LOOKS:
        low, high = mean_intervals(
            values[:pairs], 1, confidence=asked.each if confidence is None else confidence
        )
        mean = values[:pairs].mean(axis=0)
        now = np.array(
            [t.reached(*x) for t, x in zip(targets, zip(mean, low, high, strict=True), strict=True)]
        )
        last = pairs == LOOKS[-1]
        ends = np.isnan(found[:, 0]) & ((now & before) | last)
        found[ends] = np.column_stack([low, high, np.full(columns, pairs), now])[ends]
        before = now
    return found.T


def coverage(values, true, *asked, **options):
    """Share of experiments whose interval at the stop holds the true mean."""
    low, high, _, _ = stops(values, *asked, **options)
    return float(np.mean((low <= true) & (true <= high)))


if __name__ == "__main__":
    experiments = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    print(f"{experiments} experiments, looks {LOOKS}")
    for draw in (normal, skewed):
        for true, asked in (
            (0.0, (SIGN,)), (0.2, (SIGN,)), (0.4, (SIGN,)),
            (0.4, (RELATIVE, 0.5)), (2.0, (RELATIVE, 0.2)), (0.0, (WIDTH, 0.4)),
        ):  # fmt: skip
            shape = (LOOKS[-1], experiments)
            values = true + draw(shape, 7)
            low, high, pairs, reached = stops(values, *asked)
            held = float(np.mean((low <= true) & (true <= high)))
            naive = coverage(values, true, *asked, confidence=0.95)
            what = f"{draw.__name__:7s} {true:3.1f} {asked!s:18s}"
            print(f"{what} holds {held:.3f}, with plain 95 % intervals {naive:.3f}; "
                  f"mean pairs {pairs.mean():.0f}, reached {reached.mean():.2f}")  # fmt: skip
