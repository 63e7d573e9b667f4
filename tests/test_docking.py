"""Our compliance as Zaklan's tax evasion, our ranking as Salganik's music market: closed forms."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.docking import __main__ as command
from experiments.docking.figures import draw_salganik, draw_zaklan
from experiments.docking.lattice import Lattice, Setting
from experiments.docking.market import Market, by_the_month, one_by_one
from experiments.docking.salganik import (
    ARMS,
    extremes,
    gini,
    limit_shares,
    noise_alone,
    rank_correlation,
    unpredictability,
)
from experiments.docking.zaklan import (
    CRITICAL,
    HIGH,
    LOW,
    NEAR,
    fined_share,
    mean_field_share,
    minority_share,
    spell_path,
    spell_share,
)
from sim.draws import uniform

ROOT = Path(__file__).resolve().parents[1]
SETS = 3


def coins(count, seed):
    """Keyed signs, +1 or -1."""
    draws = [uniform(np.uint64(seed), 254, 0, i, 0, 0, 0, 0) for i in range(count)]
    return np.where(np.array(draws) < 0.5, 1.0, -1.0)


# -- the choice is the heat bath


def test_a_buyer_among_four_neighbours_chooses_by_the_heat_bath():
    """P(honest) = 1 / (1 + exp(-2 h / T)) at each sum h of neighbours, to four standard errors."""
    for temperature in (1.5, 4.0):
        lattice = Lattice(Setting(temperature, side=100))
        lattice.honest[:] = coins(lattice.honest.size, 3)
        first = slice(0, lattice.honest.size // 2)
        field = lattice.honest[lattice.neighbours[first]].sum(axis=1)
        lattice._choose(first)
        for h in (-4, -2, 0, 2, 4):
            chosen = lattice.honest[first][field == h] > 0.0
            chance = 1.0 / (1.0 + math.exp(-2.0 * h / temperature))
            error = math.sqrt(chance * (1.0 - chance) / chosen.size)
            assert abs(chosen.mean() - chance) < 4.0 * error, h


def test_neighbours_are_the_four_of_a_torus_and_of_the_other_colour():
    lattice = Lattice(Setting(2.0, side=6, copies=2))
    number, half = lattice.buyers["number"], lattice.honest.size // 2
    for row, near in enumerate(lattice.neighbours):
        copy, y, x = number[row] // 36, number[row] // 6 % 6, number[row] % 6
        expected = {copy * 36 + (y + dy) % 6 * 6 + (x + dx) % 6
                    for dy, dx in ((0, 1), (1, 0), (0, 5), (5, 0))}  # fmt: skip
        assert set(number[near]) == expected
        assert ((near < half) != (row < half)).all()


def test_small_lattices_are_boltzmanns():
    """On 4 x 4 sites the mean product of neighbours is that of all 65,536 states, weighted."""
    temperature, side = 3.0, 4
    states = 1.0 - 2.0 * ((np.arange(2**16)[:, None] >> np.arange(16)) & 1).reshape(-1, side, side)
    bonds = sum((states * np.roll(states, 1, axis)).sum(axis=(1, 2)) for axis in (1, 2))
    weight = np.exp(bonds / temperature)
    exact = float((bonds * weight).sum() / weight.sum()) / 32.0
    lattice = Lattice(Setting(temperature, side=side, copies=1_000))
    found = []
    for period in range(120):
        lattice.step()
        if period >= 20:
            near = lattice.honest[lattice.neighbours].sum(axis=1)
            found.append(float((lattice.honest * near).mean()) / 4.0)
    assert exact > 0.4
    assert np.mean(found) == pytest.approx(exact, abs=0.005)


# -- without audits


@pytest.mark.parametrize("temperature", [1.5, 2.0])
def test_below_the_critical_temperature_the_first_side_stays_at_onsagers_share(temperature):
    for evading in (False, True):
        path = Lattice(Setting(temperature, side=60, evading=evading)).path(600)[100:]
        minority = path if not evading else 1.0 - path
        assert minority.mean() == pytest.approx(minority_share(temperature), abs=0.004)
        assert minority.max() < 0.12


def test_above_it_half_evade_whoever_was_first():
    assert minority_share(CRITICAL - 1e-9) < minority_share(CRITICAL) == 0.5
    for temperature in (5.0, HIGH):
        for evading in (False, True):
            path = Lattice(Setting(temperature, side=60, evading=evading)).path(300)[50:]
            assert path.mean() == pytest.approx(0.5, abs=0.01)


# -- with audits


def test_who_is_caught_is_honest_for_the_whole_spell_and_free_after_it():
    """Every evader is inspected at p = 1: each evasion is followed by exactly k forced periods."""
    spell = 3
    lattice = Lattice(Setting(HIGH, 1.0, spell, side=20, coupling=0.0))
    evades = []
    for _ in range(60):
        lattice.step()
        assert lattice.buyers["visited"].all()
        evades.append(lattice.honest < 0.0)
    seen = np.array(evades)
    gaps = np.concatenate([np.diff(np.flatnonzero(seen[:, b])) for b in range(seen.shape[1])])
    assert gaps.min() == spell + 1
    # Free again, half evade at once: the gap is the shortest with chance a half.
    assert (gaps == spell + 1).mean() == pytest.approx(0.5, abs=0.03)


def test_hours_of_inspection_make_the_chance_of_an_audit():
    """p of each district's buyers are visited, whatever they do; a fraction of one by chance."""
    lattice = Lattice(Setting(HIGH, 0.05, 10, side=20))
    lattice.step()
    visits = np.add.reduceat(lattice.buyers["visited"], np.arange(0, 400, 20))
    assert (visits == 1).all()
    rare = Lattice(Setting(HIGH, 0.01, 10, side=20))
    seen = []
    for _ in range(200):
        rare.step()
        seen.append(rare.buyers["visited"].mean())
    assert np.mean(seen) == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize(("audit", "spell"), [(0.05, 10), (0.5, 10), (0.9, 50)])
