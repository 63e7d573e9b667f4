"""The ensemble of a finished calibration, with what it was made with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.ensemble import Ensemble
from experiments.calibration.space import uniforms
from experiments.standing import model_digest
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.parameters import assumed, registry

if TYPE_CHECKING:
    from experiments.calibration.result import Calibration

__all__ = ["MOST", "command", "make_ensemble"]

MOST = 400
"""Members of an ensemble; of more a keyed choice is taken."""
_CHOICE = (1 << 32) - 5  # number of a seed; no wave has it


def make_ensemble(result: Calibration) -> Ensemble:
    """The sets that are left; guesses of the region are none of them.

    Raises:
        KemitraanError: none is left.
    """
    study, problem, history = result.problem.study, result.problem, result.history
    if not len(result.members):
        raise KemitraanError(
            "no parameter set is left: no run met all targets at once; give more --runs or "
            "--waves, or look at which targets conflict"
        )
    columns = [k for k, name in enumerate(problem.names) if name not in study.guesses]
    names = tuple(problem.names[k] for k in columns)
    values = result.member_values[:, columns]
    if len(values) > MOST:
        key = replicate_seed(study.seed, _CHOICE)
        drawn = uniforms(key, 0, len(values), 1)[:, 0]
        values = values[np.sort(np.argsort(drawn, kind="stable")[:MOST])]
    entries = registry()
    out = {one.target for one in history.conflicts}
    used = problem.targets[: problem.fitted]
    about: dict[str, Any] = {
        "region": study.region.name,
        "members": len(values),
        "left": len(result.members),
        "share_left": history.share,
        "cut": history.cut,
        "targets": [t.id for k, t in enumerate(used) if k not in out],
        "left_out": [t.id for k, t in enumerate(used) if k in out],
        "informed": [n for n in result.informed if n not in study.guesses],
        **{key: result.plan[key] for key in _PLAN},
        "command": command(result),
        "digests": {
            "model": model_digest(),
            "region": study.region.digest(),
            "targets": hashlib.sha256(
                repr([(t.id, t.outcome, t.window, t.value, t.variance) for t in used]).encode()
            ).hexdigest(),
        },
        "registry": {
            name: [entries[name].value, entries[name].low, entries[name].high]
            for name in dict.fromkeys([*names, *assumed()])
        },
    }
    return Ensemble(names, values, about)


_PLAN = ("waves", "sets", "replicates", "fine_sets", "fine_scale", "scale", "firms", "months",
         "runs", "scenarios", "trials", "parameters", "seed")  # fmt: skip


def command(result: Calibration) -> str:
    """The command that gives these sets again."""
    plan = result.plan
    words = ["kemitraan", "calibrate"]
    if plan["targets_file"]:
        words += ["--targets", str(plan["targets_file"])]
    options = {
        "region": result.problem.study.region.name,
        "scale": plan["scale"],
        "waves": plan["waves"],
        "runs": plan["sets"],
        "replicates": plan["replicates"],
        "fine": plan["fine_sets"],
        "fine-scale": plan["fine_scale"],
        "parameters": plan["asked"],
        "seed": plan["seed"],
    }
    for name, value in options.items():
        words += [f"--{name}", str(value)]
    return " ".join(words)
