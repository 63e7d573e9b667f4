"""The golden run: a small town under the obligation, written down month by month.

`python tests/golden_run.py` renews `tests/golden/monthly.csv`. Do that only for a change that is
meant to move numbers, and mark it in `CHANGELOG.md`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate

FILE = Path(__file__).with_name("golden") / "monthly.csv"
MONTHS = 40


def golden_run() -> pd.DataFrame:
    """Monthly outcomes, one row a month; the same on every Python and numpy of one platform."""
    world = build_world(
        load_region("surabaya"), Parameters.default(), seed=2027, scale=200, months=MONTHS
    )
    levers = load_scenario("mandated_hotel_partnership").levers
    world.policy = compile_policy(levers, world.names.goods, MONTHS)
    return pd.DataFrame(np.asarray(simulate(world).monthly))


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    golden_run().to_csv(FILE, index_label="month", float_format="%.12g", lineterminator="\n")
