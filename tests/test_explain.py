"""`explain` on a real comparison: the draws at hand, words, files and refusals."""

import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

import kemitraan as km
from experiments.design import Job, make_jobs, make_study
from experiments.explain.drawn import idle_groups, read_drawn
from experiments.explain.explain import explain
from experiments.explain.explanation import Explanation
from experiments.explain.parts import make_part
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
from scenarios.scenario import load_scenario
from sim.errors import KemitraanError
from sim.parameters import registry
from tests.explained import COACHING, DRAWS, RULE, answered_once, compared


@pytest.fixture(scope="module")
def result():
    return compared()


@pytest.fixture(scope="module")
def folder():
    return compared().folder


@pytest.fixture(scope="module")
def answered():
    return answered_once()


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
