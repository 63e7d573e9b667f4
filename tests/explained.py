"""One comparison of two policies, made once and explained in several tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest

from experiments import store
from experiments.compare import compare
from experiments.explain.explain import explain

RULE, COACHING = "mandated_hotel_partnership", "voluntary_coaching"
SMALL = {"scale": 200, "months": 36, "jobs": 1, "quiet": True}
DRAWS, RUNS = 24, 170
_HELD = tempfile.TemporaryDirectory(prefix="kemitraan-", ignore_cleanup_errors=True)


@cache
def compared():
    """The comparison, written without its figures; tests copy the folder before they change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_figures", lambda *_: None)
        return compare([RULE, COACHING], uncertainty="parameters", replicates=DRAWS,
                       fixed_replicates=8, out=Path(_HELD.name) / "runs", **SMALL)  # fmt: skip


@cache
def answered_once():
    """Its public cost explained with a few runs."""
    levers = ["hotel.quota", "inspection.hours_per_month"]
    return explain(compared().folder, "public_cost", scenario=RULE, runs=RUNS, levers=levers,
                   jobs=1, quiet=True)  # fmt: skip
