"""Expected public cost: every driver has its term, terms are linear, and runs come out at it."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

import sim.month
from scenarios import load_scenario
from sim.parameters import Parameters, goods_names, levers
from sim.policy import compile_policy
from sim.policy_cost import COST_TERMS, UNFORESEEN, expected_cost, policy_months, spendable
from sim.run import simulate
from tests.lab import Setting, lab_world, town

SOURCE = Path(inspect.getsourcefile(sim.month))


def _cost_line() -> ast.expr:
    """The expression that `sim.month` writes into `row.public_cost`."""
    found = [
        node.value
        for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "public_cost"
    ]
    assert len(found) == 1, "row.public_cost is written once, as one sum"
    return found[0]


def _drivers(node: ast.expr) -> set[str]:
    """What an expression reads: `lever.x`, `p.x`, `row.x`, `flow[3]` or a plain name."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return {ast.unparse(node)}
    if isinstance(node, ast.Name):
        return {node.id}
    return set().union(
        *(_drivers(n) for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr))
    )


def test_every_driver_of_public_cost_has_a_term():
    read = _drivers(_cost_line()) - {"scale"}
    termed = {driver for term in COST_TERMS.values() for driver in term.drivers}
    assert read == termed, (
        f"sim.month reads {sorted(read - termed)} for public cost without a term in "
        f"sim.policy_cost, and {sorted(termed - read)} has a term and is not read"
    )


def test_the_reader_of_the_line_finds_what_it_should():
    text = "scale * grants * (1.0 + p.share) + lever.hours * flow[20]"
    assert _drivers(ast.parse(text, mode="eval").body) == {
        "scale", "grants", "p.share", "lever.hours", "flow[20]",
    }  # fmt: skip


def test_terms_name_levers_that_exist_and_may_be_scaled():
    for name, term in COST_TERMS.items():
        assert set(term.doc) == {"en", "id"}, name
        for lever in (*term.levers, *term.along):
            assert levers()[lever].kind == "number", lever
            assert not levers()[lever].whole, lever
    assert len(spendable()) == sum(len(term.levers) for term in COST_TERMS.values())


@pytest.mark.parametrize("lever", spendable())
def test_cost_is_linear_in_what_money_can_be_spent_on(lever):
    p = Parameters.default().replace(platform_on=1.0, check=False)
    term = COST_TERMS[spendable()[lever]]
    others = {name: Setting(7.0) for t in COST_TERMS.values() for name in (*t.levers, *t.along)}

    def cost(value: float) -> float:
        policy = compile_policy({**others, lever: Setting(value, ramp_months=6)}, goods_names(), 84)
        return float(term.of(policy, p).sum())

    assert cost(2.0) - cost(1.0) == pytest.approx(cost(1.0) - cost(0.0), rel=1e-12)
    assert cost(1.0) > cost(0.0)


def test_the_shipped_money():
    """What the comments of the shipped files say: Rp 480 million a year each."""
    for name in ("mandated_hotel_partnership", "cash_grant"):
        policy = compile_policy(load_scenario(name).levers, goods_names(), 108)
        months = sum(expected_cost(policy, Parameters.default()).values())
        assert float(months[policy_months(108)].sum()) / 5 == pytest.approx(480.0, rel=1e-3)
        assert not months[:24].any()
        assert not months[84:].any()


def test_policy_months_are_the_policy_years():
    assert policy_months(108) == slice(24, 84)
    assert policy_months(50) == slice(24, 48)
    cut = policy_months(30)
    assert cut.stop - cut.start <= 0


def test_a_run_costs_what_was_expected():
    """Hours and office to the rupiah; grants in the mean of the lottery, 3 standard errors."""
    world = lab_world(town(2000, 2, 1), seed=1, scale=1, months=60)
    settings = {
        "inspection.hours_per_month": Setting(120.0, ramp_months=5),
        "programme.office_million_rp_per_month": Setting(9.0),
    }
    world.policy = compile_policy(settings, world.names.goods, 60)
    p = Parameters.default()
    expected = sum(expected_cost(world.policy, p).values())
    simulate(world)
    assert np.allclose(world.column("public_cost"), expected, rtol=1e-12, atol=0.0)

    grant = {
        "cash_grant.million_rp_per_year": Setting(240.0),
        "cash_grant.firms_per_year": Setting(60.0),
    }
    paid = []
    for seed in range(1, 9):
        world = lab_world(town(2000, 2, 1), seed=seed, scale=1, months=48)
        world.policy = compile_policy(grant, world.names.goods, 48)
        paid.append(float(simulate(world).column("public_cost").sum()))
    expected = float(sum(expected_cost(world.policy, p).values()).sum())
    error = np.std(paid, ddof=1) / np.sqrt(len(paid))
    assert abs(np.mean(paid) - expected) < 3 * error
    assert error < 0.05 * expected


def test_shops_and_training_cost_what_was_expected():
    """While there are firms to draw; what follows sales is in no expectation."""
    world = lab_world(town(4000, 2, 1), values={"platform_on": 1.0}, seed=2, months=48)
    settings = {
        "platform.onboarding_places": Setting(60.0),
        "platform.training_places": Setting(60.0),
    }
    world.policy = compile_policy(settings, world.names.goods, 48)
    p = Parameters.default().replace(platform_on=1.0, check=False)
    expected = sum(float(months.sum()) for months in expected_cost(world.policy, p).values())
    paid = []
    for seed in range(1, 7):
        world = lab_world(town(4000, 2, 1), values={"platform_on": 1.0}, seed=seed, months=48)
        world.policy = compile_policy(settings, world.names.goods, 48)
        paid.append(float(simulate(world).column("public_cost").sum()))
    error = np.std(paid, ddof=1) / np.sqrt(len(paid))
    assert abs(np.mean(paid) - expected) < 3 * error
    assert error < 0.1 * expected
    off = expected_cost(world.policy, Parameters.default())
    assert not off["onboarding"].any()
    for lever in UNFORESEEN:
        assert lever not in spendable()


def test_coaching_costs_what_was_expected_while_places_are_taken():
    """Programmes cost differently a head, and the same in the mean over places."""
    settings = {"coaching.places": Setting(60.0), "coaching.kind": Setting("mentor")}
    paid = []
    for seed in range(1, 7):
        world = lab_world(town(4000, 2, 1), seed=seed, months=60)
        world.attach(compile_policy(settings, world.names.goods, 60))
        paid.append(float(simulate(world).column("public_cost").sum()))
    expected = float(expected_cost(world.policy, Parameters.default())["coaching"].sum())
    assert expected == pytest.approx(60 * 3 * 6.25)
    error = np.std(paid, ddof=1) / np.sqrt(len(paid))
    assert abs(np.mean(paid) - expected) < 3 * error
    assert error < 0.1 * expected


def test_no_grant_is_expected_where_no_firm_is_to_be_drawn():
    policy = compile_policy({"cash_grant.million_rp_per_year": Setting(240.0)}, goods_names(), 48)
    assert not expected_cost(policy, Parameters.default())["grants"].any()
