"""What `compare` and `plan` are asked: the same words mean the same."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import whole

__all__ = [
    "BaselineOption", "EnsembleOption", "EqualBudgetOption", "MaxReplicatesOption",
    "PrecisionOption", "ReplicatesOption", "ScaleOption", "ScenariosArgument", "UncertaintyOption",
]  # fmt: skip

ScenariosArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCENARIO",
        help="Names or files; without: the eight headline scenarios, from no_policy to bundle.",
    ),
]
BaselineOption = Annotated[
    str, typer.Option("--baseline", help="What they are compared with.", metavar="SCENARIO")
]
UncertaintyOption = Annotated[
    str,
    typer.Option(
        "--uncertainty",
        help="ensemble (assumptions figures leave), parameters (all they may be) or seeds.",
        metavar="WHAT",
    ),
]
EnsembleOption = Annotated[
    str | None,
    typer.Option(
        "--ensemble",
        help="Folder of a calibration, for that; the project's own if none.",
        metavar="FOLDER",
    ),
]
ReplicatesOption = Annotated[
    int, typer.Option("--replicates", help="Pairs of runs.", parser=whole, metavar="N")
]
PrecisionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--precision",
        help="Add pairs until effects are known so well: 'profit: sign', 'profit: 5% of effect', "
        "'jobs: 200'; may stand several times.",
        metavar="WHAT",
    ),
]
MaxReplicatesOption = Annotated[
    int | None,
    typer.Option(
        "--max-replicates",
        help="Pairs at which --precision ends in any case; 1,024 if none.",
        parser=whole,
        metavar="N",
    ),
]
ScaleOption = Annotated[
    str, typer.Option("--scale", help="Simulate every so many-th firm; or auto.", metavar="N")
]
EqualBudgetOption = Annotated[
    str | None,
    typer.Option(
        "--equal-budget",
        help="Size every scenario to this expected public cost, million Rp a year; without a "
        "number to that of the first scenario.",
        metavar="[N]",
    ),
]
