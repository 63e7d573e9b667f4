"""A region of one's own: the short form, what it borrows, and every bad cell by its place."""

import json

import pytest

from experiments.inputs import input_counts, inputs_line
from kemitraan.cli import main
from scenarios.own_skeleton import skeleton
from scenarios.own_umkm import FEWEST_ROWS
from scenarios.region import RegionError, load_region
from scenarios.region_tables import personal
from sim.case import Case
from sim.outcomes_monthly import LEDGER_DTYPE
from sim.population import lay_slots
from sim.run import simulate
from tests.scenario_files import here

__all__ = ["here"]  # a fixture

CONTRACT = """\
name: kutai_barat
title: {id: Kabupaten Kutai Barat}
districts: districts.csv
umkm: {table: umkm.csv, listed: 8, true_count: {value: 900, low: 600, high: 1500, source: "Dinas"}}
hotels: hotels.csv
government: {school_uniforms: {value: 120700, unit: million_rp_per_year, month: 7, source: APBD}}
borrow: {occupancy: kutai_timur, rooms: kutai_timur, sector_shares: east_java_2016, restaurants: none}
"""  # noqa: E501  # one line, as a user writes it
DISTRICTS = """\
district,population,year,lat,lon,area_km2
Utara,20000,2025,0.10,115.00,100
Selatan,10000,2025,-0.10,115.10,150
"""
UMKM = """\
id,district,sector,size_class,owner_sex,weight
1,Utara,food_and_cakes,micro,female,2
2,Utara,trade,micro,male,1
3,Selatan,sewing,small,perempuan,3
4,Selatan,other,micro,laki_laki,2
"""
HOTELS = """\
district,class,rooms
Utara,non_star,20
Utara,star_3,
Selatan,non_star,10
"""


@pytest.fixture
def folder(here):
    """The sample of the contract, with its tables."""
    place = here / "barat"
    place.mkdir()
    put(place, "region.yaml", CONTRACT)
    put(place, "districts.csv", DISTRICTS)
    put(place, "umkm.csv", UMKM)
    put(place, "hotels.csv", HOTELS)
    return place


def put(place, name, text):
    (place / name).write_text(text, encoding="utf-8", newline="\n")


