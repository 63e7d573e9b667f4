"""`explain` on real comparisons: folder and memory, runs that pair, words, files and refusals."""

import hashlib
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import kemitraan as km
from experiments import store
from experiments.calibration.ensemble import load_ensemble
from experiments.compare import compare
from experiments.design import Job, make_jobs, make_study
from experiments.ensembles import with_ensemble
from experiments.explain import runs as explain_runs
from experiments.explain.again import read_scenario, study_again
from experiments.explain.drawn import idle_groups, read_drawn
from experiments.explain.explain import explain
from experiments.explain.parts import make_part
from experiments.explain.plan import make_plan
from experiments.explain.runs import more_draws
from experiments.explain.tables import (
    CURVE_COLUMNS,
    FLIP_COLUMNS,
    MEASURE_COLUMNS,
    VARIANCE_COLUMNS,
)
from experiments.page.folder import read_folder
from experiments.unit import region_values
from kemitraan.cli import main
from scenarios.region import load_region
from scenarios.scenario import list_scenarios, load_scenario
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows
from sim.parameters import registry

RULE, COACHING = "mandated_hotel_partnership", "voluntary_coaching"
SMALL = {"scale": 200, "months": 36, "jobs": 1, "quiet": True}
DRAWS = 24


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A comparison of two policies, written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_figures", lambda *_: None)
        return compare(
            [RULE, COACHING], uncertainty="parameters", replicates=DRAWS, fixed_replicates=8,
            out=tmp_path_factory.mktemp("explained") / "runs", **SMALL,
        )  # fmt: skip


@pytest.fixture(scope="module")
def folder(result):
    return result.folder


@pytest.fixture(scope="module")
def answered(folder):
    """Explained with a few runs."""
    levers = ["hotel.quota", "inspection.hours_per_month"]
    return explain(
        folder, "public_cost", scenario=RULE, runs=170, levers=levers, jobs=1, quiet=True
    )


def digests(root):
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


# -- the draws at hand


def test_a_folder_and_its_comparison_say_the_same(result, folder):
    memory, kept = (explain(source, "revenue", runs=0, quiet=True) for source in (result, folder))
    for name in ("variance", "flips", "measure", "curves"):
        one, other = getattr(memory, name), getattr(kept, name)
        assert one.equals(other), name
    assert memory.text() == kept.text()


def test_public_cost_hangs_on_the_wage_of_inspectors_alone(folder):
    """Hours times wage: the whole variance goes with one assumption, and luck has no part."""
    found = explain(folder, "public_cost", scenario=RULE, runs=0, quiet=True)
    first = found.variance.iloc[0]
    assert (first["name"], bool(first["named"]), first["direction"]) == ("inspector_wage", True, 1)
    assert first["share"] == pytest.approx(1.0, abs=1e-6)
    luck, rest = (found.variance.set_index("what").loc[k, "share"] for k in ("luck", "rest"))
    assert luck == 0.0
    assert rest == pytest.approx(0.0, abs=1e-6)
    assert found.variance["named"].sum() == 1
    flip = found.flips.iloc[0]
    assert np.isnan(flip["flips_at"])
    assert flip["clear"]
    assert found.measure["name"].tolist() == ["inspector_wage"]
    assert found.measure["narrows"].iloc[0] == pytest.approx(1.0, abs=1e-3)
    assert "inspectorate" in found.measure["how_en"].iloc[0]


def test_the_tables_have_their_columns(answered):
    for table, columns in (
        (answered.variance, VARIANCE_COLUMNS),
        (answered.flips, FLIP_COLUMNS),
        (answered.measure, MEASURE_COLUMNS),
        (answered.curves, CURVE_COLUMNS),
    ):
        assert tuple(table.columns) == columns
        assert len(table)


def test_an_effect_that_is_always_the_same_hangs_on_nothing(folder):
    """Coaching of this length costs in both runs what it costs, and fines nobody."""
    found = explain(folder, "fines", scenario=COACHING, runs=0, quiet=True)
    assert found.variance.empty
    assert found.flips.empty
    assert "hangs on none of the assumptions" in found.text()
    assert "tidak bergantung" in found.text("id")


