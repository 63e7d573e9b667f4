"""What is said about a bad region: every fault named by file, line and column, all at once."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pandas as pd
import pytest

from scenarios.region import RegionError, load_region
from sim.errors import KemitraanError

SURABAYA = Path(__file__).resolve().parents[1] / "scenarios" / "regions" / "surabaya"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own: a copy of Surabaya to spoil."""
    shutil.copytree(SURABAYA, tmp_path / "town")
    monkeypatch.chdir(tmp_path)
    return Path("town")


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


BAD = [
    ("districts.csv", "Asemrowo,47437", "Asemrowo,47.437", "districts.csv:2:population: '47.437'"),
    ("districts.csv", "-7.23739", '"-7,23739"', "districts.csv:2:lat: '-7,23739'"),
    ("districts.csv", "-7.23739", "nan", "districts.csv:2:lat: 'nan'"),
    ("districts.csv", "-7.23739,112.68979", "112.68979,-7.23739", "districts.csv:2:lat: 112.68979"),
    ("districts.csv", "15.89", "", "districts.csv:2:area_km2: empty"),
    ("districts.csv", "15.89", "0x10", "districts.csv:2:area_km2: '0x10'"),
    ("districts.csv", "Benowo,", "Asemrowo,", "districts.csv:3:district: Asemrowo is already"),
    ("districts.csv", "area_km2", "area", "districts.csv:1:area: unknown column"),
    ("districts.csv", "district,population", "pemilik,population", "1:pemilik: personal data"),
    ("districts.csv", "polygons_2020", "polygon_2020", "did you mean 'polygons_2020'?"),
    ("districts.csv", "district_table_2022", "", "districts.csv:2:population_source: empty"),
    ("villages.csv", "Kebraon,Karangpilang", "Kebraon,Karang Pilang", "villages.csv:3:district:"),
    ("villages.csv", "Kebraon,Karangpilang,", "Kebraon,", "villages.csv:3: 6 cells"),
    ("sectors.csv", "44.58", "45.58", "sectors.csv: the shares sum to 101, not 100"),
    ("sectors.csv", "trade,", "trad,", "sectors.csv:8:sector: 'trad' is not one of"),
    ("sectors.csv", "25.93,22,30", "25.93,,30", "sectors.csv:2:low: an assumed figure"),
    ("sectors.csv", "25.93,22,30", "25.93,26,30", "sectors.csv:2:share_percent: 25.93 is outside"),
    ("hotels.csv", "non_star,73", "non_star,74", "the classes sum to 241, hotels.total is 240"),
    ("hotels.csv", "23.38", "123.38", "hotels.csv:2:occupancy_percent: 123.38 is out of range"),
    ("hotels.csv", "derived", "guessed", "hotels.csv:2:count_kind: 'guessed'"),
    ("hotel_sites.csv", "Tegalsari", "Tegalsary", "did you mean 'Tegalsari'?"),
    ("region.yaml", "  school_uniforms:", "  school_uniform:", "did you mean 'school_uniforms'?"),
    ("region.yaml", "unit: million Rp per year", "unit: billion", "is not 'million rp per year'"),
    ("region.yaml", "month: 7", "month: 13", "government.school_uniforms.month: 13 is not a month"),
    ("region.yaml", "value: 21154", "value: -1", "government.school_uniforms.value: -1 is below 0"),
    ("region.yaml", "value: 1805, low: 1542", "value: 1541, low: 1", "than the 1541 registered"),
    ("region.yaml", "  active: {value: 1542", "  actve: {value: 1542", "did you mean 'active'?"),
    ("region.yaml", "umkm:\n", "umkn:\n", "unknown key, did you mean 'umkm'?"),
    ("region.yaml", "value: 140000", "value: 140_000", "umkm.true_count.value: '140_000'"),
    ("region.yaml", "value: 140000", "value: 140000, value: 1", "value: given twice"),
    ("region.yaml", "value: 140000", "value: .inf", "umkm.true_count.value: '.inf'"),
    ("region.yaml", "value: 140000", "value: '140,5'", "write a decimal point"),
    ("region.yaml", "source: E057", "source: E571", "no source 'E571'"),
    ("region.yaml", ", source: E057", "", "umkm.true_count.source: missing"),
    ("region.yaml", "high: 1500\n", "high: 100001\n", "restaurants.count: is more than 100,000"),
    ("region.yaml", "value: 140000", "value: 140000000", "true_count: is more than 100,000,000"),
    ("region.yaml", "low: 200\n", "low: 700\n", "600 is outside its range [700..1500]"),
    ("region.yaml", "low: 200\n", "lower: 200\n", "unknown key, did you mean 'low'?"),
    ("region.yaml", "cakes:\n", "cake:\n", "no good of that name, did you mean 'cakes'?"),
    ("region.yaml", "month: 7", "month: 13", "13 is not a month"),
    ("region.yaml", "districts: districts.csv", "districts: ../d.csv", "without any path"),
    ("region.yaml", "districts: districts.csv", "districts: d.csv", "holds no file 'd.csv'"),
    ("region.yaml", "  occupancy: [occupancy_2016, E052]\n", "", "occupancy uses"),
    ("region.yaml", "sector_shares: census_2016", "sector_shares: E039", "is borrowed from 'E039'"),
    ("region.yaml", "name: surabaya", "name: &a surabaya", "anchors and aliases"),
    ("region.yaml", "name: surabaya", "name: !!python/name:os surabaya", "is not allowed"),
    ("region.yaml", "name: surabaya", "name: 3578", "must be a text"),
    ("region.yaml", "name: surabaya", "name: [surabaya", "region.yaml:"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), BAD)
