"""Tables of targets: read strictly, all faults at once; the project's own; what a run gives."""

from __future__ import annotations

import csv
import re
import runpy
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from experiments.calibration.evaluate import target_values
from experiments.calibration.measures import MEASURES, PLATFORM_OUTCOMES
from experiments.calibration.prepare import make_problem
from experiments.calibration.targets import SHIPPED, TargetError, check_targets, read_targets
from experiments.compare import load_study
from experiments.design import Job
from experiments.unit import cells, region_names, run_unit
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from sim.parameters.registry import FOLDER

ROOT = Path(__file__).resolve().parents[1]
TRIALS = "experiments.trials.estimates"
HEAD = "role,outcome,window,filter,scenario,trial,reading,value,sd,source\n"


def table(tmp_path, *rows, head=HEAD):
    path = tmp_path / "targets.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def faults(tmp_path, *rows, head=HEAD):
    with pytest.raises(TargetError) as told:
        read_targets(table(tmp_path, *rows, head=head))
    return str(told.value)


# -- the project's own


def evidence():
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_every_calibration_row_of_the_evidence_is_a_target_or_says_why_not():
    rows = evidence()
    ours = {target.id: target for target in read_targets()}
    assert {name for name, row in rows.items() if row["role"] == "calibration"} == set(ours)
    for name, target in ours.items():
        assert target.source == rows[name]["source"]
        assert target.url == rows[name]["url"]
        assert target.note.endswith(".")
        if target.role != "cannot":
            assert target.sd > 0.0
            assert target.discrepancy > 0.0


def test_targets_taken_as_they_are_have_the_value_of_the_evidence():
    rows = evidence()
    for name in ("E090", "E092"):
        (target,) = [one for one in read_targets() if one.id == name]
        assert target.value == float(rows[name]["value"])
    (hotels,) = [one for one in read_targets() if one.id == "E041"]
    assert hotels.value == pytest.approx(100 * float(rows["E041"]["value"]) / 240, abs=0.05)
    (online,) = [one for one in read_targets() if one.id == "E086"]
    both = float(rows["E086"]["value"]) * float(rows["E089"]["value"]) / 100
    assert online.value == pytest.approx(both, abs=0.01)


def test_the_page_shows_the_table():
    made = runpy.run_path(str(ROOT / "docs" / "make_targets.py"))["document"]()
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert made == page, "run: python docs/make_targets.py"


def test_the_page_names_every_measure():
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert [name for name in MEASURES if f"`{name}`" not in page] == []


def test_the_table_of_the_page_is_a_table_that_can_be_read(tmp_path):
    """The example of figures of one's own."""
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```\n(role,outcome.*?)```", page, re.DOTALL)
    path = tmp_path / "targets.csv"
    path.write_text(example, encoding="utf-8")
    assert [one.role for one in read_targets(path)] == [
        "calibration", "calibration", "check", "cannot",
    ]  # fmt: skip


def test_the_table_of_targets_is_a_file_of_the_package():
    import experiments.calibration

    assert SHIPPED.parent.as_posix() == experiments.calibration.__path__[0].replace("\\", "/")


# -- faults


def test_all_faults_are_named_at_once_with_their_places(tmp_path):
    told = faults(
        tmp_path,
        "calibration,profitt,year 1,,,,,1,1,x",
        "calibration,profit,year 12,size_clas=micro,hotel_memo,,,a,,",
        "cannot,,,,,,,1,,",
        "calibraton,initial_dead,month 11,,,,,2,0,x",
        "calibration,initial_dead,year 1,,,,,9,1,x",
    )
    for part in (
        "targets.csv:2:outcome: no outcome 'profitt', did you mean 'profit'?",
        "targets.csv:3:filter: no grouping 'size_clas', did you mean 'size_class'?",
        "targets.csv:3:scenario: no scenario 'hotel_memo', did you mean 'hotel_memorandum'?",
        "targets.csv:3:sd: empty: say how exact the observation is",
        "targets.csv:3:source: empty",
        "targets.csv:3:value: 'a' is not a plain decimal number",
        "targets.csv:3:window: no window 'year 12'; known: before, year 1",
        "targets.csv:4:note: empty: say why the model cannot express it",
        "targets.csv:5:role: 'calibraton' is not one of calibration, check, cannot",
        "targets.csv:6:window: 'year 1': initial_dead is of a month, write month N",
        "10 errors in ",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("calibration,profit,year 1,,,,,1,0,x", "sd: is 0 and there is no discrepancy"),
        ("calibration,profit,year 1,size_class,,,,1,1,x", "write one grouping and its group"),
        ("calibration,gini,year 1,size_class=micro,,,,1,1,x", "gini is not split by size_class"),
        ("calibration,initial_dead,month 3,size_class=micro,,,,1,1,x", "has no groups"),
        ("calibration,profit@12,,,cash_grant,class,,1,1,x", "a trial or a scenario, not both"),
        ("check,profit,year 1,,,,,1,1,x", "no row has the role calibration"),
        ("calibration,profit,year 1,,,,effects,1,1,x", "'effects' is not one of level, effect"),
    ],
)
def test_single_faults(tmp_path, row, message):
    assert message in faults(tmp_path, row)


