"""Trial files: what they may say, and that the rest is refused by name with what would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.trials.files import list_trials, load_trial
from scenarios.faults import ScenarioError
from scenarios.trial_schema import (
    BUYERS,
    COST_KEYS,
    DEFAULT_OUTCOMES,
    ELIGIBLE_KEYS,
    ESTIMATOR_KEYS,
    OUTCOMES,
    PAST_ORDERS,
    REFUSED,
    TREATED_KEYS,
    TRIAL_KEYS,
    nearest_thing,
)
from sim.treatment import BUYERS as MODEL_BUYERS
from sim.treatment import KINDS
from tests.trial_files import HEAD, faults, read

GRANT = "treatment: [{cash_grant: {million_rp: 5}}]\n"


@pytest.mark.parametrize("name", list_trials())
def test_every_shipped_trial_is_read_and_speaks_two_languages(name):
    trial = load_trial(name)
    assert trial.name == name
    assert trial.title["en"] != trial.title["id"]
    assert len(trial.digest()) == 64


def test_trials_that_ship():
    assert set(list_trials()) >= {
        "cash_grant", "class_training", "faster_payment", "hotel_contract", "mentor",
        "online_onboarding", "placebo",
    }  # fmt: skip
    assert BUYERS == MODEL_BUYERS


def test_three_lines_are_a_trial(tmp_path):
    trial = read(tmp_path, HEAD + GRANT)
    assert trial.units == 1000
    assert (trial.share, trial.by, trial.start, trial.horizons) == (0.5, "firm", 24, (12,))
    assert trial.outcomes == DEFAULT_OUTCOMES
    assert trial.scenario.name == "no_policy"
    assert trial.adjust
    assert trial.months == 36
    assert trial.treatments[0].settings == {"million_rp": 5.0}


def test_all_that_can_be_said(tmp_path):
    text = (
        HEAD
        + """
title: {en: One, id: Satu}
description: words
scenario: ecommerce_collaboration
eligible:
  size: [micro, small]
  sector: laundry
  owner_sex: woman
  age_months: [12, null]
  online: false
  formal: true
  distance_km: [0, 5]
  distance_to: restaurant
  past_orders: [0, 3]
  district: Tegalsari
  revenue: [1, 20]
  workers: [1, 5]
  practice: [0, 0.5]
  quality: [0.2, 1]
  cash: [null, 10]
units: 200
treated: {share: 0.4, by: village}
treatment:
  - coaching: {kind: class, intensity: 0.5, months: 6, start: 2}
  - contract: {million_rp_per_month: 2, months: 12}
  - online_training: {onboard: false, months: 3}
