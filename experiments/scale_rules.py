"""What a sample of a region can carry, and what a reader must know where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.stakeholder_words import group_words
from experiments.words import say
from sim.build.buyers import every_nth
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.design import Study

__all__ = ["COARSE", "FEWEST_BUYERS", "NOT_CARRIED", "joined_classes", "scale_notes"]

FEWEST_BUYERS = 5
"""Sampled buyers of a class that one may read anything from."""
_FEWEST_NEARBY = 10
COARSE = 50
"""Scale from which on a sample is coarse, whatever the region."""
SMALL = 5_000
"""Firms below which any sample is, as 1:10 of Surakarta and Kutai Timur."""
NOT_CARRIED = (
    "hotels_buying", "hotels_still_buying", "hotel_cost", "hotel_purchases", "direct_purchases",
    "moved_from_umkm", "outside_loss", "ever_partnered", "firms_gaining",
)  # fmt: skip
"""Outcomes that missed in Surakarta or Kutai Timur (benchmarks/scales.md): fewer firms stand near a
buyer, so that buyers find others, or nobody within a radius."""
Class = tuple[str, int, int]


def joined_classes(classes: Sequence[Class], least: int = FEWEST_BUYERS) -> list[list[Class]]:
    """Neighbouring classes joined until each group has so many sampled buyers.

    A class whose buyers are all in the sample stands for itself, however few they are. The sample
    itself stays by class, since weights by class keep each class's demand exact; what is joined is
    what one may read.

    Args:
        classes: name, sampled and all buyers of each, in their order.
        least: sampled buyers of a group.

    Returns:
        The groups in order; with too few buyers in all, one group that has fewer.
    """
    groups: list[list[Class]] = []
    open_group: list[Class] = []
    for one in classes:
        if one[2] == 0:
            continue
        open_group.append(one)
        if _enough(open_group, least):
            groups.append(open_group)
            open_group = []
    if open_group and groups:
        groups[-1] = [*groups[-1], *open_group]
    elif open_group:
        groups.append(open_group)
    return groups


def _enough(group: Sequence[Class], least: int) -> bool:
    return _kept(group) >= least or all(kept == count for _, kept, count in group)


def _kept(group: Sequence[Class]) -> int:
    return sum(kept for _, kept, _ in group)


def _item(group: Sequence[Class], lang: str) -> str:
    name = " + ".join(name for name, _, _ in group)
    count = sum(count for _, _, count in group)
    return f"{name} ({say('of', lang, kept=_kept(group), count=count)})"


def scale_notes(study: Study, lang: str) -> list[str]:
    """The sample, what it is too thin for, and the buyers of which too few are left."""
    scale, region = study.scale, study.region
    if scale == 1:
        return []
    notes = [say("sample", lang, scale=scale)]
    if study.firms_nearby < _FEWEST_NEARBY:
        notes.append(say("thin", lang))
    if scale >= COARSE or (scale > 1 and study.firms < SMALL):
        labels = ", ".join(OUTCOMES[name].label[lang] for name in NOT_CARRIED)
        notes.append(say("coarse", lang, scale=scale, items=labels))
    hotels = [
        (str(name), len(every_nth(int(count), scale)) if count else 0, int(count))
        for name, count in zip(region.hotels["hotel_class"], region.hotels["count"], strict=True)
    ]
    groups = joined_classes(hotels)
    together = [
        _item(group, lang) for group in groups if len(group) > 1 and _enough(group, FEWEST_BUYERS)
    ]
    if together:
        notes.append(say("joined", lang, n=FEWEST_BUYERS, items=", ".join(together)))
    short = [group for group in groups if not _enough(group, FEWEST_BUYERS)]
    short += [[one] for one in _others(study, lang) if not _enough([one], FEWEST_BUYERS)]
    if short:
        items = ", ".join(_item(group, lang) for group in short)
        notes.append(say("few", lang, n=FEWEST_BUYERS, items=items))
    return notes


def _others(study: Study, lang: str) -> list[Class]:
    """Restaurants, and the other large buyers of each trade, as the model samples them."""
    region, scale = study.region, study.scale
    counts = {say("restaurants", lang): int(region.restaurants.count)}
    for sector, share in zip(region.sectors["sector"], region.sectors["share"], strict=True):
        if (region.goods["sector"] == sector).any():
            buyers = round(region.firms * float(share) / study.parameters["background_firms"])
            counts[say("large_buyers", lang, sector=group_words(str(sector), lang))] = buyers
    return [(name, len(every_nth(count, scale)), count) for name, count in counts.items() if count]
