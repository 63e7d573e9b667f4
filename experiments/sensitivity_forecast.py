"""What a sensitivity study would take, before anything of it is run."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING

from experiments.forecast import Forecast, forecast
from experiments.own_model import OwnModel
from experiments.sensitivity_batch import need

if TYPE_CHECKING:
    from experiments.sensitivity_ready import Ready

__all__ = ["forecast_of"]


def forecast_of(stages: Sequence[Ready], out: str | PathLike[str] | None) -> Forecast:
    """Estimates of a study.

    Args:
        stages: its designs, one after the other; only the last is kept in the folder.
        out: where that would be; runs/ if none.
    """
    last = stages[-1]
    about = last.planned.about
    return forecast(
        last.planned.plan,
        units=sum(len(one.planned.jobs) for one in stages),
        scenarios=1 if isinstance(about, OwnModel) else len(about.scenarios),
        seconds=sum(one.trial.seconds for one in stages),
        need=need(last.planned, last.here, measured=True),
        out=out,
    )