def spoil(place, name, old, new):
    text = (place / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    put(place, name, text.replace(old, new, 1))


def faults_of(place="barat"):
    with pytest.raises(RegionError) as caught:
        load_region(str(place))
    return [str(fault).removeprefix(f"{place}/").removeprefix(f"{place}\\")
            for fault in caught.value.faults]  # fmt: skip


# -- what it holds


def test_the_contracts_sample_loads(folder):
    place = load_region("barat")
    assert (place.name, place.firms, place.population) == ("kutai_barat", 900, 30000)
    assert place.firms_figure.kind == "assumed"
    assert place.listed.count == 8
    assert place.restaurants.count == 0
    assert place.restaurant_demand == {}
    assert place.government["school_uniforms"].month == 7
    assert place.cooperatives == {}
    assert place.sectors["share"].sum() == pytest.approx(1.0)
    east_java = load_region("surabaya").sectors["share"]
    assert place.sectors["share"].tolist() == east_java.tolist()
    assert place.hotels["count"].tolist() == [2, 0, 0, 1, 0, 0]
    donor = load_region("kutai_timur").hotels.set_index("hotel_class")
    assert place.hotels["rooms"].tolist()[0] == 15.0
    assert place.hotels["rooms"].tolist()[3] == donor.loc["star_3", "rooms"]
    assert place.hotels["occupancy"].tolist()[0] == donor.loc["non_star", "occupancy"]
    assert place.hotel_weights["weight"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert place.borrowed == {
        "sector_shares": ("east_java_2016",),
        "rooms": ("kutai_timur",),
        "occupancy": ("kutai_timur",),
    }
    assert load_region("barat").digest() == place.digest()


def test_without_villages_each_district_is_one_place_and_it_says_so(folder):
    place = load_region("barat")
    assert place.villages["village"].tolist() == ["Utara", "Selatan"]
    assert place.villages["y_km"].tolist() == pytest.approx([11.12, -11.12], abs=0.01)
    assert any("each district is one place" in note for note in place.notes)


def test_firms_stand_where_the_list_has_them(folder):
    place = load_region("barat")
    assert place.villages["firms"].tolist() == [3.0, 5.0]
    slots = lay_slots(place, 0.0, 1)
    assert (slots.village == 0).sum() == pytest.approx(900 * 3 / 8, abs=8)
    spoil(folder, "region.yaml", "borrow: {", "borrow: {spread: people, ")
    place = load_region("barat")
    assert "firms" not in place.villages
    slots = lay_slots(place, 0.0, 1)
    assert (slots.village == 0).sum() == pytest.approx(600, abs=8)


def test_the_list_gives_shares_by_weight(folder):
    spoil(folder, "region.yaml", "sector_shares: east_java_2016, ", "")
    place = load_region("barat")
    share = place.sectors.set_index("sector")["share"]
    assert share["food_and_cakes"] == 2 / 8
    assert share["sewing"] == 3 / 8
    assert share["other_services"] == 2 / 8
    assert share["laundry"] == 0.0
    kinds = place.provenance.set_index("quantity").loc["share of sewing"]
    assert (kinds["kind"], bool(kinds["borrowed"])) == ("derived", False)


def test_a_long_list_gives_sizes_and_owners_and_a_short_one_does_not(folder):
    assert load_region("barat").parameters == {}
    assert any(f"fewer than {FEWEST_ROWS} rows" in note for note in load_region("barat").notes)
    rows = ["id,district,sector,sales_million_rp_year,owner_sex"]
    for k in range(40):
        sales = (100, 2500, 20000)[0 if k % 10 else 1 + (k == 20)]
        rows.append(f"{k},Utara,trade,{sales},{'female' if k < 10 else 'male'}")
    put(folder, "umkm.csv", "\n".join(rows) + "\n")
    place = load_region("barat")
    assert place.parameters == pytest.approx(
        {"micro_share": 36 / 40, "small_share": 3 / 40, "women_share": 0.25}
    )
    case = Case.of(None, place, seed=1, months=1)
    assert case.parameters["women_share"] == 0.25
    spoil(folder, "region.yaml", "borrow: {", "borrow: {sizes: national, owners: national, ")
    assert load_region("barat").parameters == {}


def test_what_a_scenario_assumes_wins_over_the_region(folder):
    from experiments.compare import load_study
    from scenarios import load_scenario

    rows = ["id,district,sector,size_class,owner_sex"]
    rows += [f"{k},Utara,trade,micro,{'female' if k < 10 else 'male'}" for k in range(40)]
    put(folder, "umkm.csv", "\n".join(rows) + "\n")
    study, _ = load_study("cash_grant", "no_policy", "barat", 1, 1, 36, "en")
    assert study.parameters["women_share"] == 0.25
    assert study.parameters["micro_share"] == 1.0
    other = load_scenario("cash_grant", assume={"women_share": 0.5})
    study, _ = load_study(other, "no_policy", "barat", 1, 1, 36, "en")
    assert study.parameters["women_share"] == 0.5
    assert Case.of(other, load_region("barat"), months=1).parameters["women_share"] == 0.5


def test_no_map_and_no_areas(folder):
    put(folder, "districts.csv", "district,population,year\nUtara,20000,2025\nSelatan,10000,2025\n")
    assert faults_of() == [
        (
            "region.yaml:7:9: borrow.density: districts.csv has no area_km2; or borrow it: "
            "'borrow: {density: kutai_timur}'"
        )
    ]
    spoil(folder, "region.yaml", "borrow: {", "borrow: {density: surakarta, ")
    place = load_region("barat")
    city = load_region("surakarta")
    density = city.population / city.villages["area_km2"].sum()
    assert place.villages["area_km2"].tolist() == pytest.approx([20000 / density, 10000 / density])
    assert any("The map is synthetic" in note for note in place.notes)
    assert "the map of kutai_barat is synthetic" in inputs_line(place, "en")
    sites = place.provenance[place.provenance["block"] == "map"]
    assert set(sites["kind"]) == {"synthetic"}


def test_villages_of_ones_own(folder):
    rows = "A,Utara,3\nB,Utara,1\nC,Selatan,5\n"
    put(folder, "villages.csv", f"village,district,population\n{rows}")
    spoil(folder, "region.yaml", "districts: districts.csv", "districts: districts.csv\nvillages: "
          "villages.csv")  # fmt: skip
    place = load_region("barat")
    assert place.villages["population"].tolist() == [15000, 5000, 10000]
    assert place.villages["area_km2"].tolist() == [50.0, 50.0, 150.0]
    assert place.villages["firms"].tolist() == pytest.approx([3 * 0.75, 3 * 0.25, 5.0])
    assert any("Synthetic for villages: sites" in note for note in place.notes)
    assert "sites of villages in kutai_barat are synthetic" in inputs_line(place, "en")
    head = "village,district,population,lat,lon,area_km2\n"
    put(folder, "villages.csv", head + "A,Utara,3,0.2,115.0,60\nB,Utara,1,0.1,115.0,40\n"
        "C,Selatan,5,-0.1,115.1,150\n")  # fmt: skip
    place = load_region("barat")
    assert place.villages["y_km"].tolist() == pytest.approx([22.24, 11.12, -11.12], abs=0.01)
    assert not any("Synthetic for villages" in note for note in place.notes)


def test_shares_of_inputs_add_up_and_borrowed_ones_are_marked(folder):
    place = load_region("barat")
    counts = input_counts(place)
    assert counts["own"] + counts["borrowed"] + counts["made_up"] == counts["figures"]
    table = place.provenance
    foreign = set(table.loc[table["borrowed"], "block"])
    assert foreign == {"sector_shares", "rooms", "occupancy", "sizes", "owners"}
    assert "own " in inputs_line(place, "en")
    assert "milik sendiri" in inputs_line(place, "id")
    assert "Kabupaten Kutai Barat" in str(place)


@pytest.mark.parametrize("villages", [True, False])
def test_it_runs_and_every_identity_holds(folder, villages):
    if villages:
        put(folder, "villages.csv", "village,district\nA,Utara\nB,Utara\nC,Selatan\n")
        spoil(folder, "region.yaml", "hotels: hotels.csv", "hotels: hotels.csv\nvillages: "
              "villages.csv")  # fmt: skip
    spoil(folder, "region.yaml", "sector_shares: east_java_2016, ", "")  # trades without a firm
    world = simulate(Case.of(None, load_region("barat"), seed=1, months=14).world())
    for line in LEDGER_DTYPE.names:
        assert world.ledger[line].max() < 1e-9, line
    assert world.column("revenue")[-1] > 0


def test_no_hotels_at_all(folder):
    spoil(folder, "region.yaml", "hotels: hotels.csv\n", "")
    spoil(folder, "region.yaml", "occupancy: kutai_timur, rooms: kutai_timur, ", "hotels: none, ")
    place = load_region("barat")
    assert place.hotels["count"].sum() == 0
    simulate(Case.of(None, place, seed=1, months=2).world())
    spoil(folder, "region.yaml", "hotels: none", "hotels: kutai_timur")
    place = load_region("barat")
    donor = load_region("kutai_timur")
    assert place.hotels["count"].sum() == round(29 * 30000 / donor.population)
    assert place.provenance.set_index("quantity").loc["hotels", "borrowed"]


def test_restaurants_borrowed_by_people(folder):
    spoil(folder, "region.yaml", "restaurants: none", "restaurants: kutai_timur")
    place, donor = load_region("barat"), load_region("kutai_timur")
    assert place.restaurants.count == round(89 * 30000 / donor.population)
    assert place.restaurant_demand == donor.restaurant_demand
    spoil(folder, "region.yaml", "restaurants: kutai_timur", "restaurant_demand: surakarta")
    spoil(
        folder, "region.yaml", "hotels: hotels.csv", "hotels: hotels.csv\nrestaurants: {count: 7}"
    )
    assert load_region("barat").restaurants.count == 7


# -- what is wrong with it


BAD = [
    ("districts.csv", "Utara,20000", "Utara,20.000", "districts.csv:2:population: '20.000' is not"),
    ("districts.csv", "115.10", '"115,10"', "districts.csv:3:lon: '115,10' is not a plain decimal"),
    ("districts.csv", "Selatan,", "Utara,", "districts.csv:3:district: Utara is already in line 2"),
    ("districts.csv", "10000,2025", "10000,2024", "mixes the years 2024 to 2025"),
    ("districts.csv", "-0.10,115.10", ",", "districts.csv:3:lat: empty, while other rows have"),
    ("districts.csv", "2025,-0.10", "2025,-0.10,9", "districts.csv:3: 7 cells, the header has 6"),
    ("districts.csv", DISTRICTS, DISTRICTS.replace(",", ";"), "columns are separated by ';'; save"),
    ("umkm.csv", "food_and_cakes", "food", "umkm.csv:2:sector: 'food' is not one of"),
    ("umkm.csv", "1,Utara", "1,Utarra", "umkm.csv:2:district: 'Utarra' is not in districts, did"),
    ("umkm.csv", "2,Utara", "1,Utara", "umkm.csv:3:id: 1 is already in line 2"),
    ("umkm.csv", "small", "", "umkm.csv:4:size_class: empty: give it, or sales_million_rp_year"),
    ("umkm.csv", "male,1", "male,0", "umkm.csv:3:weight: 0 is out of range"),
    ("umkm.csv", "male,1", "wanita,1", "umkm.csv:3:owner_sex: 'wanita' is not one of female"),
    ("umkm.csv", "owner_sex", "nama pemilik", "umkm.csv:1:nama pemilik: personal data are refused"),
    ("umkm.csv", "owner_sex", "sex", "umkm.csv:1:sex: unknown column"),
    ("hotels.csv", "star_3", "3 star", "hotels.csv:3:class: '3 star' is not one of non_star"),
    ("hotels.csv", "Selatan", "Barat", "hotels.csv:4:district: 'Barat' is not in districts"),
    ("hotels.csv", "20", "0", "hotels.csv:2:rooms: 0 is out of range [1.."),
    ("region.yaml", "umkm:", "umkn:", "umkn: unknown key, did you mean 'umkm'?"),
    ("region.yaml", "value: 900", "value: 90", "umkm.true_count.value: 90 is outside its range"),
    ("region.yaml", ', source: "Dinas"', "", "umkm.true_count.source: missing"),
    ("region.yaml", "low: 600, ", "", "umkm.true_count.low: low and high go together"),
    ("region.yaml", "low: 600", "low: 0", "umkm.true_count: must be at least 1, its low end too"),
    (
        "region.yaml",
        "high: 1500",
        "high: 100000001",
        "umkm.true_count: is more than 100,000,000, its high end too",
    ),
    ("region.yaml", "low: 600", "low: -5", "umkm.true_count"),
    ("region.yaml", "listed: 8", "listed: 8000", "umkm.true_count: 1500 is fewer than the 8000"),
    ("region.yaml", "hotels: hotels.csv", "hotels: ../hotels.csv", "without any path"),
    ("region.yaml", "hotels.csv", "hotel.csv", "hotels: the folder holds no file 'hotel.csv'"),
    ("region.yaml", "month: 7", "month: 13", "government.school_uniforms.month: 13 is not a month"),
    ("region.yaml", "school_uniforms", "uniforms", "government.uniforms: no good of that name"),
    ("region.yaml", "million_rp_per_year", "Rp", "the unit 'Rp' is not 'million rp per year'"),
    ("region.yaml", "hotels:", "cooperatives: {registered: 4, active: 5}\nhotels:", "is more than"),
    ("region.yaml", "occupancy: kutai_timur", "occupancy: kutai", "borrow.occupancy: 'kutai' is"),
    (
        "region.yaml",
        "occupancy: kutai_timur, ",
        "",
        "hotels.csv has no occupancy_percent in line 2",
    ),
    ("region.yaml", "rooms: kutai_timur, ", "", "hotels.csv has no rooms in line 3; or borrow it:"),
    ("region.yaml", ", restaurants: none", "", "borrow.restaurants: missing: give their count and"),
    ("region.yaml", "borrow: {", "borrow: {room: surakarta, ", "borrow.room: nothing of this name"),
    (
        "region.yaml",
        "borrow: {",
        "borrow: {density: surakarta, ",
        "borrow.density: is borrowed, but",
    ),
    (
        "region.yaml",
        "borrow: {",
        "borrow: {spread: surakarta, ",
        "'surakarta' is not one of people",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), BAD)
def test_a_bad_cell_is_named(folder, file, old, new, expected):
    spoil(folder, file, old, new)
    found = faults_of()
    assert any(expected in fault for fault in found), found
    assert len(found) <= 3, found


def test_a_list_with_faults_is_not_called_missing(folder):
    spoil(folder, "region.yaml", "sector_shares: east_java_2016, ", "")
    spoil(folder, "umkm.csv", "food_and_cakes", "food")
    assert len(faults_of()) == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("hotels.csv", "star_3", "3 star", "hotels.csv:3:class: '3 star' is not one of"),
        ("hotels.csv", "Selatan", "Barat", "hotels.csv:4:district: 'Barat' is not in districts"),
        ("hotels.csv", "rooms", "email", "hotels.csv:1:email: personal data are refused"),
        ("hotels.csv", "rooms", "room", "hotels.csv:1:room: unknown column"),
        ("districts.csv", "115.00,100", "115.00,0", "districts.csv:2:area_km2: 0 is out of range"),
        ("districts.csv", "0.10,", "100.10,", "districts.csv:2:lat: 100.10 is out of range"),
        ("umkm.csv", "small", "kecil", "umkm.csv:4:size_class: 'kecil' is not one of"),
        ("umkm.csv", "small", "-5", "umkm.csv:4:sales_million_rp_year: -5 is out of"),
        ("region.yaml", "hotels.csv", "hotel.csv", "hotels: the folder holds no file 'hotel.csv'"),
    ],
)
def test_a_fault_has_no_others_in_its_train(folder, file, old, new, expected):
    spoil(folder, "region.yaml", "borrow: {", "borrow: {spread: people, ")
    if "sales" in expected:
        put(folder, "umkm.csv", UMKM.replace("size_class", "sales_million_rp_year")
            .replace("micro", "5"))  # fmt: skip
    spoil(folder, file, old, new)
    (found,) = faults_of()
    assert expected in found


