"""Figures: each says unit, runs and what its bands are; the same numbers give the same bytes."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.compare import compare
from experiments.figures import fan as fan_module
from experiments.figures import forest as forest_module
from experiments.figures.files import write_figures
from experiments.figures.forest import FOREST_OUTCOMES, HEADLINES, forest_outcomes
from experiments.figures.style import colour
from experiments.words import with_interval
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from tests import screen

RULE = "mandated_hotel_partnership"


@pytest.fixture(scope="module")
def result():
    return compare(
        ["hotel_memorandum", RULE], replicates=3, jobs=1, scale=100, months=48, quiet=True,
        fixed_replicates=2,
    )  # fmt: skip


@pytest.fixture
def ax():
    return Figure().subplots()


def _texts(ax):
    return " ".join(t.get_text().replace("\n", " ") for t in [*ax.texts, ax.title, ax.yaxis.label])


def test_the_forest_tells_both_intervals_apart(result, ax):
    assert result.plot_effects(["profit", "in_business", "hotel_cost"], ax=ax) is ax
    shown = _texts(ax)
    assert "range, because assumptions are uncertain" in shown
    assert "simulation error alone" in shown
    assert "3 paired runs, seed 1" in shown
    assert "better" in shown
    assert "firms alive at month 23" in shown


def test_the_forests_bars_and_numbers_are_those_of_the_effects(result, ax):
    """Thick bar the range, thin line the simulation error, mark the mean; numbers beside them."""
    names = ["profit", "in_business", "jobs", "hotel_cost"]
    result.plot_effects(names, ax=ax)
    table = result.effects(names)
    thick = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 6.5]
    thin = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 1.1]
    marks = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 1]
    heights = {
        round(t.get_position()[1], 9): t.get_text() for t in ax.texts if t.get_ha() == "right"
    }
    numbers = [t for t in ax.texts if t.get_va() == "center" and t.get_ha() == "left"]
    shown = [
        row
        for name in names
        for scenario in result.scenarios
        for _, row in table[(table["outcome"] == name) & (table["scenario"] == scenario)].iterrows()
    ]
    assert len(shown) == len(thick) == len(thin) == len(marks) == len(numbers) == 8
    for i, row in enumerate(shown):
        beside = table[table["outcome"] == row["outcome"]]
        ends = ["mean", "range_low", "range_high", "sim_low", "sim_high"]
        drawn = [*marks[i], *thick[i], *thin[i]]
        largest = float(beside[ends].abs().to_numpy().max())
        assert [x * largest for x in drawn] == pytest.approx([row[end] for end in ends])
        said = numbers[i].get_text()
        assert heights[round(numbers[i].get_position()[1], 9)] == row["scenario"]
        if screen.is_nothing(row):
            assert said == screen.SAME
            continue
        assert not screen.range_faults(said, row)
        if row["range_low"] < row["range_high"]:
            assert said.endswith(f"better {round(row['share_better'] * 3)} of 3")
        else:  # the same in every draw: nothing to count
            assert "better" not in said


def test_the_fan_says_what_its_bands_are(result, ax):
    result.plot_fan("profit", RULE, ax=ax)
    shown = _texts(ax)
    assert "Bands: middle 50 % and 90 %" in shown
    assert "single runs" in shown
    assert "Rp m/month" in shown
    assert "policy starts" in shown


def test_one_month_of_one_run_does_not_flatten_a_fan(result, ax, monkeypatch):
    """The frame holds the bands; a single run may leave it."""
    series = fan_module.fan_series(result, "profit", RULE, effect=True).copy()
    # Of a hundred runs one leaps in one month: beyond the 5-95 % band.
    many = np.repeat(series, 34, axis=0)[:100]
    many[0, 40] = 1e9
    monkeypatch.setattr(fan_module, "fan_series", lambda *_, **__: many)
    result.plot_fan("profit", RULE, ax=ax)
    assert ax.get_ylim()[1] < 1e6
    assert ax.get_ylim()[0] < np.quantile(many, 0.05, axis=0).min()
    assert ax.get_ylim()[1] > np.quantile(many, 0.95, axis=0).max()
    assert "may leave the frame" in _texts(ax)


def test_states_are_never_signed_alone(result, ax):
    result.plot_states(RULE, ax=ax)
    labels = [handle.get_label() for handle in ax.get_legend_handles_labels()[0]]
    assert len(labels) == 3
    assert "Percent of all hotels" in _texts(ax)


def test_remarks_are_translated_and_take_two_lines_at_most():
    for name in FOREST_OUTCOMES:
        for lang in ("en", "id"):
            remark = forest_module._remark(OUTCOMES[name], lang)
            assert len(textwrap.wrap(remark, forest_module._REMARK_WIDTH)) <= 2, remark
        assert " of " not in remark, remark


def test_after_funding_stops_nothing_is_signed_and_no_such_row_is_shown():
    assert set(FOREST_OUTCOMES) - set(forest_outcomes("after", every=True)) == {
        "hotels_buying", "hotels_on_paper", "public_cost", "public_cost_per_eligible",
    }  # fmt: skip
    assert forest_outcomes("policy", every=True) == FOREST_OUTCOMES
    assert set(HEADLINES) - set(forest_outcomes("after")) == {"public_cost"}
    assert forest_outcomes("policy") == HEADLINES


def test_the_headlines_are_those_that_weigh_most_on_the_page():
    from experiments.page import forest as page

    assert set(page._BY_WEIGHT[: len(HEADLINES)]) == set(HEADLINES)
    assert [name for name in page._IN_ORDER if name in HEADLINES] == list(HEADLINES)


def test_a_forest_shows_the_headlines_and_says_where_all_outcomes_stand(result):
    def heads(outcomes):
        ax = Figure().subplots()
        result.plot_effects(outcomes, ax=ax)
        return [t.get_text() for t in ax.texts if t.get_fontweight() == "bold"], _texts(ax)

    labels = {name: OUTCOMES[name].label["en"] for name in FOREST_OUTCOMES}
    found, said = heads(None)
    assert [text.partition(", Rp")[0] for text in found] == [labels[name] for name in HEADLINES]
    assert 'all 20: figure effects_policy_all, plot_effects("all")' in said
    found, said = heads("all")
    assert len(found) == len(FOREST_OUTCOMES)
    assert "headlines alone: figure effects_policy, plot_effects()" in said
    found, said = heads("jobs")
    assert found[0].startswith(labels["jobs"])
    assert len(found) == 1
    assert "effects_policy" not in said


def test_the_main_figure_of_seven_scenarios_fills_one_sheet(result):
    from types import SimpleNamespace

    seven = SimpleNamespace(scenarios=range(7))
    height = forest_module.forest_height(seven, HEADLINES)
    assert height < 9.0 * 2**0.5


def test_no_difference_is_said_in_words_and_numbers_stop_where_the_interval_does(result, ax):
    quiet = compare(
        "no_policy", replicates=2, jobs=1, scale=200, months=36, quiet=True, fixed_replicates=2
    )
    quiet.plot_effects(["profit"], ax=ax)
    assert "0, no difference" in _texts(ax)
    other = Figure().subplots()
    result.plot_effects(["profit"], ax=other)
    row = result.effects("profit").iloc[0]
    assert with_interval(row["mean"], row["range_low"], row["range_high"]) in _texts(other)


def test_hotels_that_sign_nothing_have_no_panel(result):
    from experiments.figures.files import _fans

    assert len(_fans(result, "hotels_buying", effect=False, lang="en").axes) == 2
    assert len(_fans(result, "profit", effect=False, lang="en").axes) == 3


@pytest.mark.parametrize(("most", "shared"), [(np.inf, True), (0.0, False)])
def test_panels_of_a_fan_share_a_scale_unless_one_would_be_flat(result, monkeypatch, most, shared):
    from experiments.figures import files

    monkeypatch.setattr(files, "_FLAT", most)
    figure = files._fans(result, "profit", effect=True, lang="en")
    limits = {ax.get_ylim() for ax in figure.axes}
    said = any("own scale" in text.get_text() for ax in figure.axes for text in ax.texts)
    said = said or any("own scale" in text.get_text() for text in figure.texts)
    assert len(figure.axes) > 1
    assert (len(limits) == 1) == shared
    assert said != shared


def test_own_axes_and_indonesian(result):
    ax = result.plot_effects(["profit"], lang="id")
    assert "kisaran karena asumsi belum pasti" in _texts(ax)
    plt.close(ax.figure)


@pytest.mark.parametrize(
    "draw",
    ["plot_effects", "plot_fan", "plot_states", "plot_stakeholders", "plot_groups",
     "plot_districts"],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_figure_of_ones_own_holds_all_its_text(result, draw, lang):
    """So that a plain `savefig` cuts nothing off."""
    ax = getattr(result, draw)(lang=lang)
    figure = ax.figure
    figure.draw_without_rendering()
    width, height = figure.get_size_inches()
    box = figure.get_tightbbox()
    assert 0 < box.x0 < box.x1 < width
    assert 0 < box.y0 < box.y1 < height
    assert width < 12
    plt.close(figure)


def test_axes_that_are_given_keep_their_figure(result, ax):
    before = tuple(ax.figure.get_size_inches()), ax.get_position().bounds
    result.plot_fan(ax=ax)
    assert before == (tuple(ax.figure.get_size_inches()), ax.get_position().bounds)


def test_nothing_is_signed_before_the_policy_starts(result, ax):
    """A month is a step: no slope from the month before."""
    result.plot_states(RULE, ax=ax)
    line = next(line for line in ax.lines if line.get_drawstyle() == "steps-post")
    start = next(text.xy[0] for text in ax.texts if text.get_text() == "policy starts")
    months, signed = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert signed[months < start - 1e-9].max() == 0
    assert signed[np.isclose(months, start)] > 0
    for area in ax.collections:
        corners = np.concatenate([path.vertices for path in area.get_paths()])
        before = corners[corners[:, 0] < start - 1e-9]
        assert np.abs(before[:, 1]).max() == 0
    assert months[-1] == pytest.approx(months[0] + result.study.months / 12)


def test_every_column_of_districts_has_numbers_below(result):
    from experiments.figures import districts

    names = [f"rule_{k}" for k in range(7)]
    figure = Figure()
    panels = list(figure.subplots(3, 3, sharex=True, sharey=True).flat)
    for ax in panels:
        ax.set_xlabel("km east")
        ax.set_ylabel("km north")
    for ax in panels[7:]:
        ax.set_visible(False)
    districts._numbered(panels[: len(names)], 3)
    figure.draw_without_rendering()
    below = [any(t.get_text() for t in ax.get_xticklabels() if t.get_visible()) for ax in panels]
    assert below[:7] == [False] * 4 + [True] * 3
    assert [bool(ax.get_xlabel()) for ax in panels[:7]] == [False] * 4 + [True] * 3
    assert [bool(ax.get_ylabel()) for ax in panels[:7]] == [k % 3 == 0 for k in range(7)]


def test_a_scenario_keeps_its_colour_whatever_stands_beside_it(result):
    assert colour(result, RULE) == "#D55E00"
    assert colour(result, "no_policy") == "#767676"


def test_unknown_names_are_refused(result, ax):
    with pytest.raises(KemitraanError, match="no months are kept"):
        result.plot_fan("gini", ax=ax)
    with pytest.raises(KemitraanError, match="no scenario"):
        result.plot_states("other", ax=ax)
    with pytest.raises(KemitraanError, match="did you mean"):
        result.plot_effects(["profits"], ax=ax)


def test_files_repeat_byte_for_byte(result, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    names = [p.name for p in write_figures(result, first)]
    write_figures(result, second)
    assert f"hotels_{RULE}.svg" in names
    for name in names:
        if name.endswith(".svg"):
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
            assert b"<text" in (first / name).read_bytes()
