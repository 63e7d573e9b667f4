"""`reproduce`: a pack's experiment done again by the program that stands here, and compared."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from experiments.batch.atomic import digest_of
from experiments.batch.chunks import Chunks
from experiments.batch.failure import Failure
from experiments.batch.manifest import MANIFEST, read_manifest
from experiments.batch.pool import LocalPool
from experiments.batch.reading import read_block
from experiments.batch.record import MAIN, Floats, Layout
from experiments.batch.task import Task
from experiments.limits import MOST_JOBS, whole
from experiments.packing.numbers import Agreement, agreement, rows_of_runs, table_agreement
from experiments.packing.opened import Pack, open_pack
from experiments.packing.records import FAILED, digest_of_record
from experiments.packing.replay import replay_of
from experiments.packing.standing import Standing, standing_of
from experiments.store import check_target, make_folder
from sim.errors import KemitraanError

__all__ = ["Reproduction", "find_function", "reproduce"]

IDENTICAL, WITHIN, DIFFERENT, OTHER_CODE = "identical", "within error", "different", "other code"


@dataclass(frozen=True)
class Reproduction:
    """What doing a pack's experiment again has shown.

    Attributes:
        pack: the zip.
        name: of the experiment.
        verdict: "identical", "within error", "different", or "other code": nothing was run, since
            the program here is not the packed one.
        standing: how the program here differs from the packed one.
        hashed: files of the pack that were hashed and are as they were packed.
        runs: that were done again.
        of: runs of the experiment.
        same: of what was done again, files (runs, where only some were done) that are the same.
        differs: names of files, or numbers of runs, that are not.
        not_made: files of the folder that the experiment itself does not write, such as a page.
        agreement: of the numbers, where not all is the same; none if they cannot be compared.
        folder: with all of it, if it was asked for.
    """

    pack: Path
    name: str
    verdict: str
    standing: Standing
    hashed: int
    runs: int
    of: int
    same: int = 0
    differs: tuple[str, ...] = ()
    not_made: tuple[str, ...] = ()
    agreement: Agreement | None = None
    folder: Path | None = None

    @property
    def good(self) -> bool:
        """Whether the experiment came out again: identical, or within Monte Carlo error."""
        return self.verdict in (IDENTICAL, WITHIN)

    @property
    def sampled(self) -> bool:
        """Whether only some runs were done."""
        return self.runs < self.of


def reproduce(
    pack: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    jobs: int | None = None,
    share: float | None = None,
    runs: int | None = None,
    function: Callable[..., Any] | None = None,
    any_code: bool = False,
    quiet: bool = False,
) -> Reproduction:
    """Checks a pack, does its experiment again and compares.

    Nothing that the pack holds is executed: the program that stands here runs, with the pack's
    inputs. Where its sources are others than those that made the runs, nothing is run.

    Args:
        pack: zip that `pack` wrote.
        out: a new folder that keeps the experiment; thrown away if none.
        jobs: processes; as many as there are processors if none.
        share: of the runs to do, above 0 and at most 1; all with their tables if neither this nor
            `runs` is given.
        runs: number of runs to do, drawn by the hash of their names.
        function: that the experiment studies, if it does not study the model.
        any_code: runs the program here although it is another one.
        quiet: no progress on stderr.

    Raises:
        KemitraanError: no pack, a damaged or changed one, or wrong use.
    """
    from experiments.runner import default_jobs  # noqa: PLC0415  # numba

    path = Path(pack)
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    if share is not None and runs is not None:
        raise KemitraanError("--share and --runs: give one of them")
    if out is not None:
        if share is not None or runs is not None:
            raise KemitraanError("--out: keeps a whole experiment; leave --share and --runs out")
        check_target(Path(out))
    with tempfile.TemporaryDirectory(prefix="kemitraan-", ignore_cleanup_errors=True) as aside:
        root = Path(aside) / "pack"
        root.mkdir()
        opened = open_pack(path, root)
        count = _how_many(len(opened.records), share, runs)
        replay = replay_of(opened.experiment, function, quiet=quiet)
        standing = standing_of(opened, replay.task)
        common: dict[str, Any] = {
            "pack": path, "name": str(opened.about["name"]), "standing": standing,
            "hashed": opened.files, "of": len(opened.records),
        }  # fmt: skip
        if standing.model and not any_code:
            return Reproduction(verdict=OTHER_CODE, runs=0, **common)
        if count is not None:
            return _sample(opened, replay.task, standing, count, workers, common)
        folder = Path(aside) / "again" if out is None else Path(out)
        replay.into(make_folder(folder), workers)
        found = _compare(opened, replay.task.layout, standing, folder, common)
        return found if out is not None else _without_folder(found)


def find_function(asked: str) -> Callable[..., Any]:
    """A function by `module:name`.

    Raises:
        KemitraanError: it cannot be imported, or is none.
    """
    module, _, name = asked.partition(":")
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise KemitraanError(f"--function {asked}: cannot be imported: {error}") from error
    if not callable(found):
        raise KemitraanError(f"--function {asked}: is no function")
    return found  # type: ignore[no-any-return]


# -- inside


def _without_folder(found: Reproduction) -> Reproduction:
    from dataclasses import replace  # noqa: PLC0415

    return replace(found, folder=None)


def _how_many(of: int, share: float | None, runs: int | None) -> int | None:
    """Runs of a sample; none for all.

    Raises:
        KemitraanError: out of range.
    """
    if share is not None:
        if not 0 < share <= 1:
            raise KemitraanError(f"--share {share:g}: is outside 0..1; 0.1 does one run in ten")
        return max(1, round(share * of))
    if runs is not None:
        count = whole(runs, "--runs", 1, of)
        if not 1 <= count <= of:
            raise KemitraanError(f"--runs {count}: is outside 1..{of}, the runs of the experiment")
        return count
    return None


def _compare(
    pack: Pack, layout: Layout, standing: Standing, folder: Path, common: dict[str, Any]
) -> Reproduction:
    """All files by their hashes; numbers where these differ."""
    before, now = pack.manifest, read_manifest(folder)
    names = sorted({*before["files"], *now["files"]})
    differs = [n for n in names if before["files"].get(n) != now["files"].get(n)]
    if digest_of(pack.experiment / MANIFEST) != digest_of(folder / MANIFEST):
        differs.append(MANIFEST)
    listed = {p.relative_to(pack.experiment).as_posix() for p in pack.experiment.rglob("*")
              if p.is_file()}  # fmt: skip
    told = {*names, *before.get("apart", ()), MANIFEST, "checksums.sha256"}
    found = _numbers(pack, layout, folder) if differs else None
    verdict = IDENTICAL
    if differs:
        excused = not standing.same and found is not None and found.within
        verdict = WITHIN if excused else DIFFERENT
    return Reproduction(
        verdict=verdict,
        runs=len(pack.records),
        same=len(names) + 1 - len(differs),
        differs=tuple(differs),
        not_made=tuple(sorted(listed - told)),
        agreement=found,
        folder=folder,
        **common,
    )


def _numbers(pack: Pack, layout: Layout, folder: Path) -> Agreement | None:
    """How far the numbers agree, from runs or, without them, from tables."""
    if not pack.with_runs:
        return table_agreement(pack.experiment, folder)
    count = len(pack.records)
    runs = range(count)
    blocks = (read_block(place, layout, count, MAIN) for place in (pack.experiment, folder))
    before, now = (rows_of_runs(block, runs) for block in blocks)
    return agreement(before, now)


def _sample(
    pack: Pack,
    task: Task,
    standing: Standing,
    count: int,
    workers: int,
    common: dict[str, Any],
) -> Reproduction:
    """Some runs, by the hashes of their records."""
    runs = _drawn(pack, count)
    pool = LocalPool(min(workers, count))
    chunks = Chunks(runs, task.jobs, total=count, workers=pool.workers)
    now: dict[int, Floats] = {}
    failed: dict[int, Failure] = {}
    with closing(pool.run(task.work(), chunks)) as stream:  # type: ignore[type-var]
        for outcomes in stream:
            for run, result, _ in outcomes:
                if isinstance(result, Failure):
                    failed[run] = result
                else:
                    now[run] = result
    digests = dict.fromkeys(failed, FAILED)
    digests |= {run: digest_of_record(record) for run, record in now.items()}
    differs = [run for run in sorted(runs) if digests[run] != pack.records[run][1]]
    found = None
    if differs and pack.with_runs:
        width = task.layout.block(MAIN).size
        fresh = np.full((count, width), np.nan)
        for row, run in enumerate(sorted(runs)):
            if run in now:
                fresh[row] = now[run][:width]
        old = read_block(pack.experiment, task.layout, len(pack.records), MAIN)
        found = agreement(rows_of_runs(old, sorted(runs)), fresh)
    excused = not standing.same and found is not None and found.within
    verdict = IDENTICAL if not differs else WITHIN if excused else DIFFERENT
    return Reproduction(
        verdict=verdict,
        runs=count,
        same=count - len(differs),
        differs=tuple(map(str, differs)),
        agreement=found,
        **common,
    )


def _drawn(pack: Pack, count: int) -> Sequence[int]:
    """Runs that nobody chose: those whose names have the lowest hashes."""
    keys = [hashlib.sha256(name.encode()).digest() for name, _ in pack.records]
    return sorted(range(len(keys)), key=keys.__getitem__)[:count]