def test_what_is_borrowed_is_judged_beside_a_broken_table(folder):
    added = "room: surakarta, restaurant_demand: surakarta, "
    spoil(folder, "region.yaml", "borrow: {", f"borrow: {{{added}")
    spoil(folder, "districts.csv", "115.00,100", "115.00,0")
    found = faults_of()
    assert len(found) == 3
    for part in ("area_km2: 0 is out", "borrow.room: nothing", "demand: is borrowed, but"):
        assert part in "\n".join(found)


def test_all_faults_at_once(folder):
    spoil(folder, "districts.csv", "20000", "20.000")
    spoil(folder, "umkm.csv", "food_and_cakes", "food")
    spoil(folder, "umkm.csv", "weight", "telepon")
    spoil(folder, "hotels.csv", "star_3", "bintang 3")
    spoil(folder, "region.yaml", "low: 600", "low: 6000")
    found = "\n".join(faults_of())
    for part in ("districts.csv:2:population", "umkm.csv:2:sector", "umkm.csv:1:telepon",
                 "hotels.csv:3:class", "region.yaml:4:"):  # fmt: skip
        assert part in found


@pytest.mark.parametrize(
    "column",
    ["name", "owner", "Owner Name", "phone", "NIK", "nama", "Nama Usaha", "pemilik", "telepon",
     "No. HP", "no_telp", "alamat", "e-mail", "email", "surel", "whatsapp", "nomor_ktp",
     "tanggal lahir"],
)  # fmt: skip
def test_what_names_a_person_is_refused(folder, column):
    assert personal([column]) == [column]
    spoil(folder, "umkm.csv", "weight", column)
    assert any(f"umkm.csv:1:{column}: personal data are refused" in f for f in faults_of())


