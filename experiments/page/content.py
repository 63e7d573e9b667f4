"""What stands on the page, section by section, in words and plain values for the template."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from experiments import words
from experiments.catalogue import phrase, told
from experiments.ceiling import CHANNELS
from experiments.ensemble_words import sets_legend
from experiments.page.answer import Effect, answer, effect_of, simulation_words, span
from experiments.page.assumptions import assumption_rows, every_assumption, hangs_on, kind_counts
from experiments.page.forest import Forest, forest
from experiments.page.stakeholders import stakeholder_section
from experiments.page.words import amount, say
from experiments.words import channel_words, number, percent
from sim.outcomes import windows

if TYPE_CHECKING:
    from experiments.page.folder import Kept

__all__ = ["LIMITS", "MANY", "MOST", "STATES", "content"]

MANY = 1
"""With more scenarios than these paper leaves out what the screen has, to stay on two sheets."""
MOST = 4
"""With more than these paper says the first year without intervals, and in fewer words."""
LIMITS = 9
"""Messages `cannot_1` to `cannot_9`: what the model cannot tell."""
STATES = (
    "hotels_signed", "hotels_buying", "hotels_newly_buying", "hotels_still_buying",
    "hotels_on_paper",
)  # fmt: skip
_BOUND: Mapping[str, str] = MappingProxyType(
    {
        "hotel": "hotels",
        "restaurant": "restaurants",
        "large_buyer": "other large buyers",
        "agency": "agencies",
    }
)
"""Whom a lever `<group>.binding` obliges, as channels are called."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FEWEST_PAIRS = 20
_ON_PAPER = ("sample", "not_equal")
"""Notes that no reader of paper can spare: a sample was simulated, money is not equal."""
_DIGESTS = ("study", "region", "parameters", "model")


