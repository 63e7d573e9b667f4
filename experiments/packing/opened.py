"""A pack unpacked and checked: every hash, and that its parts belong together. Nothing is run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.batch.atomic import digest_of
from experiments.batch.checksums import CHECKSUMS, read_checksums
from experiments.batch.manifest import MANIFEST, PROGRAM, needed_runs, read_manifest
from experiments.batch.parts import PARTS
from experiments.batch.program import Program
from experiments.batch.sources import PACKAGES, source_digest
from experiments.packing.archive import extract
from experiments.packing.make import EXPERIMENT, OUTCOMES, PACK, SCHEMA, read_program
from experiments.packing.records import RECORDS, Record, read_records_file
from sim.errors import KemitraanError

__all__ = ["Pack", "open_pack"]

_SHOWN = 5


@dataclass(frozen=True)
class Pack:
    """A pack whose files are as they were packed.

    Attributes:
        root: folder it is unpacked into.
        about: what `pack.json` says.
        manifest: of the experiment.
        program: that made the runs.
        records: name and hash of every run.
        files: that were hashed.
    """

    root: Path
    about: Mapping[str, Any]
    manifest: Mapping[str, Any]
    program: Program
    records: list[Record]
    files: int

    @property
    def experiment(self) -> Path:
        """The experiment's folder, perhaps without its runs."""
        return self.root / EXPERIMENT

    @property
    def with_runs(self) -> bool:
        """Whether the runs are there."""
        return not self.about["left_out"]

    @property
    def wheel(self) -> Path:
        """The packed program."""
        return self.root / str(self.about["program"]["wheel"])

    def code(self) -> dict[str, str]:
        """Digest of every source and data file of the packed program."""
        with zipfile.ZipFile(self.wheel) as archive:
            return {
                name: source_digest(archive.read(name))
                for name in archive.namelist()
                if name.partition("/")[0] in PACKAGES
            }


def open_pack(path: Path, root: Path) -> Pack:
    """Unpacks and checks.

    Args:
        path: of the zip.
        root: an empty folder.

    Raises:
        KemitraanError: it is no pack, or not as it was packed; with what is wrong.
    """
    names = extract(path, root)
    try:
        return _checked(path, root, names)
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        told = f"{type(error).__name__}: {error}".replace(str(root), "").strip()
        raise KemitraanError(
            f"{path}: is no pack of kemitraan, or a damaged one: {told}"
        ) from error


def _checked(path: Path, root: Path, names: list[str]) -> Pack:
    if PACK not in names or CHECKSUMS not in names:
        raise KemitraanError(f"{path}: has no {PACK} or no {CHECKSUMS}; no pack of kemitraan")
    listed = read_checksums(root)
    if listed is None:
        raise KemitraanError(f"{path}: {CHECKSUMS} was changed")
    there = {*names} - {CHECKSUMS}
    _refuse(path, "is missing", sorted({*listed} - there))
    _refuse(path, "is not listed in " + CHECKSUMS, sorted(there - {*listed}))
    _refuse(path, "was changed", [n for n in sorted(there) if digest_of(root / n) != listed[n]])
    about = json.loads((root / PACK).read_text(encoding="utf-8"))
    if about["schema"] != SCHEMA:
        raise KemitraanError(
            f"{path}: is a pack of schema {about['schema']}, and this version reads {SCHEMA}; use "
            "the version that is packed in it"
        )
    experiment = root / EXPERIMENT
    manifest = read_manifest(experiment)
    _check_experiment(path, experiment, manifest, about["left_out"])
    found = Pack(
        root,
        about,
        manifest,
        read_program(experiment),
        read_records_file(root / RECORDS, needed_runs(manifest)),
        len(there),
    )
    if about["program"]["wheel"] not in there:
        raise KemitraanError(f"{path}: holds no program")
    code = found.code()
    ours = {n: s for n, s in found.program.sources.items() if n.partition("/")[0] in PACKAGES}
    wrong = [name for name, sha in ours.items() if code.get(name) != sha]
    _refuse(path, f"of the packed program is not what {PROGRAM} says ran", wrong)
    return found


def _check_experiment(
    path: Path, folder: Path, manifest: Mapping[str, Any], left: list[str]
) -> None:
    """The folder within: complete, and its files those of its own manifest."""
    if manifest.get("complete") is not True:
        raise KemitraanError(f"{path}: its experiment is not complete")
    odd = [name for name in left if not (name.startswith(f"{PARTS}/") or name == OUTCOMES)]
    _refuse(path, "may not be left out", odd)
    for name, sha in manifest["files"].items():
        if name in left:
            continue
        if not (folder / name).is_file():
            _refuse(path, "is missing", [name])
        elif digest_of(folder / name) != sha:
            _refuse(path, f"is not what {MANIFEST} says", [name])


def _refuse(path: Path, what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise KemitraanError(f"{path}: {', '.join(names[:_SHOWN])}{more} {what}")
