"""8 Field experiments: contracts are placed before other orders."""

from __future__ import annotations

from tests.reference.common import positive
from tests.reference.experiment import given
from tests.reference.state import World


def place_contracts(world: World) -> None:
    """Each takes what it asks for, or what the firm can still finance."""
    for contract, firm in given(world, "contract", "export_order"):
        quantity = min(contract.amount, positive(firm.financeable - firm.ordered))
        firm.deal.contracted[contract.number] = quantity
        firm.ordered += quantity
