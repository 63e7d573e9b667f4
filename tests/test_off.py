"""A process that is off equals the schedule without it, in the reference twin run beside.

Each case of `tests.off_firms` and `tests.off_buyers` is run twice beside oracles that lack the
process. With the kernel's parameters at their nulls the two stay together; with the process on they
part within the same months, in the same town, where the whole schedule would stay: so none of the
comparisons holds for want of anything to compare.

Of the processes of docs/processes.md these have no null and are no case:

- 6: price, shelf and lead are what a candidate is. The lever settings of a rule (quota, coverage,
  radius, price cap, publicity, audits) have their nulls in tests/test_nulls.py, bit for bit; the
  rule as a whole is the case "modes".
- 7, 8, 10, 12: need, rounds, output and the limits of a firm's capacity are the market itself.
  `cash_sale_finance` divides, so it has no zero: with endless credit (the case "limits of cash")
  neither it nor step 7 binds.
- 11: gravity. `customer_range` is a length, and at zero nobody would reach any market. Filling is
  checked against its closed form in tests/test_exact_markets.py.
- 13, 17: revenue, costs, fixed cost, labour, working cash, and the price and cushion of investment
  are accounts or amounts: at zero they are other amounts, not a month without them.
- 14: the delay of a fine is a date; hours and depth are levers.
- 18: receivables of a closed firm are written off whenever one closes.
- 19: accounts and measured states record, and only targeting by risk reads what they record.

- 9: shares, weights and costs of the marketplace at month 0 make another world. The whole of it,
  its ranking, ratings and returns have nulls and are cases.

Step 3 comes with a later version.
"""

from __future__ import annotations

import pytest

from scenarios.scenario import load_scenario
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from tests.lab import parameters, town
from tests.off import Off
from tests.off_buyers import BUYERS
from tests.off_firms import FIRMS
from tests.reference import model
from tests.reference.schedule import SCHEDULE
from tests.reference.twin import twin_differences, twin_of

MONTHS = 36
CASES = FIRMS + BUYERS
# One case of each setting that the cases are run in while their process is on.
SETTINGS = {str((case.scenario, case.values, case.edit)): case for case in CASES}.values()
TOWN = {"firms": 150, "hotels_a_class": 1, "restaurants": 6}


def leave_out(case: Off, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the process out of the oracles."""
    steps = {step.__name__: step for step in SCHEDULE}
    for name, instead in case.without.items():
        if "." in name:
            monkeypatch.setattr(f"tests.reference.{name}", instead)
        else:
            assert name in steps
            steps[name] = instead  # type: ignore[assignment]
    monkeypatch.setattr(model, "SCHEDULE", tuple(step for step in steps.values() if step))


def first_parting(case: Off, *, off: bool = False) -> tuple[int, list[str]] | None:
    """The first month after which kernel and oracles differ, and where; none if they never do."""
    values = {**case.values, **(case.null if off else {})}
    world = build_world(town(**TOWN), parameters(values), seed=8, months=MONTHS)
    scenario = case.null_scenario if off and case.null_scenario else case.scenario
    levers = load_scenario(scenario).levers
    world.attach(compile_policy(levers, world.names.goods, MONTHS))
    for edit in (case.edit, case.null_edit if off else None):
        if edit is not None:
            edit(world)
    twin = twin_of(world)
    try:
        for month in range(MONTHS):
            simulate(world, month + 1)
            twin.step()
            apart = twin_differences(twin, world)
            if apart:
                return month, apart
    finally:
        twin.close()
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_off_equals_the_schedule_without_it(case: Off, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel with null parameters and the oracles without the process stay together."""
    leave_out(case, monkeypatch)
    assert first_parting(case, off=True) is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_on_parts_from_the_schedule_without_it(case: Off, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same oracles leave the kernel that has the process: the test above can fail."""
    leave_out(case, monkeypatch)
    assert first_parting(case) is not None


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: case.name)
def test_on_equals_the_whole_schedule(case: Off) -> None:
    """With nothing left out there is no parting: what parts above is the process left out."""
    assert first_parting(case) is None