def test_assumptions_that_no_run_reads_are_left_out(result):
    drawn = read_drawn(result, "profit")
    groups = {
        name: {registry()[drawn.names[k]].group for k in drawn.moving(name)
               if drawn.names[k] in registry()}
        for name in (RULE, COACHING)
    }  # fmt: skip
    assert not groups[RULE] & {"coaching", "programmes"}
    assert "compliance" not in groups[COACHING]
    assert "compliance" in groups[RULE]
    assert {"coaching", "programmes"} <= groups[COACHING]


@pytest.mark.parametrize("name", [RULE, COACHING, "cash_grant", "matching_event"])
def test_what_is_called_idle_changes_no_bit_of_an_effect(name):
    """All assumptions of the idle groups take another draw's values at once."""
    study = make_study(
        load_region("surabaya"), [load_scenario("no_policy"), load_scenario(name)], seed=1,
        scale=200, months=48,
    )  # fmt: skip
    # All that any comparison varies, those of coaching among them.
    coached = make_study(
        load_region("surabaya"), [load_scenario("no_policy"), load_scenario(COACHING)], seed=1,
        scale=200, months=48,
    )  # fmt: skip
    jobs = make_jobs(coached, "parameters", 24)
    levers = {k: s.value for k, s in study.scenarios[1].levers.items()}
    idle = idle_groups(levers, {})
    assert idle
    moved = [n for n in coached.varied if n in registry() and registry()[n].group in idle]
    assert len(moved) > 10
    first = jobs[0]
    changed = {**first.changes, **{n: jobs[7].changes[n] for n in moved}}
    effects = [
        np.diff(region_values(study, Job("draw", 0, first.seed, values)), axis=0)
        for values in (first.changes, changed)
    ]
    assert np.array_equal(effects[0], effects[1], equal_nan=True)


def test_draws_without_the_outcome_are_counted(result):
    drawn = read_drawn(result, "profit", scenario=RULE)
    effects = drawn.effects[RULE].copy()
    effects[:2] = np.nan
    part = make_part(replace(drawn, effects={RULE: effects}), RULE)
    assert part.shares.draws == DRAWS - 2
    effects[:10] = np.nan
    assert make_part(replace(drawn, effects={RULE: effects}), RULE).why_not == "few"


def test_an_ensemble_says_that_its_assumptions_go_together(result):
    """Rows of a calibration: one assumption follows another, and the reader is told."""
    from experiments.explain.explanation import Explanation

    drawn = read_drawn(result, "profit", scenario=RULE)
    points = drawn.points.copy()
    a, b = drawn.names.index("displacement"), drawn.names.index("certificate_cost")
    points[:, a] = 0.05 * (points[:, b] - 2) + 0.3
    effects = {RULE: points[:, b] - 4.0 + 0.1 * drawn.points[:, a]}
    tied = replace(drawn, points=points, effects=effects)
    found = Explanation(tied, [make_part(tied, RULE)])
    assert [set(pair[:2]) for pair in found.together] == [{"certificate_cost", "displacement"}]
    row = found.variance[found.variance["named"]].iloc[0]
    assert row["name"] in ("certificate_cost", "displacement")
    assert row["goes_with"].endswith("(+1.00)")
    assert "its share may be that of the other" in found.text()
    assert "not independent" in found.notes[-1]
    assert found.flips["flips_at"].iloc[0] == pytest.approx(4.0 if row["name"] != "displacement"
                                                            else 0.4, abs=0.1)  # fmt: skip


# -- further runs


def test_a_study_is_built_again_to_the_last_bit(result, folder):
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert study_again(folder, about).digest() == result.study.digest()


def test_sized_levers_are_those_of_the_comparison(tmp_path, monkeypatch):
    """At equal money the levers are not those of the scenario's file."""
    monkeypatch.setattr(store, "_figures", lambda *_: None)
    made = compare(
        [COACHING, "cash_grant"], equal_budget=480, replicates=2, fixed_replicates=2,
        out=tmp_path / "runs", **SMALL,
    )  # fmt: skip
    about = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    again = study_again(made.folder, about)
    assert again.digest() == made.study.digest()
    assert again.scenarios[1].levers["coaching.places"].value != 500.0


