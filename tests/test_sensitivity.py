"""Sensitivity of the model's own effects: pairs, groups, workers, folders, words."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import kemitraan as km
from experiments import sensitivity_store
from experiments.cli.output import print_json
from experiments.design import Job, make_study
from experiments.factors import choose_factors
from experiments.screening import TABLE_COLUMNS, Screening
from experiments.sensitivity import sensitivity
from experiments.sensitivity_report import text
from experiments.unit import cells, region_names, region_values, run_unit
from kemitraan.cli import main
from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from sim.parameters import registry
from tests.batch_folders import same_files

RULE = "mandated_hotel_partnership"
SMALL = {"scale": 200, "months": 36, "quiet": True, "jobs": 1}
FEW = "displacement,sanction_probability,goods.school_uniforms.standardisation"
WORDS = ["sensitivity", RULE, "--scale", "200", "--months", "36", "--samples", "2",
         "--parameters", FEW, "--jobs", "1"]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return sensitivity(
        RULE, samples=3, parameters=FEW, outcomes=["profit", "hotel_cost", "fines"], **SMALL
    )


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def study(*names):
    loaded = [load_scenario(n) if isinstance(n, str) else n for n in (names or ("no_policy", RULE))]
    return make_study(load_region("surabaya"), loaded, seed=1, scale=200, months=36)


def changed(result, values):
    """The same study with other values."""
    return Screening(result.study, result.design, values, result.plan, outcomes=result.outcomes)


def test_the_outcome_is_the_effect_in_one_row_with_one_seed(result):
    one = study()
    job = Job("morris", 0, 5, {"displacement": 0.25})
    whole = run_unit(one, job).numbers
    layout = cells(region_names(one), 36)
    values = region_values(one, job)
    for w, window in enumerate(("before", "year 1", "policy")):
        for k, name in enumerate(OUTCOMES):
            at = [c.outcome == name and not c.by and c.window == window for c in layout].index(True)
            np.testing.assert_array_equal(values[:, w, k], whole[:, at])
    profit = result.outcome("profit")
    assert profit.shape == (15, 1)
    at = list(OUTCOMES).index("profit")
    np.testing.assert_array_equal(
        profit[:, 0], result.numbers[:, 1, 2, at] - result.numbers[:, 0, 2, at]
    )


def test_the_table(result):
    table = result.table
    assert tuple(table.columns) == TABLE_COLUMNS
    assert len(table) == 3 * 4
    for outcome in ("profit", "hotel_cost"):
        own = table[table["outcome"] == outcome]
        assert (np.diff(own["estimate"]) <= 0).all()
        assert sorted(own["rank"]) == [0, 1, 2, 3]
    # No agency buys uniforms in this region yet.
    idle = table[table["parameter"] == "goods.school_uniforms.standardisation"]
    assert (idle[["estimate", "low", "high", "mu", "sigma"]] == 0.0).all(axis=None)
    assert not idle["above_dummy"].any()
    assert set(table["kind"]) == {"assumed", "dummy"}
    assert result.table.nlargest(1, "estimate")["estimate"].iloc[0] > 0


def test_two_workers_give_what_one_gives(result):
    other = sensitivity(
        RULE,
        samples=3,
        parameters=FEW,
        outcomes=["profit", "hotel_cost", "fines"],
        **SMALL | {"jobs": 2},
    )
    np.testing.assert_array_equal(result.numbers, other.numbers)
    pd.testing.assert_frame_equal(result.table, other.table)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        sensitivity(RULE, samples=2, parameters=FEW, seed=seed, out=tmp_path / name, **SMALL)
    first, second, other = (same_files(tmp_path / name) for name in "abc")
    assert first == second
    assert first["parts/part-00000.parquet"] != other["parts/part-00000.parquet"]
    assert {
        "sensitivity.parquet", "sensitivity.csv", "design.parquet", "runs.parquet",
        "scenarios.resolved.json", "manifest.json", "figures/morris_profit.svg", "inputs.json",
        "figures/morris_profit.png", "figures/ranking_profit.svg", "figures/ranking_profit.png",
    } <= set(first)  # fmt: skip
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["files"] == {k: v for k, v in first.items() if k != "manifest.json"}
    assert manifest["kind"] == "sensitivity"
    assert manifest["versions"]["SALib"][0].isdigit()
    assert str(tmp_path) not in json.dumps(manifest)
    design = pd.read_parquet(tmp_path / "a" / "design.parquet")
    assert {"row", "trajectory", "point", "luck", "displacement"} <= set(design.columns)
    parts = [pd.read_parquet(path) for path in sorted((tmp_path / "a" / "parts").iterdir())]
    runs = pd.concat(parts)
    assert list(runs.columns)[:4] == ["run", "scenario", "window", "profit"]
    assert len(runs) == len(design) * 2 * 3


def test_groups_have_a_rank_and_no_sign():
    found = sensitivity(RULE, samples=2, parameters="groups", **SMALL)
    rows = found.ranked("profit")
    assert set(rows["parameter"]) == {found.study.group(n) for n in found.study.varied}
    assert set(rows["kind"]) == {"group"}
    assert rows["members"].sum() == len(found.study.varied)
    assert rows["mu"].isna().all()
    assert rows["sigma"].isna().all()
    assert set(rows["direction"]) == {""}
    assert len(found.table[found.table["kind"] == "dummy"]) == 1
    groups = {found.study.group(name) for name in found.study.varied}
    assert f"{len(groups)} groups c" in found.headlines[0]
    print_json(found.to_json())
    assert found.plot().get_title(loc="left").startswith("What the effect on UMKM profit")


def test_names_and_groups_that_are_asked_for():
    one = study()
    assert [f.name for f in choose_factors("trust", one)] == [
        n for n in one.varied if one.group(n) == "trust"
    ]
    both = [f.name for f in choose_factors(["displacement", "audit_erosion"], one)]
    assert both == ["audit_erosion", "displacement"]  # the registry's order
    assert len(choose_factors("all", one)) == len(one.varied)
    with pytest.raises(KemitraanError, match="did you mean 'displacement'"):
        choose_factors("displacment", one)
    with pytest.raises(KemitraanError, match="did you mean 'groups'"):
        choose_factors("group", one)
    with pytest.raises(KemitraanError, match="known: all, every, groups, kinds, agencies, buyers"):
        choose_factors("xyz", one)
    held = load_scenario(RULE, levers={})
    fixed = next(e for e in registry().values() if e.fixed or e.low >= e.high)
    with pytest.raises(KemitraanError, match=f"{fixed.name}: has no range"):
        choose_factors(fixed.name, study("no_policy", held))


def test_a_scenarios_own_assumptions_change_what_is_moved(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        f"name: mine\nextends: {RULE}\nregion: surabaya\nassume:\n"
        "  displacement: {range: [0.2, 0.4], source: asked}\n"
        "  audit_erosion: {value: 0.6, source: asked}\n",
        encoding="utf-8",
    )
    one = study("no_policy", load_scenario("mine.yaml"))
    (factor,) = choose_factors("displacement", one)
    assert dict(factor.ranges) == {"displacement": (0.2, 0.4)}
    with pytest.raises(KemitraanError, match=r"audit_erosion: mine holds it at 0\.6"):
        choose_factors("audit_erosion", one)


def test_an_outcome_that_never_changes_is_said_to_hang_on_nothing():
    nothing = replace(load_scenario("no_policy"), name="nothing")
    null = sensitivity(nothing, samples=2, parameters=FEW, **SMALL)
    assert (null.table["estimate"] == 0.0).all()
    assert null.headlines == [
        "The effect on UMKM profit is the same at every point: it hangs on none of 3 parameters."
    ]
    null.plot()
    null.plot_ranking()


def test_what_is_not_finite_is_counted_and_named(result):
    values = result.numbers.copy()
    at = list(OUTCOMES).index("profit")
    values[6, 1, 2, at] = np.nan
    found = changed(result, values)
    assert found.table.set_index("outcome")["trajectories"]["profit"].unique().tolist() == [2]
    assert (
        "profit: 1 of 15 runs are not finite; their 1 of 3 trajectories are left out" in found.notes
    )
    values[:, 1, 2, at] = np.nan
    found = changed(result, values)
    assert "profit" not in set(found.table["outcome"])
    assert any(note.startswith("profit: not finite in 15 of 15 runs") for note in found.notes)
    assert "profit: not finite" in text(found)
    print_json(found.to_json())


def test_levels_without_a_baseline():
    found = sensitivity(RULE, effect_of=None, samples=2, parameters=FEW, **SMALL)
    assert found.baseline is None
    assert found.numbers.shape[1] == 1
    assert found.headlines[0].startswith("UMKM profit hangs")
    assert found.plan["scenarios"] == 1
    assert km.sensitivity is sensitivity


def test_the_object(result, tmp_path):
    assert "<pre>" in result._repr_html_()
    assert "mu*" in str(result)
    assert RULE in repr(result)
    axes = result.plot("hotel_cost", lang="id")
    assert axes.get_title(loc="left").startswith("Bergantung pada apa")
    assert result.save(tmp_path / "kept") == tmp_path / "kept"
    with pytest.raises(KemitraanError, match="not empty"):
        result.save(tmp_path / "kept")
    spec = result.to_salib("profit")
    assert spec["names"] == [*result.design.ranges, "dummy"]
    spec.analyze_morris(num_levels=4)
    own = result.table[result.table["outcome"] == "profit"].set_index("parameter")["estimate"]
    for name, value in zip(spec.analysis["names"], spec.analysis["mu_star"], strict=True):
        assert own[name] == pytest.approx(float(value), rel=1e-9)


def test_the_command(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sensitivity_store, "_figures", lambda *_: None)
    assert main(WORDS) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "runs/sensitivity-001"
    assert "plan: 2 trajectories x 5 points x 1 replicate = 10 pairs of runs of 700" in shown.err
    assert "only 2 trajectories" in shown.out
    assert main([*WORDS, "--json", "--quiet", "--replicates", "2", "--outcomes", "all"]) == 0
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert shown.err == ""
    assert document["folder"] == "runs/sensitivity-002"
    assert document["plan"]["units"] == 20
    assert {row["outcome"] for row in document["sensitivity"]} <= set(OUTCOMES)
    assert len(document["headlines"]) == len({r["outcome"] for r in document["sensitivity"]})
    assert main([*WORDS, "--lang", "id", "--effect-of", "none", "--out", "mine"]) == 0
    shown = capsys.readouterr()
    assert "rencana: 2 lintasan x 5 titik x 1 ulangan = 10 simulasi" in shown.err
    assert "bergantung pada" in shown.out
    for english in ("trajector", "parameters", "dummy", "higher"):
        assert english not in shown.out
    assert (tmp_path / "mine" / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--parameters", "displacment"], "did you mean 'displacement'"),
        (["--parameters", "marginal"], "--parameters 'marginal': is no parameter or group"),
        (["--method", "moris"], "no method 'moris', did you mean 'morris'"),
        (["--method", "sobol"], "--samples 2: sobol needs at least 8"),
        (["--method", "sobol", "--samples", "12"], "for powers of two only; take 8 or 16"),
        (["--method", "fast", "--samples", "64"], "--samples 64: fast needs at least 65"),
        (["--method", "pawn", "--parameters", "groups", "--samples", "100"], "not the group"),
        (["--second-order"], "--second-order: needs --method sobol, not morris"),
        (["--screen", "3"], "--screen 3: needs --method sobol, not morris"),
        (["--method", "sobol", "--screen", "0"], "--screen 0: is outside 1..1000"),
        (["--groups", "colour"], "--groups colour: is not known; known: none, group, kind"),
        (["--outcomes", "profti"], "no outcome 'profti', did you mean 'profit'"),
        (["--window", "year 7"], "no window 'year 7'"),
        (["--samples", "1"], "--samples 1: is outside 2..10000"),
        (["--samples", "some"], "'some' is not a whole number"),
        (["--samples", "10000", "--replicates", "10000"], "pairs of runs, at most 1,000,000"),
        (["--replicates", "0"], "--replicates 0: is outside 1..10000"),
        (["--jobs", "0"], "--jobs 0"),
        (["--top", "0"], "--top 0"),
        (["--scale", "x"], "--scale x"),
        (["--months", "12"], "--months 12: is outside 36..600"),
        (["--seed", "-1"], "--seed -1"),
        (["--region", "nowhere"], "no region 'nowhere'"),
        (["--effect-of", "no_polcy"], "no_policy"),
        (["--effect-of", RULE], f"--effect-of {RULE}: is the scenario itself"),
        (["--effect-of", RULE], "write --effect-of none for the level"),
        (["--parameters", "platform"], "nothing reads it while platform_on is 0; write 'assume: {"),
        (
            ["--parameters", "platform_share"],
            "platform_share: nothing reads it while",
        ),
        (["--out", "full"], "not empty"),
    ],
)
def test_wrong_use_ends_with_2_and_writes_nothing(capsys, tmp_path, words, message):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept.txt").write_text("kept", encoding="utf-8")
    assert main([*WORDS, *words]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
    assert not (tmp_path / "runs").exists()
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["kept.txt"]


def test_an_interrupt_writes_nothing_and_ends_with_130(capsys, tmp_path, monkeypatch):
    from experiments import sensitivity_ready

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sensitivity_ready, "pilot", stop)
    assert main(WORDS) == 130
    assert "no folder was written" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
