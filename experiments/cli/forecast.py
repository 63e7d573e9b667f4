"""What an experiment would take, on the screen: of `plan`, and of `--plan` of other commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.output import print_json

if TYPE_CHECKING:
    from experiments.forecast import Forecast

__all__ = ["PlanOption", "show_forecast"]

_NOT_PASSED = 3

PlanOption = Annotated[
    bool, typer.Option("--plan", help="Say what it would take, and start nothing.")
]


def show_forecast(found: Forecast, lang: str, *, json: bool) -> int:
    """Prints runs, time, disk and memory; gives 0 where it fits, else 3."""
    from experiments.batch.need import amount_of_bytes  # noqa: PLC0415
    from experiments.batch.words import say  # noqa: PLC0415

    if json:
        print_json(found.to_json())
    else:
        need, memory = found.need, found.free_memory
        free = say("unknown", lang) if memory is None else amount_of_bytes(memory)
        runs = {"units": found.units, "scenarios": found.scenarios, "runs": found.runs}
        print(say("plan_runs", lang, **runs))
        print(say("plan_seconds", lang, time=_time(found.seconds), n=found.plan["jobs"]))
        told = {"need": amount_of_bytes(need.disk), "free": amount_of_bytes(found.free_disk)}
        print(say("plan_disk", lang, **told))
        print(say("plan_memory", lang, need=amount_of_bytes(need.memory), free=free))
        if not found.fits:
            print(say("plan_does_not_fit", lang))
    return 0 if found.fits else _NOT_PASSED


def _time(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    if hours >= 3:
        return f"{hours:.0f} h"
    return f"{minutes:.0f} min" if minutes >= 3 else f"{max(1.0, seconds):.0f} s"