def letters_of(count: int) -> list[str]:
    """A, B, ... Z, A2, B2, ..."""
    return [
        _LETTERS[k % 26] + (str(k // 26 + 1) if k >= 26 else "") for k in range(count)
    ]  # fmt: skip


def content(kept: Kept, lang: str) -> dict[str, Any]:
    """Everything that the template shows."""
    letters = letters_of(len(kept.names))
    policies = [_policy(kept, *pair, lang) for pair in zip(letters, kept.names, strict=True)]
    figure = forest(kept, letters, lang)
    signs = {row.letter: row for group in figure.groups for row in group.rows}
    for policy in policies:
        row = signs.get(policy["letter"])
        policy |= {"mark": row.mark if row else "", "colour": row.colour if row else ""}
    only = len(policies) == 1
    chosen = assumption_rows(kept, letters, lang)
    notes = _notes(kept, lang)
    return {
        "lang": lang,
        "size": "".join(
            name for name, than in ((" many", MANY), (" most", MOST)) if len(kept.names) > than
        ).strip(),
        "heading": policies[0]["title"] if only else say("heading", lang),
        "example": say("example", lang, region=kept.region_title(lang)),
        "question": _question(kept, policies, lang),
        "policies": policies,
        "hypothetical": _hypothetical(kept, lang),
        "quick": say("quick", lang, n=kept.pairs) if kept.pairs < _FEWEST_PAIRS else "",
        "answer": answer(kept, letters, lang),
        "ceiling": _ceiling(kept, letters, lang),
        "forest": figure,
        "alternative": _alternative(kept, figure, lang),
        "caption": _caption(kept, lang),
        "numbers": _numbers(figure, lang),
        "after": _after(kept, letters, lang),
        "states": _states(kept, letters, lang),
        "stakeholders": stakeholder_section(kept, letters, lang),
        "assumptions": chosen,
        "signs": any(row["hangs"] for row in chosen),
        "all_assumptions": every_assumption(kept, lang),
        "kinds": kind_counts(kept, lang),
        "hangs": hangs_on(kept, letters, lang),
        "cannot": [_first(say(f"cannot_{k}", lang)) for k in range(1, LIMITS + 1)],
        "notes": notes,
        "spared": sum(not note["kept"] for note in notes),
        "again": _again(kept, lang),
    }


def _first(text: str) -> tuple[str, str]:
    """The first sentence, and the rest."""
    head, stop, rest = text.partition(". ")
    return (f"{head}.", rest) if stop else (text, "")


def _policy(kept: Kept, letter: str, name: str, lang: str) -> dict[str, Any]:
    one = kept.scenario(name)
    return {
        "letter": letter,
        "name": name,
        "title": kept.title(name, lang),
        "instrument": instrument(one, lang),
        "hypothetical": _obliges(one),
    }


def _obliges(scenario: Mapping[str, Any]) -> bool:
    """Whether buyers are obliged: no city's rule is behind it."""
    return any(_binds(scenario, f"{group}.binding") for group in _BOUND)


def _hypothetical(kept: Kept, lang: str) -> str:
    """Whom the obligations bind, and that no city is known to bind them; empty without any."""
    bound = [
        channel for group, channel in _BOUND.items()
        if any(_binds(kept.scenario(name), f"{group}.binding") for name in kept.names)
    ]  # fmt: skip
    whom = ", ".join(channel_words(channel, lang) for channel in bound)
    return say("hypothetical_note", lang, whom=whom) if bound else ""


def _binds(scenario: Mapping[str, Any], key: str) -> bool:
    lever = scenario["levers"].get(key)
    return lever is not None and float(lever["value"]) > 0


def instrument(scenario: Mapping[str, Any], lang: str) -> str:
    """The instrument as the page prints it, and whether the obligation is hypothetical."""
    word = say(f"instrument_{scenario['instrument'] or 'none'}", lang)
    return f"{word}, {say('hypothetical', lang)}" if _obliges(scenario) else word


def _question(kept: Kept, policies: Sequence[Mapping[str, Any]], lang: str) -> str:
    named = {"baseline": kept.title(kept.baseline, lang), "region": kept.region_title(lang)}
    if len(policies) == 1:
        return say("question_one", lang, policy=policies[0]["title"], **named)
    return say("question_many", lang, n=len(policies), **named)


def _ceiling(kept: Kept, letters: Sequence[str], lang: str) -> dict[str, Any]:
    table, unit = kept.ceiling, "Rp m a year"
    rows = []
    for letter, name in zip(letters, kept.names, strict=True):
        own = table[(table["scenario"] == name) & (table["policy_reaches"] > 0)]
        reach = float(own["policy_reaches"].sum())
        guessed = float((own["policy_reaches"] * own["guessed_share"]).sum())
        known = own["guessed_share"].notna().all() and reach > 0
        channels = [
            (
                say(
                    "channel_short",
                    lang,
                    name=channel_words(str(row["channel"]), lang),
                    reach=amount(float(row["policy_reaches"]), unit, lang, signed=False),
                ),
                say(
                    "channel_each",
                    lang,
                    each=amount(float(row["per_umkm_month"]), "Rp", lang, signed=False),
                    firms=number(float(row["umkm"]), lang),
                ),
            )
            for _, row in own.iterrows()
        ]
        revenue = effect_of(kept, name, "revenue")
        rows.append(
            {
                "letter": letter,
                "channels": [*channels, *((text, "") for text in _without(kept, name, lang))]
                or [(say("reaches_none", lang), "")],
                "reach": amount(reach, unit, lang, signed=False),
                "guessed": percent(100 * guessed / reach, lang) if known else "-",
                "effect": "-" if revenue is None else _yearly(revenue, lang),
            }
        )
    return {"rows": rows, "hotels": _hotels_share(kept, lang)}


def _without(kept: Kept, name: str, lang: str) -> list[str]:
    """What a scenario does that reaches no purchases, such as coaching, and how it works."""
    table = kept.ceiling
    own = table[(table["scenario"] == name) & ~table["channel"].isin(CHANNELS)]
    return [
        f"{channel_words(str(row['channel']), lang)}: {channel_words(str(row['note']), lang)}"
        for _, row in own[own["policy_reaches"].isna()].iterrows()
    ]


def _yearly(one: Effect, lang: str) -> str:
    low, high = (12 * end for end in one.shown)
    mark = "" if one.clear or one.same else " ?"
    return amount(12 * one.mean, "Rp m a year", lang, low=low, high=high) + mark


def _hotels_share(kept: Kept, lang: str) -> str:
    """All that hotels buy of the goods, beside what all UMKM sell."""
    table = kept.ceiling
    hotels = table[(table["channel"] == "hotels") & table["buys"].notna()]
    found = [effect_of(kept, name, "revenue") for name in kept.names]
    revenue = next((one for one in found if one is not None), None)
    if hotels.empty or revenue is None or not revenue.level > 0:
        return ""
    buys = float(hotels["buys"].iloc[0])
    share = percent(100 * buys / (12 * revenue.level), lang)
    bought = amount(buys, "Rp m a year", lang, signed=False)
    return say("hotels_share", lang, buys=bought, share=share)


def _numbers(figure: Forest, lang: str) -> list[list[dict[str, Any]]]:
    """The figure's numbers as two tables, which stand side by side where there is room."""
    found = [
        {
            "label": group.label,
            "remark": say(group.remark, lang),
            "rows": [
                {
                    "letter": row.letter,
                    "level": number(row.effect.level, lang),
                    "effect": row.text,
                    "simulation": simulation_words(row.effect, lang),
                    "better": say("k_of_n", lang, k=row.effect.better, n=row.effect.pairs)
                    if row.effect.better >= 0 and not row.effect.same
                    else "-",
                }
                for row in group.rows
            ],
        }
        for group in figure.groups
    ]
    half = (len(found) + 1) // 2
    return [part for part in (found[:half], found[half:]) if part]


def _alternative(kept: Kept, figure: Forest, lang: str) -> str:
    """What a reader who does not see the figure is told."""
    parts = [
        f"{group.label}: " + "; ".join(f"{row.letter} {row.text}" for row in group.rows)
        for group in figure.groups
    ]
    return say("alternative", lang, span=span(kept, "policy")) + " " + ". ".join(parts) + "."


def _caption(kept: Kept, lang: str) -> str:
    plan = kept.manifest["plan"]
    text = say(
        "caption_varied" if kept.varied else "caption_held",
        lang,
        span=span(kept, "policy"),
        n=kept.pairs,
        firms=number(float(plan["firms"]), lang),
        seed=plan["seed"],
    )
    sets = sets_legend(plan.get("ensemble"), lang).strip()
    return f"{text} {sets[0].upper()}{sets[1:]}." if sets else text


def _after(kept: Kept, letters: Sequence[str], lang: str) -> dict[str, Any] | None:
    """What is left of the headline effect once funding has stopped."""
    if "after" not in windows(int(kept.manifest["months"])):
        return None
    items = []
    for letter, name in zip(letters, kept.names, strict=True):
        one = effect_of(kept, name, "profit", "after")
        if one is not None:
            low, high = one.shown
            text = say("same", lang) if one.same else amount(one.mean, one.unit, lang,
                                                             low=low, high=high)  # fmt: skip
            items.append(f"{letter} {text}" + ("" if one.clear or one.same else " ?"))
    return {"head": say("after", lang, span=span(kept, "after")), "items": items}


def _states(kept: Kept, letters: Sequence[str], lang: str) -> list[dict[str, str]]:
    """Signed / buying / newly buying / still buying / on paper, never the first alone."""
    table = kept.levels
    rows = []
    for letter, name in zip(letters, kept.names, strict=True):
        own = table[(table["scenario"] == name) & (table["window"] == "policy")]
        found = own[own["outcome"].isin(STATES)].set_index("outcome")["mean"]
        values = [float(found.get(state, math.nan)) for state in STATES]
        if values[0] > 0.0 and all(map(math.isfinite, values)):
            shown = dict(zip(STATES, (percent(v, lang) for v in values), strict=True))
            rows.append({"letter": letter, **shown})
    return rows


def _notes(kept: Kept, lang: str) -> list[dict[str, Any]]:
    """The comparison's notes, but the one that the head of the page says, and which paper keeps."""
    head = words.say("example", lang, region=kept.manifest["region"])
    found = kept.manifest["notes" if lang == "en" else "notes_id"]
    # Up to its first place or colon a message is the same in every run.
    begins = tuple(re.split("[{:]", phrase("words", key, lang))[0] for key in _ON_PAPER)
    return [{"text": note, "kept": note.startswith(begins)} for note in found if note != head]


def _again(kept: Kept, lang: str) -> dict[str, Any]:
    """How to get these numbers again."""
    manifest, made = kept.manifest, kept.manifest["command"]
    remarks = []
    if made["files"]:
        remarks.append(say("again_files", lang, items=", ".join(made["files"])))
    if made["missing"]:
        remarks.append(say("again_missing", lang, items=", ".join(made["missing"])))
    if "fixed_replicates" in made:
        remarks.append(say("again_fixed", lang, n=made["fixed_replicates"]))
    versions = manifest["versions"]
    return {
        "command": " ".join(_quoted(word) for word in made["words"]),
        "remarks": remarks,
        "versions": ", ".join(f"{name} {versions[name]}" for name in versions),
        "seed": manifest["seed"],
        "digests": [(told(f"digest {k}", lang, "kind"), manifest["digests"][k]) for k in _DIGESTS],
        "folder": kept.path.name,
    }


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
