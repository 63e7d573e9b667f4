"""`kemitraan ceiling`: what arithmetic allows, before any run."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, RegionOption, language
from experiments.cli.output import heads, message, print_json, print_table

__all__ = ["ceiling"]

_HEADS = (
    "channel",
    "buys, Rp m a year",
    "UMKM could supply",
    "policy reaches",
    "UMKM of the trades",
    "Rp a month and UMKM",
    "guessed",
    "note",
)


def ceiling(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a file.")],
    *,
    region: RegionOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what each channel buys a year, what UMKM could supply, and what the policy reaches."""
    from experiments.budget import load_scenario  # noqa: PLC0415
    from experiments.ceiling import ceiling as table_of  # noqa: PLC0415  # pandas
    from experiments.choices import plain_rows  # noqa: PLC0415
    from experiments.inputs import inputs_line  # noqa: PLC0415
    from experiments.overrides import override_lines  # noqa: PLC0415
    from experiments.places import place_of  # noqa: PLC0415
    from experiments.words import channel_words, number, percent  # noqa: PLC0415

    speech = language(lang)
    rule = load_scenario(scenario)
    table = table_of(rule, region)
    for line in override_lines([rule], region=region, lang=speech):
        message(line)
    if json:
        print_json(plain_rows(table))
        return

    def cell(column: str, value: object) -> str:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "-"
        if column == "guessed_share":
            return percent(100 * float(str(value)), speech)
        return (
            number(value, speech) if isinstance(value, float) else channel_words(str(value), speech)
        )

    body = [[cell(str(c), row[c]) for c in table.columns] for _, row in table.iterrows()]
    print_table(heads(_HEADS, speech), body)
    message(inputs_line(place_of(rule, region), speech))
