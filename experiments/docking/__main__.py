"""Both tables of docking, and the figures: `python -m experiments.docking --out DIR`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from experiments.docking.figures import draw_salganik, draw_zaklan
from experiments.docking.salganik import table_of_arms
from experiments.docking.zaklan import (
    table_of_audits,
    table_of_fines,
    table_of_memory,
    table_without_audits,
)
from experiments.figures.style import RC

__all__ = ["main"]

ZAKLAN: dict[str, Callable[[], pd.DataFrame]] = {
    "Buyers that evade, %, without audits": table_without_audits,
    "Buyers that evade, %, at T = 25": table_of_audits,
    "Buyers that evade, %, below and near the critical temperature": table_of_memory,
    "Buyers that evade, %, fines in place of spells, T = 25": table_of_fines,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; with `--out` writes the figures as SVG."""
    parser = argparse.ArgumentParser(prog="python -m experiments.docking", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the figures, made where missing")
    out = parser.parse_args(arguments).out
    print("Zaklan, Westerhoff and Stauffer (2009)")
    for title, table in ZAKLAN.items():
        print(f"\n{title}\n{table().to_string(index=False, float_format='{:.4g}'.format)}")
    print("\nSalganik, Dodds and Watts (2006): 48 songs, 8 worlds of 700, means of 10 sets\n")
    print(table_of_arms().to_string(index=False, float_format="{:.3g}".format))
    if out is not None:
        from matplotlib import rc_context  # noqa: PLC0415  # only where a figure is asked for

        out.mkdir(parents=True, exist_ok=True)
        for name, draw in (("zaklan", draw_zaklan), ("salganik", draw_salganik)):
            path = out / f"docking_{name}.svg"
            with rc_context(dict(RC)):
                # A date would change the file at each run.
                draw().savefig(path, metadata={"Date": None})
            print(path.as_posix())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
