"""Figures of who and where: what they draw is what the tables say, in both languages."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments.compare import compare
from experiments.comparison import Comparison
from experiments.figures import districts
from experiments.figures.districts import district_figures, district_map
from experiments.figures.files import write_figures
from experiments.figures.groups import group_chart, group_figures
from experiments.figures.stakeholders import stakeholder_chart, stakeholder_figures
from experiments.stakeholder_table import clear
from experiments.words import with_interval
from sim.errors import KemitraanError

RULE = "mandated_hotel_partnership"


@pytest.fixture(scope="module")
def result():
    return compare(
        ["hotel_memorandum", RULE], replicates=3, jobs=1, scale=100, months=48, quiet=True,
        fixed_replicates=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def held():
    return compare(
        RULE, uncertainty="seeds", replicates=2, jobs=1, scale=200, months=36, quiet=True
    )


@pytest.fixture
def ax():
    return Figure().subplots()


def shown(ax):
    parts = [t.get_text() for t in (*ax.texts, ax.xaxis.label, ax.yaxis.label)]
    parts += [ax.get_title(loc=side) for side in ("left", "center")]
    return " ".join(part.replace("\n", " ") for part in parts)


def lines_at(ax):
    """Ends of every drawn interval, without what leads nowhere."""
    return [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]


def test_the_stakeholder_chart_draws_both_intervals_and_costs_as_losses(result, ax):
    assert result.plot_stakeholders(RULE, ax=ax) is ax
    words = shown(ax)
    for part in ("partners", "same trade, not partnered", "other trades", "new firms", "all UMKM",
                 "hotels, extra cost", "restaurants", "treasury, public cost", "outside sellers",
                 "Year 1 (2027)", "Year 2 (2028)", "Rp m/month", "simulation error alone",
                 "range, because assumptions are uncertain", "closed ones count",
                 "3 paired runs, seed 1", "no clear difference (shows from"):  # fmt: skip
        assert part in words, part
    table = result.stakeholders("year 2").set_index(["scenario", "stakeholder", "measure"])
    cost = table.loc[(RULE, "treasury", "public_cost")]
    drawn = lines_at(ax)
    assert any(np.allclose(ends, (-cost["range_high"], -cost["range_low"])) for ends in drawn)
    assert any(np.allclose(ends, (-cost["sim_high"], -cost["sim_low"])) for ends in drawn)
    trade = table.loc[(RULE, "same_trade", "profit")]
    assert any(np.allclose(ends, (trade["range_low"], trade["range_high"])) for ends in drawn)
    low, high = ax.get_xlim()
    assert low == -high
    assert all(low <= end <= high for ends in drawn for end in ends if np.isfinite(end))


def test_the_chart_by_head_has_its_own_scales_and_numbers(result, ax):
    stakeholder_chart(result, RULE, ["year 2"], each=True, ax=ax)
    words = shown(ax)
    assert "every line on its own scale" in words
    assert "all UMKM" not in words
    table = result.stakeholders("year 2").set_index(["scenario", "stakeholder", "measure"])
    row = table.loc[(RULE, "same_trade", "profit_per_firm")]
    assert with_interval(row["mean"], row["range_low"], row["range_high"]) in words
    assert ax.get_xlim() == (-1.05, 1.05)


def test_the_chart_speaks_indonesian(result, ax):
    stakeholder_chart(result, RULE, ax=ax, lang="id")
    words = shown(ax)
    assert "Siapa untung, siapa rugi" in words
    assert "belum dapat dibedakan" in words
    assert "kisaran karena asumsi belum pasti" in words
    assert "usaha sejenis, bukan mitra" in words
    assert "partners" not in words.replace(RULE, "")


def test_seeds_alone_draw_no_range_and_say_so(held, ax):
    stakeholder_chart(held, ax=ax)
    assert "assumptions held fixed" in shown(ax)
    assert "Thick bar" not in shown(ax)
    other = Figure().subplots()
    group_chart(held, ax=other)
    assert "Thick bar" not in shown(other)


def test_change_by_group_in_percent_of_what_the_group_earns(result, ax):
    assert result.plot_groups(by="owner_sex", ax=ax) is ax
    words = shown(ax)
    for part in ("Change by group: sex of the owner", "men", "women", "Profit per firm",
                 "% of the group's level without the policy", "in business at the year's end",
                 "simulation error alone", "3 paired runs, seed 1", RULE):  # fmt: skip
        assert part in words, part
    table = result.effects("profit_per_firm", "policy", "owner_sex")
    drawn = lines_at(ax)
    for _, row in table.iterrows():
        level = row["level_baseline"] / 100
        for kind in ("range", "sim"):
            ends = row[f"{kind}_low"] / level, row[f"{kind}_high"] / level
            assert any(np.allclose(ends, pair) for pair in drawn)
        number = with_interval(row["mean"], row["range_low"], row["range_high"])
        said = f"{number}{'' if clear(row) else ' ?'}"
        if row["mean"] == row["range_low"] == row["range_high"] == 0.0:
            said = "no difference"
        assert f"{said}   {row['scenario']}" in words


def test_no_difference_is_said_and_not_marked_unclear(ax):
    null = compare("no_policy", replicates=2, jobs=1, scale=200, months=36, quiet=True,
                   fixed_replicates=2)  # fmt: skip
    group_chart(null, ax=ax)
    words = shown(ax)
    assert words.count("no difference") == 3
    assert " ?  " not in words
    other = Figure().subplots()
    district_map(null, ax=other)
    assert {face for face, _ in circles(other).values()} == {None}
    assert "clear in 0 of 31" in shown(other)


def test_what_is_no_money_keeps_its_unit(result, ax):
    group_chart(result, "in_business", "size_class", ax=ax, lang="id")
    assert ax.get_xlabel() == "% usaha"
    assert "mikro" in shown(ax)
    assert "usaha kelompok itu yang beroperasi pada bulan 23" in shown(ax)
    with pytest.raises(KemitraanError, match="no effects of firms by partner_status"):
        group_chart(result, "firms", "partner_status")
    with pytest.raises(KemitraanError, match="no grouping"):
        group_chart(result, by="sex")


def circles(ax):
    """Face colour, or none, and area by place."""
    return {
        tuple(np.round(c.get_offsets()[0], 6)): (
            to_hex(c.get_facecolor()[0]) if len(c.get_facecolor()) else None,
            float(c.get_sizes()[0]),
        )
        for c in ax.collections
    }


def test_the_map_colours_what_is_clear_and_leaves_the_rest_hollow(result, ax, monkeypatch):
    real = districts._table(result, "profit_per_eligible", RULE, "policy")
    made = real.assign(clear=False)
    made.loc[0, ["clear", "mean"]] = True, 5000.0
    made.loc[1, ["clear", "mean"]] = True, -5000.0
    made.loc[2, "mean"] = 90_000.0  # large and unclear: hollow, and no end of the scale
    monkeypatch.setattr(districts, "_table", lambda *_: made)
    assert result.plot_districts(scenario=RULE, ax=ax) is ax
    found = circles(ax)
    assert len(found) == len(made) == 31
    places = [tuple(np.round((row.x, row.y), 6)) for row in made.itertuples()]
    assert found[places[0]][0] == "#0072b2"
    assert found[places[1]][0] == "#d55e00"
    assert [found[p][0] for p in places[2:]] == [None] * 29
    area = np.array([found[p][1] for p in places])
    assert area.argmax() == made["firms"].to_numpy().argmax()
    assert area[0] / area[1] == pytest.approx(made["firms"][0] / made["firms"][1])
    words = shown(ax)
    assert f"{RULE}: clear in 2 of 31" in words
    for part in ("no boundaries are drawn", "synthetic", "Hollow: no clear difference",
                 "firms of the group and of eligible sectors", "Rp/month/firm",
                 "3 paired runs, seed 1"):  # fmt: skip
        assert part in words, part


def test_districts_stand_where_they_are(result):
    table = districts._table(result, "profit_per_eligible", RULE, "policy")
    region = result.study.region
    assert set(table["district"]) == set(region.districts["district"])
    wards = region.villages.groupby("district")[["x_km", "y_km"]].mean()
    offset = table.set_index("district")[["x", "y"]].to_numpy() - wards.loc[table["district"]]
    # Middles of districts lie within 2 km of the mean of their wards, but for a common shift.
    apart = (offset - offset.mean()).abs().to_numpy()
    assert apart.max() < 2.5
    firms = result.levels("firms_eligible", "policy", "district").set_index(["scenario", "group"])
    assert table["firms"].tolist() == [
        firms.loc[("no_policy", name), "mean"] for name in table["district"]
    ]


def test_without_coordinates_there_is_no_map_and_it_is_said(result):
    region = result.study.region
    blank = region.districts.copy()
    blank.loc[3, "lat"] = np.nan
    study = replace(result.study, region=replace(region, districts=blank))
    other = Comparison(study, "parameters", result.jobs, result.results, result.plan)
    with pytest.raises(KemitraanError, match="Bulak has no lat and lon; add"):
        district_map(other)
    assert list(district_figures(other, "en")) == []


def test_unknown_names_are_refused(result):
    with pytest.raises(KemitraanError, match="no scenario 'other'"):
        district_map(result, scenario="other")
    with pytest.raises(KemitraanError, match="did you mean"):
        district_map(result, "profit_per_eligibl")
    with pytest.raises(KemitraanError, match="no scenario 'other'"):
        stakeholder_chart(result, "other")
    with pytest.raises(KemitraanError, match="no window"):
        stakeholder_chart(result, windows=["year 9"])


def test_the_folder_has_them_and_they_repeat(result, tmp_path):
    names = [p.name for p in write_figures(result, tmp_path)]
    wanted = {"stakeholders_hotel_memorandum", f"stakeholders_{RULE}", "change_by_group",
              "change_by_sector", "districts"}  # fmt: skip
    assert {f"{w}.{kind}" for w in wanted for kind in ("svg", "png")} <= set(names)
    first = {w: (tmp_path / f"{w}.svg").read_bytes() for w in wanted}
    (tmp_path / "again").mkdir()
    write_figures(result, tmp_path / "again")
    for name, content in first.items():
        assert (tmp_path / "again" / f"{name}.svg").read_bytes() == content, name
    for draw in (stakeholder_figures, group_figures, district_figures):
        for figure, _ in draw(result, "id"):
            assert all(ax.figure is figure for ax in figure.axes)