def test_a_unit_that_is_given_must_be_the_outcomes(tmp_path):
    head = "role,outcome,window,value,sd,source,unit,reading\n"
    told = faults(tmp_path, "calibration,gini,year 1,0.5,0.1,x,%,level", head=head)
    assert "unit: '%' is not the unit of gini: 'index 0-1'" in told
    found = read_targets(
        table(tmp_path, "calibration,gini,year 1,5,1,x,%,relative effect", head=head)
    )
    assert found[0].unit == "%"


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(TargetError, match="there is no such file"):
        read_targets(tmp_path / "none.csv")


def test_windows_and_groups_are_held_against_the_runs(tmp_path):
    path = table(
        tmp_path,
        "calibration,profit,year 5,,,,,1,1,x",
        "calibration,profit,year 1,district=Atlantis,,,,1,1,x",
        "calibration,initial_dead,month 40,,,,,1,1,x",
    )
    study, _ = load_study("no_policy", None, "surakarta", 1, 50, 36, "en")
    with pytest.raises(TargetError) as told:
        check_targets(read_targets(path), path, region_names(study), 36)
    assert "2:window: 'year 5' is not within a run of 36 months" in str(told.value)
    assert "3:filter: no group 'Atlantis' of district" in str(told.value)
    assert "4:window: 'month 40' is not within" in str(told.value)


# -- what a run gives


ROWS = (
    "calibration,profit,before,,,,,1,1,x",
    "calibration,profit_per_firm,year 1,size_class=small,cash_grant,,,1,1,x",
    "calibration,firms_gaining,year 1,,cash_grant,,,1,1,x",
    "calibration,profit,year 1,,cash_grant,,effect,1,1,x",
    "calibration,revenue,year 1,,cash_grant,,relative effect,1,1,x",
    "calibration,initial_dead,month 11,,,,,1,1,x",
    "calibration,manufacturers_with_order,month 23,,,,,1,1,x",
    "calibration,hotels_signed_at,month 31,,hotel_memorandum,,,1,1,x",
    "calibration,shops_under_300m,month 23,,,,,1,1,x",
    "calibration,shops_300m_to_2500m,month 23,,,,,1,1,x",
    "calibration,shops_over_2500m,month 23,,,,,1,1,x",
    "calibration,selling_online,before,,,,,1,1,x",
)


def test_values_are_those_of_whole_runs(tmp_path):
    """Runs that end as soon as all is read give what a comparison's runs give."""
    path = table(tmp_path, *ROWS)
    problem = make_problem(
        read_targets(path), "surakarta", path=path, seed=1, scale=20, replicates=2
    )
    study = problem.study
    assert study.names == ("no_policy", "cash_grant", "hotel_memorandum")
    assert study.parameters["platform_on"] == 1.0  # a target is about it
    job = Job("row", 0, 5, {"exit_base": 0.004})
    found = dict(zip(range(len(ROWS)), problem.unit(study, job).tolist(), strict=True))
    numbers = run_unit(study, job).numbers
    layout = cells(region_names(study), study.months)

    def cell(scenario, outcome, window, by="", group="all"):
        (k,) = [k for k, one in enumerate(layout) if one == (outcome, by, group, window)]
        return float(numbers[study.names.index(scenario), k])

    assert found[0] == cell("no_policy", "profit", "before")
    assert found[1] == cell("cash_grant", "profit_per_firm", "year 1", "size_class", "small")
    assert found[2] == cell("cash_grant", "firms_gaining", "year 1")
    rise = cell("cash_grant", "profit", "year 1") - cell("no_policy", "profit", "year 1")
    assert found[3] == pytest.approx(rise, rel=1e-12)
    before = cell("no_policy", "revenue", "year 1")
    assert found[4] == pytest.approx(
        100 * (cell("cash_grant", "revenue", "year 1") / before - 1), rel=1e-6
    )
    assert found[11] == cell("no_policy", "selling_online", "before")
    assert 2.0 < found[5] < 20.0
    assert 0.0 <= found[6] <= 20.0
    assert 0.0 < found[7] <= 100.0
    assert found[8] + found[9] + found[10] == pytest.approx(100.0)


