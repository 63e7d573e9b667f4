"""What arithmetic allows at most, a line a scenario on the screen, beside the effect on revenue."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, cast

from experiments.ceiling import CHANNELS
from experiments.report import effect_cells, laid_out
from experiments.words import channel_words, number, percent, say

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["at_most_lines"]

_MONTHS = 12
_MISSING = "-"
_WIDE = 120
"""The four columns stand beside one another on any screen."""


def at_most_lines(comparison: Comparison, window: str, lang: str, width: int) -> list[str]:
    """What each policy reaches of the channels, before any run, and what came of it.

    Args:
        comparison: finished.
        window: of the effect on revenue, such as "policy".
        lang: "en" or "id".
        width: of the screen.
    """
    table = comparison.ceiling
    effects = comparison.effects(["revenue"], window).set_index("scenario")
    body, remarks = [], []
    for name in comparison.scenarios:
        own = table[table["scenario"] == name]
        bought = own[own["channel"].isin(CHANNELS) & (own["policy_reaches"] > 0)]
        reach = float(bought["policy_reaches"].sum())
        guessed = float((bought["policy_reaches"] * bought["guessed_share"]).sum())
        revenue = cast("pd.Series", effects.loc[name])
        body.append(
            [
                f"  {name}",
                number(reach / _MONTHS, lang) if reach > 0 else "0",
                percent(100.0 * guessed / reach, lang) if reach > 0 else _MISSING,
                effect_cells(revenue, lang)[0],
            ]
        )
        remarks.append("; ".join(_channels(bought, own, lang)) or say("at_most_none", lang))
    heads = ["", *(say(f"at_most_{key}", lang) for key in ("reach", "guessed", "effect"))]
    head, *rows = laid_out(heads, body, max(width, _WIDE))
    lines = [*textwrap.wrap(say("at_most", lang), max(60, width), subsequent_indent="  "), head]
    for row, remark in zip(rows, remarks, strict=True):
        inset = "    "
        lines += [row, *textwrap.wrap(
            remark, max(60, width), initial_indent=inset, subsequent_indent=inset + "  ",
            break_on_hyphens=False,
        )]  # fmt: skip
    return lines


def _channels(bought: pd.DataFrame, own: pd.DataFrame, lang: str) -> list[str]:
    """Each channel with what it is for one UMKM; then what opens no channel, and why."""
    found = [
        say(
            "at_most_channel",
            lang,
            name=channel_words(str(row["channel"]), lang),
            each=number(float(row["per_umkm_month"]), lang),
            firms=number(float(row["umkm"]), lang),
        )
        for _, row in bought.iterrows()
    ]
    rest = own[~own["channel"].isin(CHANNELS)]
    return found + [
        f"{channel_words(str(row['channel']), lang)}: {channel_words(str(row['note']), lang)}"
        for _, row in rest.iterrows()
    ]
