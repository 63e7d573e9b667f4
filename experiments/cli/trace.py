"""`kemitraan trace SCENARIO --slot N`: one firm's months."""

from __future__ import annotations

import csv as csv_format
import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.options import JsonOption, MonthsOption, RegionOption
from experiments.cli.output import message, print_json, print_table
from sim.errors import KemitraanError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["trace"]

_SHOWN = {
    "calendar": "month",
    "generation": "firm",
    "age": "age",
    "orders": "orders",
    "partners": "buyers",
    "local_sales": "local",
    "profit": "profit",
    "received": "paid",
    "drawings": "drawn",
    "cash": "cash",
    "receivables": "owed",
    "utilisation": "used",
    "practice": "practice",
    "quality": "quality",
    "trust_buyers": "trust",
    "event": "what happened",
}
_PICKS = "partner, closed or largest"


def trace(
    file: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario file or name.")
    ] = "no_policy",
    *,
    slot: Annotated[
        int | None, typer.Option("--slot", help="Number of the slot in the full region.")
    ] = None,
    pick: Annotated[
        str | None,
        typer.Option("--pick", help=f"Look for a slot instead: {_PICKS}.", metavar="WHAT"),
    ] = None,
    region: RegionOption = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the run.")] = 1,
    scale: Annotated[
        str, typer.Option("--scale", help="One slot in so many, or auto.", metavar="N")
    ] = "auto",
    months: MonthsOption = None,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="All columns as CSV.")] = False,
) -> None:
    """Show one slot's months: orders, money, trust, the firm's end and its successor."""
    if (slot is None) == (pick is None):
        raise KemitraanError(f"give either --slot N or --pick {_PICKS}")
    if json and csv:
        raise KemitraanError("give either --json or --csv")
    every = _scale(scale)
    from scenarios.region import load_region  # noqa: PLC0415  # tables only now
    from scenarios.scenario import load_scenario  # noqa: PLC0415
    from sim.case import Case  # noqa: PLC0415
    from sim.jit import cache_is_warm  # noqa: PLC0415

    scenario = load_scenario(file, region=region, months=months)
    place: Any = load_region(scenario.region)
    case = Case.of(scenario, place, seed=seed, scale=every)
    if not cache_is_warm():
        message("compiling the model once; this takes some 40 seconds")
    from sim.trace import replay  # noqa: PLC0415

    asked: int | str = slot if slot is not None else str(pick)
    table, _ = replay(case, asked)
    if json:
        document = {
            **case.facts(),
            "slot": table.slot,
            "title": table.title,
            "months_run": _rows(table),
            "deliveries": _rows(table.deliveries),
        }
        print_json(document)
    elif csv:
        writer = csv_format.writer(sys.stdout, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([["" if v is None else v for v in r.values()] for r in _rows(table)])
    else:
        message(table.title)
        rows = [[_cell(name, row[name]) for name in _SHOWN] for row in _rows(table)]
        print_table(list(_SHOWN.values()), rows)


def _scale(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise KemitraanError(f"--scale: {text!r} is neither auto nor a whole number of 1 or more")
    return int(text)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows in plain values, None where there is none."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    item = getattr(value, "item", None)  # a number of numpy's; pandas' missing one has none
    return _plain(item()) if item is not None else None


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}" if name in ("practice", "quality", "trust_buyers") else f"{value:.3g}"
    return str(value)
