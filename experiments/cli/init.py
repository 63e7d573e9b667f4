"""`kemitraan init FILE --from SCENARIO`: a commented scenario file to start from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import LangOption, language
from experiments.cli.output import message
from experiments.words import say
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from scenarios.scenario import Scenario
    from sim.parameters import Lever

__all__ = ["init"]


def init(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="The new file, such as rule.yaml.")
    ] = None,
    *,
    parent: Annotated[
        str, typer.Option("--from", metavar="SCENARIO", help="The shipped scenario it extends.")
    ] = "mandated_hotel_partnership",
    region: Annotated[
        str | None,
        typer.Option(
            "--region", metavar="FOLDER", help="Write a region of your own instead: five files."
        ),
    ] = None,
    trial: Annotated[
        str | None,
        typer.Option("--trial", metavar="TRIAL", help="Write a trial file like this one instead."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Write a scenario file that extends another, a trial file, or the files of a region."""
    speech = language(lang)
    if region is not None:
        if file is not None:
            raise KemitraanError("give either a scenario's FILE or --region FOLDER")
        _write_region(region, speech)
        return
    if file is None:
        raise KemitraanError("give the new file, such as rule.yaml; or --region FOLDER")
    from scenarios.scenario import list_scenarios, load_scenario  # noqa: PLC0415  # YAML only now

    path = Path(file)
    if path.suffix not in (".yaml", ".yml"):
        raise KemitraanError(f"{file}: a scenario file ends in .yaml; write {path.stem}.yaml")
    if not path.parent.is_dir():
        raise KemitraanError(f"{file}: there is no folder {path.parent}; make it first")
    if parent not in list_scenarios():
        known = ", ".join(list_scenarios())
        raise KemitraanError(f"--from {parent}: no shipped scenario of this name; known: {known}")
    if trial is not None:
        text = _trial(_name(path.stem), trial)
    else:
        text = starter(_name(path.stem), load_scenario(parent))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    except FileExistsError:
        raise KemitraanError(f"{file}: is there already; choose another name") from None
    except OSError as error:
        raise KemitraanError(f"{file}: cannot be written: {error.strerror}") from error
    quoted = f'"{file}"' if " " in file else file
    key = "init_wrote" if trial is None else "init_wrote_trial"
    message(say(key, speech, file=file, quoted=quoted))


def _trial(name: str, like: str) -> str:
    """The text of a shipped trial under another name.

    Raises:
        KemitraanError: there is no such trial.
    """
    from scenarios.trial_reader import TRIALS, list_trials  # noqa: PLC0415

    if like not in list_trials():
        known = ", ".join(list_trials())
        raise KemitraanError(f"--trial {like}: no shipped trial of this name; known: {known}")
    text = (TRIALS / f"{like}.yaml").read_text(encoding="utf-8")
    return re.sub(r"^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE)


def _write_region(folder: str, speech: str) -> None:
    """The five files of a region, into a new or empty folder."""
    from scenarios.own_skeleton import skeleton  # noqa: PLC0415

    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise KemitraanError(f"--region {folder}: is a file; name a new folder")
    if path.is_dir() and any(path.iterdir()):
        raise KemitraanError(
            f"--region {folder}: is there already and not empty; name a new folder"
        )
    if not path.parent.is_dir():
        raise KemitraanError(f"--region {folder}: there is no folder {path.parent}; make it first")
    texts = skeleton(_name(path.resolve().name), folder)
    try:
        path.mkdir(exist_ok=True)
        for name, text in texts.items():
            with (path / name).open("x", encoding="utf-8", newline="\n") as target:
                target.write(text)
    except OSError as error:
        raise KemitraanError(f"--region {folder}: cannot be written: {error.strerror}") from error
    quoted = f'"{folder}"' if " " in folder else folder
    files = ", ".join(texts)
    message(say("init_wrote_region", speech, files=files, folder=folder, quoted=quoted))


def _name(stem: str) -> str:
    """A scenario's name from a file's: lower-case letters, digits and underscores."""
    name = re.sub(r"[^a-z0-9_]+", "_", stem.lower()).strip("_")[:64]
    return name if re.match(r"[a-z]", name) else f"scenario_{name}".rstrip("_")[:64]


def starter(name: str, parent: Scenario) -> str:
    """The text of a new scenario file; it is complete as it stands."""
    from scenarios.schema import plain  # noqa: PLC0415
    from sim.parameters import levers  # noqa: PLC0415

    lines = [
        f"# {name}: starts as {parent.name}.",
        "# What is not written here is inherited from it.",
        "# Take the '# ' away before a line to change its value, then run: kemitraan check",
        f"name: {name}",
        f"# title: {{en: ..., id: ...}}     # shown instead of {name}",
        f"extends: {parent.name}",
        f"region: {parent.region}",
        "# instrument: perbup            # memorandum | perbup | perda: printed, changes no rule",
        *_budget_lines(parent),
        "levers:",
    ]
    group = ""
    for lever in levers().values():
        setting = parent.levers.get(lever.name)
        if setting is None:
            continue
        if lever.group != group:
            group = lever.group
            lines.append(f"#   {group}:")
            start, end = parent.calendar(setting.start), parent.calendar(setting.end)
            lines.append(f"#     start: {start}".ljust(44) + "# YYYY-MM, or a month number")
            lines.append(f"#     ramp_months: {setting.ramp_months}")
            lines.append(f"#     end: {end}".ljust(44) + "# the last month it holds")
        if lever.kind == "list":
            lines.append("#     # the goods there are: kemitraan list levers --json")
        line = f"#     {lever.key}: {plain(setting.value)}"
        limits = _limits(lever)
        lines.append(line.ljust(44) + f"# {limits}" if limits else line)
    lines += [
        "# assume:                        # your own figures instead of the registry's",
        '#   displacement: {range: [0.2, 0.8], source: "who says so, and when"}',
    ]
    return "\n".join(lines) + "\n"


def _budget_lines(parent: Scenario) -> list[str]:
    """The budget as a comment: money that sizes levers instead of values of their own."""
    from scenarios.schema import PRICE_YEAR  # noqa: PLC0415

    if parent.budget is None:
        return []
    spend_on = ", ".join(parent.budget.spend_on)
    return [
        f"# budget: {{million_rp_per_year: 2000}}   # prices of {PRICE_YEAR}; sizes {spend_on}",
        "# shocks: [{month: 2028-03, months: 6, sector: all, size: -0.3}]   # 30 % less spending",
    ]


def _limits(lever: Lever) -> str:
    from scenarios.schema import plain  # noqa: PLC0415

    if lever.low is None:
        return " | ".join(lever.choices) if lever.kind == "choice" else ""
    if lever.whole:
        return lever.unit
    return f"{plain(lever.low)} to {plain(lever.high)}, {lever.unit}"
