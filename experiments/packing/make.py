"""`pack`: an experiment's folder, its program and a reviewer's page as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from experiments.batch.atomic import digest_of
from experiments.batch.checksums import CHECKSUMS, read_checksums
from experiments.batch.crate import crate_of
from experiments.batch.manifest import CRATE, MANIFEST, PROGRAM, needed_runs, read_manifest
from experiments.batch.parts import PARTS
from experiments.batch.program import Program
from experiments.batch.runs_file import SECONDS, read_seconds
from experiments.batch.sealed import seal
from experiments.batch.sources import PACKAGES, source_digest
from experiments.batch.verify import Verification, verify
from experiments.packing.archive import write_zip
from experiments.packing.code import (
    LOCK_FILE,
    LOCK_KINDS,
    Commit,
    code_files,
    commit_of,
    lock_of,
    make_wheel,
    packages_here,
    version_here,
    wheel_name,
)
from experiments.packing.records import RECORDS, records_text
from experiments.packing.replay import layout_of, own_function
from experiments.packing.words import say
from sim.errors import KemitraanError

__all__ = ["CODE", "EXPERIMENT", "LARGE", "OUTCOMES", "PACK", "SCHEMA", "Packed", "pack"]

PACK = "pack.json"
EXPERIMENT = "experiment"
CODE = "code"
OUTCOMES = "outcomes.parquet"
SCHEMA = 1
LARGE = 100 << 20
"""Bytes of runs that are left out where it is not said."""
READMES = {"en": "README.md", "id": "README.id.md"}
_SAMPLE = 10
_FILE = "PACK.zip"
"""Stands for the file in the page: its own name would make its bytes hang on it."""
_SHOWN = 5


@dataclass(frozen=True)
class Packed:
    """A pack that was written.

    Attributes:
        path: of the zip.
        sha256: of the zip, to publish beside the numbers.
        size: bytes.
        files: that it holds.
        with_runs: whether the runs themselves are among them.
        left_out: names of files of the folder that the experiment did not write.
        lock: "lock", or "installed" where the versions are those that are installed.
    """

    path: Path
    sha256: str
    size: int
    files: int
    with_runs: bool
    left_out: tuple[str, ...]
    lock: str


def pack(
    folder: str | PathLike[str], out: str | PathLike[str], *, runs: bool | None = None
) -> Packed:
    """Puts an experiment, its program and a page for reviewers into one zip file.

    The same folder and program give the same bytes.

    Args:
        folder: of a complete experiment, as `verify` finds it.
        out: the zip; must not be there.
        runs: whether the runs are packed with their tables; up to 100 MB if none. Their hashes are
            packed in any case.

    Raises:
        KemitraanError: the folder is not complete or was changed, was made by another version of
            the program, or the file is there or cannot be written.
    """
    place, target = Path(folder), Path(out)
    _refuse_target(target, place)
    found = verify(place)
    _refuse_folder(found)
    manifest = read_manifest(place)
    if "batch" not in manifest:
        raise KemitraanError(f"{place}: was written by a version or a command that keeps no runs")
    outside = _refuse_other_program(place)
    listed = read_checksums(place)
    if listed is None:  # verify has just read it
        raise KemitraanError(f"{place / CHECKSUMS}: is missing or changed")
    names = [*sorted(listed), CHECKSUMS]
    heavy = [n for n in names if n.startswith(f"{PARTS}/") or n == OUTCOMES]
    size = sum((place / name).stat().st_size for name in heavy)
    with_runs = size <= LARGE if runs is None else runs
    left = [] if with_runs else heavy
    files: dict[str, bytes | Path] = {
        f"{EXPERIMENT}/{name}": place / name for name in names if name not in left
    }
    lock, kind = lock_of()
    wheel = f"{CODE}/{wheel_name()}"
    files[wheel] = make_wheel()
    files[LOCK_FILE] = lock
    files[RECORDS] = records_text(place, layout_of(place)).encode()
    about = _about(place, manifest, commit_of(), wheel, kind, left, outside)
    files[PACK] = _json(about)
    for lang, name in READMES.items():
        files[name] = _page(lang, about, place).encode()
    files[CRATE] = _json(_crate(place, about, files))
    digests = {name: _digest(content) for name, content in files.items()}
    files[CHECKSUMS] = seal("\n".join(f"{sha}  {name}" for name, sha in sorted(digests.items())))
    try:
        write_zip(target, files)
    except OSError as error:
        failed = KemitraanError(f"{target}: cannot be written: {error.strerror or error}")
        failed.exit_code = 1
        raise failed from error
    return Packed(
        target, digest_of(target), target.stat().st_size, len(files), with_runs, found.new, kind
    )


def _refuse_target(target: Path, folder: Path) -> None:
    if target.exists():
        raise KemitraanError(f"{target}: is there already; name a new file")
    if not target.absolute().parent.is_dir():
        raise KemitraanError(f"{target}: its folder is not there; make it first")
    if folder.resolve() in target.resolve().parents:
        raise KemitraanError(f"{target}: lies in the folder that is packed; name another place")


def _refuse_folder(found: Verification) -> None:
    """Refuses what no reviewer should get."""
    if not found.complete:
        raise KemitraanError(
            f"{found.folder}: is not complete; go on with it first: "
            f"kemitraan resume {found.folder.as_posix()}"
        )
    if not found.sound:
        wrong = [*found.changed, *found.missing]
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise KemitraanError(
            f"{found.folder}: is not as it was written: {', '.join(wrong[:_SHOWN])}{more} changed "
            "or missing; copy the originals back, or run the experiment again"
        )


def _refuse_other_program(folder: Path) -> list[str]:
    """Refuses to pack another program than the one that ran; names of sources that are not ours.

    Raises:
        KemitraanError: with the files that differ.
    """
    program = read_program(folder)
    here = code_files()
    ours = {n: sha for n, sha in program.sources.items() if n.partition("/")[0] in PACKAGES}
    changed = [n for n, sha in ours.items() if n not in here or source_digest(here[n]) != sha]
    if changed:
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        raise KemitraanError(
            f"{folder}: was made by another version of the program ({', '.join(changed[:_SHOWN])}"
            f"{more}); a pack holds the program that ran: pack with that version, or run the "
            "experiment again"
        )
    return [name for name in program.sources if name not in ours]


def read_program(folder: Path) -> Program:
    """The program that made a folder.

    Raises:
        KemitraanError: the folder does not say.
    """
    try:
        return Program.from_plain(json.loads((folder / PROGRAM).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KemitraanError(f"{folder / PROGRAM}: cannot be read: {error}") from error


def _about(
    folder: Path,
    manifest: Mapping[str, Any],
    commit: Commit | None,
    wheel: str,
    lock: str,
    left: Sequence[str],
    outside: Sequence[str],
) -> dict[str, Any]:
    """What `pack.json` says."""
    program = read_program(folder)
    return {
        "schema": SCHEMA,
        "name": _name(folder, manifest),
        "kind": manifest["kind"],
        "runs": needed_runs(manifest),
        "failed": manifest["batch"]["failed"],
        "function": own_function(manifest),
        "program": {
            "version": version_here(),
            "commit": None if commit is None else commit.id,
            "changed_since": None if commit is None else commit.changed,
            "digest": program.digest,
            "wheel": wheel,
            "not_packed": list(outside),
        },
        "versions": dict(program.versions),
        "system": program.system,
        "packages": packages_here(),
        "lock": lock,
        "left_out": list(left),
    }


def _name(folder: Path, manifest: Mapping[str, Any]) -> str:
    """What the experiment is called."""
    crate = folder / CRATE
    if crate.is_file():
        graph = json.loads(crate.read_text(encoding="utf-8"))["@graph"]
        return str(next(one["name"] for one in graph if one["@id"] == "./"))
    return f"{own_function(manifest)}, {manifest['batch']['runs']} runs"


def _ended(folder: Path) -> datetime:
    """When the experiment ended, as it says itself."""
    crate = folder / CRATE
    if crate.is_file():
        graph = json.loads(crate.read_text(encoding="utf-8"))["@graph"]
        return datetime.fromisoformat(next(one["endTime"] for one in graph if "endTime" in one))
    return datetime.fromtimestamp(int((folder / MANIFEST).stat().st_mtime), UTC)


def _page(lang: str, about: Mapping[str, Any], folder: Path) -> str:
    """The reviewer's page."""
    program, packages = about["program"], about["packages"]
    seconds = sum(read_seconds(folder) or [])
    with_runs = not about["left_out"]
    taken = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(1, seconds):.0f} s"
    commit = program["commit"]
    values = {
        "name": about["name"],
        "version": program["version"],
        "commit": "" if commit is None else say(
            "readme_changed" if program["changed_since"] else "readme_commit", lang, id=commit[:12]
        ),
        "wheel": program["wheel"].rpartition("/")[2],
        "code": say("readme_code", lang, digest=program["digest"][:16]),
        "lock": say(f"readme_{about['lock']}", lang),
        "packages": ", ".join(f"{name} {version}" for name, version in packages.items()),
        "system": about["system"],
        "python": about["versions"]["python"],
        "runs": about["runs"],
        "failed": about["failed"],
        "parts": f"`{EXPERIMENT}/{PARTS}/`" if with_runs else say("readme_left_out", lang),
        "zip": _FILE,
        "sample": min(about["runs"], _SAMPLE),
        "seconds": say("readme_seconds", lang, time=taken) if (folder / SECONDS).is_file() else "",
        "hashes": "--require-hashes " if about["lock"] == LOCK_KINDS[0] else "",
        "function": "" if about["function"] is None else "\n\n" + say(
            "readme_function", lang, name=about["function"],
            asked=":".join(about["function"].rpartition(".")[::2]),
        ),
        "without": "" if with_runs else say("readme_without", lang),
    }  # fmt: skip
    text = (Path(__file__).parent / f"readme.{lang}.md").read_text(encoding="utf-8")
    return text.format(**values).rstrip() + "\n"


