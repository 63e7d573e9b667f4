"""Shares of the variance of the model's own effects: luck, months, groups, screening, folders."""

import json

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol as salib
from SALib.sample import sobol as sampler

from experiments import sensitivity_store
from experiments.decomposition import TABLE_COLUMNS
from experiments.design import Job, make_study
from experiments.evaluate import RegionUnit, by_seed, evaluate
from experiments.factors import EVERY, KINDS, OTHERS, Factor, choose_factors, with_others
from experiments.luck import seed_share
from experiments.sampling import make_sample, sample_jobs
from experiments.sensitivity import sensitivity
from experiments.unit import region_values
from kemitraan.cli import main
from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from sim.parameters import registry
from tests.batch_folders import same_files

RULE = "mandated_hotel_partnership"
SMALL = {"region": "surakarta", "scale": 40, "months": 36, "quiet": True, "jobs": 1}
FEW = "paper_cost,sanction_probability,goods.school_uniforms.standardisation"
WORDS = ["sensitivity", RULE, "--method", "sobol", "--region", "surakarta", "--scale", "40",
         "--months", "36", "--samples", "8", "--parameters", FEW, "--jobs", "1"]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return sensitivity(
        RULE, method="sobol", samples=8, replicates=2, parameters=FEW,
        outcomes=["hotel_cost", "fines", "gini"], **SMALL,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def study():
    loaded = [load_scenario(name) for name in ("no_policy", RULE)]
    return make_study(load_region("surakarta"), loaded, seed=1, scale=40, months=36)


# -- the design


def test_points_are_those_of_salib_and_more_samples_keep_the_first():
    factors = choose_factors(FEW, study())
    for second in (False, True):
        sample = make_sample("sobol", factors, 16, 3, second_order=second)
        assert sample.points == (10 if second else 6)
        problem = {"num_vars": 4, "names": [*sample.ranges, "dummy"], "bounds": [[0, 1]] * 4}
        theirs = sampler.sample(problem, 8, calc_second_order=second, seed=1)
        assert theirs.shape == (8 * sample.points, 4)
        blocks = sample.places.reshape(16, sample.points, 4)
        a, b = blocks[:, 0], blocks[:, -1]
        for k in range(4):
            np.testing.assert_array_equal(blocks[:, k + 1, k], b[:, k])
            others = [j for j in range(4) if j != k]
            np.testing.assert_array_equal(blocks[:, k + 1][:, others], a[:, others])
        few = make_sample("sobol", factors, 8, 3, second_order=second)
        np.testing.assert_array_equal(few.places, sample.part(8).places)
    low, high = sample.ranges["paper_cost"]
    values = sample.columns["paper_cost"]
    assert low <= values.min() < values.max() <= high
    np.testing.assert_allclose((values - low) / (high - low), sample.places[:, 0], atol=1e-12)


@pytest.mark.parametrize("second", [False, True])
def test_the_dummy_deals_other_luck_and_every_other_point_shares_it(second):
    sample = make_sample("sobol", choose_factors(FEW, study()), 8, 3, second_order=second)
    jobs = sample_jobs(sample, 2)
    seeds = np.array([job.seed for job in jobs]).reshape(8, sample.points, 2)
    for base in seeds:
        own, other = base[0], base[-1]
        assert set(own).isdisjoint(other)
        np.testing.assert_array_equal(base[1:4], [own] * 3)
        np.testing.assert_array_equal(base[4], other)  # the dummy's point
        if second:
            np.testing.assert_array_equal(base[5:8], [other] * 3)
            np.testing.assert_array_equal(base[8], own)
    assert len(np.unique(seeds)) == 8 * 2 * 2
    assert jobs[2].changes == {k: v[1] for k, v in sample.columns.items()}


def test_luck_of_the_other_designs():
    factors = choose_factors("paper_cost,displacement", study())
    fast = make_sample("fast", factors, 65, 1)
    assert fast.rows == 4 * 65 * 3
    assert len({job.seed for job in sample_jobs(fast, 1)}) == 1
    given = make_sample("pawn", factors, 100, 1)
    assert len({job.seed for job in sample_jobs(given, 1)}) == 100


def test_runs_of_one_seed_are_made_side_by_side_and_come_back_in_order():
    jobs = [Job("x", k, seed, {"a": float(k)}) for k, seed in enumerate((5, 7, 5, 9, 7))]
    assert by_seed(jobs) == [0, 2, 1, 4, 3]
    assert evaluate(_number, None, jobs, 1) == [0.0, 1.0, 2.0, 3.0, 4.0]


def _number(_study, job):
    return job.changes["a"]


# -- which factors


def test_every_parameter_with_a_range_and_kinds_of_evidence():
    one = study()
    every = choose_factors(EVERY, one)
    kinds = {factor.kind for factor in every}
    assert {"assumed", "measured", "estimated"} <= kinds
    assert {f.name for f in choose_factors("all", one)} < {f.name for f in every}
    for factor in every:
        entry = registry().get(factor.name)
        assert entry is None or (not entry.fixed and entry.low < entry.high)
    folded = choose_factors(KINDS, one)
    assert {f.name for f in folded} == kinds
    assert sum(len(f.ranges) for f in folded) == len(every)
    two = choose_factors("compliance,trust", one, "group")
    assert [(f.name, f.kind) for f in two] == [("compliance", "group"), ("trust", "group")]


def test_what_a_screening_leaves_moves_as_one():
    factors = choose_factors("compliance", study())
    kept = with_others(factors, ["paper_cost"])
    assert [one.name for one in kept] == ["paper_cost", OTHERS]
    assert len(kept[1].ranges) == len(factors) - 1
    assert with_others(factors[:1], [factors[0].name]) == factors[:1]


# -- numbers


def test_a_unit_is_the_run_of_the_comparison_with_its_months():
    one = study()
    job = Job("sobol", 0, 5, {"displacement": 0.25})
    run = RegionUnit(("profit", "hotels_buying"))(one, job)
    windowed = run.values  # noqa: PD011  # of a named tuple
    np.testing.assert_array_equal(windowed, region_values(one, job))
    assert run.months.shape == (36, 2)
    assert (run.months[:24] == 0.0).all()
    at = list(OUTCOMES).index("profit")
    effect = windowed[1, 1, at] - windowed[0, 1, at]  # the first year of the policy
    assert run.months[24:36, 0].mean() == pytest.approx(effect, rel=1e-9)


def test_the_table_has_means_dispersion_and_the_seeds_share(result):
    table = result.table
    assert tuple(table.columns) == TABLE_COLUMNS
    assert set(table["of"]) == {"mean", "dispersion"}
    assert set(table["index"]) == {"ST", "S1", "seed_share"}
    rows = result.rows_of("hotel_cost")
    assert (np.diff(rows["estimate"]) <= 0).all()
    assert sorted(rows["rank"]) == [0, 1, 2, 3]
    idle = table[table["parameter"] == "goods.school_uniforms.standardisation"]
    assert (idle[["estimate", "low", "high"]] == 0.0).all(axis=None)
    assert not idle["above_dummy"].any()
    share = table[(table["index"] == "seed_share") & (table["outcome"] == "hotel_cost")]
    assert 0.0 <= share["low"].item() <= share["estimate"].item() <= share["high"].item() <= 1.0


def test_indices_are_salibs_on_the_same_runs(result):
    spec = result.to_salib("hotel_cost")
    assert spec["names"] == [*result.sample.ranges, "dummy"]
    theirs = salib.analyze(dict(spec), spec.results, False, seed=1)
    own = result.rows_of("hotel_cost", "ST").set_index("parameter")["estimate"]
    np.testing.assert_allclose(own[spec["names"]], theirs["ST"], rtol=1e-10)


def test_all_outcomes_windows_and_months_at_once(result):
    every = result.everything
    assert set(every["window"]) == {"before", "year 1", "policy", ""}
    months = result.months_of("fines")
    assert set(months["month"]) == set(range(36))
    assert (months.loc[months["month"] < 24, "estimate"] == 0.0).all()
    assert result.months_of("gini").empty  # needs whole years
    assert result.monthly == ("hotel_cost", "fines")
    cut = every[(every["outcome"] == "hotel_cost") & (every["window"] == "policy")]
    own = result.table[(result.table["outcome"] == "hotel_cost") & (result.table["of"] == "mean")]
    own = own[own["index"] != "seed_share"]
    np.testing.assert_allclose(cut["estimate"], own["estimate"], rtol=1e-12)
    assert set(every["outcome"]) > {"profit", "jobs", "public_cost"}


def test_two_workers_give_what_one_gives(result):
    other = sensitivity(
        RULE, method="sobol", samples=8, replicates=2, parameters=FEW,
        outcomes=["hotel_cost", "fines", "gini"], **SMALL | {"jobs": 2},
    )  # fmt: skip
    np.testing.assert_array_equal(result.numbers, other.numbers)
    np.testing.assert_array_equal(result.months, other.months)
    pd.testing.assert_frame_equal(result.table, other.table)


def test_convergence_ends_with_the_whole(result):
    table = result.convergence("hotel_cost")
    assert table["samples"].unique().tolist() == [8]
    whole = table.set_index("parameter")["estimate"]
    own = result.rows_of("hotel_cost").set_index("parameter")["estimate"]
    np.testing.assert_allclose(whole[own.index], own, rtol=1e-12)


def test_the_figures_and_the_words_in_two_languages(result):
    for lang, part in (("en", "hotel cost"), ("id", "biaya hotel")):
        for draw in (result.plot, result.plot_convergence, result.plot_months):
            assert part in draw("hotel_cost", lang=lang).get_title(loc="left")
        shown = result.words.text(result, lang=lang)
        assert ("in all, %" if lang == "en" else "seluruhnya, %") in shown
    for english in ("base rows", "alone", "dummy", "variance"):
        assert english not in shown
    assert "<pre>" in result._repr_html_()
    assert "sobol" in repr(result)
    assert "only 8 base rows" in str(result)


def test_a_screening_first_says_what_it_left_out():
    found = sensitivity(
        RULE, method="sobol", samples=8, parameters=FEW, screen=1,
        outcomes="hotel_cost", monthly=False, **SMALL,
    )  # fmt: skip
    assert len(found.factors) == 3  # one, the others and the dummy
    assert found.plan["screened"]["others"] == 2
    assert found.plan["screened"]["kept"] == found.screening.leading(1)
    row = found.left_out("hotel_cost")
    assert row["members"] == 2
    assert "Left out of the choice: 2 figures that hold" in str(found)
    assert found.months is None
    assert found.months_of("hotel_cost").empty


def test_guesses_as_one_group_say_how_much_hangs_on_them():
    found = sensitivity(
        RULE, method="sobol", samples=8, parameters="kinds", outcomes="profit",
        effect_of=None, monthly=False, **SMALL,
    )  # fmt: skip
    rows = found.ranked("profit").set_index("parameter")
    assert {"assumed", "measured"} <= set(rows.index)
    assert (rows["kind"] == "group").all()
    assert found.baseline is None
    assert "Guesses, " in found.headlines[0] or not rows["above_dummy"].any()
    assert found.plan["by"] == "groups"


# -- the seed's share


def test_the_seeds_share_of_known_variances():
    rng = np.random.default_rng(3)
    point = rng.normal(scale=2.0, size=(400, 2, 1))
    luck = rng.normal(scale=1.0, size=(400, 2, 4))
    share = seed_share(point + luck, 1)
    assert share.value == pytest.approx(0.2, abs=0.03)
    assert share.low < 0.2 < share.high
    same = seed_share(point + luck[:1, :1], 1, common=True)  # the same luck everywhere
    assert same.value == pytest.approx(
        luck[0, 0].var(ddof=1) / (luck[0, 0].var(ddof=1) + 4), abs=0.04
    )
    assert seed_share(np.zeros((400, 2, 3)), 1).value == 0.0
    assert seed_share(luck, 1).value == pytest.approx(1.0, abs=0.1)
    assert seed_share(point, 1) is None
    broken = point + luck
    broken[:399] = np.nan
    assert seed_share(broken, 1) is None


# -- the command and the folder


def test_the_command_and_its_folder(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sensitivity_store, "_figures", lambda *_: None)
    assert main([*WORDS, "--outcomes", "fines", "--out", "a"]) == 0
    shown = capsys.readouterr()
    assert "plan: 8 base rows x 6 points x 1 replicate = 48 pairs of runs of 279" in shown.err
    assert shown.out.splitlines()[-1] == "a"
    assert main([*WORDS, "--outcomes", "fines", "--out", "b", "--json", "--quiet"]) == 0
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert shown.err == ""
    assert {row["index"] for row in document["sensitivity"]} == {"ST", "S1", "seed_share"}
    first, second = (same_files(tmp_path / name) for name in "ab")
    assert first == second
    assert {"sensitivity.csv", "indices.parquet", "convergence.csv", "design.parquet",
            "parts/months-00000.parquet", "manifest.json"} <= set(first)  # fmt: skip
    design = pd.read_parquet(tmp_path / "a" / "design.parquet")
    assert {"base_row", "point", "luck", "paper_cost"} <= set(design.columns)
    assert main([*WORDS, "--method", "pawn", "--samples", "100", "--lang", "id", "--out", "c"]) == 0
    shown = capsys.readouterr()
    assert "rencana: 100 baris x 1 ulangan = 100 pasang simulasi" in shown.err
    assert "PAWN" in shown.out


def test_a_factor_that_is_a_group_needs_a_method_that_moves_groups():
    pair = Factor("both", "group", {"a": (0.0, 1.0), "b": (0.0, 1.0)})
    with pytest.raises(KemitraanError, match="moves parameters one by one, not the group both"):
        make_sample("delta", [pair], 200, 1)
    assert make_sample("sobol", [pair], 8, 1).problem["groups"] == ["both", "both", "dummy"]
