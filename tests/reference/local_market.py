"""11 Local market: households choose pools, then firms; filled exactly."""

from __future__ import annotations

import math

from tests.reference.common import quality
from tests.reference.demand_shock import shocked
from tests.reference.state import Draws, Firm, Pool, World
from tests.reference.wholesale import wholesale


def attractiveness(world: World, firm: Firm) -> float:
    """How a firm draws customers, without its size."""
    p = world.params
    return float(
        p.quality_attraction * quality(firm)
        + p.practice_attraction * firm.practice
        + p.information_attraction * firm.information
        - p.price_attraction * math.log(firm.price)
    )


def fill(money: float, firms: list[tuple[Firm, float]]) -> None:
    """Shares money by weight; a firm that reaches its room is taken out at its room."""
    active = [(firm, weight) for firm, weight in firms if firm.room > 0.0 and weight > 0.0]
    while active and money > 0.0:
        total = sum(weight for _, weight in active)
        full = [(f, w) for f, w in active if money * w / total >= f.room]
        if not full:
            for firm, weight in active:
                firm.local_sales = money * weight / total
            return
        for firm, _ in full:
            firm.local_sales = firm.room
            money -= firm.room
        active = [(f, w) for f, w in active if f.local_sales == 0.0]


def growth(world: World, pool: Pool, attraction: float) -> float:
    """How much a market gains as its firms become more attractive than they were."""
    return math.exp(world.params.market_growth * (attraction - pool.attractiveness_0))


def members_of(world: World) -> list[list[Firm]]:
    """Living firms of each pool."""
    members: list[list[Firm]] = [[] for _ in world.pools]
    for firm in world.living():
        members[firm.pool].append(firm)
    return members


def household_spending(world: World) -> list[float]:
    """What households spend in each pool's trade there, online purchases among it."""
    members = members_of(world)
    supply = [math.fsum(firm.capacity for firm in pool) for pool in members]
    presence = [k / pool.capacity_0 for k, pool in zip(supply, world.pools, strict=True)]
    arriving = [0.0] * len(world.pools)
    for origin in world.pools:
        pull = {h: t * presence[h] for h, t in origin.gravity.items()}
        total = sum(pull.values())
        money = origin.households * world.spending_shock.get(origin.sector, 1.0)
        for h, part in pull.items():
            arriving[h] += money * part / total if total > 0.0 else 0.0
    for h, pool in enumerate(world.pools):
        if supply[h] > 0.0:
            drawn = [firm.capacity * attractiveness(world, firm) for firm in members[h]]
            arriving[h] *= growth(world, pool, sum(drawn) / supply[h])
    return arriving


def local_market(world: World, draws: Draws) -> None:
    """Sets the spending of each pool, the local sales of each firm and what goes outside."""
    behind, supplied = wholesale(world)
    world.outside = supplied - sum(behind.values())
    for firm in world.firms:
        firm.local_sales = 0.0
    members, households = members_of(world), household_spending(world)
    supply = [math.fsum(firm.capacity for firm in pool) for pool in members]
    for h, pool in enumerate(world.pools):
        pool.spending = 0.0
        if supply[h] <= 0.0:
            continue
        in_sector = sum(supply[i] for i, o in enumerate(world.pools) if o.sector == pool.sector)
        online = world.online[pool.sector].share if world.online else 0.0
        pool.spending = households[h] * (1.0 - online)
        pool.spending += behind.get(pool.sector, 0.0) * supply[h] / in_sector
        drawn = [(f, f.capacity * math.exp(attractiveness(world, f))) for f in members[h]]
        pool.spending, drawn = shocked(world, pool.spending, drawn)
        fill(pool.spending, drawn)