@pytest.mark.parametrize("name", list_scenarios())
def test_a_scenario_is_read_again_from_what_a_folder_keeps(name):
    scenario = load_scenario(name)
    plain = json.loads(json.dumps(scenario.resolved()))
    again = read_scenario(plain)
    assert again.digest() == scenario.digest()
    assert again.resolved() == scenario.resolved()


def test_runs_of_a_lever_pair_with_the_comparison(result, answered):
    """With half the hours the runs are those of a comparison of that scenario, draw by draw."""
    found = answered.ran
    assert found.plan.runs <= 170
    grid = found.plan.levers[RULE]["inspection.hours_per_month"]
    table = found.levers[RULE, "inspection.hours_per_month"]
    assert table.shape == (16, 5)
    scenario = load_scenario(RULE, levers={"inspection.hours_per_month": grid[1]})
    study = replace(result.study, scenarios=(result.study.scenarios[0], scenario))
    job = [j for j in result.jobs if j.role == "draw"][3]
    values = region_values(study, job)
    at = list(windows(36)).index("policy"), list(OUTCOMES).index("public_cost")
    assert table[3, 1] == values[1][at] - values[0][at]
    assert np.isnan(table[:, grid.index(200.0)]).all()  # the present value, which is known


def test_a_lever_that_only_costs_is_traced_in_a_straight_line(answered):
    """Hours of inspection times their wage, and never below zero."""
    curve = answered.curves[answered.curves["name"] == "inspection.hours_per_month"]
    steps = np.diff(curve["effect"]) / np.diff(curve["value"])
    assert steps == pytest.approx(steps[0], rel=1e-3)
    assert steps[0] > 0
    row = answered.flips.set_index("name").loc["inspection.hours_per_month"]
    assert np.isnan(row["flips_at"])
    assert row["clear"]
    quota = answered.flips.set_index("name").loc["hotel.quota"]
    assert quota["idle"]  # the quota itself costs no public money
    assert "moves nothing here" in answered.text()


def test_further_draws_are_others_of_the_same_ranges(result, answered):
    drawn = read_drawn(result, "public_cost", scenario=RULE)
    jobs = more_draws(drawn, result.study, 40)
    assert [job.changes for job in more_draws(drawn, result.study, 40)] == [
        job.changes for job in jobs
    ]
    assert not {job.seed for job in jobs} & {job.seed for job in result.jobs}
    for name, (low, high) in result.study.varied.items():
        values = np.array([job.changes[name] for job in jobs])
        assert low <= values.min() < values.max() <= high
        places = np.sort((values - low) / (high - low) * 40).astype(int)
        assert places.tolist() == list(range(40))  # each part of the range once
    more = answered.ran.plan.more
    assert more == (170 - answered.ran.plan.lever_runs) // 2
    assert answered.drawn.draws == DRAWS + more
    assert answered.drawn.own == DRAWS
    # They pair with the comparison: the cost is hours times the wage in the further draws too.
    wage = answered.drawn.points[:, answered.drawn.names.index("inspector_wage")]
    cost = answered.drawn.effects[RULE]
    assert np.corrcoef(wage, cost)[0, 1] == pytest.approx(1.0)
    assert f"({DRAWS} of the comparison, {more} further)" in answered.text()


def test_further_draws_of_an_ensemble_are_the_sets_not_yet_taken():
    study = make_study(
        load_region("surabaya"), [load_scenario("no_policy"), load_scenario(RULE)],
        seed=1, scale=SMALL["scale"], months=SMALL["months"],
    )  # fmt: skip
    study = with_ensemble(study, load_ensemble())
    drawn = SimpleNamespace(draws=DRAWS)
    jobs = more_draws(drawn, study, 5)
    members = load_ensemble().order(study.seed, DRAWS + 5)[DRAWS:]
    name = study.together[0]
    column = load_ensemble().table()[name].to_numpy()
    assert [job.changes[name] for job in jobs] == column[members].tolist()
    assert set(jobs[0].changes) == set(study.varied)


