"""`kemitraan ceiling`: what arithmetic allows, before any run."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, RegionOption, language
from experiments.cli.output import print_json, print_table

__all__ = ["ceiling"]

_HEADS = {
    "en": (
        "channel",
        "buys, Rp m a year",
        "UMKM could supply",
        "policy reaches",
        "UMKM of the trades",
        "Rp a month and UMKM",
        "guessed",
        "note",
    ),
    "id": (
        "saluran",
        "membeli, Rp jt setahun",
        "UMKM dapat memasok",
        "jangkauan kebijakan",
        "UMKM sejenis",
        "Rp sebulan per UMKM",
        "tebakan",
        "catatan",
    ),
}


def ceiling(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a file.")],
    *,
    region: RegionOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what each channel buys a year, what UMKM could supply, and what the policy reaches."""
    from experiments.ceiling import ceiling as table_of  # noqa: PLC0415  # pandas
    from experiments.choices import plain_rows  # noqa: PLC0415
    from experiments.words import number  # noqa: PLC0415

    speech = language(lang)
    table = table_of(scenario, region)
    if json:
        print_json(plain_rows(table))
        return

    def cell(column: str, value: object) -> str:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "-"
        if column == "guessed_share":
            return f"{100 * float(str(value)):.0f} %"
        return number(value, speech) if isinstance(value, float) else str(value)

    body = [[cell(str(c), row[c]) for c in table.columns] for _, row in table.iterrows()]
    print_table(_HEADS[speech], body)
