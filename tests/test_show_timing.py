"""What `kemitraan show` says of a lever's months is what the model is given in these months."""

import json

import numpy as np
import pytest

from kemitraan.cli import main
from scenarios import list_scenarios, load_scenario
from sim import policy as policies
from sim.parameters import levers
from sim.parameters.goods import goods_names
from sim.policy import compile_policy, rises
from tests import scenario_files
from tests.scenario_files import HEAD, write

here = scenario_files.here

RULES = {
    "obligation": "levers: {hotel: {binding: 1, coverage: 0.6, publicity: 0.5, ramp_months: 6}}",
    "memorandum": "levers: {hotel: {binding: 0, coverage: 0.6, publicity: 0.5, ramp_months: 6}}",
    "at once": "levers: {hotel: {ramp_months: 0}, restaurant: {ramp_months: 1}}",
}


def shown(capsys, name):
    """Rows of the levers that a scenario sets, by name."""
    assert main(["show", name, "--json"]) == 0
    return {row["lever"]: row for row in json.loads(capsys.readouterr().out)["levers"]}


def given(policy, name):
    """What the model is given of a lever, in units of the lever; None where it is no number."""
    group, key = name.split(".")
    if group in policies.RULE_KINDS and key in policies._RULE_KEYS:
        field = policies._RULE_KEYS[key][0]
        return policy.rules[field][:, policies.RULE_KINDS.index(group)]
    if name in policies._MONTH_KEYS:
        field, _, factor = policies._MONTH_KEYS[name]
        return policy.levers[field] / factor
    return None


def said(row, null, months):
    """The lever month by month, as its row says."""
    found = np.full(months, null)
    for month in range(row["start"], row["end"] + 1):
        since = month - row["start"] + 1
        share = min(1.0, since / row["ramp_months"]) if row["ramp_months"] else 1.0
        found[month] = row["value"] * share
    return found


def compare(capsys, name):
    """Names of the levers compared; every month of each is as the row says."""
    scenario = load_scenario(name)
    policy = compile_policy(scenario.levers, goods_names(), scenario.months)
    rows = shown(capsys, name)
    compared = []
    for lever, row in rows.items():
        held = given(policy, lever)
        if held is None:
            continue
        expected = said(row, levers()[lever].null, scenario.months)
        np.testing.assert_allclose(held, expected, rtol=1e-12, atol=1e-12, err_msg=lever)
        compared.append(lever)
    return compared


@pytest.mark.parametrize("name", list_scenarios())
def test_every_lever_of_a_shipped_scenario_acts_in_the_months_shown(capsys, name):
    assert name == "no_policy" or compare(capsys, name)


@pytest.mark.parametrize("rule", RULES)
def test_levers_act_in_the_months_shown_whatever_the_rule(here, capsys, rule):
    write(here, HEAD + RULES[rule] + "\n")
    compared = compare(capsys, "wajib.yaml")
    assert {"hotel.coverage", "hotel.quota", "inspection.hours_per_month"} <= set(compared)


def test_an_obligation_covers_at_once_and_asks_more_month_by_month(capsys):
    rows = shown(capsys, "mandated_hotel_partnership")
    assert (rows["hotel.coverage"]["ramp_months"], rows["hotel.quota"]["ramp_months"]) == (0, 6)
    main(["show", "mandated_hotel_partnership", "--resolved"])
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert "2027-01 to 2031-12  " in lines["hotel.coverage"]
    assert "rising" not in lines["hotel.coverage"]
    assert "rising 6 months" in lines["hotel.quota"]


def test_a_memorandum_invites_month_by_month(capsys):
    assert shown(capsys, "hotel_memorandum")["hotel.coverage"]["ramp_months"] == 8
    main(["show", "hotel_memorandum", "--lang", "id"])
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert "naik selama 8 bulan" in lines["hotel.coverage"]


def test_the_registry_and_the_compiler_agree_on_what_rises():
    assert {name: rises(name, {}) for name in levers()} == {
        name: lever.ramped for name, lever in levers().items()
    }