def test_more_draws_tell_what_few_leave_open(town, result):
    few = explain(result, "profit", scenario=RULE, runs=0, quiet=True)
    many = explain(result, "profit", scenario=RULE, runs=400, levers=["hotel.quota"], quiet=True,
                   jobs=1)  # fmt: skip
    floors = [one.variance["floor"].iloc[0] for one in (few, many)]
    assert floors[1] < floors[0] / 3
    row = many.variance.iloc[0]
    assert (row["name"], bool(row["named"]), row["told_by"]) == ("displacement", True, "draws")
    assert row["low"] < 0.75 < row["high"]
    flip = many.flips.set_index("name").loc["displacement"]
    assert flip["low"] < 0.83 < flip["high"]
    assert flip["high"] - flip["low"] < 0.2


class Town:
    """A model whose break-even values are known: effect = 10 quota - 4 + 3 (d - 1/2) + luck."""

    def __init__(self, drawn):
        self.drawn = drawn
        at = list(windows(36)).index(drawn.window), list(OUTCOMES).index(drawn.outcome)
        self.at = at
        self.shape = (len(windows(36)), len(OUTCOMES))

    def effect(self, quota, job):
        luck = np.random.default_rng(job.seed).standard_normal()
        return 10 * quota - 4 + 3 * (job.changes["displacement"] - 0.5) + 0.5 * luck

    def run(self, _unit, study, jobs, *_rest, **_options):
        found = []
        for job in jobs:
            values = np.zeros((len(study.scenarios), *self.shape))
            level = self.drawn.levels[job.replicate % DRAWS]
            values[:, self.at[0], self.at[1]] = level
            for s, one in enumerate(study.scenarios[1:], 1):
                quota = float(one.levers["hotel.quota"].value)
                values[s, self.at[0], self.at[1]] = level + self.effect(quota, job)
            found.append(values)
        return found


@pytest.fixture
def town(result, monkeypatch):
    drawn = read_drawn(result, "profit", scenario=RULE)
    made = Town(drawn)
    effects = np.array([made.effect(0.3, job) for job in drawn.jobs])
    known = replace(drawn, effects={RULE: effects})
    monkeypatch.setattr(explain_runs, "run_units", made.run)
    monkeypatch.setattr("experiments.explain.explain.read_drawn", lambda *_: known)
    return known


def test_known_break_even_values_come_back_from_runs(town, result):
    found = explain(
        result, "profit", scenario=RULE, runs=500, levers=["hotel.quota"],
        assumptions=["displacement", "market_growth"], quiet=True, jobs=1,
    )  # fmt: skip
    flips = found.flips.set_index("name")
    quota, moved = flips.loc["hotel.quota"], flips.loc["displacement"]
    assert quota["low"] < 0.4 < quota["high"]
    assert quota["flips_at"] == pytest.approx(0.4, abs=0.04)
    assert quota["clear"]
    assert moved["low"] < 0.83 < moved["high"]
    assert moved["flips_at"] == pytest.approx(0.83, abs=0.15)
    assert flips.loc["market_growth"]["idle"]
    shares = found.variance.set_index("name")
    truth = (9 / 12) / (9 / 12 + 0.25)
    assert shares.loc["displacement", "low"] < truth < shares.loc["displacement", "high"]
    assert shares.loc["displacement", "named"]
    assert shares.loc["displacement", "told_by"] == "runs"
    assert not shares.loc["market_growth", "named"]
    first = found.measure.iloc[0]
    assert first["name"] == "displacement"
    # The others average to -1: beyond 0.83 the sign is another.
    assert first["turns"] == pytest.approx(0.17, abs=0.12)
    text = found.text()
    assert "purchasing managers of hotels" in text
    assert "hotel.quota" in text.split("WHERE IT FLIPS")[1]


