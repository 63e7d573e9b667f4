"""Guesses about the mentor programmes are parameters: drawn, assumed and moved where they act."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.criteria import Draws, document, draw, ranges_of
from experiments.design import Study, make_study
from experiments.factors import choose_factors
from experiments.kept import assumption_table
from experiments.page.assumptions import meaning
from scenarios import ScenarioError, load_region, load_scenario
from scenarios.scenario import Scenario
from sim.build.programmes import add_coaching
from sim.case import Case
from sim.errors import KemitraanError
from sim.parameters import Parameters, assumed, registry
from sim.parameters.programmes import programmes
from sim.run import simulate
from sim.world import World
from tests.lab import lab_world, run, surabaya, town

TOWN = town(600, 2)
COACHES = {"coaching.places": 60.0}
GROUP = [p.name for p in registry().values() if p.group == "programmes"]
TARGET = "programmes.telkom.content_target"


def study(*scenarios: str | Scenario, months: int = 48) -> Study:
    loaded = [load_scenario(one) if isinstance(one, str) else one for one in scenarios]
    return make_study(load_region("surabaya"), loaded, seed=1, scale=200, months=months)


def drawn(part: float) -> dict[str, float]:
    """All of them, so far up in their ranges."""
    entries = registry()
    return {n: entries[n].low + part * (entries[n].high - entries[n].low) for n in GROUP}


def same(one: World, other: World) -> bool:
    return (
        one.tables.firms.tobytes() == other.tables.firms.tobytes()
        and one.monthly.tobytes() == other.monthly.tobytes()
    )


# -- from the values to the tables


def test_the_registrys_values_are_those_of_the_file_to_the_bit() -> None:
    world = lab_world(TOWN, levers=COACHES)
    rows = world.tables.programmes
    for row, one in zip(rows, programmes(), strict=True):
        assert row["share"] == one["places_share"]
        assert row["cost_ratio"] == one["cost_ratio"]
        assert tuple(row["criteria"]) == one.criteria
        assert (row["target"], row["width"]) == (one["content_target"], one["content_width"])
    again = add_coaching(lab_world(TOWN).tables, world.names.sectors)
    assert again.programmes.tobytes() == rows.tobytes()
    assert again.competence.tobytes() == world.tables.competence.tobytes()


def test_a_draw_changes_a_run_with_coaching_and_no_other() -> None:
    assert not same(run(TOWN, levers=COACHES), run(TOWN, levers=COACHES, values=drawn(0.7)))
    assert same(run(TOWN), run(TOWN, values=drawn(0.7)))


@pytest.mark.parametrize("name", [n for n in GROUP if n.startswith("programmes.kadin.")])
def test_every_one_of_them_reaches_the_tables(name: str) -> None:
    entry = registry()[name]
    plain = lab_world(TOWN, levers=COACHES).tables
    other = entry.low + 0.3 * (entry.high - entry.low)
    moved = lab_world(TOWN, levers=COACHES, values={name: other}).tables
    assert (
        plain.programmes.tobytes() != moved.programmes.tobytes()
        or plain.competence.tobytes() != moved.competence.tobytes()
    )


def test_whatever_is_drawn_shares_criteria_and_costs_stay_of_one_size() -> None:
    values = {**drawn(0.9), "programmes.city.places_share": 0.1, "programmes.city.cost_ratio": 0.5}
    rows = lab_world(TOWN, levers=COACHES, values=values).tables.programmes
    assert rows["share"].sum() == pytest.approx(1.0)
    assert rows["share"] @ rows["cost_ratio"] == pytest.approx(1.0)
    assert rows["cost_ratio"][2] < rows["cost_ratio"][0]
    assert np.linalg.norm(rows["criteria"], axis=1) == pytest.approx(np.ones(3))


def test_nothing_but_zeros_still_runs() -> None:
    """Equal shares, no preference, windows of no width, the mean cost."""
    zeros = dict.fromkeys(GROUP, 0.0)
    world = run(TOWN, levers=COACHES, values=zeros)
    rows = world.tables.programmes
    assert rows["share"] == pytest.approx(np.full(3, 1 / 3))
    assert not rows["criteria"].any()
    assert rows["cost_ratio"].tolist() == [1.0, 1.0, 1.0]
    assert world.column("admitted").sum() > 0
    for name in ("learned_quality", "practice", "information", "profit"):
        assert np.isfinite(world.firms[name]).all()


def test_a_branch_that_begins_to_coach_knows_its_values() -> None:
    values = {TARGET: 0.9}
    base = simulate(lab_world(TOWN, values=values), 24)
    policy = lab_world(TOWN, levers=COACHES).policy
    assert base.tables.programmes.size == 0
    assert base.copy(policy).tables.programmes["target"].tolist() == [0.9, 0.45, 0.45]


# -- assumed in a scenario


def test_a_scenario_may_assume_one() -> None:
    mine = load_scenario("voluntary_coaching", assume={TARGET: 0.9})
    world = Case.of(mine, surabaya(), scale=200, months=30).world()
    assert world.tables.programmes["target"].tolist() == [0.9, 0.45, 0.45]
    plain = Case.of(load_scenario("voluntary_coaching"), surabaya(), scale=200, months=30).world()
    assert not same(simulate(world), simulate(plain))
    assert TARGET not in study("no_policy", mine).varied
    ranged = load_scenario("voluntary_coaching", assume={TARGET: {"range": [0.3, 0.6]}})
    assert study("no_policy", ranged).varied[TARGET] == (0.3, 0.6)


@pytest.mark.parametrize(
    ("assume", "message"),
    [
        ({TARGET: 1.2}, r"content_target: 1\.2 is out of range \[0\.\.1, default 0\.45\]"),
        ({"programmes.city.places_share": -0.1}, r"places_share: -0\.1 is out of range \[0\.\.1"),
        ({"programmes.city.cost_ratio": -1}, r"cost_ratio: -1 is out of range"),
        ({"programmes.telkom.content_targt": 0.5}, f"unknown parameter, did you mean '{TARGET}'"),
    ],
)
def test_faults_are_named_with_the_range(assume: dict[str, float], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        load_scenario("voluntary_coaching", assume=assume)


# -- varied where somebody is coached


@pytest.mark.parametrize(
    ("names", "coaches"),
    [
        (("no_policy", "cash_grant"), False),
        (("no_policy", "cash_grant", "voluntary_coaching"), True),
        (("no_policy", "bundle"), True),
    ],
)
def test_they_are_varied_and_named_only_where_a_scenario_has_places(
    names: tuple[str, ...], coaches: bool
) -> None:
    one = study(*names)
    assert one.coaches == coaches
    assert {*GROUP} <= {*assumed()}
    assert {*GROUP} & {*one.varied} == ({*GROUP} if coaches else set())
    table = assumption_table(one, "parameters").set_index("parameter")
    assert ({*GROUP} <= {*table.index}) == coaches
    if coaches:
        assert table.loc[GROUP, "varied"].all()
        targets = [n for n in GROUP if n.endswith("content_target")]
        # Equal by a guess, and drawn apart.
        assert [f.name for f in choose_factors(",".join(targets), one)] == targets
        assert "programmes" in {f.name for f in choose_factors("groups", one)}
    else:
        assert not {*GROUP} & {*table.index}
        assert not {*GROUP} & {f.name for f in choose_factors("all", one)}
        with pytest.raises(KemitraanError, match=r"content_target: nothing reads it, no scenario"):
            choose_factors(TARGET, one)


def test_places_of_none_are_no_places() -> None:
    none = load_scenario("voluntary_coaching", levers={"coaching.places": 0})
    assert not {*GROUP} & {*study("no_policy", none).varied}
    late = load_scenario("voluntary_coaching", levers={"coaching.start": 40})
    assert not study("no_policy", late, months=36).coaches
    assert study("no_policy", late, months=48).coaches
    # What a scenario asks for by itself is varied and named, as any other assumption.
    asked = load_scenario("no_policy", assume={TARGET: {"range": [0.3, 0.6]}})
    one = study(asked)
    assert {*GROUP} & {*one.varied} == {TARGET}
    assert {*GROUP} & {*assumption_table(one, "parameters")["parameter"]} == {TARGET}


@pytest.mark.parametrize("lang", ["en", "id"])
def test_each_has_a_name_of_its_own_for_people(lang: str) -> None:
    said = [meaning(name, lang) for name in GROUP]
    assert len({*said}) == len(GROUP)
    assert not [text for text in said if not text or "_" in text or "{" in text]
    assert meaning(TARGET, "en") == "PT Telkom: stage that its content is made for"
    assert meaning("programmes.city.competence", "id").startswith("dinas kota: ")


# -- whether criteria make content miss firms


def test_the_record_of_draws_counts_signs() -> None:
    ranges = ranges_of("content_target")
    names = list(ranges)
    assert len(names) == 3
    values = np.random.default_rng(1).uniform(size=(20, 3))
    gap = (values[:, 0] - 0.5)[:, None] + np.array([[-1e-6, 1e-6]])
    said = document(names, Draws(values, 50.0 + gap, np.full((20, 2), 50.0)))
    more = int((values[:, 0] > 0.5).sum())
    assert f"more outside with own criteria in {more} of 20 draws, fewer in {20 - more}" in said
    assert f"+1.00  {names[0]}" in said
    found = draw(ranges, 2, 2, 1)
    assert found.own.shape == found.joint.shape == (2, 2)
    assert 0.0 <= found.own.min() <= found.joint.max() <= 100.0
    assert Parameters.default()[names[0]] == 0.45
