"""What kinds of figures a region rests on: its own, borrowed or made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.words import percent, say
from scenarios.region_data import KINDS
from sim.parameters.value_inputs import GUESSES

if TYPE_CHECKING:
    from scenarios.region import Region

__all__ = ["input_counts", "inputs_line"]


def input_counts(region: Region) -> dict[str, int]:
    """How many figures of a region, its map left out, are its own, borrowed or made up.

    `own`, `borrowed` and `made_up` add up to `figures`: measured or derived for the place, taken
    from elsewhere whatever the kind, and assumed or synthetic.
    """
    from scenarios.region_sheet import beside_the_map  # noqa: PLC0415  # pandas

    table = beside_the_map(region.provenance)
    foreign = table["borrowed"].astype(bool)
    guessed = table["kind"].isin(GUESSES)
    return {
        "figures": len(table),
        "own": int((~foreign & ~guessed).sum()),
        "borrowed": int(foreign.sum()),
        "made_up": int((~foreign & guessed).sum()),
        **{kind: int((table["kind"] == kind).sum()) for kind in KINDS},
    }


def inputs_line(region: Region, lang: str) -> str:
    """The same as a line below a table, with the blocks of region.yaml where it matters."""
    counts = input_counts(region)
    table = region.provenance
    foreign = table["borrowed"].astype(bool)
    # Ward populations are named although they are not counted; the map has a line of its own.
    guessed = table["kind"].isin(GUESSES) & ~foreign & (table["block"] != "map")
    blocks = {"foreign": table.loc[foreign, "block"], "guessed": table.loc[guessed, "block"]}
    named = {key: ", ".join(dict.fromkeys(found)) or "-" for key, found in blocks.items()}
    share = {key: percent(100 * count / counts["figures"], lang) for key, count in counts.items()}
    listed = ", ".join(f"{say(kind, lang)} {share[kind]}" for kind in KINDS)
    shares = {key: share[key] for key in ("own", "borrowed", "made_up")}
    line = say("inputs", lang, n=counts["figures"], items=listed, **shares, **named)
    sites = table[(table["block"] == "map") & table["quantity"].str.startswith("lat of ")]
    invented = sites.loc[sites["kind"] == "synthetic", "quantity"]
    if len(invented):
        centres = {f"lat of {name}" for name in region.districts["district"]}
        key = "synthetic_map" if centres & set(invented) else "synthetic_sites"
        line += f". {say(key, lang, region=region.name)}"
    return line