@pytest.mark.parametrize("column", ["owner_sex", "workers", "online", "district", "nama_desa"])
def test_what_names_nobody_is_not(column):
    assert personal([column]) == []


@pytest.mark.parametrize(
    "telling",
    ["6408011203850001", "0812345678", "0812-3456-7890", "+62 812 3456 789", "U-081234567890"],
)
def test_an_id_that_may_be_a_nik_or_a_telephone_is_refused_and_not_shown(folder, telling):
    spoil(folder, "umkm.csv", "2,Utara", f"{telling},Utara")
    (found,) = faults_of()
    assert found.startswith("umkm.csv:3:id: may be a NIK or a telephone number")
    assert "such as U001" in found
    assert telling not in found


@pytest.mark.parametrize("plain", ["U001", "123456789", "2024-08-0012", "08-2024-0012", "A 62/8/1"])
def test_an_id_of_the_office_is_none(folder, plain):
    spoil(folder, "umkm.csv", "2,Utara", f"{plain},Utara")
    load_region("barat")


def test_an_unknown_column_is_told_with_the_known_ones(folder, capsys):
    spoil(folder, "umkm.csv", "weight", "usaha")
    spoil(folder, "hotels.csv", "rooms", "room")
    known = "known: district, class, count, rooms, occupancy_percent"
    found = "\n".join(faults_of())
    assert f"hotels.csv:1:room: unknown column, did you mean 'rooms'? {known}" in found
    assert "umkm.csv:1:usaha: unknown column; known: id, district, sector, size_class" in found
    assert main(["check", "barat", "--lang", "id"]) == 2
    shown = capsys.readouterr().err
    assert "room: kolom tidak dikenal, maksudnya 'rooms'? yang dikenal: district" in shown
    assert "usaha: kolom tidak dikenal; yang dikenal: id, district" in shown


