"""Assumptions on the page: guessed ones first, and which of them the answer hangs on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.catalogue import retold, told
from experiments.page.words import say
from experiments.words import decimal_mark, number, unit_words

if TYPE_CHECKING:
    import pandas as pd

    from experiments.page.folder import Kept

__all__ = ["assumption_rows", "every_assumption", "hangs_on", "kind_counts"]

KINDS = ("assumed", "estimated", "literature", "measured")
_ALWAYS = ("displacement", "market_growth")  # the headline assumptions of any total
_MOST = 9
_EACH = 3
FEWEST_PAIRS = 20


def kind_counts(kept: Kept, lang: str) -> str:
    """How many of the registry's figures are of which kind, and how many were varied."""
    table = kept.assumptions
    counts = table["kind"].value_counts()
    items = ", ".join(
        f"{int(counts[kind])} {told(kind, lang, 'kind')}" for kind in KINDS if kind in counts
    )
    varied = int(table["varied"].astype(bool).sum())
    key = "kinds_varied" if varied else "kinds_held"
    return say(key, lang, n=len(table), items=items, varied=varied)


def _own_drivers(kept: Kept, name: str) -> pd.DataFrame:
    return kept.drivers[kept.drivers["scenario"] == name]


def hangs_on(kept: Kept, letters: Sequence[str], lang: str) -> list[str]:
    """Which assumptions the headline effect of each scenario goes together with."""
    if not kept.varied:
        return [say("hangs_held", lang)]
    if kept.pairs < FEWEST_PAIRS:
        return [say("hangs_few", lang, n=kept.pairs)]
    lines, none = [], []
    for letter, name in zip(letters, kept.names, strict=True):
        own = _own_drivers(kept, name)
        clear = own[own["clear"].astype(bool)].head(_EACH)
        if len(clear):
            lines.append(say("hangs", lang, name=letter, items=_listed(clear, lang)))
        elif len(own):
            none.append(letter)
    if none:
        key = "hangs_none" if len(none) == 1 else "hangs_none_all"
        lines.append(say(key, lang, names=", ".join(none), n=kept.pairs))
    return lines


def _listed(rows: pd.DataFrame, lang: str) -> str:
    return ", ".join(
        f"{row['parameter']} ({number(float(row['correlation']), lang, signed=True, digits=2)})"
        for _, row in rows.iterrows()
    )


def meaning(name: str, lang: str) -> str:
    """What a parameter is, in a few words; nothing where the catalogue has none."""
    found = retold(name, lang, "parameter")
    return "" if found == name else found


def assumption_rows(kept: Kept, letters: Sequence[str], lang: str) -> list[dict[str, Any]]:
    """The assumptions that matter most, guessed ones first: what the answer hangs on comes on top.

    Those a scenario sets itself, the headline ones, and the strongest of each scenario.
    """
    table = kept.assumptions.set_index("parameter")
    weight: dict[str, float] = {}
    for name in kept.names:
        for _, row in _own_drivers(kept, name).head(_EACH).iterrows():
            key = str(row["parameter"])
            weight[key] = max(weight.get(key, 0.0), abs(float(row["correlation"])))
    given = list(table.index[table["assumed_by"].notna()])
    first = [name for name in dict.fromkeys([*given, *_ALWAYS]) if name in table.index]
    ranked = sorted((n for n in weight if n not in first), key=lambda n: (-weight[n], n))
    chosen = [*first, *ranked][: max(_MOST, len(given))]
    chosen.sort(key=lambda n: (_rank(str(table.loc[n, "kind"])), -weight.get(n, 0.0), n))
    return [_row(table, name, _signs(kept, letters, name), lang) for name in chosen]


def every_assumption(kept: Kept, lang: str) -> list[dict[str, Any]]:
    """All figures of the registry, guessed ones first."""
    table = kept.assumptions.set_index("parameter")
    order = sorted(range(len(table)), key=lambda k: (_rank(str(table["kind"].iloc[k])), k))
    return [_row(table, str(table.index[k]), "", lang) for k in order]


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _signs(kept: Kept, letters: Sequence[str], parameter: str) -> str:
    """For which scenarios it stands out, and which way: A +, B -."""
    if not kept.varied or kept.pairs < FEWEST_PAIRS:
        return ""
    table = kept.drivers
    found = []
    for letter, name in zip(letters, kept.names, strict=True):
        own = table[(table["scenario"] == name) & (table["parameter"] == parameter)]
        if len(own) and bool(own["clear"].iloc[0]):
            found.append(f"{letter} {'+' if float(own['correlation'].iloc[0]) > 0 else '-'}")
    return ", ".join(found)


def _figure(value: object, lang: str) -> str:
    number_ = float(str(value))
    return decimal_mark(f"{number_:,.6g}", lang) if math.isfinite(number_) else "-"


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def _row(table: pd.DataFrame, name: str, signs: str, lang: str) -> dict[str, Any]:
    row = table.loc[name]
    low, high = (_figure(row[end], lang) for end in ("low", "high"))
    by = _text(row["assumed_by"])
    return {
        "name": name,
        "label": meaning(name, lang),
        "value": _figure(row["value"], lang),
        "range": low if low == high else f"{low}..{high}",
        "unit": unit_words(_text(row["unit"]), lang),
        "kind": told(str(row["kind"]), lang, "kind"),
        "source": told(_text(row["source"]), lang, "source"),
        "by": say("assumed_by", lang, items=by) if by else "",
        "url": _text(row["url"]),
        "note": _text(row["note"]) if lang == "en" else "",
        "hangs": signs,
    }
