"""The rules of a sample: exact demand, pools, fractional budgets, classes read together."""

import numpy as np
import pytest

from benchmarks.scales import judge
from experiments.compare import load_study
from experiments.scale_rules import joined_classes, scale_notes
from scenarios import load_region
from sim.case import auto_scale
from sim.policy import compile_policy
from sim.run import simulate
from sim.tables import BUYER_KINDS, KIND_BACKGROUND
from tests.lab import MANDATE, Setting, lab_world

REGIONS = ("surabaya", "surakarta", "kutai_timur")
LEAST = 15


def test_auto_keeps_small_regions_whole():
    scales = {name: auto_scale(load_region(name).firms) for name in REGIONS}
    assert scales == {"surabaya": 10, "surakarta": 1, "kutai_timur": 1}
    assert [auto_scale(n) for n in (20_000, 20_001, 40_001, 100_001)] == [1, 2, 5, 10]


@pytest.mark.parametrize(("name", "scale"), [("surabaya", 20), ("surabaya", 100), ("surakarta", 5),
                                             ("surakarta", 50), ("kutai_timur", 10)])  # fmt: skip
def test_pools_hold_enough_firms_or_are_the_only_one_of_their_trade(name, scale):
    world = lab_world(load_region(name), scale=scale, months=1)
    size = world.pools.stop - world.pools.start
    alone = np.bincount(world.pools.sector)[world.pools.sector] == 1
    assert ((size >= LEAST) | alone).all()


@pytest.mark.parametrize("name", ["surakarta", "kutai_timur"])
def test_demand_by_class_and_good_is_that_of_the_region(name):
    def demand(scale):
        world = lab_world(load_region(name), scale=scale, months=1)
        buyers, lines = world.buyers, world.lines
        kind, rank = buyers.kind[lines.buyer], buyers.buyer_class[lines.buyer]
        direct = kind != KIND_BACKGROUND  # the others draw which good they buy
        found = np.zeros((len(BUYER_KINDS), 6, len(world.names.goods)))
        np.add.at(
            found, (kind[direct], rank[direct], lines.good[direct]), scale * lines.demand[direct]
        )
        return found

    whole = demand(1)
    assert whole.sum() > 0
    for scale in (10, 50):
        assert np.allclose(demand(scale), whole, rtol=1e-9, atol=0.0)


def test_hours_of_inspection_are_spent_in_the_mean_at_any_scale():
    """Less than one visit a month in the sample: some months have one, most have none."""
    visits = []
    hours = 40.0
    for seed in range(1, 9):
        world = lab_world(load_region("surakarta"), scale=50, months=48, seed=seed)
        levers = {name: Setting(value) for name, value in MANDATE.items()}
        levers["inspection.hours_per_month"] = Setting(hours)
        world.policy = compile_policy(levers, world.names.goods, 48)
        p = world.params[0]
        visits.append(simulate(world).column("inspections")[24:].mean())
    expected = hours / (p["inspection_hours_base"] + p["inspection_hours_depth"] * 0.5)
    assert 0 < expected / 50 < 1
    error = np.std(visits, ddof=1) / np.sqrt(len(visits))
    assert abs(np.mean(visits) - expected) < 3 * error
    assert error < 0.25 * expected


# -- what one may read


def joined(*classes):
    named = [(chr(97 + k), kept, count) for k, (kept, count) in enumerate(classes)]
    return ["".join(name for name, _, _ in group) for group in joined_classes(named)]


def test_neighbouring_classes_are_joined_until_five_are_sampled():
    assert joined((7, 73), (2, 25), (3, 34), (6, 64), (3, 33), (1, 11)) == ["a", "bc", "def"]
    assert joined((5, 50), (5, 50)) == ["a", "b"]
    assert joined((1, 10), (1, 10), (1, 10)) == ["abc"]
    assert joined((2, 20), (9, 90)) == ["ab"]
    assert joined((3, 3), (9, 90)) == ["a", "b"]  # all three of them are there
    assert joined((9, 90), (0, 0), (2, 2)) == ["a", "c"]
    assert joined((0, 0)) == []


def test_what_stays_too_few_is_named():
    study, _ = load_study("cash_grant", "no_policy", "surabaya", 1, 10, 36, "en")
    notes = "\n".join(scale_notes(study, "en"))
    assert "1 firm in 10 simulated" in notes
    assert (
        "to be read together, as fewer than 5 of one are sampled: star_1 + star_2 (5 of 59),"
        in (notes)
    )
    assert "star_3 + star_4 + star_5 (10 of 108)" in notes
    assert "sampled buyers stand for: other large buyers, laundry" in notes
    study, _ = load_study("cash_grant", "no_policy", "surakarta", 1, 50, 36, "id")
    notes = "\n".join(scale_notes(study, "id"))
    assert "kurang dari 5 pembeli contoh mewakili: " in notes
    assert "restoran (" in notes
    assert "pembeli besar lain, makanan dan kue (" in notes
    assert "hotel membeli" in notes.split("tidak berlaku untuk seluruh daerah: ")[1]
    study, _ = load_study("cash_grant", "no_policy", "surakarta", 1, 1, 36, "en")
    assert scale_notes(study, "en") == []


def test_a_number_carries_over_within_three_errors_or_five_percent():
    luck = np.array([-1.0, 1.0, -0.5, 0.5] * 4)
    whole = np.full(16, 100.0)
    assert judge(whole, whole).carries
    assert judge(whole, whole + 4.9).carries
    assert not judge(whole, whole + 5.1).carries
    assert judge(whole, whole + 5.1 + 20 * luck).carries
    wide = judge(whole, whole + 5.1 + luck)
    assert not wide.carries
    assert wide.errors_apart > 3
    assert wide.apart == pytest.approx(0.051)
