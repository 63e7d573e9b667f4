"""Closed forms of firms and relations, against the compiled kernels themselves.

Each test states a result that can be worked out without the model and asks the kernel for it: fixed
points, geometric decay, growth of a variance, means of a cut law, and what is owed. Those of
compliance, local markets and matching stand in files of their own.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.draws import STREAM_PRODUCTIVITY, normal
from sim.population import size_law
from sim.processes.delivery import update_trust
from sim.processes.money import invest
from sim.processes.production import forget
from sim.quantiles import normal_quantile
from sim.run import step
from sim.tables import FIRM_DTYPE, LINK_DTYPE
from tests.kernels import grow_and_reset
from tests.lab import MANDATE, lab_world, parameters, town

# --- trust, practice, information -----------------------------------------------------------------


def next_trust(trust: float, p: np.void, *, late: bool) -> float:
    """Trust of a firm in its buyer after one paid order."""
    link = np.zeros(1, LINK_DTYPE)
    link["order"], link["late"] = 1.0, late
    link["trust_buyer"] = link["trust_firm"] = trust
    update_trust(link, 0, p)
    return float(link["trust_firm"][0])


@pytest.mark.parametrize("late", [0.05, 0.3, 0.7])
def test_mean_trust_settles_at_its_fixed_point(late):
    """T* = g (1 - l) / (g (1 - l) + b l): a step is linear in trust, so its mean is exact."""
    p = parameters({"trust_decay": 0.0}).record()[0]
    trust = 0.3
    for _ in range(1_500):
        paid = next_trust(trust, p, late=False)
        trust = (1.0 - late) * paid + late * next_trust(trust, p, late=True)
    gain, loss = p["trust_gain"] * (1.0 - late), p["trust_loss_late"] * late
    assert trust == pytest.approx(gain / (gain + loss), abs=1e-12)


def test_trust_without_faults_rises_geometrically():
    """T(t) = 1 - (1 - T0) (1 - g)^t when every payment is on time."""
    p = parameters({"trust_decay": 0.0, "trust_gain": 0.06}).record()[0]
    trust = 0.3
    for month in range(1, 61):
        trust = next_trust(trust, p, late=False)
        assert trust == pytest.approx(1.0 - 0.7 * 0.94**month, abs=1e-13)


def test_what_was_learned_decays_geometrically_and_halves_in_ln_2_over_the_rate():
    """An impulse on practice and information fades as (1 - delta)^t."""
    p = parameters().record()[0]
    firm = np.zeros(1, FIRM_DTYPE)
    firm["base_practice"], firm["practice"], firm["information"] = 0.3, 0.7, 0.8
    rates = {"practice": p["practice_forgetting"], "information": p["information_forgetting"]}
    half_life = dict.fromkeys(rates, 0)
    for month in range(1, 200):
        forget(firm[0], p)
        left = {
            "practice": (float(firm["practice"][0]) - 0.3) / 0.4,
            "information": float(firm["information"][0]) / 0.8,
        }
        for name, rate in rates.items():
            assert left[name] == pytest.approx((1.0 - rate) ** month, abs=1e-12)
            if left[name] <= 0.5 and half_life[name] == 0:
                half_life[name] = month
    for name, rate in rates.items():
        assert abs(half_life[name] - math.log(2.0) / rate) <= 1.0


# --- growth and sizes -----------------------------------------------------------------------------


def test_capacity_grows_by_gibrats_law():
    """Var ln K = sigma^2 t, whatever the size, when noise alone drives growth and cash is ample."""
    noise_alone = {"investment_rate": 0.0, "cash_investment": 0.0, "capacity_sd": 0.02}
    p = parameters(noise_alone).record()[0]
    count, months = 1_500, 36
    firms = np.zeros(count, FIRM_DTYPE)
    firms["capacity"] = np.geomspace(1.0, 1e4, count)
    firms["unit_cost"] = 0.7
    start = firms["capacity"].copy()
    seed = np.uint64(3)
    for month in range(months):
        firms["cash"] = 1e9
        firms["growth_shock"] = [
            normal(seed, STREAM_PRODUCTIVITY, month, slot, 0, 0, 0, 1) for slot in range(count)
        ]
        for i in range(count):
            invest(firms[i], p)
        if month + 1 in {12, months}:
            growth = np.log(firms["capacity"] / start)
            expected = 0.02**2 * (month + 1)
            error = expected * math.sqrt(2.0 / count)
            assert abs(float(growth.var()) - expected) < 4.0 * error
            large = growth[count // 2 :].var() / growth[: count // 2].var()
            assert 0.75 < large < 1.35


@pytest.mark.parametrize("drift", [-0.01, 0.0, 0.01])
def test_capacity_that_is_reset_at_a_rate_has_a_power_law_tail(drift):
    """The upper tail exponent z solves drift z + sd^2 z^2 / 2 = rate.

    Growth is the kernel's, with a drift from utilisation off its normal; going back to 1 at a rate
    is the test's. A chance of 1 - exp(-rate) each month makes the equation exact month by month.
    Hill's estimate is taken where five steps of noise have blurred the start, and is held to three
    of its own standard errors, z over the square root of the firms in the tail.
    """
    sd, rate = 0.1, 0.02
    values = {"investment_rate": 0.1, "cash_investment": 0.0, "capacity_sd": sd}
    params = parameters(values).record()
    firms = np.zeros(60_000, FIRM_DTYPE)
    firms["capacity"], firms["unit_cost"] = 1.0, 0.7
    firms["utilisation"] = params["normal_utilisation"] + drift / 0.1
    # After ten mean lives the tail is as it stays, as far out as any firm of these gets.
    grow_and_reset(firms, params, rate, np.uint64(5), 500)
    exponent = (-drift + math.sqrt(drift**2 + 2.0 * sd**2 * rate)) / sd**2
    assert drift * exponent + sd**2 * exponent**2 / 2.0 == pytest.approx(rate, rel=1e-12)
    beyond = np.log(firms["capacity"]) - 5.0 * sd
    tail = beyond[beyond > 0.0]
    estimate, error = 1.0 / float(tail.mean()), exponent / math.sqrt(tail.size)
    assert error < 0.02 * exponent
    assert abs(estimate - exponent) < 3.0 * error


@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_law_of_sizes_has_the_published_mean(size):
    """Drawn by inverse CDF and cut at the legal ceiling, each class keeps its mean sales."""
    p = parameters()
    name = ("micro", "small", "medium")[size]
    _, mu, sigma, below, _ = size_law(p)[size]
    grid = (np.arange(20_000) + 0.5) / 20_000
    sales = np.exp(mu + sigma * np.array([normal_quantile(u * below) for u in grid]))
    assert 12.0 * float(sales.mean()) == pytest.approx(p[f"{name}_sales"], rel=2e-3)
    assert 12.0 * float(sales.max()) <= p[f"{name}_ceiling"]


# --- payments -------------------------------------------------------------------------------------


def test_invoices_less_receipts_and_write_offs_are_what_is_owed():
    """Sum of invoices - receipts - write-offs = receivables outstanding, over a whole run."""
    world = lab_world(town(), levers=MANDATE)
    invoices = receipts = 0.0
    while world.month < world.months:
        stood = world.firms.alive == 1
        step(world)
        invoices += float(world.firms.invoiced[stood].sum())
        receipts += float(world.firms.received[stood].sum())
        written_off = float(world.column("written_off").sum())
        owed = float(world.tables.receivables.sum())
        assert invoices - receipts - written_off == pytest.approx(owed, abs=1e-9 * (1 + invoices))
    assert invoices > 0.0
    assert written_off > 0.0