def test_without_neighbours_each_period_is_the_renewal_chains(audit, spell):
    """f(t + 1) = f(t) - p f(t) / 2 + p f(t - k) / 2, half of the free evade, for 150 periods."""
    lattice = Lattice(Setting(HIGH, audit, spell, side=60, coupling=0.0))
    expected = spell_path(audit, spell, 150)
    error = np.sqrt(expected * (1.0 - expected) / lattice.honest.size)
    assert (np.abs(lattice.path(150) - expected) < 5.0 * error + 1e-3).all()


def test_the_chain_settles_at_one_over_two_plus_pk():
    for audit, spell in ((0.0, 10), (0.05, 10), (0.9, 10), (0.9, 50)):
        tail = spell_path(audit, spell, 20_000)[-5_000:]
        assert tail.mean() == pytest.approx(spell_share(audit, spell), rel=2e-3)


def test_with_neighbours_at_high_temperature_audits_and_spells_do_what_mean_field_says():
    """More audits and longer spells both leave fewer evaders; many need both to be high."""
    share = {}
    for audit, spell in ((0.05, 10), (0.05, 50), (0.5, 10), (0.5, 50)):
        share[audit, spell] = Lattice(Setting(HIGH, audit, spell, side=20)).path(700)[200:].mean()
        expected = mean_field_share(HIGH, audit, spell)
        assert share[audit, spell] == pytest.approx(expected, rel=0.04)
        # Honest neighbours make honest: fewer than without them.
        assert expected < spell_share(audit, spell)
    assert 0.45 > share[0.05, 10] > share[0.05, 50] > share[0.5, 10] > share[0.5, 50]
    assert share[0.5, 50] < 0.05
    assert share[0.05, 10] > 0.3


