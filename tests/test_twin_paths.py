"""One run, whatever the path: headless or Mesa, seen or unseen, under any hash seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import load_region, load_scenario
from sim.agents import Umkm
from sim.case import Case
from sim.ecosystem import Ecosystem
from sim.run import simulate

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = (
    "no_policy",
    "mandated_hotel_partnership",
    "cash_grant",
    "ecommerce_collaboration",
    "voluntary_coaching",
)


def content(world):
    """Bytes of everything a run has written, column by column (rows have unused bytes between)."""
    tables = world.tables
    arrays = [
        *(tables.firms, tables.buyers, tables.lines, tables.links, tables.pools),
        *(tables.sector_state, tables.village_practice, tables.village_firms, tables.state),
        *(tables.shops, tables.online, tables.platform, world.online),
        *(tables.coaching, tables.programmes, tables.competence),
        *(world.monthly, world.good_state, world.ledger, *world.yearly),
    ]
    for array in arrays:
        for name in array.dtype.names or ("",):
            yield (array[name] if name else array).tobytes()


def digest(world):
    found = hashlib.sha256()
    for part in content(world):
        found.update(part)
    return found.hexdigest()


def case(name):
    scenario = load_scenario(name)
    return Case.of(scenario, load_region(scenario.region), seed=3, scale=100)


@pytest.mark.parametrize("name", SCENARIOS)
def test_headless_and_mesa_agree_bit_for_bit(name):
    headless = simulate(case(name).world())
    town = load_region("surabaya")
    model = Ecosystem(load_scenario(name), region=town, seed=3, scale=100)
    model.run_for(20)
    assert len(model.agents_by_type[Umkm])  # looking changes nothing
    model.watch(int(model.world.firms.slot[0]))
    model.run_for(88)
    assert digest(model.world) == digest(headless)


def test_a_branch_goes_on_as_the_run_would():
    whole = simulate(case("mandated_hotel_partnership").world())
    world = simulate(case("mandated_hotel_partnership").world(), 24)
    branch = world.copy()
    simulate(world, 60)
    simulate(branch)
    assert digest(branch) == digest(whole)


def test_seeds_and_scenarios_differ():
    digests = {digest(simulate(case(name).world())) for name in SCENARIOS}
    assert len(digests) == len(SCENARIOS)


def test_the_hash_seed_changes_nothing():
    program = (
        "from test_twin_paths import case, digest\n"
        "from sim.run import simulate\n"
        "print(digest(simulate(case('mandated_hotel_partnership').world())))\n"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    found = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1")
    ]
    assert found[0] == found[1]
    assert found[0] == digest(simulate(case("mandated_hotel_partnership").world()))
