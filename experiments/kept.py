"""What a folder keeps beside the numbers, so that a page can be written from it alone.

Ceilings, levels, assumptions and what an effect hangs on follow from the registry and the region of
the day; a folder that named them only would say something else after the next change.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.calibration.ensemble import FILES, load_ensemble, write_ensemble
from experiments.design import FIXED_REPLICATES
from experiments.precision.tables import sureness_tables
from scenarios.faults import ScenarioError
from scenarios.region import list_regions
from scenarios.scenario import Scenario, list_scenarios, load_scenario
from sim.errors import KemitraanError
from sim.parameters import registry
from sim.parameters.programmes import GROUP as PROGRAMMES

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison
    from experiments.design import Study

__all__ = ["ASSUMPTION_COLUMNS", "assumption_table", "command", "write_beside", "write_files"]

ASSUMPTION_COLUMNS = (
    "parameter", "value", "low", "high", "unit", "kind", "varied", "assumed_by", "source", "url",
    "checked_on", "note",
)  # fmt: skip
SETS = "ensemble"
"""Folder with the ensemble, where it does not come with the program."""
OWN = "scenarios"
"""Folder with the scenario files that do not come with the program."""


def assumption_table(study: Study, uncertainty: str) -> pd.DataFrame:
    """Every figure of the registry and every guess of the region, as used.

    Those of the mentor programmes only where a scenario has places for coaching, or sets one. The
    columns are `ASSUMPTION_COLUMNS`.
    """
    import pandas as pd  # noqa: PLC0415  # loaded already by now

    rows = []
    for p in registry().values():
        by = [s for s in study.scenarios if p.name in s.assume]
        if p.group == PROGRAMMES and not (by or study.coaches):
            continue
        own = by[0].assume[p.name] if by else None
        low, high = (p.low, p.high) if own is None else (own.low, own.high)
        rows.append(
            (
                p.name,
                study.parameters[p.name],
                low,
                high,
                p.unit,
                p.kind if own is None else "assumed",
                uncertainty != "seeds" and p.name in study.varied,
                ", ".join(s.name for s in by),
                "; ".join(f"{s.title} ({s.year})" for s in p.sources)
                if own is None
                else own.source,
                "; ".join(s.url for s in p.sources if s.url) if own is None else "",
                p.checked_on.isoformat() if own is None else "",
                p.note,
            )
        )
    rows += [
        (
            g.name, g.value, g.low, g.high, g.unit, study.kind(g.name),
            uncertainty != "seeds" and g.name in study.varied, "", g.source, g.url, "", g.note,
        )
        for g in study.guesses.values()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(ASSUMPTION_COLUMNS))


def write_beside(comparison: Comparison, folder: Path) -> None:
    """Tables beside the effects as CSV, and the scenario files of one's own."""
    tables = {
        "ceiling": comparison.ceiling,
        "levels": comparison.levels(None, None),
        "hotel_states": comparison.hotel_states(None),
        "assumptions": assumption_table(comparison.study, comparison.uncertainty),
        "drivers": comparison.correlations,
        "displacement": comparison.displacement,
    }
    tables |= sureness_tables(comparison)
    if comparison.stop is not None:
        tables["precision"] = comparison.precision
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")
    write_files(comparison.study.scenarios, folder)
    _write_sets(comparison.study, folder)


def _write_sets(study: Study, folder: Path) -> None:
    """The ensemble, where it is not the one that comes with the program."""
    if study.ensemble is None:
        return
    try:
        shipped = load_ensemble()
    except KemitraanError:
        shipped = None
    if study.ensemble != shipped:
        (folder / SETS).mkdir()
        write_ensemble(study.ensemble, folder / SETS)


def write_files(scenarios: Sequence[Scenario], folder: Path) -> None:
    """The file of each scenario that does not come with the program, as it was given.

    Not where it says something else than what was run: levers set from Python, a file it extends.
    """
    for one in scenarios:
        if not one.text or _shipped(one):
            continue
        (folder / OWN).mkdir(exist_ok=True)
        path = folder / OWN / f"{one.name}.yaml"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(one.text)
        if not _same_file(one, path):
            path.unlink()
    if (folder / OWN).is_dir() and not any((folder / OWN).iterdir()):
        (folder / OWN).rmdir()


def _shipped(scenario: Scenario) -> bool:
    """Whether the name alone, for this length of run, means these rules."""
    if scenario.name not in list_scenarios():
        return False
    found = load_scenario(scenario.name, region=scenario.region, months=scenario.months)
    return found.digest() == scenario.digest()


def _same_file(scenario: Scenario, path: Path) -> bool:
    """Whether the file written for a scenario means its rules: nothing was set from outside it."""
    try:
        found = load_scenario(path, region=scenario.region, months=scenario.months)
    except ScenarioError:
        return False
    return found.digest() == scenario.digest()


def command(comparison: Comparison, folder: Path) -> dict[str, object]:
    """The command that gives these numbers again, and what it needs besides.

    Args:
        comparison: finished.
        folder: where its scenario files were written, see `write_files`.

    Returns:
        `words` of the command; `files` of the folder that it reads; `missing`: scenarios whose
        rules no file holds (set from Python, or in a file that extends another one), and the
        region if it does not come with the program.
    """
    study, plan = comparison.study, comparison.plan
    shown, files, missing = [], [], []
    for one in study.scenarios:
        if _shipped(one):
            shown.append(one.name)
            continue
        path = f"{OWN}/{one.name}.yaml"
        if (folder / path).is_file():
            shown.append(path)
            files.append(path)
        else:
            shown.append(one.name)
            missing.append(one.name)
    if study.region.name not in list_regions():
        missing.append(study.region.name)
    if (folder / SETS).is_dir():
        files += [f"{SETS}/{name}" for name in FILES]
    words = ["kemitraan", "compare", *shown[1:], "--baseline", shown[0]]
    options = {
        "region": study.region.name,
        "scale": study.scale,
        "months": study.months,
        "replicates": plan["pairs"],
        "seed": study.seed,
        "uncertainty": comparison.uncertainty,
    }
    if "equal_budget" in plan:
        options["equal-budget"] = plan["equal_budget"]
    if (folder / SETS).is_dir():
        options["ensemble"] = SETS
    if comparison.stop is not None:
        looks = comparison.stop.precision.looks
        options |= {"replicates": looks[0], "max-replicates": looks[-1]}
    for name, value in options.items():
        words += [f"--{name}", str(value)]
    asked = () if comparison.stop is None else comparison.stop.precision.asked
    words += [word for text in asked for word in ("--precision", text)]
    extra = 0 if comparison.uncertainty == "seeds" else int(str(plan["extra_pairs"])) // 3
    return {
        "words": words,
        "files": files,
        "missing": missing,
        # Only Python can ask for another number.
        **({} if extra in (0, FIXED_REPLICATES) else {"fixed_replicates": extra}),
    }
