"""`kemitraan check FILE...`: every fault of scenario files, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, language
from experiments.cli.output import message, print_json

if TYPE_CHECKING:
    from scenarios.faults import Fault
    from scenarios.scenario import Scenario

__all__ = ["check"]


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Scenario files or names.")],
    *,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Check scenario files and print 'ok' for each good one; exit code 2 if any has a fault."""
    from experiments.cli.speech import error_words  # noqa: PLC0415
    from scenarios.faults import ScenarioError, format_faults  # noqa: PLC0415  # YAML only now
    from scenarios.scenario import load_scenario  # noqa: PLC0415

    speech = language(lang)
    found = []
    for file in files:
        try:
            faults = _region_faults(file, load_scenario(file))
        except ScenarioError as error:
            faults = list(error.faults)
        found.append((file, faults))
    if json:
        print_json(
            [
                {
                    "file": file,
                    "ok": not faults,
                    "faults": [
                        {
                            "file": fault.file,
                            "line": fault.line,
                            "column": fault.column,
                            "key": fault.key,
                            "message": fault.message,
                        }
                        for fault in faults
                    ],
                }
                for file, faults in found
            ]
        )
    else:
        for file, faults in found:
            if faults:
                message(error_words(format_faults(faults), speech))
            else:
                print(f"{file}: ok")
    if any(faults for _, faults in found):
        raise typer.Exit(2)


def _region_faults(file: str, scenario: Scenario) -> list[Fault]:
    """A region that is neither shipped nor a folder: found now, not at the first run."""
    from scenarios.faults import Fault, did_you_mean  # noqa: PLC0415
    from scenarios.region import list_regions  # noqa: PLC0415

    name = scenario.region
    if name in list_regions() or Path(name).exists():
        return []
    hint = did_you_mean(name, list_regions())
    origin = scenario.origin["region"]
    text = f"no region or folder {name!r}{hint}"
    place, _, line = origin.rpartition(":")
    if place == Path(file).name and line.isdigit():
        return [_at_value(file, int(line), name, text, scenario.text)]
    return [Fault(file, 0, 0, "region", text)]


def _at_value(file: str, line: int, value: str, text: str, source: str) -> Fault:
    from scenarios.faults import Fault  # noqa: PLC0415

    row = source.splitlines()[line - 1]
    column = max(row.find(value), 0) + 1
    return Fault(file, line, column, "region", text, row, len(value))
