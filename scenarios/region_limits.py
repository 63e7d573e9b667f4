"""How large a region may be: what no run could be laid out for is refused where it is written."""

from __future__ import annotations

from scenarios.region_data import Figure
from scenarios.region_yaml import Block

__all__ = ["MOST_RESTAURANTS", "MOST_UMKM", "check_firms", "check_restaurants"]

MOST_UMKM = 100_000_000
"""Firms of a region; all of Indonesia has about 64 million.

Every one gets its place before a sample is taken, 8 bytes and more each.
"""
MOST_RESTAURANTS = 100_000
"""Restaurants of a region; each is simulated with every good it buys."""


def check_firms(umkm: Block, figure: Figure | None) -> None:
    """Refuses a count of firms that no run can be laid out for, at either end of its range."""
    if figure is None:
        return
    if min(figure.count, figure.low) < 1:
        umkm.fault("true_count", "must be at least 1, its low end too")
    elif max(figure.value, figure.high) > MOST_UMKM:
        umkm.fault("true_count", f"is more than {MOST_UMKM:,}, its high end too")


def check_restaurants(block: Block, figure: Figure | None) -> None:
    """Refuses more restaurants than fit memory, at either end of their range."""
    if figure is not None and max(figure.value, figure.high) > MOST_RESTAURANTS:
        block.fault("count", f"is more than {MOST_RESTAURANTS:,}, its high end too")
