"""The region: its sums, its sources, and what is said about a bad file."""

from __future__ import annotations

import csv
import math
import os
import pickle
import shutil
import socket
from pathlib import Path

import pytest

from scenarios.region import (
    HOTEL_CLASSES,
    KINDS,
    SECTORS,
    Region,
    list_regions,
    load_region,
)

ROOT = Path(__file__).resolve().parents[1]
SURABAYA = ROOT / "scenarios" / "regions" / "surabaya"
PARAMETERS = ROOT / "sim" / "parameters"
TABLES = ("districts", "villages", "sectors", "hotels", "hotel_weights", "goods", "provenance")


@pytest.fixture(scope="module")
def town() -> Region:
    return load_region("surabaya")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one's own: a copy of Surabaya to spoil."""
    shutil.copytree(SURABAYA, tmp_path / "town")
    return tmp_path / "town"


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- what Surabaya holds -------------------------------------------------------------------------


def test_surabaya_is_listed() -> None:
    assert "surabaya" in list_regions()


def test_people_of_wards_and_districts_add_to_the_city(town: Region) -> None:
    assert len(town.districts) == 31
    assert len(town.villages) == 154
    assert town.population == 3_018_022
    assert town.districts["population"].sum() == town.population
    assert town.villages["population"].sum() == town.population
    by_district = town.villages.groupby("district")["population"].sum()
    for name, people in zip(town.districts["district"], town.districts["population"], strict=True):
        assert by_district[name] == people


def test_wards_of_a_district_are_equal_but_for_one_person(town: Region) -> None:
    spread = town.villages.groupby("district")["population"].agg(lambda x: x.max() - x.min())
    assert spread.max() <= 1


def test_sector_shares_keep_the_census(town: Region) -> None:
    share = dict(zip(town.sectors["sector"], town.sectors["share"], strict=True))
    assert list(share) == list(SECTORS)
    assert math.fsum(share.values()) == pytest.approx(1.0, abs=1e-12)
    listed = town.sectors.loc[town.sectors["listed"], "share"].sum()
    assert listed == pytest.approx(0.3603, abs=1e-12)
    assert share["trade"] == pytest.approx(0.4458)
    assert share["other_services"] == pytest.approx(0.1939)


def test_hotels_add_to_240_and_star_rooms_to_the_published_number(town: Region) -> None:
    assert tuple(town.hotels["hotel_class"]) == HOTEL_CLASSES
    assert town.hotels["count"].sum() == 240
    assert town.hotels["occupancy"].between(0.2, 0.7).all()
    upper = town.hotels[town.hotels["hotel_class"].isin(["star_3", "star_4", "star_5"])]
    assert (upper["count"] * upper["rooms"]).sum() == pytest.approx(12_711, rel=0.01)


def test_hotel_classes_follow_from_the_national_counts(town: Region) -> None:
    national = {"star_1": 559, "star_2": 765, "star_3": 1443, "star_4": 752, "star_5": 244}
    rooms = (125_620 + 112_494 + 47_859) / (1443 + 752 + 244)
    upper = 12_711 / rooms
    count = dict(zip(town.hotels["hotel_class"], town.hotels["count"], strict=True))
    for name, number in national.items():
        assert abs(count[name] - upper * number / 2439) < 0.5
    assert count["non_star"] == 240 - sum(count[name] for name in national)


def test_hotels_cluster_in_the_centre_and_stand_everywhere(town: Region) -> None:
    weight = dict(zip(town.hotel_weights["district"], town.hotel_weights["weight"], strict=True))
    assert math.fsum(weight.values()) == pytest.approx(1.0, abs=1e-12)
    assert max(weight, key=lambda name: weight[name]) == "Tegalsari"
    people = dict(zip(town.districts["district"], town.districts["population"], strict=True))
    expected = (8 + 6 * people["Tegalsari"] / town.population) / 18
    assert weight["Tegalsari"] == pytest.approx(expected)
    assert min(weight.values()) > 0


def test_projection_keeps_distances_and_centre(town: Region) -> None:
    villages = town.villages
    assert villages["x_km"].mean() == pytest.approx(0, abs=1e-5)
    assert villages["y_km"].mean() == pytest.approx(0, abs=1e-5)
    a, b = villages.iloc[0], villages.iloc[-1]
    lat1, lon1, lat2, lon2 = (math.radians(v) for v in (a["lat"], a["lon"], b["lat"], b["lon"]))
    inner = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    great_circle = 2 * 6371.0088 * math.asin(math.sqrt(inner))
    flat = math.hypot(a["x_km"] - b["x_km"], a["y_km"] - b["y_km"])
    assert flat == pytest.approx(great_circle, rel=1e-3)


def test_goods_and_restaurant_demand(town: Region) -> None:
    assert list(town.goods["good"]) == [
        "slippers", "batik_uniforms", "food_ingredients", "cakes",
        "laundry_bags", "laundry_service", "school_uniforms", "sand_and_stone",
    ]  # fmt: skip
    listed = set(town.sectors.loc[town.sectors["listed"], "sector"])
    assert set(town.goods["sector"]) == listed
    assert set(town.restaurant_demand) <= set(town.goods["good"])
    assert town.restaurants.low < town.restaurants.value < town.restaurants.high
    assert town.restaurants.kind == "assumed"
    assert town.government["school_uniforms"].month == 7
    assert town.active_cooperatives == pytest.approx(1542 / 1805)


