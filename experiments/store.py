"""A comparison as a folder: written under a temporary name, then renamed; never over another."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.ensemble_words import ensemble_record
from experiments.inputs import input_counts
from experiments.kept import command, write_beside
from experiments.stale import today
from sim.errors import KemitraanError
from sim.outcomes import windows
from sim.parameters import STALE_MONTHS, fixed_guesses, stale

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.design import Study

__all__ = [
    "SCHEMA",
    "check_target",
    "next_folder",
    "put_folder",
    "put_next_folder",
    "write_folder",
    "write_manifest",
    "write_next_folder",
    "write_scenarios",
]

RUNS = Path("runs")
SCHEMA = 2
"""Of the folder: 2 keeps ceilings, levels, assumptions and the command too."""
_PACKAGES = ("kemitraan", "numpy", "numba", "pandas", "pyarrow", "matplotlib", "scipy")
_SUMMARY = ("scenario", "outcome", "unit", "window", "level_baseline", "mean", "sim_low",
            "sim_high", "range_low", "range_high", "share_better", "pairs")  # fmt: skip


def next_folder(root: Path = RUNS, kind: str = "compare") -> Path:
    """The next free `compare-001`, `compare-002`, ... of a folder; nothing is made."""
    taken = {path.name for path in root.iterdir()} if root.is_dir() else set()
    number = 1
    while f"{kind}-{number:03d}" in taken:
        number += 1
    return root / f"{kind}-{number:03d}"


def check_target(folder: Path) -> Path:
    """A folder to write: not there yet, or empty.

    Raises:
        KemitraanError: it holds something, is a file, or cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise KemitraanError(f"--out {folder}: is a file; name a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise KemitraanError(f"--out {folder}: is there already and not empty; name a new folder")
    parent = folder.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        why = "may not be written to" if parent.is_dir() else "is a file"
        raise KemitraanError(
            f"{folder}: cannot be made, {parent.name or parent} {why}; "
            "name another place with --out, or start from another folder"
        )
    return folder


def write_folder(comparison: Comparison, target: Path, *, lang: str = "en") -> Path:
    """Writes tables, figures and the manifest, and gives the folder its name last.

    Args:
        comparison: finished.
        target: a new or empty folder; made.
        lang: language of the figures.
    """
    return put_folder(target, lambda partial: _fill(comparison, partial, lang))


def write_next_folder(comparison: Comparison, root: Path = RUNS, *, lang: str = "en") -> Path:
    """Writes the same into the next free folder of `next_folder`, and says which that was."""
    free = lambda: next_folder(root)  # noqa: E731  # looked up when called
    return put_next_folder(free, lambda partial: _fill(comparison, partial, lang))


def put_folder(target: Path, fill: Callable[[Path], None]) -> Path:
    """Fills a folder under a temporary name, and gives it its own last.

    Args:
        target: a new or empty folder; made.
        fill: writes all files into the folder it is given.
    """
    check_target(target)
    with _written(target, fill) as partial:
        if target.is_dir():
            target.rmdir()  # empty, as checked; a rename onto it fails on some systems
        partial.rename(target)
    return target


def put_next_folder(free: Callable[[], Path], fill: Callable[[Path], None]) -> Path:
    """Fills the folder that is the next free one, and says which that was.

    Free when all is written: another run may have taken the folder that was next before.
    """
    with _written(free(), fill) as partial:
        while True:
            target = free()
            try:
                partial.rename(target)
            except OSError:
                if not target.exists():  # not taken by another run in between: a real fault
                    raise
            else:
                return target


def _fill(comparison: Comparison, partial: Path, lang: str) -> None:
    _tables(comparison, partial)
    write_beside(comparison, partial)
    _scenarios(comparison, partial)
    _figures(comparison, partial / "figures", lang)
    _manifest(comparison, partial)


@contextmanager
def _written(target: Path, fill: Callable[[Path], None]) -> Iterator[Path]:
    """A folder with everything under a temporary name; removed unless it gets another one."""
    partial = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = _new_partial(target.parent, target.name)
        fill(partial)
        yield partial
    except OSError as error:
        reason = error.strerror or str(error)
        raise KemitraanError(f"{target}: cannot be written: {reason}") from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def _new_partial(parent: Path, name: str) -> Path:
    """A new folder that no other process or thread writes to."""
    number = 1
    while True:
        partial = parent / f".{name}.{os.getpid()}-{number}.partial"
        try:
            partial.mkdir()
        except FileExistsError:
            number += 1
        else:
            return partial


def _tables(comparison: Comparison, folder: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    def put(table: pa.Table, name: str) -> None:
        pq.write_table(table, folder / name, compression="zstd")

    layout, names = comparison.layout, comparison.study.names
    units, cells = len(comparison.jobs), len(layout)
    per_unit = len(names) * cells

    def repeated(values: list[str], inner: int, outer: int) -> pa.Array:
        """Each value `inner` times, all of it `outer` times, as a dictionary column."""
        words = list(dict.fromkeys(values))
        code = {word: k for k, word in enumerate(words)}
        codes = np.tile(np.repeat([code[v] for v in values], inner), outer).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words))

    columns: dict[str, pa.Array] = {
        "unit": pa.array(np.repeat(np.arange(units, dtype=np.int32), per_unit)),
        "role": repeated([job.role for job in comparison.jobs], per_unit, 1),
        "replicate": pa.array(
            np.repeat(np.array([j.replicate for j in comparison.jobs], np.int32), per_unit)
        ),
        "scenario": repeated(list(names), cells, units),
        "outcome": repeated([c.outcome for c in layout], 1, units * len(names)),
        "by": repeated([c.by for c in layout], 1, units * len(names)),
        "group": repeated([c.group for c in layout], 1, units * len(names)),
        "window": repeated([c.window for c in layout], 1, units * len(names)),
        "value": pa.array(np.concatenate([r.numbers.ravel() for r in comparison.results])),
    }
    put(pa.table(columns), "outcomes.parquet")
    put(pa.Table.from_pandas(comparison.all_effects, preserve_index=False), "effects.parquet")
    put(_design(comparison), "design.parquet")
    later = [w for w in windows(comparison.study.months) if w != "before"]
    stakeholders = comparison.stakeholders(later)
    put(pa.Table.from_pandas(stakeholders, preserve_index=False), "stakeholders.parquet")
    summary = comparison.effects(None, None)[list(_SUMMARY)]
    for name, table in (("summary", summary), ("stakeholders", stakeholders)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")


def _design(comparison: Comparison) -> Any:  # noqa: ANN401  # a pyarrow table
    """Role, replicate, seed and every varied assumption of each unit."""
    import pyarrow as pa  # noqa: PLC0415

    study, jobs = comparison.study, comparison.jobs
    columns: dict[str, list[Any]] = {
        "unit": list(range(len(jobs))),
        "role": [job.role for job in jobs],
        "replicate": [job.replicate for job in jobs],
        "seed": [str(job.seed) for job in jobs],
    }
    for name in study.varied:
        columns[name] = [job.changes.get(name, study.value(name)) for job in jobs]
    return pa.table(columns)


def _scenarios(comparison: Comparison, folder: Path) -> None:
    write_scenarios(comparison.study, folder)


def write_scenarios(study: Study, folder: Path) -> None:
    """Every value of every scenario, as run."""
    resolved = [scenario.resolved() for scenario in study.scenarios]
    _write(folder / "scenarios.resolved.json", json.dumps(resolved, indent=2, ensure_ascii=False))


def _figures(comparison: Comparison, folder: Path, lang: str) -> None:
    from experiments.figures.files import write_figures  # noqa: PLC0415  # matplotlib

    folder.mkdir()
    write_figures(comparison, folder, lang)


def _manifest(comparison: Comparison, folder: Path) -> None:
    about = {
        "kind": "compare",
        "baseline": comparison.baseline,
        "scenarios": list(comparison.scenarios),
        "uncertainty": comparison.uncertainty,
        "plan": {k: v for k, v in comparison.plan.items() if k not in ("seconds", "jobs")},
        "seed_scheme": "replicate r: sim.draws.replicate_seed(seed, r); draws keyed by entity",
        "notes": comparison.notes,
        "notes_id": comparison.notes_in("id"),
        "command": command(comparison, folder),
        "months": comparison.study.months,
        "first_month": comparison.study.first_month,
        "region_title": dict(comparison.study.region.title),
        **ensemble_record(comparison.study),
    }
    write_manifest(comparison.study, folder, about)


def write_manifest(
    study: Study | None, folder: Path, about: Mapping[str, object], packages: Sequence[str] = ()
) -> None:
    """What was run with what, and a hash of every file; no user, machine or absolute path.

    Args:
        study: what the runs shared; none where no run was the model's.
        folder: with all other files in it.
        about: what is particular to the kind of experiment.
        packages: whose versions count besides the usual ones.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    manifest = {
        "schema": SCHEMA,
        "complete": True,
        **about,
        **({} if study is None else _of_model(study)),
        "versions": {
            "python": ".".join(map(str, sys.version_info[:3])),
            **_versions((*_PACKAGES, *packages)),
        },
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
    _write(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))


def _of_model(study: Study) -> dict[str, object]:
    """What a manifest says of the model, the region and the inputs."""
    return {
        "region": study.region.name,
        "inputs": input_counts(study.region),
        "held_fixed": list(fixed_guesses()),
        "stale": {"months": STALE_MONTHS, "parameters": list(stale(today()))},
        "seed": study.seed,
        "digests": {
            "study": study.digest(),
            "region": study.region.digest(),
            "parameters": study.parameters.digest(),
            "model": model_digest(),
        },
    }


def model_digest() -> str:
    """SHA-256 over the sources of the model: equal where the same program ran."""
    root = Path(__file__).resolve().parents[1] / "sim"
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py"), key=lambda p: p.relative_to(root).as_posix()):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _versions(packages: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _write(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content + "\n")
