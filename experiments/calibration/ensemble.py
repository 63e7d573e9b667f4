"""An ensemble: parameter sets that a calibration did not rule out, with where they come from.

It is two files: `ensemble.csv`, one set a row, and `ensemble.json`, what it was made with. The
project ships one; `compare` draws from it with `uncertainty` ensemble.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import KemitraanError
from sim.parameters import assumed, registry
from sim.parameters.values import nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FILES", "SHIPPED", "Ensemble", "load_ensemble", "write_ensemble"]

Floats = npt.NDArray[np.float64]

SHIPPED = Path(__file__).parent / "ensemble"
"""Folder of the ensemble that comes with the project."""
FILES = ("ensemble.csv", "ensemble.json")
SCHEMA = 1
_MEMBER = "member"
_STREAM = 254  # the design's, of sim.draws; month 0 of it is the hypercube's
_MONTH = 1


@dataclass(frozen=True)
class Ensemble:
    """Parameter sets that were run and not ruled out.

    Attributes:
        names: of the parameters, in the registry's order.
        members: (members, parameters), values.
        about: where it comes from, as plain JSON: region, targets, seed, waves, runs, the registry
            as it was (`registry`: value, low and high end by name), and more.
    """

    names: tuple[str, ...]
    members: Floats
    about: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.members)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ensemble) and self.digest == other.digest

    @cached_property
    def digest(self) -> str:
        """SHA-256 of names and values."""
        return hashlib.sha256(_csv(self.names, self.members).encode()).hexdigest()

    @property
    def region(self) -> str:
        """Name of the region it was calibrated on."""
        return str(self.about.get("region", ""))

    def table(self) -> pd.DataFrame:
        """One row a member, one column a parameter."""
        import pandas as pd  # noqa: PLC0415  # 0.4 s

        return pd.DataFrame(self.members, columns=list(self.names))

    def order(self, seed: int, count: int) -> list[int]:
        """Members for so many replicates: each once, in a keyed order, before any comes again."""
        from sim.draws import uniform  # noqa: PLC0415  # numba

        key = np.uint64(seed)
        found: list[int] = []
        for turn in range(-(-count // len(self))):
            drawn = [uniform(key, _STREAM, _MONTH, m, turn, 0, 0, 0) for m in range(len(self))]
            found += np.argsort(drawn, kind="stable").tolist()
        return found[:count]

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Parameters whose value or range is another in the registry now, or that are new in it."""
        then: Mapping[str, Sequence[float]] = self.about.get("registry", {})
        now = {p.name: [p.value, p.low, p.high] for p in registry().values()}
        other = [n for n, ends in then.items() if n in now and not _alike(ends, now[n])]
        fresh = [name for name in assumed() if then and name not in then]
        return tuple(other + fresh)

    def __repr__(self) -> str:
        return f"Ensemble({len(self)} sets of {len(self.names)} parameters, {self.region})"


def _alike(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12) for x, y in zip(a, b, strict=True))


def load_ensemble(path: str | PathLike[str] | None = None) -> Ensemble:
    """An ensemble of a calibration.

    Args:
        path: the folder that `calibrate` wrote; the project's own if none.

    Raises:
        KemitraanError: it is not there, was changed by hand, or does not fit the registry.
    """
    folder = SHIPPED if path is None else Path(path)
    table, about = (folder / name for name in FILES)
    if not table.is_file() or not about.is_file():
        if path is None:
            raise KemitraanError(
                "no ensemble comes with this version; make one with 'kemitraan calibrate' and name "
                "its folder by --ensemble, or use --uncertainty parameters"
            )
        raise KemitraanError(
            f"--ensemble {folder}: holds no {' and '.join(FILES)}; name a folder that 'kemitraan "
            "calibrate' wrote"
        )
    try:
        told = json.loads(about.read_text(encoding="utf-8"))
        found = _read(table)
    except (ValueError, UnicodeDecodeError) as error:
        raise KemitraanError(f"{folder}: cannot be read as an ensemble: {error}") from error
    ensemble = Ensemble(found[0], found[1], told)
    if told.get("schema") != SCHEMA:
        raise KemitraanError(f"{about}: is of another version; run 'kemitraan calibrate' again")
    if told.get("sha256") != ensemble.digest:
        raise KemitraanError(
            f"{table}: is not what {about.name} describes: it was changed since; run 'kemitraan "
            "calibrate' again"
        )
    _check(ensemble, table)
    return ensemble


def _check(ensemble: Ensemble, table: Path) -> None:
    """Refuses parameters that are gone, and values outside their ranges of today.

    Raises:
        KemitraanError: naming every one.
    """
    entries = registry()
    faults = []
    for k, name in enumerate(ensemble.names):
        entry = entries.get(name)
        if entry is None:
            near = nearest(name, entries)
            hint = f", did you mean {near!r}?" if near else ""
            faults.append(f"{table.name}: {name!r} is no parameter{hint}")
            continue
        own = ensemble.members[:, k]
        low, high = float(own.min()), float(own.max())
        slack = 1e-9 * max(1.0, abs(entry.low), abs(entry.high))
        if low < entry.low - slack or high > entry.high + slack:
            faults.append(
                f"{table.name}: {name}: {low:g} to {high:g} is out of range "
                f"[{entry.low:g}..{entry.high:g}]"
            )
    if faults:
        raise KemitraanError(
            "\n".join([*faults, "the registry has changed since; run 'kemitraan calibrate' again"])
        )


def write_ensemble(ensemble: Ensemble, folder: Path) -> None:
    """Writes both files into a folder."""
    about = {"schema": SCHEMA, "sha256": ensemble.digest, **ensemble.about}
    texts = (
        _csv(ensemble.names, ensemble.members),
        json.dumps(about, indent=1, ensure_ascii=False) + "\n",
    )
    for name, content in zip(FILES, texts, strict=True):
        with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
            file.write(content)


def _csv(names: Sequence[str], values: Floats) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_MEMBER, *names])
    for k, row in enumerate(values.tolist()):
        writer.writerow([k, *(f"{value:.10g}" for value in row)])
    return out.getvalue()


def _read(path: Path) -> tuple[tuple[str, ...], Floats]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if header[:1] != [_MEMBER] or not rows or any(len(row) != len(header) for row in rows):
        raise ValueError(f"{path.name} is no table of sets")
    values = np.array([[float(cell) for cell in row[1:]] for row in rows])
    if not np.isfinite(values).all():
        raise ValueError(f"{path.name} holds what is no number")
    return tuple(header[1:]), values