def test_where_neighbours_prevail_few_audits_turn_all_evaders_to_honesty():
    """At T = 2 one audit in 200 does what it cannot do at T = 25: it tips the whole lattice."""
    paths = {
        audit: Lattice(Setting(LOW, audit, 10, evading=True)).path(250) for audit in (0.0, 0.005)
    }
    assert paths[0.0].min() > 0.9
    assert paths[0.005][-50:].max() < 0.1
    high = Lattice(Setting(HIGH, 0.005, 10)).path(250)[50:].mean()
    assert high == pytest.approx(spell_share(0.005, 10), abs=0.01)


def test_near_the_critical_temperature_few_audits_calm_the_swings():
    calm, wild = (
        Lattice(Setting(NEAR, audit, 10, seed=2)).path(1_500)[300:] for audit in (0.005, 0.0)
    )
    assert calm.std() < 0.6 * wild.std()
    assert calm.mean() < wild.mean() - 0.1


def test_the_models_own_sanction_deters_by_its_logit():
    """A fine F believed with chance p: 1 / (1 + exp(p F / T)) evade, fewer among neighbours."""
    for audit, fine in ((0.9, 20.0), (0.9, 60.0)):
        lone, social = (
            Lattice(Setting(HIGH, audit, fine=fine, side=20, coupling=coupling)).path(250)[50:]
            for coupling in (0.0, 1.0)
        )
        assert lone.mean() == pytest.approx(fined_share(HIGH, audit, fine), abs=0.006)
        assert social.mean() < lone.mean()


# -- the music market


def test_measures_by_hand():
    """Orders 1, 1, 2 against 3, 1, 0: shares differ by 1/2, 0, 1/2."""
    orders = np.array([[1.0, 1.0, 2.0], [3.0, 1.0, 0.0]])
    assert unpredictability(orders) == pytest.approx(1.0 / 3.0)
    assert gini(orders[:1]) == pytest.approx(1.0 / 6.0)
    assert gini(np.ones((2, 4))) == pytest.approx(0.0)
    assert gini(np.eye(4)) == pytest.approx(0.75)
    best_first = np.array([[0.0, 1.0, 2.0, 3.0], [3.0, 2.0, 1.0, 0.0]])
    assert extremes(best_first, 1) == pytest.approx((0.5, 0.5, 1.0 / 3.0))
    assert rank_correlation(best_first[:1]) == pytest.approx(1.0)
    assert rank_correlation(best_first) == pytest.approx(0.0)


def test_independent_choices_follow_appeal_and_differ_by_chance_alone():
    market = Market(0.0, parallel=24)
    found = [one_by_one(market._replace(seed=seed)) for seed in range(SETS)]
    mean = np.mean(found, axis=(0, 1)) / market.participants
    error = np.sqrt(limit_shares(market) / (24 * SETS * market.participants))
    assert (np.abs(mean - limit_shares(market)) < 4.0 * error).all()
    assert np.mean([unpredictability(o) for o in found]) == pytest.approx(
        noise_alone(market), rel=0.05
    )


