"""`kemitraan ceiling`: what arithmetic allows, before any run."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, RegionOption, language
from experiments.cli.output import message, print_json, print_table

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
_INDONESIAN = {
    "hotels": "hotel",
    "restaurants": "restoran",
    "agencies": "dinas",
    "other large buyers": "pembeli besar lain",
    "platform": "platform",
    "export": "ekspor",
    "cash grant": "bantuan tunai",
    "not in this version": "belum ada dalam versi ini",
    "no rule": "tanpa aturan",
    "no rule speaks of them": "tidak diatur",
    "floor": "batas minimum",
    "pledged share (assumed)": "bagian yang dijanjikan (asumsi)",
    "all who are invited join": "semua yang diundang ikut",
    "less where no firm is within the radius": "kurang bila tidak ada usaha dalam radius",
    "money given, not purchases": "uang yang diberikan, bukan pembelian",
}


def _said(text: str, speech: str) -> str:
    """A channel or a note in a language; the table itself is in English for programs."""
    if speech == "en":
        return text
    return "; ".join(_INDONESIAN.get(part, part) for part in text.split("; "))


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
    from experiments.words import number  # noqa: PLC0415

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
            return f"{100 * float(str(value)):.0f} %"
        return number(value, speech) if isinstance(value, float) else _said(str(value), speech)

    body = [[cell(str(c), row[c]) for c in table.columns] for _, row in table.iterrows()]
    print_table(_HEADS[speech], body)
    message(inputs_line(place_of(rule, region), speech))
