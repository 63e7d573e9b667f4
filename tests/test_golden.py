"""Numbers do not move unless somebody means them to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.golden_run import FILE, golden_run


def test_the_golden_run_is_what_it_was() -> None:
    """Every monthly outcome of the written-down run; Python 3.11 and 3.13 read the same file.

    The tolerance is for the last bits of exp and log on other processors, no more.
    """
    golden = pd.read_csv(FILE, index_col="month")
    now = golden_run()
    assert list(now.columns) == list(golden.columns)
    moved = [
        name for name in golden if not np.allclose(now[name], golden[name], rtol=1e-7, atol=1e-9)
    ]
    assert not moved, f"moved: {moved}; if this is meant, run python tests/golden_run.py"