def test_equal_songs_at_power_one_are_polyas_urn():
    """Every way to divide 700 orders among 48 songs is equally likely; so are both measures."""
    songs, orders = 48, 700
    ways = math.comb(orders + songs - 1, songs - 1)
    # Of two songs with s orders together all s + 1 divisions are equally likely.
    gap = sum(
        ((s + 1) ** 2 // 2) * math.comb(orders - s + songs - 3, songs - 3) / ways
        for s in range(orders + 1)
    )
    found = [one_by_one(Market(1.0, spread=0.0, parallel=24, seed=s)) for s in range(SETS)]
    expected = (songs - 1) * gap / (2.0 * orders)
    assert np.mean([gini(o) for o in found]) == pytest.approx(expected, rel=0.03)
    assert np.mean([unpredictability(o) for o in found]) == pytest.approx(gap / orders, rel=0.04)


def test_below_one_long_worlds_come_to_the_same_shares():
    """Appeal to the power of 1 / (1 - beta), however early luck fell."""
    market = Market(0.5, songs=12, participants=6_000, parallel=2)
    limit, appeal = limit_shares(market), limit_shares(market._replace(power=0.0))
    for shares in one_by_one(market) / market.participants:
        assert np.abs(shares - limit).sum() < 0.4 * np.abs(shares - appeal).sum()


@cache
def run_worlds(worlds, power, seed):
    return worlds(Market(power, seed=seed))


def of_arms(worlds, measure):
    """A measure of each arm, (arms, sets)."""
    return np.array([
        [measure(run_worlds(worlds, power, seed)) for seed in range(SETS)]
        for power in ARMS.values()
    ])  # fmt: skip


@pytest.mark.parametrize("worlds", [one_by_one, by_the_month])
def test_influence_raises_inequality_and_unpredictability(worlds):
    """The published order of the arms: in every set of worlds above every set of the arm below."""
    for measure in (gini, unpredictability):
        found = of_arms(worlds, measure)
        assert (found[1:].min(axis=1) > found[:-1].max(axis=1)).all()
    followed = of_arms(worlds, rank_correlation)
    assert (followed[1:].max(axis=1) < followed[:-1].min(axis=1)).all()


def test_the_best_rarely_fail_the_worst_rarely_win_and_between_much_is_open():
    fell, rose, span = np.moveaxis(of_arms(one_by_one, extremes).mean(axis=1), 1, 0)
    assert (fell < 0.15).all()
    assert (rose < 0.15).all()
    assert fell[2] + rose[2] > fell[0] + rose[0]
    assert span[0] < span[1] < span[2]
    assert span[2] > 0.5


def test_dividing_a_months_orders_at_once_leaves_less_to_chance():
    """What does not carry over: a month's money is divided without the luck of single buyers."""
    single, monthly = (of_arms(worlds, unpredictability) for worlds in (one_by_one, by_the_month))
    assert (monthly.max(axis=1) < 0.6 * single.min(axis=1)).all()


# -- command and page


def test_the_command_prints_its_tables_and_writes_both_figures(tmp_path, capsys, monkeypatch):
    small = pd.DataFrame({"T": [2.0], "ours": [4.43]})
    monkeypatch.setattr(command, "ZAKLAN", {"A title": lambda: small})
    monkeypatch.setattr(command, "table_of_arms", lambda: small.rename(columns={"T": "beta"}))
    monkeypatch.setattr(command, "draw_zaklan", lambda: draw_zaklan(periods=4))
    monkeypatch.setattr(command, "draw_salganik", lambda: draw_salganik(sets=1))
    assert command.main(["--out", str(tmp_path / "made")]) == 0
    printed = capsys.readouterr().out
    assert "A title\n T  ours\n 2  4.43\n" in printed
    for name, said in (("zaklan", "chance of an audit p"), ("salganik", "Gini of market shares")):
        assert said in (tmp_path / "made" / f"docking_{name}.svg").read_text(encoding="utf-8")


def test_the_page_shows_the_closed_forms_of_today():
    page = (ROOT / "docs" / "docking_zaklan.md").read_text(encoding="utf-8")
    rows = [
        [float(cell) for cell in row.split("|")[1:-1]]
        for row in re.findall(r"^\|[\d. |]+\|$", page, re.MULTILINE)
    ]
    without = [row for row in rows if len(row) == 4]
    audits = [row for row in rows if len(row) == 5]
    assert len(without) == 7
    assert len(audits) == 7
    for temperature, exact, honest, evading in without:
        assert exact == pytest.approx(100.0 * minority_share(temperature), abs=0.05)
        assert honest == pytest.approx(exact, abs=1.5)
        assert 100.0 - evading == pytest.approx(exact, abs=1.5)
    for audit, spell, alone, field, ours in audits:
        assert alone == pytest.approx(100.0 * spell_share(audit, spell), abs=0.05)
        assert field == pytest.approx(100.0 * mean_field_share(HIGH, audit, int(spell)), abs=0.05)
        assert ours == pytest.approx(field, abs=0.3)