def test_more_deaths_where_the_hazard_is_higher(tmp_path):
    path = table(tmp_path, ROWS[5])
    problem = make_problem(
        read_targets(path), "surakarta", path=path, seed=1, scale=20, replicates=2
    )
    low, high = (
        problem.unit(problem.study, Job("row", 0, 5, {"exit_base": hazard}))[0]
        for hazard in (0.002, 0.005)
    )
    assert high > low + 1.0


def test_parameters_set_by_hand_to_a_target_are_free_again():
    rows = [one for one in read_targets() if one.role == "calibration"]
    free = make_problem(rows, None, seed=1, scale=None, replicates=2)
    assert {"exit_base", "exit_weak", "platform_share"} <= set(free.names)
    assert free.study.firms == 2000
    assert free.study.months == 60
    without = [one for one in rows if one.id not in ("E173", "E174")]
    assert "exit_base" not in make_problem(without, None, seed=1, scale=None, replicates=2).names


def test_values_have_six_digits_and_stay_in_range():
    problem = make_problem(read_targets(), None, seed=1, scale=None, replicates=2)
    points = np.vstack([np.zeros(len(problem.names)), np.ones(len(problem.names))])
    low, high = problem.values(points)
    assert low.tolist() == pytest.approx([ends[0] for ends in problem.ranges.values()], rel=1e-5)
    assert high.tolist() == pytest.approx([ends[1] for ends in problem.ranges.values()], rel=1e-5)
    snapped = problem.snapped(np.full((1, len(problem.names)), 1 / 3))
    assert np.array_equal(problem.values(snapped), problem.values(problem.snapped(snapped)))
    first, second, *_ = problem.jobs(snapped)
    assert first.changes == second.changes
    assert first.seed != second.seed


def test_outcomes_of_the_marketplace_are_known(tmp_path):
    """Those that are no number without it, and no others."""
    from experiments.unit import region_values

    study, _ = load_study("no_policy", None, "surakarta", 1, 50, 36, "en")
    values = region_values(study, Job("row", 0, 1, {}))[0]
    never = [name for k, name in enumerate(OUTCOMES) if np.isnan(values[:, k]).all()]
    # Surakarta has no agencies.
    never = [name for name in never if not name.startswith("agencies_")]
    assert set(PLATFORM_OUTCOMES) == set(never)
    assert set(MEASURES) & set(OUTCOMES) == set()


# -- trials


def test_a_trial_is_replayed_by_what_replays_trials(tmp_path, monkeypatch):
    asked = []

    def trial_estimates(trial, *, parameters, region, seed, scale):
        asked.append((trial, parameters["exit_base"], region.name, seed, scale))
        return {"profit@12": 0.1, "revenue@12": 0.05}

    trials = ModuleType(TRIALS)
    trials.trial_estimates = trial_estimates
    monkeypatch.setitem(sys.modules, TRIALS, trials)
    path = table(
        tmp_path,
        "calibration,profit@12,,,,mentor,,0.2,0.1,x",
        "calibration,revenue@12,,,,mentor,,0.2,0.1,x",
        ROWS[5],
    )
    problem = make_problem(
        read_targets(path), "surakarta", path=path, seed=1, scale=20, replicates=2
    )
    found = target_values(problem.targets, problem.study, Job("row", 0, 5, {"exit_base": 0.004}))
    assert found[:2].tolist() == [0.1, 0.05]
    assert 2.0 < found[2] < 20.0
    assert asked == [("mentor", 0.004, "surakarta", 5, 20)]


def test_a_version_without_trials_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, TRIALS, None)
    path = table(tmp_path, "calibration,profit@12,,,,mentor,,0.2,0.1,x")
    problem = make_problem(
        read_targets(path), "surakarta", path=path, seed=1, scale=20, replicates=2
    )
    with pytest.raises(KemitraanError, match="the targets name trials"):
        problem.unit(problem.study, Job("row", 0, 5, {}))