def _crate(
    folder: Path, about: Mapping[str, Any], files: Mapping[str, bytes | Path]
) -> dict[str, object]:
    """The description for other programs: the wheel made the results from the inputs."""
    program = about["program"]
    inputs = [f"{EXPERIMENT}/{n}" for n in read_manifest(folder)["batch"].get("inputs", [])]
    told = {
        "name": about["name"],
        "inputs": [
            *inputs,
            f"{EXPERIMENT}/design.parquet",
            f"{EXPERIMENT}/scenarios.resolved.json",
        ],
        "program": {
            "@id": program["wheel"],
            "@type": ["File", "SoftwareApplication"],
            "softwareVersion": program["version"],
            "softwareRequirements": {"@id": LOCK_FILE},
            "encodingFormat": "application/zip",
            "license": {"@id": "https://spdx.org/licenses/MIT"},
        },
        "apart": [LOCK_FILE, PACK, *READMES.values()],
    }
    sizes = {
        name: len(content) if isinstance(content, bytes) else content.stat().st_size
        for name, content in files.items()
    }
    return crate_of(folder, sorted(files), told, sizes=sizes, ended=_ended(folder))


def _json(plain: Mapping[str, object]) -> bytes:
    return (json.dumps(plain, indent=2, ensure_ascii=False) + "\n").encode()


def _digest(content: bytes | Path) -> str:
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else digest_of(content)
