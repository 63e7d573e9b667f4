"""`kemitraan trace SCENARIO --slot N`: one firm's months."""

from __future__ import annotations

import csv as csv_format
import math
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.options import (
    JsonOption,
    LangOption,
    MonthsOption,
    RegionOption,
    SeedOption,
    language,
    whole,
)
from experiments.cli.output import heads, message, print_json, print_table
from sim.errors import KemitraanError

if TYPE_CHECKING:
    import pandas as pd

    from sim.case import Case
    from sim.trace import Trace

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
_TWO_PLACES = ("practice", "quality", "trust_buyers")
_DECIMAL = re.compile(r"\d\.\d")
_NAMES = ("partner", "closed", "largest", "coached")  # sim.trace.PICKS, without loading numba
_PICKS = "partner, closed, largest or coached"


def trace(
    file: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario file or name.")
    ] = "no_policy",
    *,
    slot: Annotated[
        int | None,
        typer.Option(
            "--slot", help="Number of the slot in the full region.", parser=whole, metavar="N"
        ),
    ] = None,
    pick: Annotated[
        str | None,
        typer.Option("--pick", help=f"Look for a slot instead: {_PICKS}.", metavar="WHAT"),
    ] = None,
    region: RegionOption = None,
    seed: SeedOption = 1,
    scale: Annotated[
        str, typer.Option("--scale", help="One slot in so many, or auto.", metavar="N")
    ] = "auto",
    months: MonthsOption = None,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="All columns as CSV.")] = False,
    lang: LangOption = None,
) -> None:
    """Show one slot's months: orders, money, trust, the firm's end and its successor."""
    if (slot is None) == (pick is None):
        raise KemitraanError(f"give either --slot N or --pick {_PICKS}")
    if json and csv:
        raise KemitraanError("give either --json or --csv")
    if pick is not None and pick not in _NAMES:
        raise KemitraanError(f"--pick {pick}: is not known; give {_PICKS}")
    from experiments.limits import (  # noqa: PLC0415  # YAML only now
        check_months,
        check_scale,
        check_seed,
        read_scale,
    )

    speech = language(lang)
    every = read_scale(scale)
    check_months(months)
    check_seed(seed)
    from experiments.budget import load_scenario  # noqa: PLC0415
    from experiments.catalogue import retold  # noqa: PLC0415
    from experiments.inputs import input_counts, inputs_line  # noqa: PLC0415
    from experiments.overrides import override_lines  # noqa: PLC0415
    from experiments.places import place_of  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415
    from sim.case import Case  # noqa: PLC0415
    from sim.jit import cache_is_warm  # noqa: PLC0415

    scenario = load_scenario(file, region=region, months=months)
    place: Any = place_of(scenario)
    check_scale(every, place.firms)
    case = Case.of(scenario, place, seed=seed, scale=every)
    if slot is not None:
        _check_slot(slot, case)
    for line in override_lines([scenario], region=region, months=months, lang=speech):
        message(line)
    if not cache_is_warm("run_month"):
        message(say("compiling", speech))
    table = _replayed(case, slot, pick)
    if json:
        document = {
            **case.facts(),
            "inputs": input_counts(place),
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
        sectors, goods = (list(getattr(place, k)[k[:-1]]) for k in ("sectors", "goods"))
        message(_named(retold(table.title, speech, "event"), sectors, speech, most=1))
        rows = [[_cell(name, row[name], speech) for name in _SHOWN] for row in _rows(table)]
        last = list(_SHOWN).index("event")
        rows = [
            [_named(cell, goods, speech) if k == last else cell for k, cell in enumerate(row)]
            for row in rows
        ]
        print_table(heads(list(_SHOWN.values()), speech), rows)
        message(inputs_line(place, speech))


def _named(text: str, keys: Sequence[str], lang: str, most: int = 0) -> str:
    """A text with goods or trades in words; in English they stay the keys that one types.

    Args:
        text: told already.
        keys: goods or trades of the region.
        lang: "en" or "id".
        most: so many of them, from the left; all if 0.
    """
    from experiments.stakeholder_words import group_words  # noqa: PLC0415  # gettext only now

    if lang == "en":
        return text
    # Longest first, so that no name is taken for a part of another.
    any_key = "|".join(map(re.escape, sorted(keys, key=len, reverse=True)))
    return re.sub(rf"\b({any_key})\b", lambda m: group_words(m[0], lang), text, count=most)


def _check_slot(slot: int, case: Case) -> None:
    """Refuses a slot that the region does not have, or that the sample leaves out."""
    from sim.population import lay_slots  # noqa: PLC0415  # numba

    vacancy = case.parameters["vacancy"]
    last = lay_slots(case.region, vacancy, 1).slot.size - 1
    if not 0 <= slot <= last:
        raise KemitraanError(
            f"--slot {slot}: is outside 0..{last}, the slots of {case.region.name}; "
            f"give one of these, or let --pick look for one ({_PICKS})"
        )
    kept = lay_slots(case.region, vacancy, case.scale).slot
    if slot not in kept:
        nearest = int(kept[abs(kept - slot).argmin()])
        raise KemitraanError(
            f"--slot {slot}: is not in the sample of one slot in {case.scale}; "
            f"the nearest is {nearest}. Give that one, or add --scale 1 for every slot"
        )


def _replayed(case: Case, slot: int | None, pick: str | None) -> Trace:
    from sim.trace import replay  # noqa: PLC0415  # numba

    if slot is not None:
        return replay(case, slot)[0]
    try:
        return replay(case, str(pick))[0]
    except KemitraanError as error:
        if str(error).startswith("pick: no slot"):
            raise KemitraanError(
                f"--pick {pick}: there is none in {case.months} months of one slot in "
                f"{case.scale}; give more --months, a smaller --scale or another --seed"
            ) from error
        raise


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


def _cell(name: str, value: object, lang: str) -> str:
    from experiments.catalogue import retold  # noqa: PLC0415
    from experiments.words import decimal_mark  # noqa: PLC0415

    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{value:.2f}" if name in _TWO_PLACES else f"{value:.3g}"
        return decimal_mark(text, lang)
    if name == "event":
        said = "; ".join(retold(part, lang, "event") for part in str(value).split("; "))
        return _DECIMAL.sub(lambda found: decimal_mark(found[0], lang), said)
    return str(value)
