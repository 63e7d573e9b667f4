"""`kemitraan check FILE...`: every fault of scenario files, before anything runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, language
from experiments.cli.output import message, print_json, warn_of_stale

if TYPE_CHECKING:
    from scenarios.faults import Fault

__all__ = ["check"]


def check(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Files of scenarios or trials, their names, or folders of regions."
        ),
    ],
    *,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Check scenarios, trials and regions: 'ok' for each good one, exit code 2 with any fault."""
    from experiments.budget import load_scenario  # noqa: PLC0415
    from experiments.cli.speech import error_words  # noqa: PLC0415
    from scenarios.faults import ScenarioError, format_faults  # noqa: PLC0415  # YAML only now

    speech = language(lang)
    found: list[tuple[str, list[Fault]]] = []
    said: dict[str, str] = {}  # of regions, whose columns have names
    for file in files:
        if _is_region(file):
            faults, said[file] = _check_region(file, speech)
        elif _is_trial(file):
            faults = _check_trial(file)
        else:
            try:
                load_scenario(file)
                faults = []
            except ScenarioError as error:
                faults = list(error.faults)
            faults = _with_region(faults, file)
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
                message(error_words(said.get(file) or format_faults(faults), speech))
            else:
                print("\n".join([f"{file}: ok", *([said[file]] if file in said else [])]))
    warn_of_stale(speech)
    if any(faults for _, faults in found):
        raise typer.Exit(2)


def _is_region(file: str) -> bool:
    """Whether a folder, or the region.yaml in it, is meant; a scenario's name is a scenario's."""
    from scenarios.region import list_regions  # noqa: PLC0415
    from scenarios.scenario import list_scenarios  # noqa: PLC0415

    if file in list_scenarios():
        return False
    path = Path(file)
    return file in list_regions() or path.is_dir() or path.name == "region.yaml"


def _is_trial(file: str) -> bool:
    """Whether a file says what firms get, or a shipped trial is meant; a scenario's name wins."""
    from scenarios.scenario import list_scenarios  # noqa: PLC0415
    from scenarios.trial_reader import list_trials  # noqa: PLC0415

    if file in list_scenarios():
        return False
    if file in list_trials():
        return True
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):  # its faults are told where it is read
        return False
    return re.search(r"^treatment\s*:", text, re.MULTILINE) is not None


def _check_trial(file: str) -> list[Fault]:
    from experiments.trials.files import load_trial  # noqa: PLC0415
    from scenarios.faults import Fault, ScenarioError  # noqa: PLC0415
    from scenarios.region import RegionError, load_region  # noqa: PLC0415

    try:
        trial = load_trial(file)
    except ScenarioError as error:
        return list(error.faults)
    try:
        load_region(trial.region)
    except RegionError as error:
        return [Fault(file, 0, 0, "region", str(error))]
    return []


def _check_region(file: str, speech: str) -> tuple[list[Fault], str]:
    """Faults of a region's files, and how a screen shows them; without any, what it is made of."""
    from experiments.inputs import inputs_line  # noqa: PLC0415  # pandas
    from scenarios.faults import Fault  # noqa: PLC0415
    from scenarios.region import RegionError, load_region  # noqa: PLC0415

    try:
        region = load_region(file)
    except RegionError as error:
        if not error.faults:
            _, _, text = str(error).partition(f"{file}: ")
            return [Fault(file, 0, 0, "", text or str(error))], str(error)
        # A column of a table has a name and no number: it stands in the key's place.
        return [
            Fault(
                fault.file,
                fault.line,
                fault.column if isinstance(fault.column, int) else 0,
                fault.key or (fault.column if isinstance(fault.column, str) else ""),
                fault.message,
            )
            for fault in error.faults
        ], str(error)
    lines = [f"  {inputs_line(region, speech)}", *(f"  {note}" for note in region.notes)]
    return [], "\n".join(lines)


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # too long for a name, or nothing that could be one
        return False


def _with_region(faults: list[Fault], file: str) -> list[Fault]:
    """The faults, and a region that is neither shipped nor a folder: found now, not in a run."""
    from scenarios.faults import Fault, ScenarioError, did_you_mean  # noqa: PLC0415
    from scenarios.region import list_regions  # noqa: PLC0415
    from scenarios.scenario import region_written  # noqa: PLC0415

    try:
        found = region_written(file)
    except ScenarioError:  # no such file, as its fault says already
        return faults
    if found is None or found.value in list_regions() or _exists(found.value):
        return faults
    text = f"no region or folder {found.value!r}{did_you_mean(found.value, list_regions())}"
    node, lines = found.node, found.document.lines
    row = lines[node.line - 1] if 0 < node.line <= len(lines) else ""
    fault = Fault(found.document.label, node.line, node.column, "region", text, row, node.width)
    # In its place among those of its own file, which come by line.
    own = [k for k, one in enumerate(faults) if one.file == fault.file]
    before = [k for k in own if (faults[k].line, faults[k].column) <= (fault.line, fault.column)]
    at = before[-1] + 1 if before else own[0] if own else len(faults)
    return [*faults[:at], fault, *faults[at:]]
