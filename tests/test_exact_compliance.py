"""Closed forms of compliance: logit shares, the noiseless limit, deterrence, mixed equilibrium."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from sim.draws import STREAM_MODE, gumbel
from sim.policy import LEVERS_DTYPE, RULE_DTYPE
from sim.processes.compliance import choose_modes, mode_values
from sim.tables import BUYER_DTYPE, LINE_DTYPE, MODE_NONE, MODE_PAPER
from tests.lab import parameters

Table = npt.NDArray[np.void]
BUYERS = 20_000


def compliance_tables() -> tuple[Table, Table, Table, Table]:
    """Buyers of one good each with keyed tastes, and a rule of one month."""
    buyers = np.zeros(BUYERS, BUYER_DTYPE)
    buyers["number"] = np.arange(BUYERS)
    buyers["covered"], buyers["ratio"], buyers["belief"] = 1, 1.0, 0.2
    for option in range(3):
        buyers["mode_taste"][:, option] = [
            gumbel(np.uint64(7), STREAM_MODE, 0, number, 0, 0, 0, option)
            for number in range(BUYERS)
        ]
    lines = np.zeros(BUYERS, LINE_DTYPE)
    lines["buyer"] = np.arange(BUYERS)
    lines["demand"], lines["best"] = 40.0, -0.04
    rules = np.zeros((1, 3), RULE_DTYPE)
    rules["in_force"] = rules["binding"] = 1.0
    rules["quota"], rules["price_cap"] = 0.5, 0.15
    levers = np.zeros(1, LEVERS_DTYPE)
    levers["fine"], levers["depth"] = 20.0, 0.3
    return buyers, lines, rules, levers


def chosen(tables: tuple[Table, Table, Table, Table], p: np.void) -> npt.NDArray[np.int64]:
    """Mode of every buyer in a month of choice."""
    buyers, lines, rules, levers = tables
    scratch = np.zeros((2, BUYERS))
    covers = np.ones((3, 1), np.uint8)
    choose_modes(buyers, lines, rules, covers, levers, p, 0, scratch[0], scratch[1])
    return buyers["mode"].astype(np.int64)


def worth(tables: tuple[Table, Table, Table, Table], p: np.void) -> npt.NDArray[np.float64]:
    """The three values that every buyer of `compliance_tables` compares."""
    _, _, rules, levers = tables
    return np.array(mode_values(rules[0, 0], levers[0], p, 0.2, 0.0, 40.0, -0.04))


def test_values_of_the_modes_by_hand():
    """V_none = -p S, V_genuine = phi ubar, V_paper = -c - p v S at S = 0.2 x 20 / 40."""
    values = worth(compliance_tables(), parameters().record()[0])
    assert values == pytest.approx((-0.02, -0.02, -0.01 - 0.006), abs=1e-15)


def test_shares_of_the_modes_are_the_softmax_of_their_values():
    """With Gumbel tastes the share of each mode is the logit's, to four standard errors."""
    tables = compliance_tables()
    p = parameters().record()[0]
    mode = chosen(tables, p)
    weight = np.exp(worth(tables, p) / p["choice_scale"])
    for option, share in enumerate(weight / weight.sum()):
        error = math.sqrt(share * (1.0 - share) / BUYERS)
        assert abs(float((mode == option).mean()) - share) < 4.0 * error


def test_without_noise_everybody_takes_the_best_mode():
    """The zero-noise limit of the logit is the argmax."""
    tables = compliance_tables()
    p = parameters({"choice_scale": 1e-9}).record()[0]
    assert (chosen(tables, p) == int(np.argmax(worth(tables, p)))).all()


def test_deeper_verification_never_brings_anybody_to_paper():
    """dP(paper) / dv <= 0, buyer by buyer: who has left paper does not come back."""
    tables = compliance_tables()
    p = parameters({"sanction_probability": 1.0}).record()[0]
    before = np.ones(BUYERS, np.bool_)
    counts = []
    for depth in np.linspace(0.0, 1.0, 6):
        tables[3]["depth"] = depth
        on_paper = chosen(tables, p) == MODE_PAPER
        assert not (on_paper & ~before).any()
        before = on_paper
        counts.append(int(on_paper.sum()))
    assert counts[0] > counts[-1]


def test_the_inspection_game_averages_to_its_mixed_equilibrium():
    """p* = g / F visited and q* = c / r violating, in time averages of best responses.

    The buyer is the kernel's without noise. Hours are a lever in the model and nobody's best
    response, so the inspector, who visits when violations seem common enough, is the test's.
    """
    p = parameters({"sanction_probability": 1.0, "paper_cost": 1.0}).record()[0]
    rule, lever = np.zeros(1, RULE_DTYPE), np.zeros(1, LEVERS_DTYPE)
    rule["binding"], rule["quota"], rule["price_cap"] = 1.0, 0.5, 0.2
    lever["fine"] = 20.0
    gain, fine = 0.5 * 0.2, 20.0 / 40.0
    cost_of_visit, reward = 0.3, 1.0
    visits = violations = 0.5
    rounds = 20_000
    for turn in range(1, rounds):
        values = mode_values(rule[0], lever[0], p, visits, 0.0, 40.0, -1.0)
        violates = int(np.argmax(values)) == MODE_NONE
        inspects = violations * reward > cost_of_visit
        visits += (inspects - visits) / (turn + 1)
        violations += (violates - violations) / (turn + 1)
    assert visits == pytest.approx(gain / fine, abs=0.02)
    assert violations == pytest.approx(cost_of_visit / reward, abs=0.02)
