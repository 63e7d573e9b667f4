"""A sample keeps the distances of the whole region: firms stand for slots, slots have sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.build.kept import Kept
from sim.build.sites import Sites, lay_sites
from sim.population import lay_slots
from sim.world import World
from tests.lab import lab_world, surabaya
from tests.reference.candidates import ranked_slots
from tests.reference.keyed import KeyedDraws
from tests.reference.state import Buyer, Line

SEED = 5


def sites_of(world: World) -> Sites:
    region = surabaya()
    vacancy = float(world.params["vacancy"][0])
    every = lay_slots(region, vacancy, 1)
    kept = lay_slots(region, vacancy, world.scale)
    villages = region.villages[["x_km", "y_km", "area_km2"]].to_numpy(float)
    return lay_sites(every.sector, every.village, villages, kept.slot, world.scale, SEED)


@pytest.fixture(scope="module", params=[40, 300])
def world(request):
    return lab_world(surabaya(), seed=SEED, scale=request.param, months=36)


def test_a_sampled_slot_stands_at_its_own_site_for_slots_of_its_sector(world):
    sites = sites_of(world)
    slot = world.firms.slot
    assert (sites.row[slot] == np.arange(slot.size)).all()
    assert (sites.x[slot] == world.firms.x).all()
    assert (sites.y[slot] == world.firms.y).all()
    stands = np.bincount(sites.row[sites.row >= 0], minlength=slot.size)
    known = sites.row >= 0
    assert (sites.sector[known] == world.firms.sector[sites.row[known]]).all()
    # Most stand for as many slots as the scale says; all slots of a sampled sector have one.
    assert np.median(stands) == world.scale
    assert stands.min() >= world.scale // 2
    assert set(sites.sector[~known]).isdisjoint(world.firms.sector)


def test_candidates_are_the_stand_ins_of_the_best_slots_in_order(world):
    """Against the plain draw over all slots of the region, line by line."""
    sites = sites_of(world)
    tables = world.tables
    reach = float(world.params["candidate_range"][0])
    draws = KeyedDraws(SEED)
    for k in range(0, tables.lines.size, max(1, tables.lines.size // 7)):
        record = tables.lines[k]
        buyer = tables.buyers[record["buyer"]]
        good = int(record["good"])
        mine = np.flatnonzero(sites.sector == tables.goods["sector"][good])
        away = np.hypot(sites.x[mine] - buyer["x"], sites.y[mine] - buyer["y"])
        line = Line(buyer=Buyer(number=int(buyer["number"])), good=good)
        places = list(zip(mine.tolist(), away.tolist(), strict=True))
        order = ranked_slots(line, places, reach, draws)
        first: dict[int, int] = {}
        for slot in order:
            first.setdefault(int(sites.row[slot]), slot)
        first.pop(-1, None)
        found = tables.links[record["start"] : record["stop"]]
        wanted = list(first)[: found.size]
        assert found["firm"].tolist() == wanted
        distance = dict(places)
        assert found["distance"] == pytest.approx([distance[first[i]] for i in wanted], abs=1e-9)
        later = [row for row in tables.reserve[k].tolist() if row >= 0]
        assert later == list(first)[found.size : found.size + len(later)]


def test_distances_do_not_grow_with_the_scale():
    """Nearness of candidates, from one firm in 20 to one in 100, of the trades with many firms."""
    near = []
    for scale in (20, 100):
        world = lab_world(surabaya(), seed=SEED, scale=scale, months=13)
        lines, links = world.tables.lines, world.tables.links
        cakes = lines["good"] == world.names.goods.index("cakes")
        rows = np.concatenate([np.arange(one["start"], one["stop"]) for one in lines[cakes]])
        near.append(float(links["distance"][rows].mean()))
    assert near[1] == pytest.approx(near[0], rel=0.1)


def test_one_more_buyer_shifts_nobody_elses_luck():
    """Numbers, sites and lasting draws of all other buyers stay what they were."""
    region = surabaya()
    counts = region.hotels.assign(count=region.hotels["count"] + (region.hotels.index == 0))
    more = replace(
        region,
        hotels=counts,
        restaurants=replace(region.restaurants, value=region.restaurants.value + 3),
    )
    was, now = (
        lab_world(one, seed=SEED, scale=1, months=24).tables.buyers for one in (region, more)
    )
    assert now.size == was.size + 4
    old = {int(number): row for row, number in enumerate(now["number"])}
    assert len(old) == now.size
    rows = np.array([old[int(number)] for number in was["number"]])
    for name in ("kind", "district", "x", "y", "coverage_draw", "mode_taste"):
        np.testing.assert_array_equal(was[name], now[name][rows])


def test_worlds_that_share_parts_are_those_built_alone(monkeypatch):
    """Neighbours of a design: other values, then the first ones again, then another seed."""
    design = [
        (5, {}),
        (5, {"payment_days": 20.0, "trust_start": 0.7}),  # nothing that says who is where
        (5, {"candidate_range": 2.0}),
        (5, {"vacancy": 0.2}),
        (5, {}),
        (6, {}),
    ]

    def tables() -> list[bytes]:
        worlds = [lab_world(surabaya(), seed=s, scale=300, months=36, values=v) for s, v in design]
        return [b"".join(map(_bytes, w.tables)) for w in worlds]

    shared = tables()
    monkeypatch.setattr(Kept, "get", lambda _self, _plain, _arrays, make: make())
    assert tables() == shared
    assert shared[0] == shared[4]
    assert len(set(shared)) == 5


def test_a_result_is_kept_for_equal_arguments_only():
    kept: Kept[int] = Kept(2)
    made = []

    def ask(plain: int, *values: float) -> int:
        def make() -> int:
            made.append(plain)
            return len(made)

        return kept.get((plain,), [np.array(values)], make)

    assert [ask(1, 0.5), ask(1, 0.5), ask(1, 0.6), ask(1, 0.5), ask(2, 0.5)] == [1, 1, 2, 1, 3]
    assert ask(1, 0.6) == 4  # not asked for longest, it gave way
    changing = np.array([1.0])
    first = kept.get((9,), [changing], lambda: 10)
    changing[0] = 2.0
    assert kept.get((9,), [changing], lambda: 11) != first


def _bytes(table: object) -> bytes:
    return b"".join(map(_bytes, table)) if isinstance(table, tuple) else np.asarray(table).tobytes()
