"""What `compare` takes when nothing is named, and the bundle that stands last in it."""

import numpy as np
import pytest

from experiments.budget import own_parameters
from experiments.compare import HEADLINE, compare, load_study
from experiments.costs import cost_by_term, unforeseen
from experiments.figures.style import colour_at, places_of
from experiments.report import text
from experiments.sizing import full_cost, size
from experiments.trial import Trial
from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.outcomes import OUTCOMES
from sim.parameters import goods_names, levers
from sim.policy import compile_policy
from tests import screen

PARTS = (
    "mandated_hotel_partnership",
    "agency_procurement",
    "voluntary_coaching",
    "matching_event",
    "ecommerce_collaboration",
)
SUMS = ("inspection.hours_per_month", "programme.office_million_rp_per_month")
"""Levers of several parts that are added up; all others stand as in the one part that sets them."""


@pytest.fixture(scope="module")
def eight():
    return compare(replicates=2, scale=400, months=36, fixed_replicates=2, jobs=1, quiet=True)


def test_the_headline_scenarios():
    assert HEADLINE == (
        "no_policy", "cash_grant", "voluntary_coaching", "hotel_memorandum",
        "mandated_hotel_partnership", "agency_procurement", "ecommerce_collaboration", "bundle",
    )  # fmt: skip


def test_the_bundle_is_its_parts():
    """Every lever as in the part that sets it, with its time; hours and offices added up."""
    bundle = load_scenario("bundle").levers
    parts = [load_scenario(name).levers for name in PARTS]
    assert set(bundle) == {name for part in parts for name in part}
    for name, setting in bundle.items():
        own = [part[name] for part in parts if name in part]
        assert {(s.start, s.end, s.ramp_months) for s in own} == {
            (setting.start, setting.end, setting.ramp_months)
        }, name
        if name in SUMS:
            assert setting.value == sum(s.value for s in own), name
        else:
            assert {s.value for s in own} == {setting.value}, name


def test_what_the_bundle_leaves_alone_is_at_its_null():
    """Written out at their nulls the levers it does not name change no month of its policy."""
    bundle = load_scenario("bundle")
    named = {"large_buyer", "payment", "cash_grant", "cooperative"}
    groups = {name.split(".")[0] for name in bundle.levers}
    assert not groups & named
    assert groups | named == {name.split(".")[0] for name in levers()}
    rest = {name: lever.null for name, lever in levers().items() if name not in bundle.levers}
    written = load_scenario("bundle", levers=rest)
    mine, theirs = (
        compile_policy(one.levers, goods_names(), one.months) for one in (bundle, written)
    )
    for name, own, other in zip(mine._fields, mine, theirs, strict=True):
        assert own.tobytes() == other.tobytes(), name


def test_the_bundle_costs_what_its_parts_cost_and_can_be_sized():
    bundle = load_scenario("bundle")
    values = own_parameters(bundle)
    terms = cost_by_term(bundle, values)
    parts = [cost_by_term(load_scenario(name), values) for name in PARTS]
    for name, cost in terms.items():
        assert cost == pytest.approx(sum(part.get(name, 0.0) for part in parts)), name
    assert unforeseen(bundle) == unforeseen(load_scenario("ecommerce_collaboration"))
    trial = Trial(load_region("surabaya"), values, scale=200)
    sized = size(bundle, values, 3125.0, trial)
    assert full_cost(sized, values, trial) == pytest.approx(3125.0, rel=2e-3)
    assert sum(cost_by_term(sized, values).values()) < 2800.0
    ratio = {sized.levers[k].value / bundle.levers[k].value for k in bundle.budget.spend_on}
    assert max(ratio) == pytest.approx(min(ratio))
    assert max(ratio) < 1.0


def test_the_eight_share_one_world_with_a_marketplace():
    study, replaced = load_study(HEADLINE, "no_policy", None, 1, 400, None, "en")
    assert study.names == HEADLINE
    assert study.has_platform
    assert replaced == []


def test_the_eight_side_by_side(eight):
    assert eight.baseline == "no_policy"
    assert eight.scenarios == HEADLINE[1:]
    table = eight.effects("public_cost").set_index("scenario")["mean"]
    assert (table >= 0.0).all()
    assert table.idxmax() == "bundle"
    assert np.isfinite(eight.effects("profit")[["mean", "sim_low", "range_low"]]).all(axis=None)
    assert any(note.startswith("the marketplace is modelled in every scenario") for note in
               eight.notes)  # fmt: skip


def test_a_gain_without_a_channel_names_its_source(eight):
    """Coaching reaches no purchases: of 'Rp 0 m' nothing is said."""
    for lang, said in (("en", "opens no sales channel"), ("id", "tidak membuka saluran")):
        notes = eight.notes_in(lang)
        assert any(n.startswith("voluntary_coaching: ") and said in n for n in notes)
        assert not any("Rp 0 " in n for n in notes)


def test_each_of_the_eight_has_its_own_colour_wherever_it_stands():
    found = places_of(HEADLINE[1:])
    assert len(set(found)) == len(found)
    assert len({colour_at(place) for place in found}) == len(found)
    for name, place in zip(HEADLINE[1:], found, strict=True):
        assert places_of(["mandate_on_paper", "mine", name])[2] == place


@pytest.mark.parametrize("width", [100, 120, 160])
def test_where_scenarios_do_not_fit_they_stand_under_one_another(eight, width):
    """Every cell of the wide table stands once under its outcome, beside its scenario."""
    title, names = "POLICY YEARS", eight.scenarios
    lines = text(eight, width=width, show=("policy",)).splitlines()
    table = lines[: next(i for i, line in enumerate(lines) if line.startswith("["))]
    assert max(len(line) for line in table) <= width
    found, label = {}, ""
    for line in table[2:]:
        name = line.split()[0]
        if line.startswith("  ") and name in names:
            found[label, name] = line.split(maxsplit=1)[1]
        else:
            label = line.split(f"  ({eight.baseline} ")[0]
    wide = text(eight, width=2_000, show=("policy",))
    count = 0
    for row in screen.rows(wide, title, names, eight.baseline):
        if row.effect != "-":
            start = OUTCOMES[row.outcome].label["en"]
            own = [v for (k, n), v in found.items() if n == row.scenario and k.startswith(start)]
            assert any(v.startswith(row.effect) and v.endswith(row.error) for v in own), row
            count += 1
    assert count > 100
