"""Songs as shops of a marketplace, ranked, chosen and remembered by the model's own kernels.

Who is seen is `visibility` in `value_shops`, how buyers' money divides is `allot`, what the ranking
remembers is `rate`; by the month all of step 9 runs, `trade_online`. What is added here, and is no
part of the model, says "Glue".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_SHOP_ORDERS, uniform
from sim.outcomes_monthly import LEDGER_DTYPE
from sim.parameters import Parameters
from sim.policy import LEVERS_DTYPE
from sim.processes.online_market import trade_online, value_shops
from sim.processes.ranking import allot
from sim.processes.shops import rate
from sim.tables import (
    BUYER_DTYPE,
    COACHING_DTYPE,
    COOPERATIVE_DTYPE,
    FIRM_DTYPE,
    GOODS_DTYPE,
    LINE_DTYPE,
    LINK_DTYPE,
    ONLINE_DTYPE,
    PLATFORM_DTYPE,
    POOL_DTYPE,
    PROGRAMME_DTYPE,
    SHOP_DTYPE,
    Gravity,
    Record,
    Tables,
)
from sim.treatment import no_treatments

__all__ = ["PARTICIPANTS", "SONGS", "WORLDS", "Market", "by_the_month", "one_by_one"]

Floats = npt.NDArray[np.float64]
SONGS = 48
WORLDS = 8
PARTICIPANTS = 700
"""About as many as were in each world of the experiment."""
_KNOWN = 1e9
"""Ratings from the start, so many that a song's rating is its quality: who listens knows it."""
_ROOM = 1e9


class Market(NamedTuple):
    """What the worlds of one arm have in common."""

    power: float  # beta, power of past orders in the ranking
    songs: int = SONGS
    participants: int = PARTICIPANTS
    parallel: int = WORLDS
    spread: float = 1.0  # of quality, evenly from 0.5 - spread / 2 to 0.5 + spread / 2
    seed: int = 1

    @property
    def quality(self) -> Floats:
        """Quality of each song, (songs,), worst first."""
        return 0.5 + self.spread * ((np.arange(self.songs) + 0.5) / self.songs - 0.5)


def one_by_one(market: Market) -> Floats:
    """Orders of each song in each world, (parallel, songs); the ranking is told after each."""
    tables, p = _tables(market), _parameters(market)
    firms, shops = tables.firms, tables.shops
    asked, active = np.zeros(market.songs), np.zeros(market.songs, np.int64)
    orders: Floats = np.zeros((market.parallel, market.songs))
    seed = np.uint64(market.seed)
    shops["orders"] = 1.0
    for turn in range(market.participants):
        value_shops(firms, shops, p)
        for w in range(market.parallel):
            first = w * market.songs
            here = slice(first, first + market.songs)
            weight, room = shops["weight"][here].copy(), shops["room"][here].copy()
            allot(1.0, 0.0, weight, room, market.songs, asked, active)
            # Glue: the money of one buyer is one order, and goes whole to one song.
            u = uniform(seed, STREAM_SHOP_ORDERS, 0, turn, w + 1, 0, 0, 0)
            chosen = int(np.searchsorted(np.cumsum(asked), u * asked.sum(), side="right"))
            chosen = min(chosen, market.songs - 1)
            rate(firms[first + chosen], shops[first + chosen], p, seed, 0)
            orders[w, chosen] += 1.0
    return orders


def by_the_month(market: Market, months: int = 14) -> Floats:
    """The same with the whole of step 9: all of a month's orders are divided at once."""
    tables, p = _tables(market), _parameters(market)
    firms, shops, online = tables.firms, tables.shops, tables.online
    levers, ledger = np.zeros(1, LEVERS_DTYPE), np.zeros(1, LEDGER_DTYPE)
    seed = np.uint64(market.seed)
    orders: Floats = np.zeros(shops.size)
    for month in range(months):
        value_shops(firms, shops, p)
        # Glue: sellers elsewhere weigh as much as all songs of a world and take half the money, so
        # that rounding to whole orders never meets the end of it.
        online["rivals"] = shops["weight"].reshape(market.parallel, -1).sum(axis=1)
        online["outside"] = 2.0 * market.participants / months * p["order_value"]
        trade_online(tables, levers[0], p, seed, month, ledger[0])
        for row in range(shops.size):
            rate(firms[row], shops[row], p, seed, month)
        orders = orders + shops["orders"]
    return orders.reshape(market.parallel, market.songs)


def _parameters(market: Market) -> Record:
    """The registry's values but for the power, nothing forgotten and no luck in quality."""
    values = {"ranking_power": market.power, "ranking_forgetting": 0.0, "quality_noise": 0.0}
    return Parameters.default().replace(check=False, **values).record()[0]


def _tables(market: Market) -> Tables:
    """One firm with an open shop a song and world, a trade a world, and nothing else."""
    rows = market.parallel * market.songs
    firms, shops = np.zeros(rows, FIRM_DTYPE), np.zeros(rows, SHOP_DTYPE)
    firms["alive"], firms["price"], firms["financeable"] = 1, 1.0, _ROOM
    firms["slot"] = np.arange(rows)
    firms["sector"] = np.arange(rows) // market.songs
    firms["base_quality"] = firms["quality"] = np.tile(market.quality, market.parallel)
    shops["open"], shops["readiness"], shops["rated"] = 1, 1.0, _KNOWN
    shops["rating_sum"] = _KNOWN * firms["base_quality"]
    online = np.zeros(market.parallel, ONLINE_DTYPE)
    online["start"] = np.arange(market.parallel) * market.songs
    online["stop"] = online["start"] + market.songs
    none, wide = np.zeros(0), np.zeros((0, 0))
    whole = np.zeros(1, np.int64)
    treatments, treated, contracted, deals = no_treatments()
    return Tables(
        firms=firms,
        profit_ring=wide,
        receivables=wide,
        buyers=np.zeros(0, BUYER_DTYPE),
        lines=np.zeros(0, LINE_DTYPE),
        links=np.zeros(0, LINK_DTYPE),
        pools=np.zeros(0, POOL_DTYPE),
        cooperatives=np.zeros(0, COOPERATIVE_DTYPE),
        reserve=np.zeros((0, 0), np.int32),
        reserve_distance=wide,
        gravity=Gravity(whole, whole, none),
        goods=np.zeros(0, GOODS_DTYPE),
        sector_state=np.zeros((market.parallel, 7)),
        village_practice=wide,
        village_firms=wide,
        state=none,
        shops=shops,
        online=online,
        platform=np.zeros(1, PLATFORM_DTYPE),
        coaching=np.zeros(0, COACHING_DTYPE),
        programmes=np.zeros(0, PROGRAMME_DTYPE),
        competence=wide,
        treatments=treatments,
        treated=treated,
        contracted=contracted,
        deals=deals,
    )
