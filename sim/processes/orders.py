"""Step 8: buyers' orders, voluntary before floor, in rounds (P9)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_CERTIFICATE, uniform
from sim.jit import Integer, jit
from sim.tables import MODE_GENUINE, Record, Rows

__all__ = ["acquire_certificates", "order_floor", "order_voluntary", "set_needs"]

ROUNDS = 3
LEAST = 1e-9
"""Shares of a need, or of a smallest part, below this are rounding and decide nothing."""


@jit
def set_needs(
    buyers: Rows,
    lines: Rows,
    links: Rows,
    goods: npt.NDArray[np.void],
    p: Record,
    month: int,
) -> None:
    """Need due this month; a good ordered once in P months is needed for P months at once."""
    for k in range(lines.size):
        g = goods[lines[k].good]
        # Most lines had no order last month: their links are clean.
        if lines[k].ordered > 0.0:
            for e in range(lines[k].start, lines[k].stop):
                links[e].order = 0.0
        lines[k].need = 0.0
        lines[k].smallest = 0.0
        lines[k].ordered = 0.0
        lines[k].near_ordered = 0.0
        if (month + lines[k].phase) % g.interval == 0:
            shock = p.buyer_shock_size if buyers[lines[k].buyer].shocked == 1 else 0.0
            lines[k].need = lines[k].demand * g.interval * (1.0 - shock)
            lines[k].smallest = min(p.minimum_lot * lines[k].demand / g.orders, lines[k].need)


@jit
def _eligible(links: Rows, e: int, floor: bool, cap: float) -> bool:
    if links[e].feasible == 0:
        return False
    if floor:
        return links[e].near == 1 and links[e].utility <= 0.0 and links[e].utility >= -cap
    return links[e].utility > 0.0


@jit
def _rank(
    firms: Rows,
    lines: Rows,
    links: Rows,
    k: int,
    floor: bool,
    cap: float,
    ranked: npt.NDArray[np.int64],
) -> int:
    """Eligible links of a line by falling utility, then by slot; returns how many there are.

    Sorted by insertion: few are eligible, and a firm's row is looked up only among equals.
    """
    count = 0
    for e in range(lines[k].start, lines[k].stop):
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
    lines: Rows,
    links: Rows,
    k: int,
    floor: bool,
    cap: float,
    ranked: npt.NDArray[np.int64],
) -> bool:
    """One line goes down its links by utility; true when it proposed anything."""
    target = lines[k].left
    least = LEAST * lines[k].need
    enough = lines[k].smallest * (1.0 - LEAST)
    any_proposal = False
    for place in range(_rank(firms, lines, links, k, floor, cap, ranked)):
        if target <= least:
            break
        e = ranked[place]
        i = links[e].firm
        amount = min(target, firms[i].financeable - firms[i].ordered)
        if amount <= least or amount + links[e].order < enough:
            continue
        links[e].proposal = amount
        firms[i].offered += amount
        target -= amount
        any_proposal = True
    return any_proposal


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
                if links[e].proposal + links[e].order < lines[k].smallest * (1.0 - LEAST):
                    links[e].proposal = -1.0  # released
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
    rules: npt.NDArray[np.void],
    month: int,
    floor: bool,
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
                if _propose(firms, lines, links, k, floor, cap, ranked):
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
    rules: npt.NDArray[np.void],
    month: int,
) -> None:
    """Buyers order from feasible candidates worth more than their incumbent."""
    for k in range(lines.size):
        # Most lines have no candidate worth more than the incumbent: they are done here.
        lines[k].left = lines[k].need if lines[k].worthwhile == 1 else 0.0
    _rounds(firms, buyers, lines, links, rules, month, False)


@jit
def order_floor(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    p: Record,
    month: int,
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
        _rounds(firms, buyers, lines, links, rules, month, True)
        for k in range(lines.size):
            lines[k].smallest = smallest[k]


@jit
def acquire_certificates(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    p: Record,
    seed: Integer,
    month: int,
) -> tuple[float, float]:
    """The best firm refused only for want of a certificate or cold chain may acquire it.

    Returns:
        Number of firms that did, and what they paid (million rupiah), in the sample.
    """
    acquired = 0.0
    paid = 0.0
    if p.certificate_hazard <= 0.0:
        return acquired, paid
    for k in range(lines.size):
        if lines[k].need - lines[k].ordered <= LEAST * lines[k].need:
            continue
        best = -1
        best_utility = 0.0
        best_slot = -1
        for e in range(lines[k].start, lines[k].stop):
            if links[e].lacks_only == 0 or links[e].utility < best_utility:
                continue
            if links[e].utility <= 0.0:
                continue
            i = links[e].firm
            if firms[i].financeable - firms[i].ordered < lines[k].smallest * (1.0 - LEAST):
                continue
            slot = firms[i].slot
            if links[e].utility > best_utility or slot < best_slot:
                best = e
                best_utility = links[e].utility
                best_slot = slot
        if best < 0:
            continue
        # Marked in `offered`, a scratch column that is zero outside the rounds.
        i = links[best].firm
        number = buyers[lines[k].buyer].number
        good = lines[k].good
        u = uniform(
            seed, STREAM_CERTIFICATE, month, best_slot, number + 1, firms[i].generation, good, 0
        )
        if (
            u < p.certificate_hazard
            and firms[i].cash > p.certificate_cost
            and firms[i].offered == 0
        ):
            firms[i].offered = 1.0
            if lines[k].need_certificate == 1:
                firms[i].certificates |= np.int64(1) << good
            if lines[k].need_cold_chain == 1:
                firms[i].cold_chain = 1
            firms[i].cash -= p.certificate_cost
            acquired += 1.0
            paid += p.certificate_cost
    if acquired > 0.0:
        for k in range(lines.size):
            for e in range(lines[k].start, lines[k].stop):
                firms[links[e].firm].offered = 0.0
    return acquired, paid