def test_more_runs_than_allowed_are_refused_and_few_are_spent_on_levers_first(result):
    drawn = read_drawn(result, "profit")
    both = [load_scenario(RULE), load_scenario(COACHING)]
    names = ["displacement", "market_growth", "certificate_cost"]
    plan = make_plan(drawn, both, names, 600)
    assert plan.runs <= 600
    assert [len(own) for own in plan.levers.values()] == [2, 2]
    assert not plan.assumptions
    assert plan.more == (600 - plan.lever_runs) // 3
    assert make_plan(drawn, both, names, 20).runs == 0
    few = make_plan(drawn, both, names, 150)
    assert [len(own) for own in few.levers.values()] == [1, 1]
    assert few.more == 0
    asked = make_plan(drawn, both, names, 500, None, ["displacement"])
    assert list(asked.assumptions) == ["displacement"]
    assert asked.runs <= 500
    # An ensemble has no further draws: its strongest assumptions are moved alone.
    rows = replace(drawn, about={**drawn.about, "uncertainty": "ensemble"})
    moved = make_plan(rows, both, names, 600)
    assert moved.more == 0
    assert list(moved.assumptions) == names[: (600 - moved.lever_runs) // (16 * 4 * 3)]
    with pytest.raises(KemitraanError, match="--runs 100: is not enough"):
        make_plan(drawn, both, names, 100, None, names)


def test_a_baseline_that_comes_out_otherwise_is_not_paired(result):
    drawn = read_drawn(result, "profit", scenario=RULE)
    off = replace(drawn, levels=drawn.levels + 1.0)
    plan = make_plan(off, [load_scenario(RULE)], [], 80)
    plan = replace(plan, draws=2)
    with pytest.raises(KemitraanError, match="does not come out as in the comparison"):
        explain_runs.make_runs(off, result.study, plan, jobs=1)


# -- words


def test_the_text_tells_what_was_asked_in_both_languages(answered):
    english, indonesian = answered.text(), answered.text("id")
    for lead in ("HANGS ON", "WHERE IT FLIPS", "MEASURE FIRST", "inspector_wage"):
        assert lead in english
    for lead in ("BERGANTUNG PADA", "BERBALIK", "UKUR LEBIH DULU", "inspector_wage"):
        assert lead in indonesian
    assert "never a forecast" in english
    assert max(len(line) for line in answered.text(width=80).splitlines()
               if not line.startswith("  ")) <= 140  # fmt: skip
    assert answered._repr_html_().startswith("<pre>")
    assert "Explanation(public_cost" in repr(answered)


def test_where_nothing_stands_out_the_text_says_how_many_draws_would_tell(folder):
    found = explain(folder, "gini", scenario=COACHING, runs=0, quiet=True)
    text = found.text()
    assert not found.variance["named"].any()
    assert "No assumption is told apart from noise: with 24 draws" in text
    assert "more draws come before any measuring" in text
    # The strongest of many by chance: nobody can say what knowing it would be worth.
    assert found.measure["narrows"].isna().all()
    assert len(found.measure) == 3


# -- files


def test_the_folder_of_the_comparison_stays_whole(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder.parent)
    before = digests(folder)
    words = ["explain", "runs", "--outcome", "public_cost", "--no-runs", "--jobs", "1"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "runs/explain/public_cost-001"
    assert err.startswith("done in")
    assert main([*words, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "runs/explain/public_cost-002"
    assert err == ""
    after = digests(folder)
    assert {k: v for k, v in after.items() if not k.startswith("explain/")} == before
    read_folder(folder)
    own = folder / "explain" / "public_cost-001"
    manifest = json.loads((own / "manifest.json").read_text(encoding="utf-8"))
    listed = manifest["files"]
    assert listed == {k: v for k, v in digests(own).items() if k != "manifest.json"}
    assert {"variance.csv", "flips.csv", "curves.csv", "measure.csv", "explain.txt"} <= set(listed)
    assert f"figures/shares_{RULE}.svg" in listed
    assert str(folder.parent) not in (own / "manifest.json").read_text(encoding="utf-8")
    again = digests(folder / "explain" / "public_cost-002")
    assert {k: v for k, v in again.items() if k != "manifest.json"} == listed


def test_one_document_on_stdout(folder, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(folder.parent)
    target = tmp_path / "mine"
    words = ["explain", "runs", "--outcome", "public_cost", "--scenario", RULE, "--no-runs",
             "--json", "--out", str(target)]  # fmt: skip
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["scenarios"] == [RULE]
    assert document["runs"] == 0
    assert document["variance"][0]["name"] == "inspector_wage"
    assert document["measure"][0]["how_id"]
    assert (target / "variance.csv").is_file()
    assert main(words) == 2
    assert "is there already and not empty" in capsys.readouterr().err


def test_figures_are_drawn_in_both_languages(answered):
    import matplotlib.pyplot as plt

    for lang in ("en", "id"):
        axes = answered.plot(lang=lang)
        names = [label.get_text() for label in axes.get_yticklabels()]
        assert names[0] == "inspector_wage"
        plt.close(axes.figure)
        axes = answered.plot_flip("inspection.hours_per_month", lang=lang)
        assert axes.get_title(loc="left") == "inspection.hours_per_month"
        plt.close(axes.figure)
    with pytest.raises(KemitraanError, match="no curve of"):
        answered.plot_flip("payment.max_days")


# -- the door and refusals


def test_the_door_hands_it_on(folder):
    found = km.explain(folder, outcome="public_cost", scenario=RULE, runs=0, quiet=True)
    assert found.variance.iloc[0]["name"] == "inspector_wage"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nosuch"], "nosuch: no such folder; give one that kemitraan compare wrote"),
        (["runs", "--outcome", "proft"], "no outcome 'proft', did you mean 'profit'?"),
        (["runs", "--window", "year 9"], "no window 'year 9'; known: "),
        (["runs", "--scenario", "voluntary"], "no scenario 'voluntary'"),
        (["runs", "--assumptions", "displacment"], "did you mean 'displacement'?"),
        (["runs", "--levers", "hotel.qouta"], "--levers hotel.qouta: is no lever"),
        (["runs", "--runs", "-1"], "--runs -1: is outside 0..1000000"),
        (["runs", "--no-runs", "--runs", "9"], "--no-runs and --runs 9: give one of the two"),
        (["runs", "--no-runs", "--levers", "hotel.quota"], "--no-runs: moves neither"),
        (["runs", "--lang", "fr"], "no such language"),
    ],
)
def test_wrong_use_is_named(folder, monkeypatch, capsys, words, message):
    monkeypatch.chdir(folder.parent)
    assert main(["explain", *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("what", "english", "indonesian"),
    [
        ("seeds", "assumptions were held fixed in this comparison", "asumsi dibuat tetap"),
        ("few", "6 draws are too few to say what an effect hangs on", "6 undian terlalu sedikit"),
        ("kind", "of kind 'sensitivity'; only a comparison can be explained",
         "hanya perbandingan yang dapat dijelaskan"),
        ("changed", "design.parquet changed since the comparison wrote it", "berubah sejak"),
        ("lost", "is not whole, without outcomes.parquet", "tidak lengkap, tanpa outcomes.parquet"),
        ("model", "was written by another version of the model", "ditulis oleh versi model lain"),
        ("region", "its region elsewhere does not come with the program", "bukan bawaan program"),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_explained_is_refused(
    folder, tmp_path, capsys, what, english, indonesian
):
    import shutil

    path = tmp_path / "x"
    shutil.copytree(folder, path)
    file = path / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    if what == "changed":
        (path / "design.parquet").write_bytes(b"other")
    elif what == "lost":
        (path / "outcomes.parquet").unlink()
    else:
        changed = {
            "seeds": {"uncertainty": "seeds"},
            "few": {"plan": {**manifest["plan"], "pairs": 6}},
            "kind": {"kind": "sensitivity"},
            "model": {"digests": {**manifest["digests"], "model": "0" * 64}},
            "region": {"region": "elsewhere"},
        }[what]
        file.write_text(json.dumps(manifest | changed), encoding="utf-8")
    for lang, message in (("en", english), ("id", indonesian)):
        assert main(["explain", str(path), "--lang", lang]) == 2
        assert message in capsys.readouterr().err
    if what in ("model", "region"):  # its own draws are good all the same
        assert main(["explain", str(path), "--no-runs", "--outcome", "public_cost"]) == 0
