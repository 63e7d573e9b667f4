"""`ro-crate-metadata.json`: what was run with what, for archives and other programs.

A Process Run Crate: one action that took the inputs and made the results. It holds the day the
experiment ended, so that it stands apart from the files that are the same each time.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["crate_of"]

_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_PROGRAM, _RUN = "#kemitraan", "#run"
_KINDS = {".parquet": "application/vnd.apache.parquet", ".yaml": "application/yaml"}


def crate_of(
    folder: Path,
    files: Sequence[str],
    about: Mapping[str, Any],
    *,
    sizes: Mapping[str, int] | None = None,
    ended: datetime | None = None,
) -> dict[str, object]:
    """The description of a folder.

    Args:
        folder: of the experiment.
        files: names of all that is in it, but the description.
        about: `name` of the experiment; `inputs`: which of the files it was made from; `program`:
            entries of the program beside its name, with `@id` and `@type` where it is among the
            files; `apart`: files that are neither made from nor results.
        sizes: of the files, bytes, where they are not in the folder.
        ended: when the runs had ended; now if none.
    """
    apart = {about.get("program", {}).get("@id"), *about.get("apart", ())}
    made_from = [name for name in about["inputs"] if name in files]
    results = [name for name in files if name not in made_from and name not in apart]
    ended = datetime.now(UTC) if ended is None else ended
    program = {
        "@id": _PROGRAM,
        "@type": "SoftwareApplication",
        "name": "Kemitraan",
        "softwareVersion": _version(),
        **about.get("program", {}),
    }
    graph: list[dict[str, object]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": _CRATE},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "conformsTo": {"@id": _PROFILE},
            "name": about["name"],
            "description": "Simulation runs of Kemitraan with their design, tables and figures.",
            "datePublished": ended.date().isoformat(),
            "hasPart": _links(files),
            "mentions": {"@id": _RUN},
        },
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        program,
        {
            "@id": _RUN,
            "@type": "CreateAction",
            "name": about["name"],
            "instrument": {"@id": program["@id"]},
            "object": _links(made_from),
            "result": _links(results),
            "endTime": ended.isoformat(timespec="seconds"),
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        },
        *(_file(folder, name, sizes) for name in files if name != program["@id"]),
    ]
    return {"@context": f"{_CRATE}/context", "@graph": graph}


def _links(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def _file(folder: Path, name: str, sizes: Mapping[str, int] | None) -> dict[str, object]:
    kind = _KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    found: dict[str, object] = {"@id": name, "@type": "File", "name": Path(name).name}
    if kind:
        found["encodingFormat"] = kind
    path = folder / name
    if sizes is not None:
        found["contentSize"] = str(sizes[name])
    elif path.is_file():  # the manifest comes last
        found["contentSize"] = str(path.stat().st_size)
    return found


def _version() -> str:
    try:
        return version("kemitraan")
    except PackageNotFoundError:
        return "not installed"