start: 30
horizons: [24, 6, 12]
recall_months: 3
outcomes: [revenue, workers]
take_up: 0.7
attrition: {treated: 0.1, control: 0.2}
closed: missing
estimator: {adjust: none, form: log}
replicates: 20
spillover: false
costs: {million_rp_per_unit: 3, million_rp_per_interview: 0.2, fixed: 10}
"""
    )
    trial = read(tmp_path, text)
    assert trial.horizons == (6, 12, 24)
    assert trial.eligible.age_months == (12.0, None)
    assert trial.eligible.past_orders == (0.0, 3.0)
    assert trial.eligible.sector == ("laundry",)
    assert trial.eligible.distance_to == "restaurant"
    assert trial.treatments[0].start == 2
    assert trial.treatments[1].months == 12
    assert trial.treatments[2].settings["onboard"] == "false"
    assert trial.attrition == (0.1, 0.2)
    assert (trial.adjust, trial.form, trial.closed, trial.spillover) == (
        False, "log", "missing", False,
    )  # fmt: skip
    assert trial.costs.per_interview == 0.2
    again = read(tmp_path, text.replace("take_up: 0.7", "take_up: 0.6"))
    assert again.digest() != trial.digest()
    assert read(tmp_path, text.replace("One", "Two")).digest() == trial.digest()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("unitz: 4", "4:1: unitz: unknown key, did you mean 'units'?"),
        ("units: 3", "4:8: units: 3 is out of range [4..1000000, default 1000]"),
        ("units: 10.5", "4:8: units: 10.5 is not a whole number [4..1000000, default 1000]"),
        ("take_up: 50%", "4:10: take_up: 50% is a percentage: write 0.5 [0.01..1, default 1]"),
        ("spillover: yes",
         "4:12: spillover: expects true or false, got the text 'yes': write true"),
        ("closed: gone", "4:9: closed: 'gone' is not one of zero, missing"),
        ("horizons: [12, 12]", "4:16: horizons: 12 stands twice"),
        ("treated: {by: pool}", "4:15: treated.by: 'pool' is not one of firm, village"),
        ("estimator: {form: loglog}", ("4:19: estimator.form: 'loglog' is not one of level, log, "
         "did you mean 'log'?")),
        ("eligible: {size: tiny}",
         "4:18: eligible.size: 'tiny' is not one of micro, small, medium"),
        ("eligible: {age_months: 12}", "4:24: eligible.age_months: expects [low, high], got 12"),
        ("eligible: {age_months: [12, 3]}",
         "4:24: eligible.age_months: low 12 is above high 3"),
        ("eligible: {past_orders: often}",
         ("4:25: eligible.past_orders: the text 'often' is not one of ever, never, last_year, "
         "not_last_year, or [low, high] months of the last twelve")),
        ("costs: {per_unit: 3}",
         ("4:9: costs.per_unit: unknown key; known here: million_rp_per_unit, "
         "million_rp_per_interview, fixed")),
        ("levers: {}", ("4:1: levers: unknown key: write a scenario file with it, and name that "
         "under 'scenario:'")),
        ("size: micro", ("4:1: size: unknown key: which firms may take part stands under "
         "'eligible:'")),
        ("scenario: no_polcy", ("4:11: scenario: no scenario 'no_polcy' is shipped or stands "
         "beside this file, did you mean 'no_policy'?")),
        ("scenario: ../no_policy", ("4:11: scenario: '../no_policy' lies outside the scenario "
         "folders: name a shipped scenario, or a file in this file's own folder")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_range_and_nearest_name(tmp_path, line, message):
    assert faults(tmp_path, HEAD + GRANT + line + "\n") == [message]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("eligible: {education: high}",
         ("4:12: eligible.education: unknown key: of owners the model knows nothing but their sex; "
         "nearest thing that works: practice: [low, high], the firm's business practice")),
        ("eligible: {gender: woman}",
         ("4:12: eligible.gender: unknown key: is called otherwise here; nearest thing that works: "
         "owner_sex: woman")),
        ("outcomes: [consumption]",
         ("4:12: outcomes: the text 'consumption' is no outcome of a firm: households of owners "
         "are not in the model; nearest thing that works: profit")),
        ("outcomes: [profits]",
         "4:12: outcomes: the text 'profits' is no outcome of a firm, did you mean 'profit'?"),
        ("horizons: 100",
         ("4:11: horizons: the survey 100 months after month 24 lies beyond the 108 months of "
         "no_policy: at most 84 months after the start")),
        ("recall_months: 13",
         ("4:16: recall_months: recall_months 13 of the survey at 12 months reach back before the "
         "start: at most 12")),
        ("treated: {share: 0.01}\nunits: 40",
         ("4:18: treated.share: a share of 0.01 of 40 units leaves 0 in an arm, at least 2: take "
         "more units or a share nearer to 0.5")),
        ("estimator: {form: log}",
         ("4:19: estimator.form: profit, in_business: may be zero or below and has no logarithm; "
         "write form: level, or outcomes among revenue, revenue_outside, workers, capacity")),
        ("estimator: {form: log}\noutcomes: [revenue]",
         ("4:19: estimator.form: a closed firm's revenue counts as zero, which has no logarithm: "
         "write closed: missing, or form: level")),
        ("eligible: {online: true}",
         ("4:20: eligible.online: nobody sells online where no_policy has no marketplace: take "
         "ecommerce_collaboration, or a scenario with 'assume: {platform_on: 1}'")),
        ("outcomes: [online]",
         ("4:11: outcomes: online: nobody sells online where no_policy has no marketplace: take "
         "ecommerce_collaboration, or a scenario with 'assume: {platform_on: 1}'")),
    ],
)  # fmt: skip
def test_what_the_model_cannot_do_is_refused_by_name(tmp_path, line, message):
    assert faults(tmp_path, HEAD + GRANT + line + "\n") == [message]


@pytest.mark.parametrize(
    ("treatment", "message"),
    [
        ("{cash_grant: {million_rp: 5}}", ("3:12: treatment: expects a list: write '- cash_grant: "
         "{million_rp: 5}', got keys and values")),
        ("[{wage_subsidy: {}}]",
         ("3:14: treatment.1.wage_subsidy: no kind of treatment: wages are not the firm's own in "
         "the model; nearest thing that works: cash_grant of the same amount")),
        ("[{inspection: {}}]",
         ("3:14: treatment.1.inspection: no kind of treatment: firms are treated here, not buyers "
         "or the city; nearest thing that works: a scenario with that lever: kemitraan compare; or "
         "reserved_share_removed, by firm")),
        ("[{cash_grnt: {}}]",
         "3:14: treatment.1.cash_grnt: no kind of treatment, did you mean 'cash_grant'?"),
        ("[cash_grant]", ("3:13: treatment.1.cash_grant.million_rp: missing: a number [0..10000] "
         "million Rp")),
        ("[{cash_grant: {million_rp: 5}, loan: {}}]",
         "3:13: treatment.1: expects one kind in each item, got cash_grant, loan"),
        ("[{coaching: {kind: lecture, months: 3}}]",
         "3:31: treatment.1.coaching.kind: 'lecture' is not one of mentor, class"),
        ("[{coaching: {months: 3, intensity: 2}}]",
         "3:47: treatment.1.coaching.intensity: 2 is out of range [0..1, default 1]"),
        ("[{cash_grant: {million_rp: 5, start: 12}}]",
         ("3:12: treatment: treatment.1.cash_grant: starts 12 months after the trial, and the last "
         "survey is at 12 months")),
        ("[{online_training: {months: 3}}]",
         ("3:12: treatment: treatment.1.online_training: no_policy has no marketplace: take "
         "ecommerce_collaboration, or a scenario with 'assume: {platform_on: 1}'")),
        ("[{reserved_share_removed: {buyers: [agency], months: 6}}]",
         ("3:12: treatment: treatment.1.reserved_share_removed: no_policy reserves no share with "
         "agency in months 24 to 29 (reserves none in these months): take agency_procurement, or a "
         "scenario with a quota and binding 1")),
    ],
)  # fmt: skip
def test_treatments_that_cannot_be(tmp_path, treatment, message):
    assert faults(tmp_path, HEAD + f"treatment: {treatment}\n") == [message]


def test_a_reserved_share_can_be_removed_where_there_is_one(tmp_path):
    base = HEAD + "scenario: agency_procurement\ntreatment: [{reserved_share_removed: "
    assert read(tmp_path, base + "{buyers: [agency], months: 6}}]\n").treatments[0].months == 6
    (told,) = faults(tmp_path, base + "{buyers: [hotel], months: 6}}]\n")
    assert "reserves one with agency only" in told


def test_all_faults_come_at_once_by_line(tmp_path):
    text = "units: 1\nregion: 3\ntreatment: [{loan: {million_rp: 1}}]\noutcomes: [x]\n"
    told = faults(tmp_path, text)
    assert [line.split(":")[0] for line in told] == sorted(line.split(":")[0] for line in told)
    assert len(told) == 6
    assert told[0].endswith("missing: write 'name: my_trial'")


def test_a_base_scenario_may_stand_beside_the_file(tmp_path):
    (tmp_path / "base.yaml").write_text(
        "name: base\nextends: no_policy\nregion: surabaya\nassume: {platform_on: 1}\n",
        encoding="utf-8",
    )
    trial = read(tmp_path, HEAD + "scenario: base\ntreatment: [{online_training: {months: 3}}]\n")
    assert trial.scenario.name == "base"
    (tmp_path / "base.yaml").write_text("name: base\nextend: no_policy\n", encoding="utf-8")
    told = faults(tmp_path, HEAD + "scenario: base\n" + GRANT)
    assert any("'base' has faults, see below" in line for line in told)
    assert any("extend: unknown key, did you mean 'extends'?" in line for line in told)


def test_a_file_that_is_no_trial(tmp_path):
    assert faults(tmp_path, "") == [("1:1: : is empty: a trial needs name, treatment, units and "
                                    "horizons")]  # fmt: skip
    with pytest.raises(ScenarioError, match="did you mean 'cash_grant'"):
        load_trial("cash_grants")


def test_every_refusal_names_something_that_is_there():
    for block, known in (("treatment", KINDS), ("eligible", ()), ("outcomes", ())):
        for names, refusal in REFUSED[block].items():
            assert refusal.why, names
            assert not set(names) & set(known), names
            assert nearest_thing(block, names[0].upper()) == str(refusal)
    assert nearest_thing("treatment", "nobody_thought_of_it") is None


def test_every_kind_and_field_is_read(tmp_path):
    """Each field of each kind, at its least value, is taken as the model names it."""
    base = "name: mine\nregion: surabaya\nscenario: mandated_all\n"
    (tmp_path / "mandated_all.yaml").write_text(
        "name: mandated_all\nextends: mandated_hotel_partnership\nregion: surabaya\n"
        "assume: {platform_on: 1}\n",
        encoding="utf-8",
    )
    for kind, fields in KINDS.items():
        said = []
        for name, one in fields.items():
            if one.many:
                value = "[hotel]"
            elif one.choices:
                value = one.choices[-1]
            else:
                value = f"{one.low:g}"
            said.append(f"{name}: {value}")
        trial = read(tmp_path, base + f"treatment: [{{{kind}: {{{', '.join(said)}}}}}]\n")
        assert set(trial.treatments[0].settings) == set(fields) - {"months"}, kind


def test_the_page_names_all_that_can_be_said():
    page = (Path(__file__).resolve().parents[1] / "docs" / "trials.md").read_text(encoding="utf-8")
    fields = [name for fields in KINDS.values() for name in fields]
    for name in (*TRIAL_KEYS, *ELIGIBLE_KEYS, *KINDS, *fields, *OUTCOMES, *PAST_ORDERS):
        assert f"`{name}`" in page, name


ODD = (
    "null", "[]", "{}", "[[]]", "[1, 2, 3]", "{a: {b: 1}}", "true", "-1", "1e999", ".nan", "''",
    "x", "2025-01", "[null, null]", "[x]", "{share: x}", "!!int 3", "&a 1", "*a", "0,5",
)  # fmt: skip
BLOCKS = {
    "": TRIAL_KEYS,
    "eligible": ELIGIBLE_KEYS,
    "treated": TREATED_KEYS,
    "attrition": ("treated", "control"),
    "estimator": ESTIMATOR_KEYS,
    "costs": COST_KEYS,
}


def was_read(path, text):
    """Whether a text is a trial; if not, its faults are told and nothing else happens."""
    path.write_text(text, encoding="utf-8")
    try:
        load_trial(path)
    except ScenarioError as error:
        return not error.faults
    return True


@pytest.mark.parametrize("block", BLOCKS)
def test_whatever_is_written_is_read_or_refused(tmp_path, block):
    """Every key with every odd value: a trial, or faults with their places, never anything else."""
    usual = {"name": "mine", "region": "surabaya", "treatment": "[{cash_grant: {million_rp: 5}}]"}
    found = []
    for key in BLOCKS[block]:
        for value in ODD:
            said = {block: f"{{{key}: {value}}}"} if block else {key: value}
            text = "".join(f"{k}: {v}\n" for k, v in {**usual, **said}.items())
            found.append(was_read(tmp_path / "odd.yaml", text))
    # Nothing is no value, and a few of the odd ones fit somewhere.
    assert 0 < sum(found) < 0.4 * len(found)


@pytest.mark.parametrize("kind", list(KINDS))
def test_whatever_a_treatment_says_is_read_or_refused(tmp_path, kind):
    found = [
        was_read(tmp_path / "odd.yaml", HEAD + f"treatment: [{{{kind}: {{{field}: {value}}}}}]\n")
        for field in (*KINDS[kind], "start", "nobody_knows")
        for value in ODD
    ]
    assert sum(found) < 0.4 * len(found)