def test_bad_cell_is_named(folder: Path, file: str, old: str, new: str, said: str) -> None:
    spoil(folder / file, old, new)
    with pytest.raises(RegionError) as caught:
        load_region(folder)
    assert said in str(caught.value)
    for fault in caught.value.faults:  # as the user typed it
        assert Path(fault.file).parent == folder
    assert str(folder.absolute()) not in str(caught.value)


def test_yaml_faults_have_line_and_column(folder: Path) -> None:
    lines = (folder / "region.yaml").read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "value: 140000" in text)
    spoil(folder / "region.yaml", "value: 140000", "value: many")
    with pytest.raises(RegionError) as caught:
        load_region(folder)
    column = lines[line - 1].index("140000") + 1
    assert f"region.yaml:{line}:{column}: umkm.true_count.value: 'many'" in str(caught.value)


def test_all_faults_at_once_in_order(folder: Path) -> None:
    spoil(folder / "districts.csv", "15.89", "x")
    spoil(folder / "villages.csv", "2.0379", "y")
    spoil(folder / "region.yaml", "value: 140000", "value: z")
    with pytest.raises(RegionError) as caught:
        load_region(folder)
    files = [fault.file for fault in caught.value.faults]
    assert files == sorted(files)
    names = ("districts.csv", "region.yaml", "villages.csv")
    assert set(files) == {str(folder / name) for name in names}
    assert str(caught.value).endswith("errors in town")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.faults == caught.value.faults
    assert str(again) == str(caught.value)


def test_a_fault_names_the_file_as_the_folder_was_typed(folder: Path) -> None:
    spoil(folder / "districts.csv", "15.89", "x")
    for typed, place in [
        ("town", folder),
        ("town/region.yaml", folder),
        (folder.absolute(), folder.absolute()),
    ]:
        with pytest.raises(RegionError) as caught:
            load_region(typed)
        lines = str(caught.value).splitlines()
        assert lines[0].startswith(f"{place / 'districts.csv'}:2:area_km2: 'x'")
        assert lines[-1] == f"1 error in {place}"


def test_years_must_not_be_mixed_without_a_total(folder: Path) -> None:
    total = "population: {value: 3018022, unit: persons, kind: measured, source: registration_2024}"
    spoil(folder / "region.yaml", total, "")
    own = load_region(folder)
    assert own.population == 2_987_863
    assert own.provenance.query("block == 'population'")["kind"].eq("measured").all()
    spoil(folder / "districts.csv", "47437,2022", "47437,2016")
    with pytest.raises(RegionError, match="mixes the years 2016 to 2022"):
        load_region(folder)


def test_without_a_sample_hotels_follow_people(folder: Path) -> None:
    path = folder / "region.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  sites: hotel_sites.csv"), text.index("restaurants:")
    path.write_text(text[:start] + "\n" + text[end:], encoding="utf-8")
    own = load_region(folder)
    share = own.districts["population"] / own.population
    pd.testing.assert_series_equal(own.hotel_weights["weight"], share, check_names=False)


def test_umkm_tables_stand_in_the_short_form_and_never_with_personal_columns(folder: Path) -> None:
    spoil(folder / "region.yaml", "umkm:\n", "umkm:\n  table: umkm.csv\n  listed: 2104\n")
    (folder / "umkm.csv").write_text(
        "id,district,Nama Pemilik,NIK,No HP\n1,Benowo,a,b,c\n", "utf-8"
    )
    with pytest.raises(RegionError, match="a list of UMKM stands in the short form") as caught:
        load_region(folder)
    for column in ("Nama Pemilik", "NIK", "No HP"):
        assert f"umkm.csv:1:{column}: personal data are refused" in str(caught.value)


def test_personal_columns_are_refused_in_tables_that_nothing_reads(folder: Path) -> None:
    (folder / "kontak.csv").write_text("district,telepon\nBenowo,0\n", "utf-8")
    with pytest.raises(RegionError, match=r"kontak\.csv:1:telepon: personal data are refused"):
        load_region(folder)


@pytest.mark.parametrize("raw", [b"name: \xff\xfe", b"a\0b", b"", b"- 1\n", b"a: " + b"[" * 5000])
def test_odd_yaml_is_refused_in_words(folder: Path, raw: bytes) -> None:
    (folder / "region.yaml").write_bytes(raw)
    with pytest.raises(RegionError):
        load_region(folder)


def test_odd_tables_are_refused_in_words(folder: Path) -> None:
    path = folder / "sectors.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",", ";"), encoding="utf-8")
    with pytest.raises(RegionError, match="save the table comma separated"):
        load_region(folder)
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(RegionError, match=r"sectors.csv.*UTF-8"):
        load_region(folder)
    path.write_bytes(text.encode("utf-8-sig").replace(b"\n", b"\r\n"))
    assert load_region(folder) == load_region("surabaya")
    path.write_bytes(b"")
    with pytest.raises(RegionError, match=r"sectors.csv:1:sector: column missing"):
        load_region(folder)


def test_unknown_region_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="did you mean 'surabaya'") as caught:
        load_region("surabya")
    assert isinstance(caught.value, KemitraanError)
    assert caught.value.exit_code == 2
    with pytest.raises(
        RegionError, match="known: kutai_timur, surabaya, surakarta; or give a folder"
    ):
        load_region("elsewhere")
    with pytest.raises(RegionError, match=r"holds no region\.yaml"):
        load_region(tmp_path)
    (tmp_path / "town.csv").write_text("a,b", encoding="utf-8")
    with pytest.raises(RegionError, match="is no folder"):
        load_region(tmp_path / "town.csv")
