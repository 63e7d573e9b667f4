"""Surakarta and Kutai Timur: published totals are met, nothing is borrowed in silence, both run."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from experiments.ceiling import ceiling
from experiments.compare import compare
from experiments.design import make_study
from experiments.inputs import input_counts, inputs_line
from kemitraan.cli import main
from scenarios.region import (
    HOTEL_CLASSES,
    KINDS,
    REGIONS,
    SECTORS,
    Region,
    RegionError,
    list_regions,
    load_region,
)
from scenarios.scenario import load_scenario
from sim.outcomes_monthly import LEDGER_DTYPE
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from sim.tables import BUYER_KINDS, KIND_HOTEL
from sim.world import World

OTHERS = ("surakarta", "kutai_timur")
PARAMETERS = Path(__file__).resolve().parents[1] / "sim" / "parameters"
RULE = "mandated_hotel_partnership"
NEAR_KM = 5.0


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def districts_of(name: str) -> list[dict[str, str]]:
    return rows(REGIONS / name / "districts.csv")


@cache
def evidence() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows(PARAMETERS / "evidence.csv")}


# --- published totals ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", OTHERS)
def test_they_are_listed_and_carry_their_own_name(name: str) -> None:
    assert name in list_regions()
    place = load_region(name)
    assert place.name == name
    assert place.notes


@pytest.mark.parametrize(
    ("name", "people", "districts", "villages", "official_km2"),
    [("surakarta", 522_728, 5, 51, 46.72), ("kutai_timur", 448_850, 18, 135, 31_572.7)],
)
def test_people_and_area_meet_the_official_totals(
    name: str, people: int, districts: int, villages: int, official_km2: float
) -> None:
    place = load_region(name)
    assert (len(place.districts), len(place.villages)) == (districts, villages)
    assert place.population == people
    assert place.districts["population"].sum() == people
    assert place.villages["population"].sum() == people
    assert place.districts["area_km2"].sum() == pytest.approx(official_km2, rel=0.001)
    assert place.villages["area_km2"].sum() == pytest.approx(official_km2, rel=0.006)


def test_districts_of_surakarta_keep_their_published_people() -> None:
    """One year and one source, so the shares give back what was published."""
    people = load_region("surakarta").districts["population"].tolist()
    assert people == [int(row["population"]) for row in districts_of("surakarta")]


def test_districts_of_kutai_timur_are_shares_of_voters_of_one_year() -> None:
    table = districts_of("kutai_timur")
    assert {row["year"] for row in table} == {"2020"}
    assert {row["population_source"] for row in table} == {"voters_2020"}
    assert sum(int(row["population"]) for row in table) == 231_811
    place = load_region("kutai_timur")
    for row, people in zip(table, place.districts["population"], strict=True):
        assert abs(people - 448_850 * int(row["population"]) / 231_811) < 1


def test_umkm_counted_and_listed_are_the_evidence() -> None:
    solo, kutim = (load_region(name) for name in OTHERS)
    assert solo.listed is not None
    assert kutim.listed is not None
    assert solo.firms == solo.listed.count == float(evidence()["E067"]["value"]) == 11_157
    assert kutim.listed.count == float(evidence()["E079"]["value"]) == 1_104
    true = kutim.firms_figure
    found = tuple(float(evidence()["E078"][key]) for key in ("value", "low", "high"))
    assert (true.value, true.low, true.high) == found == (16_000, 14_000, 45_000)
    for place in (solo, kutim):
        assert place.firms_figure.kind == "assumed"  # nobody has counted them all
        assert place.firms_figure.ranged


def test_registered_umkm_by_district_add_to_the_city() -> None:
    table = load_region("surakarta").provenance.query("block == 'umkm_by_district'")
    assert table["value"].sum() == 11_157
    assert set(table["kind"]) == {"derived"}
    assert not table["borrowed"].any()


def test_hotels_of_surakarta_are_those_of_2017() -> None:
    hotels = load_region("surakarta").hotels
    assert tuple(hotels["hotel_class"]) == HOTEL_CLASSES
    # Home stays (7) and others (6) stand with the 100 non-star hotels.
    assert hotels["count"].tolist() == [100 + 7 + 6, 8, 17, 17, 7, 4]
    assert hotels["count"].sum() == 166
    stars = hotels[hotels["hotel_class"] != "non_star"]
    rooms = stars["count"] * stars["rooms"]
    assert (rooms * stars["occupancy"]).sum() / rooms.sum() == pytest.approx(0.5949, abs=1e-4)


def test_hotels_of_kutai_timur_are_scaled_from_the_province() -> None:
    place = load_region("kutai_timur")
    share = place.firms / float(evidence()["E082"]["value"])
    assert place.hotels["count"].sum() == round(629 * share) == 29
    assert dict(zip(place.hotels["hotel_class"], place.hotels["count"], strict=True)) == {
        "non_star": 28, "star_1": 0, "star_2": 0, "star_3": 0, "star_4": 1, "star_5": 0,
    }  # fmt: skip
    table = place.provenance.set_index("quantity")
    assert table.loc["hotels", ["kind", "range"]].tolist() == ["assumed", "8 to 82"]
    assert bool(table.loc["count of non_star", "borrowed"])


@pytest.mark.parametrize("name", OTHERS)
def test_shares_sum_to_one(name: str) -> None:
    place = load_region(name)
    assert list(place.sectors["sector"]) == list(SECTORS)
    assert math.fsum(place.sectors["share"]) == pytest.approx(1.0, abs=1e-12)
    assert math.fsum(place.hotel_weights["weight"]) == pytest.approx(1.0, abs=1e-12)
    assert place.hotel_weights["weight"].min() > 0


# --- sources -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OTHERS)
def test_every_figure_is_of_the_place_or_listed_as_borrowed(name: str) -> None:
    place = load_region(name)
    table = place.provenance
    assert set(table["kind"]) <= set(KINDS)
    for column in ("source", "place", "unit"):
        assert (table[column].str.len() > 0).all(), column
    published = table[table["kind"].isin(["measured", "derived"])]
    assert published["url"].str.startswith("http").all()
    own = table["place"] == place.place
    assert (own == ~table["borrowed"]).all()
    assert set(table.loc[~own, "block"]) == set(place.borrowed)
    assert not table["quantity"].duplicated().any()


@pytest.mark.parametrize("name", OTHERS)
def test_what_nobody_published_says_so(name: str) -> None:
    table = load_region(name).provenance
    kinds = table.groupby("block")["kind"].agg(set)
    assert kinds["ward_population"] == kinds["hotel_sites"] == {"synthetic"}
    assert kinds["restaurants"] == {"assumed"}
    guessed = table[(table["kind"] == "assumed") & ~table["block"].eq("hotel_classes")]
    assert (guessed["range"].str.len() > 0).all()


@pytest.mark.parametrize("name", [*OTHERS, "surabaya"])
def test_inputs_are_own_borrowed_or_made_up(name: str) -> None:
    place = load_region(name)
    counts = input_counts(place)
    assert counts["own"] + counts["borrowed"] + counts["made_up"] == counts["figures"]
    assert sum(counts[kind] for kind in KINDS) == counts["figures"]
    row = place.figures().set_index("block").loc["all but the map"]
    assert {key: counts[key] for key in KINDS} == {key: row[key] for key in KINDS}
    assert f"{counts['figures']} figures behind the region" in inputs_line(place, "en")


def test_data_sheet_names_listed_firms_and_kinds_of_hotels() -> None:
    sheet = str(load_region("kutai_timur"))
    assert "1,104, measured; 7% of the number above" in sheet
    assert "29 (8 to 82) with 978 rooms" in sheet
    assert "Hotels by class (measured, derived, assumed)" in sheet
    assert "Hotels by class (derived)" in str(load_region("surabaya"))
    assert "of them listed" not in str(load_region("surabaya"))


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("region.yaml", "value: 11157, unit", "value: 11158, unit", "fewer than the 11158 listed"),
        ("region.yaml", "{value: 11157, unit: firms, kind: measured, source: E067}", "11157",
         "umkm.listed: must be a mapping"),
        ("districts.csv", "1963,derived,", "1963,,", "umkm, umkm_kind and umkm_source go together"),
        ("districts.csv", "1963,derived", "1.963,derived", "districts.csv:2:umkm: '1.963'"),
        ("districts.csv", "umkm_by_district_2022", "umkm_2022", "no source 'umkm_2022'"),
    ],
)  # fmt: skip
def test_bad_counts_of_listed_firms(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    shutil.copytree(REGIONS / "surakarta", tmp_path / "town")
    path = tmp_path / "town" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RegionError) as caught:
        load_region(tmp_path / "town")
    assert said in str(caught.value)


# --- they run ------------------------------------------------------------------------------------


def small(place: Region, months: int = 36, seed: int = 5) -> World:
    world = build_world(place, Parameters.default(), seed=seed, scale=10, months=months)
    rule = load_scenario(RULE)
    world.policy = compile_policy(rule.levers, world.names.goods, months)
    return simulate(world)


def digest(world: World) -> str:
    """Of all that a run leaves behind."""
    found = hashlib.sha256()
    for part in (world.tables.firms, world.tables.links, world.monthly, world.ledger):
        found.update(part.tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("name", OTHERS)
def test_three_years_run_with_every_rupiah_kept_and_again_the_same(name: str) -> None:
    first = small(load_region(name))
    for field in LEDGER_DTYPE.names or ():
        assert np.abs(first.ledger[field]).max() < 1e-9, field
    assert first.monthly.size == 36
    assert digest(first) == digest(small(load_region(name)))
    assert digest(first) != digest(small(load_region(name), seed=6))


@pytest.mark.parametrize("name", OTHERS)
def test_what_the_ceiling_lists_is_what_the_models_buyers_need(name: str) -> None:
    """Also where most classes of hotels are empty."""
    world = build_world(load_region(name), Parameters.default(), seed=3, scale=10)
    kind = world.tables.buyers["kind"][world.tables.lines["buyer"]]
    built = 12 * world.scale * np.bincount(kind, world.tables.lines["demand"], len(BUYER_KINDS))
    table = ceiling(RULE, name).set_index("channel")
    listed = table.loc[["hotels", "restaurants", "other large buyers", "agencies"], "buys"]
    assert listed.to_numpy(dtype=float) == pytest.approx(built)


def near(name: str, scale: int, seeds: int) -> tuple[float, float]:
    """Of what hotels order: share of known firms within reach, share of lines with none there.

    Few hotels, so that one seed tells little.
    """
    found = []
    for seed in range(1, seeds + 1):
        tables = build_world(load_region(name), Parameters.default(), seed=seed, scale=scale).tables
        lines = tables.lines
        line = np.repeat(np.arange(lines.size), lines["stop"] - lines["start"])
        close = tables.links["distance"] <= NEAR_KM
        hotel = tables.buyers["kind"][lines["buyer"]] == KIND_HOTEL
        known = np.bincount(line, close, minlength=lines.size)
        found.append((close[hotel[line]].mean(), (known[hotel] == 0).mean()))
    share, nobody = np.mean(found, axis=0)
    return float(share), float(nobody)


def test_distance_tells_the_regency_from_the_city() -> None:
    """What the notes of Kutai Timur say of a radius of 5 km, and of sampling there."""
    share, nobody = near("kutai_timur", 1, 12)
    assert 0.15 < share < 0.35
    assert 0.10 < nobody < 0.30
    sampled, nobody_sampled = near("kutai_timur", 10, 12)
    assert 0.7 * share < sampled < share  # fewer to choose from, as near
    assert nobody < nobody_sampled < 1.5 * nobody
    city, nobody_city = near("surakarta", 1, 3)
    assert city > 0.9
    assert nobody_city == 0


def test_a_sample_that_moves_firms_apart_is_said() -> None:
    def nearby(name: str, scale: int) -> float:
        rule = load_scenario("no_policy")
        study = make_study(load_region(name), [rule], seed=1, scale=scale, months=None)
        return study.firms_nearby

    assert nearby("kutai_timur", 10) == pytest.approx(nearby("kutai_timur", 1) / 10)
    assert nearby("kutai_timur", 2) < 10 < nearby("kutai_timur", 1)
    assert nearby("surabaya", 500) > 10


def test_a_comparison_tells_its_inputs(tmp_path: Path) -> None:
    result = compare(
        ["no_policy", RULE], region="kutai_timur", scale=20, months=36, replicates=2,
        out=tmp_path / "run", quiet=True,
    )  # fmt: skip
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"] == input_counts(load_region("kutai_timur"))
    assert any("borrowed from elsewhere" in note for note in result.notes)
    assert any("run at --scale 1 before" in note for note in result.notes)
    assert len(result.notes_in("id")) == len(result.notes)


@pytest.mark.parametrize("name", OTHERS)
def test_commands_speak_of_them(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "regions"]) == 0
    assert name in capsys.readouterr().out.split()
    assert main(["ceiling", RULE, "--region", name]) == 0
    shown = capsys.readouterr()
    assert "hotels" in shown.out
    assert "borrowed from elsewhere " in shown.err
    assert " % (sector_shares, " in shown.err
    assert " % (ward_population, umkm, " in shown.err
