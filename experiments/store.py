"""What a folder of results holds: tables, figures and the manifest; never written over another."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.batch.ended import BatchError, Interrupted, resume_words
from experiments.ensemble_words import ensemble_record
from experiments.kept import command, write_beside
from experiments.standing import standing
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.design import Study

__all__ = [
    "SCHEMA",
    "about",
    "check_target",
    "fill",
    "kept",
    "make_folder",
    "make_next_folder",
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
_FEW = 16
_VALUE_COLUMNS = ("unit", "role", "replicate", "scenario", "outcome", "by", "group", "window",
                  "value")  # fmt: skip
_SUMMARY = ("scenario", "outcome", "unit", "window", "level_baseline", "mean", "sim_low",
            "sim_high", "range_low", "range_high", "share_better", "pairs")  # fmt: skip


def next_folder(root: Path = RUNS, kind: str = "compare") -> Path:
    """The next free `compare-001`, `compare-002`, ... of a folder; nothing is made."""
    taken = {path.name for path in root.iterdir()} if root.is_dir() else set()
    number = 1
    while f"{kind}-{number:03d}" in taken:
        number += 1
    return root / f"{kind}-{number:03d}"


def check_target(folder: Path, begun: Collection[str] = ()) -> Path:
    """A folder to write: not there yet, or empty.

    Args:
        folder: to be written.
        begun: names of files that do not count: beginnings of an experiment that was killed before
            its first run.

    Raises:
        KemitraanError: it holds something, is a file, or cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise KemitraanError(f"--out {folder}: is a file; name a new folder")
    if folder.is_dir() and any(path.name not in begun for path in folder.iterdir()):
        raise KemitraanError(_taken(folder))
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


def _taken(folder: Path) -> str:
    """Why a folder that holds something is refused."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        unfinished = "batch" in manifest and not manifest.get("complete")
    except (OSError, ValueError, TypeError, AttributeError):
        unfinished = False
    if unfinished:
        return (
            f"--out {folder}: holds an experiment that is not complete; name a new folder, or go "
            f"on with it: {resume_words(folder)}"
        )
    return f"--out {folder}: is there already and not empty; name a new folder"


def write_folder(comparison: Comparison, target: Path, *, lang: str = "en") -> Path:
    """Writes runs, tables, figures and the manifest; nothing stays where that fails.

    Args:
        comparison: finished.
        target: a new or empty folder; made.
        lang: language of the figures.
    """
    from experiments.compare_batch import keep  # noqa: PLC0415  # needs this module

    check_target(target)
    return kept(lambda: make_folder(target), lambda folder: keep(comparison, folder, lang))


def write_next_folder(comparison: Comparison, root: Path = RUNS, *, lang: str = "en") -> Path:
    """Writes the same into the next free folder of `next_folder`, and says which that was."""
    from experiments.compare_batch import keep  # noqa: PLC0415  # needs this module

    return kept(lambda: make_next_folder(root), lambda folder: keep(comparison, folder, lang))


def make_folder(target: Path) -> Path:
    """Makes a folder if it is not there.

    Raises:
        KemitraanError: it cannot be made.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KemitraanError(f"{target}: cannot be made: {error.strerror or error}") from error
    return target


def make_next_folder(root: Path = RUNS, kind: str = "compare") -> Path:
    """Makes the next free `compare-001`, `compare-002`, ...; nobody else gets the same.

    Raises:
        KemitraanError: it cannot be made.
    """
    make_folder(root)
    while True:
        target = next_folder(root, kind)
        try:
            target.mkdir()
        except FileExistsError:  # another run was quicker
            continue
        except OSError as error:
            raise KemitraanError(f"{target}: cannot be made: {error.strerror or error}") from error
        return target


def kept(make: Callable[[], Path], keep: Callable[[Path], None]) -> Path:
    """A folder with what is kept in memory; gone again where writing fails."""
    folder = make()
    try:
        keep(folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        # The folder is gone: nothing that could be gone on with may be named.
        if isinstance(error, Interrupted):
            raise KeyboardInterrupt from error
        if isinstance(error, BatchError) and isinstance(error.__cause__, OSError):
            cause = error.__cause__
            why = f"{folder}: cannot be written: {cause.strerror or cause}"
            raise BatchError(why) from cause
        raise
    return folder


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


def fill(comparison: Comparison, folder: Path, lang: str) -> None:
    """Writes all that follows from the runs of a comparison into an empty folder."""
    _tables(comparison, folder)
    write_beside(comparison, folder)
    _scenarios(comparison, folder)
    _figures(comparison, folder / "figures", lang)


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

    _values(comparison, folder / "outcomes.parquet")
    put(pa.Table.from_pandas(comparison.all_effects, preserve_index=False), "effects.parquet")
    later = [w for w in windows(comparison.study.months) if w != "before"]
    stakeholders = comparison.stakeholders(later)
    put(pa.Table.from_pandas(stakeholders, preserve_index=False), "stakeholders.parquet")
    summary = comparison.effects(None, None)[list(_SUMMARY)]
    for name, table in (("summary", summary), ("stakeholders", stakeholders)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")


def _values(comparison: Comparison, path: Path) -> None:
    """Every value of every run, a few runs at a time."""
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    layout, names = comparison.layout, comparison.study.names
    per_unit = len(names) * len(layout)

    def repeated(values: list[str], inner: int, outer: int) -> pa.Array:
        """Each value `inner` times, all of it `outer` times, as a dictionary column."""
        words = list(dict.fromkeys(values))
        code = {word: k for k, word in enumerate(words)}
        codes = np.tile(np.repeat([code[v] for v in values], inner), outer).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words))

    cells = {key: [getattr(c, key) for c in layout] for key in ("outcome", "by", "group", "window")}
    runs = comparison.runs
    writer = None
    try:
        for start in range(0, len(runs), _FEW):
            some = slice(start, start + _FEW)
            few = runs[some]
            jobs = comparison.jobs[some]
            numbers = [result.numbers.ravel() for result in comparison.results[some]]
            columns: dict[str, pa.Array] = {
                "unit": pa.array(np.repeat(np.array(few, dtype=np.int32), per_unit)),
                "role": repeated([job.role for job in jobs], per_unit, 1),
                "replicate": pa.array(
                    np.repeat(np.array([j.replicate for j in jobs], np.int32), per_unit)
                ),
                "scenario": repeated(list(names), len(layout), len(few)),
                **{key: repeated(own, 1, len(few) * len(names)) for key, own in cells.items()},
                "value": pa.array(np.concatenate(numbers)),
            }
            table = pa.table({key: columns[key] for key in _VALUE_COLUMNS})
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


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


def about(comparison: Comparison, folder: Path) -> dict[str, object]:
    """What the manifest says of a comparison, once its other files are in the folder."""
    return {
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
        **({} if comparison.stop is None else {"precision": comparison.stop.plain()}),
        **ensemble_record(comparison.study),
        **standing(comparison.study),
    }


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
        **standing(study, packages),
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
    _write(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))


def _write(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content + "\n")
