"""The Mesa model: real agents over columns, lazily made, and nothing that keeps a model alive."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from scenarios import load_region, load_scenario
from sim.agents import (
    KINDS,
    Cooperative,
    CorporateBuyer,
    Mentor,
    Platform,
    Regulator,
    Umkm,
)
from sim.case import auto_scale
from sim.ecosystem import Ecosystem
from sim.errors import KemitraanError
from sim.outcomes_monthly import MONTHLY
from sim.parameters import Parameters, registry
from sim.tables import BUYER_DTYPE, FIRM_DTYPE


@pytest.fixture(scope="module")
def town():
    return load_region("surabaya")


@pytest.fixture(scope="module")
def mandate():
    return load_scenario("mandated_hotel_partnership")


@pytest.fixture
def model(town, mandate):
    return Ecosystem(mandate, region=town, scale=100)


@pytest.fixture(scope="module")
def old_model(town, mandate):
    model = Ecosystem(mandate, region=town, scale=100)
    model.run_for(40)
    return model


# -- a Mesa model


def test_it_is_a_mesa_model_with_its_own_counter(model):
    assert isinstance(model, mesa.Model)
    assert model.running
    model.step()
    model.step()
    assert model.month == model.steps == 2


def test_it_draws_nothing_from_mesa(model):
    before = model.random.getstate(), model.rng.bit_generator.state
    model.run_for(3)
    assert (model.random.getstate(), model.rng.bit_generator.state) == before


def test_running_ends_with_the_last_month(town):
    model = Ecosystem(region=town, scale=500, months=5)
    model.run_model()
    assert (model.month, model.running) == (5, False)
    with pytest.raises(KemitraanError, match="all 5 months have run"):
        model.step()
    assert model.month == 5


def test_run_for_says_how_many_months_are_left(town):
    model = Ecosystem(region=town, scale=500, months=5)
    model.run_for(2)
    for months in (4, -1):
        with pytest.raises(KemitraanError, match=r"months: -?\d is out of range \[0..3 left\]"):
            model.run_for(months)
    assert model.month == 2
    model.run_for(3)
    assert not model.running


def test_the_collector_has_every_monthly_outcome(model):
    model.run_for(30)
    collected = model.datacollector.get_model_vars_dataframe()
    assert tuple(collected.columns) == MONTHLY
    assert len(collected) == 30
    for name in MONTHLY:
        assert np.array_equal(collected[name], model.world.monthly[name][:30]), name
        assert np.array_equal(model.outcomes()[name], collected[name]), name
    assert list(model.outcomes()["calendar"][[0, 11, 12]]) == ["2025-01", "2025-12", "2026-01"]


def test_mesas_own_collector_works_over_agents(model):
    collector = mesa.DataCollector(
        agenttype_reporters={Umkm: {"cash": "cash"}, CorporateBuyer: {"mode": "mode_name"}}
    )
    model.step()
    collector.collect(model)
    table = collector.get_agenttype_vars_dataframe(Umkm)
    firms = model.world.tables.firms
    assert table["cash"].sum() == pytest.approx(firms["cash"].sum())


# -- agents


def test_every_kind_is_a_mesa_agent(old_model):
    assert list(old_model.agents_by_type) == list(KINDS) == old_model.agent_types
    for kind, agents in old_model.agents_by_type.items():
        assert issubclass(kind, mesa.Agent)
        assert all(isinstance(agent, kind) for agent in agents)
    assert len(old_model.agents_by_type[Regulator]) == 1
    assert len(old_model.agents_by_type[CorporateBuyer]) == old_model.world.buyers.size
    assert len(old_model.agents) == sum(len(a) for a in old_model.agents_by_type.values())


def test_the_platform_is_an_agent_where_there_is_one(old_model, town):
    assert len(old_model.agents_by_type[Platform]) == 0
    model = Ecosystem(load_scenario("ecommerce_collaboration"), region=town, scale=100)
    model.run_for(30)
    (platform,) = model.agents_by_type[Platform]
    (regulator,) = model.agents_by_type[Regulator]
    assert regulator.onboarding == pytest.approx(5_600 / 12)
    regulator.onboarding = 0.0
    model.step()
    onboarded = model.world.online["shops_onboarded"]
    assert onboarded[30] == 0.0 < onboarded[24:30].sum()
    assert platform.sales * 100 == pytest.approx(model.world.online["online_sales"][30])
    assert platform.commission == 0.08
    assert platform.sellers
    assert all(seller.shop["open"] for seller in platform.sellers)
    assert model.outcomes()["shops_onboarded"].sum() > 0
    assert "shops" in model.datacollector.get_model_vars_dataframe()
    assert old_model.firm_views[next(iter(old_model.firm_views))].shop is None


def test_mentors_view_their_programmes():
    region = load_region("surabaya")
    model = Ecosystem(load_scenario("voluntary_coaching"), region=region, seed=4, scale=100)
    mentors = list(model.agents_by_type[Mentor])
    assert [mentor.key for mentor in mentors] == ["telkom", "kadin", "city"]
    model.run_for(40)
    rows = model.world.tables.coaching
    for mentor in mentors:
        # Counted during the month: since then some have finished, and some have closed.
        assert len(mentor.coached_firms) <= mentor.coached
        assert all(firm.coaching == "coached" for firm in mentor.coached_firms)
        assert mentor.intensity in (0.0, 1.0)
    assert sum(mentor.coached for mentor in mentors) > 0
    waiting = sum(firm.coaching == "waiting" for firm in model.agents_by_type[Umkm])
    living = model.world.firms.alive == 1
    assert waiting == (living & (rows["state"] == 1)).sum() > 0
    assert len(Ecosystem(region=region, scale=100).agents_by_type[Mentor]) == 0


def test_places_set_by_hand_bring_the_programmes(model):
    (regulator,) = model.agents_by_type[Regulator]
    assert len(model.agents_by_type[Mentor]) == 0
    regulator.coaching_places = 20_000.0
    model.run_for(2)
    assert len(model.agents_by_type[Mentor]) == 3
    assert model.world.tables.coaching.size == model.world.n_firms


def test_unknown_kinds_are_a_key_error(old_model):
    with pytest.raises(KeyError):
        old_model.agents_by_type[int]


def test_agents_of_the_user_are_listed(model):
    class Observer(mesa.Agent):
        pass

    seen = Observer(model)
    assert list(model.agents_by_type[Observer]) == [seen]
    assert Observer in model.agent_types


def test_views_of_firms_are_made_when_asked_for(model):
    few = CorporateBuyer | Cooperative | Regulator
    assert all(isinstance(a, few) for a in model._all_agents)
    model.run_for(2)
    assert model._firms is None
    assert len(model.agents_by_type[Umkm]) == np.count_nonzero(model.world.firms.alive)


def test_aggregates_are_those_of_the_columns(old_model):
    firms = old_model.world.firms
    living = firms[firms.alive == 1]
    views = old_model.agents_by_type[Umkm]
    assert len(views) == living.size
    assert views.agg("profit", max) == living.profit.max()
    assert views.agg("cash", np.mean) == pytest.approx(living.cash.mean(), rel=1e-12)
    assert views.get("slot") == living.slot.tolist()
    micro = views.select(lambda firm: firm.size == "micro")
    assert len(micro) == np.count_nonzero(living.size_class == 0)


@pytest.mark.parametrize(("kind", "dtype"), [(Umkm, FIRM_DTYPE), (CorporateBuyer, BUYER_DTYPE)])
def test_every_column_is_read_and_written(model, kind, dtype):
    agent = next(iter(model.agents_by_type[kind]))
    for name in dtype.names:
        held = agent.rows[name][agent.row]
        assert np.all(getattr(agent, name) == held), name
        assert name in dir(agent)
        if dtype[name].subdtype is None and dtype[name] != np.uint8:
            setattr(agent, name, held + 1)
            assert agent.rows[name][agent.row] == held + 1, name
        elif dtype[name] == np.uint8:
            setattr(agent, name, not held)
            assert getattr(agent, name) is (not held), name
        else:
            getattr(agent, name)[0] = 7.5
            assert agent.rows[name][agent.row][0] == 7.5, name


def test_what_is_written_counts_in_the_next_month(town, mandate):
    plain, changed = (Ecosystem(mandate, region=town, scale=500) for _ in range(2))
    firm = next(iter(changed.agents_by_type[Umkm]))
    firm.cash = 1000.0
    assert changed.world.firms.cash[firm.row] == 1000.0
    plain.step()
    changed.step()
    held = [model.world.firms.cash[firm.row] for model in (plain, changed)]
    assert held[1] > held[0] + 900.0


def test_the_agents_are_the_firms_in_business(model):
    views = {view.row: view for view in model.agents_by_type[Umkm]}
    identity = {row: (view.slot, view.generation) for row, view in views.items()}
    model.run_for(30)
    firms = model.world.firms
    now = {view.row: view for view in model.agents_by_type[Umkm]}
    assert sorted(now) == np.flatnonzero(firms.alive).tolist()
    assert len({view.unique_id for view in [*views.values(), *now.values()]}) == len(
        {id(view) for view in [*views.values(), *now.values()]}
    )
    replaced = [row for row in views if row in now and now[row] is not views[row]]
    gone = [row for row in views if row not in now]
    assert replaced
    assert gone
    for row in replaced + gone:
        view = views[row]
        assert (view.slot, view.generation) == identity[row]  # not its successor's
        assert view.alive is False
        assert view not in model.agents
        view.cash = -99.0  # a firm that is gone moves nothing
        assert firms.cash[row] != -99.0
    assert all(now[row].generation > views[row].generation for row in replaced)


def test_names_stand_beside_codes(old_model):
    names = old_model.world.names
    for firm in old_model.agents_by_type[Umkm].select(at_most=20):
        assert firm.sector_name == names.sectors[firm.sector]
        assert firm.district_name in names.districts
        assert firm.village_name in names.villages
        assert f"slot={firm.slot}" in repr(firm)
    for buyer in old_model.agents_by_type[CorporateBuyer]:
        assert buyer.kind_name in ("hotel", "restaurant", "other large buyer", "agency")
        assert buyer.mode_name in ("none", "genuine", "paper")
        assert len(buyer.lines) >= 1
        assert buyer.district_name in repr(buyer)


def test_a_cooperative_views_its_row_and_knows_its_members(old_model):
    cooperatives = old_model.agents_by_type[Cooperative]
    table = old_model.world.tables.cooperatives
    assert len(cooperatives) == table.size == len(old_model.cooperative_views)
    assert cooperatives.get("active") == (table["active"] == 1).tolist()
    assert 0 < table["active"].sum() < table.size
    firms = old_model.world.firms
    seen = [firm.row for each in cooperatives for firm in each.members]
    assert sorted(seen) == np.flatnonzero((firms.member == 1) & (firms.alive == 1)).tolist()
    first = old_model.cooperative_views[0]
    assert all(firm.sector == first.sector for firm in first.members)
    assert first.sector_name in repr(first)
    assert first.district_name in old_model.world.names.districts
    first.account = 2.5
    assert table["account"][0] == 2.5
    first.account = 0.0


def test_relations_are_seen_from_both_sides(old_model):
    pairs = {
        (buyer.row, firm.row)
        for buyer in old_model.agents_by_type[CorporateBuyer]
        for firm in buyer.suppliers
    }
    back = {
        (buyer.row, firm.row) for firm in old_model.agents_by_type[Umkm] for buyer in firm.buyers
    }
    assert pairs == back
    assert pairs


def test_the_regulator_reads_outcomes_and_moves_levers(model):
    (office,) = model.agents_by_type[Regulator]
    assert office.inspections == 0.0
    model.run_for(23)
    assert (office.coming, office.hours) == (23, 0.0)
    model.step()
    assert (office.coming, office.hours) == (24, 200.0)
    assert (office.depth, office.targeting, office.max_days) == (0.5, "random", 365.0)
    model.run_for(8)
    assert office.inspections == model.world.monthly["inspections"][31]
    assert 0.0 <= office.belief <= 1.0
    assert all(buyer.visited for buyer in office.visited)
    office.hours = 0.0
    office.targeting = "risk"
    office.max_days = 15
    levers = model.world.policy.levers
    assert levers["hours"][31] == 200.0
    assert set(levers["hours"][32:]) == {0.0}
    assert levers["payment_rule"][[31, 32]].tolist() == [0.0, 1.0]
    model.step()
    assert office.inspections == 0.0
    with pytest.raises(KemitraanError, match="random, risk, complaint"):
        office.targeting = "all"
    with pytest.raises(AttributeError, match="counted"):
        office.fines = 3.0


# -- letting go


@pytest.mark.parametrize("asked", [False, True])
def test_nothing_keeps_a_model_alive(town, asked):
    model = Ecosystem(region=town, scale=500, months=3)
    if asked:
        assert len(model.agents)
    model.step()
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None


def test_remove_all_agents_lets_the_views_go(model):
    view = weakref.ref(next(iter(model.agents_by_type[Umkm])))
    model.remove_all_agents()
    gc.collect()
    assert view() is None
    assert len(model.agents) == 0
    assert len(model.agents_by_type[Umkm]) == len(model.agents_by_type[Regulator]) == 0
    model.run_for(2)  # the columns go on
    assert model.world.monthly["firms"][1] > 0


# -- what is asked


@pytest.mark.parametrize(
    ("firms", "scale"),
    [(1, 1), (20_000, 1), (20_001, 2), (40_001, 5), (140_000, 10), (200_001, 20), (9_000_000, 500)],
)
def test_the_scale_when_none_is_given(firms, scale):
    assert auto_scale(firms) == scale


def test_a_name_is_told_apart_from_an_object(town):
    with pytest.raises(KemitraanError, match=r"region=km.load_region\('surabaya'\)"):
        Ecosystem(region="surabaya")
    with pytest.raises(KemitraanError, match=r"region: missing; .*load_region"):
        Ecosystem()
    with pytest.raises(KemitraanError, match=r"km.load_scenario\('no_policy'\)"):
        Ecosystem("no_policy", region=town)
    with pytest.raises(KemitraanError, match="not int"):
        Ecosystem(3, region=town)
    with pytest.raises(KemitraanError, match="not int"):
        Ecosystem(region=3)


@pytest.mark.parametrize(
    "wrong", [{"seed": -1}, {"seed": 1.5}, {"scale": 0}, {"months": 0}, {"population_seed": "x"}]
)
def test_numbers_out_of_range_are_named(town, wrong):
    with pytest.raises(KemitraanError, match=f"{next(iter(wrong))}: .* no whole number"):
        Ecosystem(region=town, **wrong)


def test_numpys_whole_numbers_are_taken(town):
    model = Ecosystem(region=town, seed=np.int64(3), scale=np.int32(500), months=2)
    assert (type(model.case.seed), model.case.scale) == (int, 500)


def test_assumptions_stand_between_registry_and_given_values(town):
    rule = load_scenario("no_policy", assume={"displacement": 0.2, "transport_cost": 0.02})
    model = Ecosystem(rule, region=town, scale=500)
    assert model.case.parameters["displacement"] == model.world.params["displacement"][0] == 0.2
    given = Parameters.default().replace(displacement=0.7)
    values = Ecosystem(rule, region=town, scale=500, parameters=given).case.parameters
    assert (values["displacement"], values["transport_cost"]) == (0.7, 0.02)
    assert values["drop_cost"] == registry()["drop_cost"].value


def test_it_shows_itself(old_model):
    text = old_model._repr_html_()
    assert "mandated_hotel_partnership, surabaya" in text
    assert "40 of 108" in text
    assert "2028-04" in text
    assert "month=40 of 108" in repr(old_model)
