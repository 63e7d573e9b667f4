"""Levers of a part of the model that is off: an error, not a policy without effect."""

from __future__ import annotations

from scenarios.inheritance import Layers
from sim.parameters import SWITCHES, levers, registry

__all__ = ["check_switches"]


def check_switches(layers: Layers) -> None:
    """Note a fault at each lever that is set where its part of the model is off.

    The switch may stand in another file than the lever, so this looks at the merged values.
    """
    for group, switch in SWITCHES.items():
        found = layers.written.get(f"assume.{switch}")
        value = registry()[switch].value if found is None else found.value[0]
        if value is not None and value > 0.0:
            continue
        for lever in levers().values():
            written = layers.written.get(f"levers.{lever.name}")
            if lever.group == group and written is not None and written.value != lever.null:
                written.fault(
                    f"does nothing while the {group} is off: write 'assume: {{{switch}: 1}}', "
                    "which holds for every scenario of a comparison"
                )