# --- every figure has its source -----------------------------------------------------------------


def test_every_figure_has_kind_source_and_place(town: Region) -> None:
    table = town.provenance
    assert set(table["kind"]) <= set(KINDS)
    assert (table["source"].str.len() > 0).all()
    assert (table["place"].str.len() > 0).all()
    assert (table["unit"].str.len() > 0).all()
    published = table[table["kind"].isin(["measured", "derived"])]
    assert published["url"].str.startswith("http").all()
    assert not table["quantity"].duplicated().any()


def test_every_number_of_the_tables_is_in_the_provenance(town: Region) -> None:
    geography = 3 * (len(town.districts) + len(town.villages))
    people = 1 + len(town.districts) + len(town.villages)
    sites = 4 + 1 + len(town.districts)
    hotels = 1 + 3 * len(town.hotels)
    rest = 1 + len(town.sectors) + 1 + len(town.restaurant_demand) + len(town.government)
    rest += len(town.cooperatives)
    assert len(town.provenance) == geography + people + sites + hotels + rest


def test_synthetic_figures_say_so(town: Region) -> None:
    kinds = town.provenance.groupby("block")["kind"].agg(set)
    assert kinds["ward_population"] == {"synthetic"}
    weights = town.provenance[town.provenance["quantity"].str.startswith("weight of")]
    assert set(weights["kind"]) == {"synthetic"}
    counts = town.provenance[town.provenance["quantity"].str.startswith("count of")]
    assert set(counts["kind"]) == {"derived"}


def test_borrowed_figures_are_those_of_other_places(town: Region) -> None:
    table = town.provenance
    assert set(table.loc[table["borrowed"], "block"]) == set(town.borrowed)
    assert not table.loc[table["block"] == "umkm", "borrowed"].any()


def test_no_empty_cells(town: Region) -> None:
    for name in TABLES:
        assert not getattr(town, name).isna().any().any(), name


def test_figures_agree_with_the_evidence(town: Region) -> None:
    evidence = {row["id"]: row for row in rows(PARAMETERS / "evidence.csv")}
    assert float(evidence["E057"]["value"]) == town.firms
    assert float(evidence["E039"]["value"]) == town.hotels["count"].sum()
    non_star = town.hotels.loc[town.hotels["hotel_class"] == "non_star", "occupancy"].item()
    assert float(evidence["E052"]["value"]) / 100 == pytest.approx(non_star)


def test_no_validation_row_is_kept_here() -> None:
    assert {row["role"] for row in rows(PARAMETERS / "evidence.csv")} == {
        "parameter",
        "calibration",
    }


def test_goods_table_is_complete() -> None:
    table = rows(PARAMETERS / "goods.csv")
    assert len(table) == 80
    assert all(row["basis"] and row["kind"] and row["unit"] for row in table)
    for row in table:
        if row["value"]:
            assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row


# --- the object ----------------------------------------------------------------------------------


def test_data_sheet_tells_the_shares(town: Region) -> None:
    for sheet in (str(town), town._repr_html_()):
        for word in ("140,000", "measured", "derived", "assumed", "synthetic", "borrowed", "2014"):
            assert word in sheet
    assert "<script" not in load_region("surabaya")._repr_html_()


def test_html_sheet_escapes(folder: Path) -> None:
    spoil(folder / "region.yaml", "en: City of Surabaya", "en: 'A <b> & co'")
    assert "A &lt;b&gt; &amp; co" in load_region(folder)._repr_html_()


def test_digest_depends_on_figures_only(town: Region, folder: Path) -> None:
    assert load_region(folder).digest() == town.digest()
    assert load_region(folder) == town
    spoil(folder / "region.yaml", "City of Surabaya", "Another title")
    assert load_region(folder).digest() == town.digest()
    spoil(folder / "hotels.csv", "29.6", "29.7")
    assert load_region(folder).digest() != town.digest()


def test_caller_cannot_spoil_the_next_load() -> None:
    first = load_region("surabaya")
    before = first.digest()
    first.hotels.loc[0, "count"] = 1
    first.restaurant_demand.clear()  # type: ignore[attr-defined]
    assert first.digest() != before
    assert load_region("surabaya").digest() == before


def test_reads_again_when_a_file_changes(folder: Path) -> None:
    assert load_region(folder).firms == 140_000
    spoil(folder / "region.yaml", "value: 140000", "value: 150000")
    os.utime(folder / "region.yaml", (1, 1))
    assert load_region(folder).firms == 150_000


def test_travels_between_processes(town: Region) -> None:
    again = pickle.loads(pickle.dumps(town))
    assert again == town
    assert hash(again) == hash(town)


def test_takes_folder_file_and_region(town: Region, folder: Path) -> None:
    assert load_region(str(folder)) == load_region(folder / "region.yaml") == town
    assert load_region(town) is town


def test_needs_no_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a region opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    load_region(folder)
