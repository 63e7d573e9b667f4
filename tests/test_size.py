"""Large regions: candidates by another way to the same law, codes wide enough, many as tasks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.size import many_regions, region_task
from benchmarks.synthetic import synthetic_region
from benchmarks.worlds import mandated_world
from experiments.batch.backend import Here
from experiments.batch.work import attempt
from sim.build import candidates
from sim.build.candidates import draw_candidates
from sim.build.sites import Sites
from sim.draws import STREAM_CANDIDATES, STREAM_POPULATION, uniform
from sim.errors import KemitraanError
from sim.parameters import Parameters
from sim.population import build_world, refuse_what_has_no_code
from sim.tables import BUYER_DTYPE, FIRM_DTYPE, GOODS_DTYPE, KIND_AGENCY, LINE_DTYPE, LINK_DTYPE
from tests.lab import lab_world, surabaya

REACH = 5.0


def slots(count, seed=3, side=30.0, rows=None):
    """Slots of one sector, scattered by keyed draws."""
    at = np.array([
        [side * uniform(np.uint64(seed), STREAM_POPULATION, 0, k, 0, 0, 0, axis) for axis in (0, 1)]
        for k in range(count)
    ])  # fmt: skip
    rows = np.arange(count) if rows is None else rows
    return Sites(at[:, 0], at[:, 1], np.zeros(count, np.int32), rows.astype(np.int32))


def candidates_of(sites, buyers, places, monkeypatch, *, nearby, reach=REACH):
    """(buyers, places) firms and kilometres of buyers who all stand at one place."""
    who = np.zeros(buyers, BUYER_DTYPE)
    who["number"], who["x"], who["y"] = np.arange(buyers), 11.0, 17.0
    lines = np.zeros(buyers, LINE_DTYPE)
    lines["buyer"] = np.arange(buyers)
    p = Parameters.default().replace(check=False, candidates=places, candidate_range=reach)
    monkeypatch.setattr(candidates, "MOST_ASKED", 0 if nearby else 1 << 60)
    links, reserve, _ = draw_candidates(sites, who, lines, np.zeros(1, GOODS_DTYPE), p, 7, 2)
    return lines, links, reserve


def test_large_regions_draw_candidates_to_the_same_law(monkeypatch):
    """How often firms of each ring are drawn, and drawn first: both ways, and as it should be."""
    buyers, places = 1500, 8
    sites = slots(900)
    km = np.hypot(sites.x - 11.0, sites.y - 17.0)
    rings = np.digitize(km, [2.0, 4.0, 6.0, 9.0, 13.0])
    shares, firsts = {}, {}
    for nearby in (False, True):
        lines, links, reserve = candidates_of(sites, buyers, places, monkeypatch, nearby=nearby)
        assert (lines["stop"] - lines["start"] == places).all()
        drawn = links["firm"].reshape(buyers, places)
        np.testing.assert_allclose(links["distance"], km[links["firm"]], rtol=1e-12)
        both = np.concatenate([drawn, reserve], axis=1)
        assert all(len(set(row)) == len(row) for row in both.tolist())  # nobody twice
        shares[nearby] = np.bincount(rings[drawn].ravel(), minlength=6) / drawn.size
        firsts[nearby] = np.bincount(rings[drawn[:, 0]], minlength=6) / buyers
    error = np.sqrt(2 * shares[False] * (1 - shares[False]) / (buyers * places))
    assert (np.abs(shares[True] - shares[False]) < 4 * error + 1e-3).all()
    weight = np.exp(-km / REACH)
    truth = np.bincount(rings, weight, minlength=6) / weight.sum()
    for found in firsts.values():
        assert (np.abs(found - truth) < 4 * np.sqrt(truth * (1 - truth) / buyers) + 1e-3).all()


def test_few_firms_are_all_found_and_a_firm_stands_once(monkeypatch):
    """Fewer firms than places; one that holds nearly all the weight; firms of several slots."""
    lines, links, _ = candidates_of(slots(5), 3, 8, monkeypatch, nearby=True)
    assert (lines["stop"] - lines["start"] == 5).all()
    _, links, _ = candidates_of(slots(40), 3, 12, monkeypatch, nearby=True, reach=0.05)
    assert (np.diff(np.sort(links["firm"].reshape(3, 12), axis=1)) > 0).all()
    sampled = slots(300, rows=np.arange(300) // 10)
    _, links, reserve = candidates_of(sampled, 20, 8, monkeypatch, nearby=True)
    each = np.concatenate([links["firm"].reshape(20, 8), reserve], axis=1)
    assert all(len(set(row)) == len(row) and max(row) < 30 for row in each.tolist())


def test_no_present_region_is_drawn_the_other_way():
    world = lab_world(surabaya(), scale=20, months=1)
    slots_of_all, lines_of_all = world.n_firms * 20, world.tables.lines.size * 20
    assert 5 * slots_of_all * lines_of_all < candidates.MOST_ASKED


def test_codes_and_keys_hold_ten_million_firms():
    """Rows and keys have room; slots beyond 2**24 and near 2**32 have luck of their own."""
    ten = 10_000_000
    rows = (LINK_DTYPE["firm"], LINE_DTYPE["start"], LINE_DTYPE["stop"], FIRM_DTYPE["pool"])
    assert all(np.iinfo(kind).max > 30 * ten for kind in rows)
    some = [ten, ten + 1, (1 << 24) + 1, (1 << 31) - 1, (1 << 32) - 1]
    found = {uniform(np.uint64(1), STREAM_CANDIDATES, 0, a, 1, 0, 0, 0) for a in some}
    assert len(found) == len(some)
    refuse_what_has_no_code(synthetic_region(ten))


def test_what_has_no_code_is_refused():
    place = synthetic_region(1000)
    wards = pd.concat([place.villages] * 300, ignore_index=True)
    with pytest.raises(KemitraanError, match="has 46200 wards, at most 32767; split it"):
        build_world(replace(place, villages=wards), Parameters.default(), seed=1)
    with pytest.raises(KemitraanError, match="has 2000000000 firms, at most 1000000000"):
        build_world(replace(place, firms=2_000_000_000), Parameters.default(), seed=1)


def test_regions_as_tasks_are_kept_and_told(monkeypatch):
    task = region_task(3, months=3)
    sizes = [job.changes["firms"] for job in task.jobs]
    assert sizes == [2000, 11_000, 20_000]
    again = [attempt(task.work(), 0, task.jobs[0]).result for _ in range(2)]
    np.testing.assert_array_equal(again[0][:3], again[1][:3])
    found = many_regions(2, Here(), months=2)
    assert found["firms"] == 22_000
    assert found["ns"] > 0


def test_buyers_grow_as_firms_do():
    """The density of buyers is that of the city at every size; units of agencies are as many."""
    worlds = [mandated_world(1, 1, place=synthetic_region(firms)) for firms in (5_000, 20_000)]
    small, large = (world.buyers.kind[world.buyers.kind != KIND_AGENCY].size for world in worlds)
    assert large / small == pytest.approx(4, rel=0.1)
    assert worlds[1].n_firms / worlds[0].n_firms == pytest.approx(4, rel=0.01)
