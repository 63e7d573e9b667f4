"""Figures: each says unit, runs and what its bands are; the same numbers give the same bytes."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from experiments.compare import compare
from experiments.figures.files import write_figures
from experiments.figures.style import colour
from sim.errors import KemitraanError

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


def test_the_fan_says_what_its_bands_are(result, ax):
    result.plot_fan("profit", RULE, ax=ax)
    shown = _texts(ax)
    assert "Bands: middle 50 % and 90 %" in shown
    assert "single runs" in shown
    assert "Rp m/month" in shown
    assert "policy starts" in shown


def test_states_are_never_signed_alone(result, ax):
    result.plot_states(RULE, ax=ax)
    labels = [handle.get_label() for handle in ax.get_legend_handles_labels()[0]]
    assert len(labels) == 3
    assert "Percent of all hotels" in _texts(ax)


def test_own_axes_and_indonesian(result):
    ax = result.plot_effects(["profit"], lang="id")
    assert "kisaran karena asumsi belum pasti" in _texts(ax)
    plt.close(ax.figure)


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