def test_personal_data_in_a_table_that_nothing_reads(folder):
    put(folder, "daftar.csv", "id,nama,alamat\n1,x,y\n")
    assert faults_of() == [
        "daftar.csv:1:alamat: personal data are refused; delete the column",
        "daftar.csv:1:nama: personal data are refused; delete the column",
    ]


# -- the command line


def test_init_writes_five_files_that_check_and_run(here, capsys):
    assert main(["init", "--region", "contoh"]) == 0
    assert capsys.readouterr().err == (
        "wrote region.yaml, districts.csv, villages.csv, umkm.csv, hotels.csv in contoh; "
        "check them with: kemitraan check contoh\n"
    )
    assert sorted(p.name for p in (here / "contoh").iterdir()) == sorted(skeleton("x", "x"))
    assert main(["check", "contoh"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("contoh: ok\n")
    assert "Made up by kemitraan init" in shown
    place = load_region("contoh")
    counts = input_counts(place)
    # Nothing that was made up passes for the place's own.
    assert counts["own"] == 0
    assert counts["made_up"] > counts["borrowed"] > 0
    small = ["--months", "36", "--replicates", "2", "--jobs", "1", "--quiet", "--scale", "10"]
    words = ["compare", "cash_grant", "--region", "contoh", *small, "--uncertainty", "seeds"]
    assert main([*words, "--json", "--out", "r"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert any("own " in note and "borrowed" in note for note in document["notes"])
    assert main(["init", "--region", "contoh"]) == 2
    assert "is there already and not empty" in capsys.readouterr().err
    assert main(["init", "x.yaml", "--region", "y"]) == 2
    assert main(["init"]) == 2


def test_check_tells_all_faults_of_a_folder(folder, capsys):
    assert main(["check", "barat", "cash_grant"]) == 0
    capsys.readouterr()
    spoil(folder, "umkm.csv", "food_and_cakes", "food")
    spoil(folder, "hotels.csv", "star_3", "bintang")
    assert main(["check", "barat", "--json"]) == 2
    (found,) = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert {(f["file"].rsplit("/")[-1], f["line"], f["key"]) for f in found["faults"]} == {
        ("umkm.csv", 2, "sector"), ("hotels.csv", 3, "class"),
    }  # fmt: skip
    assert main(["check", "barat"]) == 2
    shown = capsys.readouterr().err
    assert "umkm.csv:2:sector: 'food' is not one of" in shown
    assert shown.endswith("2 errors in barat\n")
    assert main(["check", "nowhere/region.yaml"]) == 2
    assert "nowhere" in capsys.readouterr().err
