"""Guesses of a region are drawn like those of the registry, and the region is built with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.compare import compare
from experiments.design import make_jobs, make_study
from experiments.factors import choose_factors
from experiments.kept import assumption_table
from experiments.runner import run_jobs
from experiments.unit import run_unit
from scenarios.region import list_regions, load_region
from scenarios.region_ranges import drawn_region, region_guesses
from scenarios.scenario import load_scenario

RULE = "mandated_hotel_partnership"
COUNT = "region.restaurants.count"


def study(region="surabaya", **changes):
    loaded = [load_scenario(name) for name in ("no_policy", RULE)]
    options = {"seed": 1, "scale": 200, "months": 36} | changes
    return make_study(load_region(region), loaded, **options)


@pytest.mark.parametrize("name", list_regions())
def test_every_assumed_figure_a_run_reads_has_a_range_around_its_value(name):
    place = load_region(name)
    found = region_guesses(place)
    assert {COUNT, "region.restaurants.cakes", "region.sectors.laundry"} <= set(found)
    assert all(g.low <= g.value <= g.high and g.low < g.high for g in found.values())
    table = place.provenance[place.provenance["kind"] == "assumed"]
    # The classes of hotels follow from their total.
    without = table[(table["range"] == "") & ~table["quantity"].str.startswith("count of ")]
    assert without.empty
    assert len(found) == len(table[table["range"] != ""])


@pytest.mark.parametrize("name", list_regions())
def test_a_region_drawn_at_its_own_values_is_itself(name):
    place = load_region(name)
    values = {key: guess.value for key, guess in region_guesses(place).items()}
    assert drawn_region(place, values).digest() == place.digest()
    assert drawn_region(place, {}) is place


def test_every_drawn_figure_reaches_the_region_and_nothing_else_moves():
    place = load_region("kutai_timur")
    for key, guess in region_guesses(place).items():
        other = drawn_region(place, {key: guess.high})
        assert other.digest() != place.digest(), key
    values = {"region.hotels.total": 51.4, "region.umkm.true_count": 20_000.2, COUNT: 99.5}
    other = drawn_region(place, values)
    assert dict(zip(other.hotels["hotel_class"], other.hotels["count"], strict=True)) == {
        "non_star": 50, "star_1": 0, "star_2": 0, "star_3": 0, "star_4": 1, "star_5": 0,
    }  # fmt: skip
    assert (other.firms, other.restaurants.count) == (20_000, 100)
    assert other.hotels.drop(columns="count").equals(place.hotels.drop(columns="count"))
    assert other.government["school_uniforms"] == place.government["school_uniforms"]
    assert load_region("kutai_timur").digest() == place.digest()


def test_drawn_shares_keep_what_was_measured():
    place = load_region("surabaya")
    other = drawn_region(place, {"region.sectors.laundry": 0.02})
    share = other.sectors.set_index("sector")["share"]
    before = place.sectors.set_index("sector")["share"]
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert share["trade"] == before["trade"]
    assert share["laundry"] == pytest.approx(0.02 * 0.3603 / 0.3703)


def test_they_are_varied_unless_nothing_is():
    one = study()
    assert set(one.guesses) <= set(one.varied)
    assert "restaurant_demand" not in one.varied  # the count's own range stands for it
    assert all(not set(job.changes) for job in make_jobs(one, "seeds", 3))
    held = make_study(
        load_region("surabaya"),
        [load_scenario("no_policy", assume={"restaurant_demand": {"range": [0.5, 2]}})],
        seed=1, scale=200, months=36,
    )  # fmt: skip
    assert held.varied["restaurant_demand"] == (0.5, 2.0)


def test_a_draw_is_seen_by_the_run_and_the_same_with_two_workers():
    one = study(months=36)
    jobs = make_jobs(one, "parameters", 4, 2)[:4]
    here = run_jobs(one, jobs, 1)
    there = run_jobs(one, jobs, 2, unit_seconds=0.2)
    for a, b in zip(here, there, strict=True):
        np.testing.assert_array_equal(a.numbers, b.numbers)
    bare = {k: v for k, v in jobs[0].changes.items() if k not in one.guesses}
    without = run_unit(one, replace(jobs[0], changes=bare))
    assert not np.array_equal(without.numbers, here[0].numbers, equal_nan=True)


def test_sensitivity_moves_them_by_name_and_as_a_group():
    one = study()
    [factor] = choose_factors(COUNT, one)
    assert (factor.kind, factor.ranges) == ("assumed", {COUNT: (200.0, 1500.0)})
    assert [f.name for f in choose_factors("region", one)] == list(one.guesses)
    assert choose_factors("groups", one)[-1].name == "region"


def test_the_folder_names_them(tmp_path):
    found = compare([RULE], scale=400, months=36, replicates=8, fixed_replicates=2, jobs=1,
                    out=tmp_path / "a", quiet=True)  # fmt: skip
    design = pq.read_table(tmp_path / "a" / "design.parquet").to_pandas()
    assert 200 <= design[COUNT].iloc[0] <= 1500
    assert design.loc[design["role"] == "fixed", COUNT].unique().tolist() == [600.0]
    table = assumption_table(found.study, "parameters").set_index("parameter")
    row = table.loc[COUNT]
    assert (row["kind"], bool(row["varied"]), row["low"]) == ("assumed", True, 200.0)
    assert COUNT in set(found.correlations["parameter"])
