"""Step 8: buyers' orders, voluntary before floor, in rounds (P9)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.processes.pooling import (
    LEAST,
    cooperative_of,
    listed_by_cooperative,
    pool_parts,
    release_small,
)
from sim.tables import KIND_AGENCY, MODE_GENUINE, Record, Rows

__all__ = ["count_refused", "order_floor", "order_voluntary", "set_needs"]

ROUNDS = 3


@jit
def agency_share(lines: Rows, k: int, month: int) -> float:
    """Months of demand that are due this month of an agency's line.

    A yearly contract is delivered in equal batches up to its month of the year; goods of every
    month are bought by half-years.
    """
    place = (month + lines[k].phase) % 12
    if lines[k].interval == 1:
        half = lines[k].second_half
        return 2.0 * (half if place >= 6 else 1.0 - half)
    if place == 0 or place > 12 - lines[k].batches:
        return 12.0 / lines[k].batches
    return 0.0


@jit
def set_needs(
    buyers: Rows,
    lines: Rows,
    links: Rows,
    goods: npt.NDArray[np.void],
    rules: npt.NDArray[np.void],
    p: Record,
    month: int,
) -> None:
    """Need due this month; a good ordered once in P months is needed for P months at once.

    An agency buys by its season, gives no contract below the good's lot, and handles so many
    suppliers a month.
    """
    for k in range(lines.size):
        g = goods[lines[k].good]
        # Most lines had no order last month: their links are clean.
        if lines[k].ordered > 0.0 or lines[k].refused > 0:
            for e in range(lines[k].start, lines[k].stop):
                links[e].order = 0.0
                links[e].small = 0
                links[e].pooled = 0
        lines[k].need = 0.0
        lines[k].refused = 0
        lines[k].pooled = 0
        lines[k].most = math.inf
        lines[k].smallest = 0.0
        lines[k].ordered = 0.0
        lines[k].near_ordered = 0.0
        b = lines[k].buyer
        if buyers[b].kind != KIND_AGENCY and (month + lines[k].phase) % g.interval == 0:
            shock = p.buyer_shock_size if buyers[b].shocked == 1 else 0.0
            lines[k].need = lines[k].demand * g.interval * (1.0 - shock)
            lines[k].smallest = min(p.minimum_lot * lines[k].demand / g.orders, lines[k].need)
        if buyers[b].kind == KIND_AGENCY:
            shock = p.buyer_shock_size if buyers[b].shocked == 1 else 0.0
            share = agency_share(lines, k, month)
            lines[k].need = lines[k].demand * share * (1.0 - shock)
            lines[k].smallest = min(lines[k].lot / lines[k].batches, lines[k].need)
            at_most = max(p.agency_suppliers, rules[month, KIND_AGENCY].most)
            lines[k].most = max(1.0, at_most * buyers[b].ratio)


@jit
def _eligible(links: Rows, e: int, floor: bool, cap: float) -> bool:
    if floor:
        return links[e].near == 1 and links[e].utility <= 0.0 and links[e].utility >= -cap
    return links[e].utility > 0.0


@jit
def _rank(
    firms: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    k: int,
    floor: bool,
    listed: bool,
    cap: float,
    ranked: npt.NDArray[np.int64],
) -> int:
    """Eligible links of a line by falling utility, then by slot; returns how many there are.

    Sorted by insertion: few are eligible, and a firm's row is looked up only among equals. Where
    cooperatives may be listed, firms that can sell only through theirs are among them.
    """
    count = 0
    for e in range(lines[k].start, lines[k].stop):
        if links[e].feasible == 0 and not (
            listed and listed_by_cooperative(firms, lines, links, cooperatives, k, e)
        ):
            continue
        if not _eligible(links, e, floor, cap):
            continue
        utility = links[e].utility
        at = count
        while at > 0:
            other = ranked[at - 1]
            if utility < links[other].utility:
                break
            if (
                utility == links[other].utility
                and firms[links[e].firm].slot > firms[links[other].firm].slot
            ):
                break
            ranked[at] = other
            at -= 1
        ranked[at] = e
        count += 1
    return count


@jit
def _propose(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    p: Record,
    k: int,
    floor: bool,
    pooling: bool,
    cap: float,
    ranked: npt.NDArray[np.int64],
) -> bool:
    """One line goes down its links by utility; true when it proposed anything.

    What its firms cannot deliver by themselves it then asks of cooperatives.
    """
    target = lines[k].left
    least = LEAST * lines[k].need
    enough = lines[k].smallest * (1.0 - LEAST)
    any_proposal = False
    places = lines[k].most
    if places < math.inf:
        places -= _handled(firms, lines, links, k)
    listed = pooling and buyers[lines[k].buyer].kind == KIND_AGENCY
    count = _rank(firms, lines, links, cooperatives, k, floor, listed, cap, ranked)
    for place in range(count):
        if target <= least:
            break
        e = ranked[place]
        i = links[e].firm
        amount = min(target, firms[i].financeable - firms[i].ordered)
        if amount <= least or links[e].pooled == 1 or links[e].feasible == 0:
            continue
        if amount + links[e].order < enough:
            links[e].small = 1
            lines[k].refused = 1
            continue
        # The weakest go first where the buyer cannot handle them all.
        if links[e].order == 0.0:
            if places < 1.0:
                continue
            places -= 1.0
        links[e].proposal = amount
        firms[i].offered += amount
        target -= amount
        any_proposal = True
    if pooling and target > least:
        standard = buyers[lines[k].buyer].standard
        any_proposal |= pool_parts(
            firms, lines, links, cooperatives, p, k, standard, ranked, count, target, places
        )
    return any_proposal


@jit
def _handled(firms: Rows, lines: Rows, links: Rows, k: int) -> float:
    """Suppliers a line has ordered from this month; members of one cooperative are one."""
    handled = 0.0
    for e in range(lines[k].start, lines[k].stop):
        if links[e].order <= 0.0:
            continue
        again = False
        if links[e].pooled == 1:
            for other in range(lines[k].start, e):
                same = firms[links[other].firm].pool == firms[links[e].firm].pool
                again |= same and links[other].pooled == 1 and links[other].order > 0.0
        if not again:
            handled += 1.0
    return handled


@jit
def _settle(firms: Rows, lines: Rows, links: Rows, floor: bool) -> None:
    """Rows prorate what they are offered beyond capacity; parts too small are released."""
    for k in range(lines.size):
        if lines[k].proposed == 0:
            continue
        for e in range(lines[k].start, lines[k].stop):
            if links[e].proposal <= 0.0:
                continue
            i = links[e].firm
            room = firms[i].financeable - firms[i].ordered
            if firms[i].offered > room:
                links[e].proposal *= room / firms[i].offered
                if links[e].pooled == 1:
                    continue
                if links[e].proposal + links[e].order < lines[k].smallest * (1.0 - LEAST):
                    links[e].proposal = -1.0  # released
                    links[e].small = 1
                    lines[k].refused = 1
        if lines[k].pooled == 1:
            release_small(firms, lines, links, k)
    for k in range(lines.size):
        if lines[k].proposed == 0:
            continue
        for e in range(lines[k].start, lines[k].stop):
            amount = links[e].proposal
            if amount == 0.0:
                continue
            i = links[e].firm
            firms[i].offered = 0.0
            links[e].proposal = 0.0
            if amount < 0.0:
                if links[e].order == 0.0:
                    links[e].pooled = 0
                continue
            links[e].order += amount
            firms[i].ordered += amount
            lines[k].ordered += amount
            lines[k].left -= amount
            if not floor and links[e].near == 1:
                lines[k].near_ordered += amount


@jit
def _rounds(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    rules: npt.NDArray[np.void],
    p: Record,
    month: int,
    floor: bool,
    pooling: bool,
) -> None:
    longest = 0
    for k in range(lines.size):
        longest = max(longest, lines[k].stop - lines[k].start)
    ranked = np.empty(longest, np.int64)
    for _ in range(ROUNDS):
        proposed = False
        for k in range(lines.size):
            lines[k].proposed = 0
            if lines[k].left > LEAST * lines[k].need:
                cap = rules[month, buyers[lines[k].buyer].kind].price_cap
                if _propose(
                    firms, buyers, lines, links, cooperatives, p, k, floor, pooling, cap, ranked
                ):
                    lines[k].proposed = 1
                    proposed = True
        if not proposed:
            break
        _settle(firms, lines, links, floor)


@jit
def order_voluntary(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    rules: npt.NDArray[np.void],
    p: Record,
    month: int,
    pooling: bool,
) -> None:
    """Buyers order from feasible candidates worth more than their incumbent."""
    for k in range(lines.size):
        # Most lines have no candidate worth more than the incumbent: they are done here.
        lines[k].left = lines[k].need if lines[k].worthwhile == 1 else 0.0
        if pooling and buyers[lines[k].buyer].kind == KIND_AGENCY:
            lines[k].left = lines[k].need  # a cooperative may bring in others
    _rounds(firms, buyers, lines, links, cooperatives, rules, p, month, False, pooling)


@jit
def order_floor(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    p: Record,
    month: int,
    pooling: bool,
) -> None:
    """Buyers that comply genuinely seek what is missing to the floor, at a cost up to the cap."""
    wanted = False
    smallest = np.empty(lines.size)
    for k in range(lines.size):
        smallest[k] = lines[k].smallest
        b = lines[k].buyer
        lines[k].left = 0.0
        if buyers[b].covered == 0 or buyers[b].mode != MODE_GENUINE:
            continue
        if covers[buyers[b].kind, lines[k].good] == 0 or lines[k].need <= 0.0:
            continue
        rule = rules[month, buyers[b].kind]
        asked = rule.quota if rule.binding > 0.0 else p.pledged_share
        short = asked * lines[k].need - lines[k].near_ordered
        lines[k].left = max(0.0, min(short, lines[k].need - lines[k].ordered))
        # A part as large as all that is asked is never too small.
        if lines[k].left > LEAST * lines[k].need:
            lines[k].smallest = min(lines[k].smallest, lines[k].left)
        wanted |= lines[k].left > LEAST * lines[k].need
    if wanted:
        _rounds(firms, buyers, lines, links, cooperatives, rules, p, month, True, pooling)
        for k in range(lines.size):
            lines[k].smallest = smallest[k]


@jit
def count_refused(
    firms: Rows, lines: Rows, links: Rows, cooperatives: Rows, pooling: bool
) -> tuple[float, float]:
    """Closes the month's orders: who was left out for a part too small, and what was pooled.

    Returns:
        Firms left out, counted line by line where need was left, and the quantity pooled, in the
        sample.
    """
    refused = 0.0
    pooled = 0.0
    for k in range(lines.size):
        if lines[k].refused > 0:
            lines[k].refused = 0
            if lines[k].need - lines[k].ordered > LEAST * lines[k].need:
                for e in range(lines[k].start, lines[k].stop):
                    if links[e].small == 1 and links[e].order == 0.0:
                        lines[k].refused += 1
            refused += lines[k].refused
        if pooling and lines[k].pooled == 1:
            for e in range(lines[k].start, lines[k].stop):
                if links[e].pooled == 1 and links[e].order > 0.0:
                    c = cooperative_of(firms, cooperatives, links[e].firm)
                    cooperatives[c].pooled += links[e].order
                    pooled += links[e].order
    return refused, pooled
