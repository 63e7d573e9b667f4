"""What a comparison shares, as plain data and back: a folder alone is enough to go on with it.

Only these kinds of things are made from a file; nothing in it is run.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from experiments.calibration.ensemble import Ensemble
from experiments.design import Study
from scenarios.budget_checks import Budget
from scenarios.faults import Fault
from scenarios.region import Figure, Region
from scenarios.scenario import Assumption, LeverSetting, Scenario, Shock
from sim.errors import KemitraanError
from sim.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INPUTS", "study_from_json", "study_to_json"]

INPUTS = "inputs.json"
"""File of a folder that holds it."""
_KIND = "="
_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Assumption, Budget, Ensemble, Fault, Figure, LeverSetting, Parameters, Region, Scenario,
        Shock, Study,
    )
}  # fmt: skip


def study_to_json(study: Study) -> bytes:
    """All of a study; places in files of this machine become names of files."""
    text = json.dumps(_plain(study), ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def study_from_json(content: bytes, digest: str) -> Study:
    """The study again.

    Args:
        content: as `study_to_json` gave it.
        digest: that the study must have.

    Raises:
        KemitraanError: it is no study, or another one.
    """
    try:
        found = _made(json.loads(content.decode("utf-8")))
        same = isinstance(found, Study) and found.digest() == digest
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise KemitraanError(
            f"{INPUTS}: cannot be read: {error}; copy the original back, or start again with "
            "another --out"
        ) from error
    if not same:
        raise KemitraanError(
            f"{INPUTS}: is not what the runs of this folder were made from, or was written by "
            "another version; start again with another --out"
        )
    return cast("Study", found)


def _plain(thing: Any) -> Any:  # noqa: ANN401  # any of the kinds
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        names = [field.name for field in dataclasses.fields(thing)]
        own = {name: _plain(getattr(thing, name)) for name in names}
        if isinstance(thing, Scenario):
            own["origin"] = {key: _anywhere(place) for key, place in thing.origin.items()}
            own["replaced"] = {}
        if isinstance(thing, Fault):
            own["file"] = _anywhere(thing.file)
        return {_KIND: type(thing).__name__, **own}
    if isinstance(thing, np.generic):
        thing = thing.item()
    if isinstance(thing, float) and not math.isfinite(thing):
        return {_KIND: "float", "value": repr(thing)}
    if isinstance(thing, np.ndarray):
        return {_KIND: "array", "rows": [_plain(row) for row in thing.tolist()]}
    if isinstance(thing, tuple):
        return {_KIND: "tuple", "items": [_plain(each) for each in thing]}
    if isinstance(thing, list):
        return [_plain(each) for each in thing]
    if isinstance(thing, Mapping):
        return {str(key): _plain(value) for key, value in thing.items()}
    if hasattr(thing, "to_dict") and hasattr(thing, "dtypes"):
        return _table(thing)
    return thing


def _table(table: pd.DataFrame) -> dict[str, Any]:
    columns = [
        [str(name), str(column.dtype), [_plain(value) for value in column.tolist()]]
        for name, column in table.items()
    ]
    return {_KIND: "table", "columns": columns}


def _anywhere(place: str) -> str:
    """Where a value stands, without the folders of this machine."""
    return place.replace("\\", "/").rpartition("/")[2] if Path(place).is_absolute() else place


def _made(plain: Any) -> Any:  # noqa: ANN401  # any of the kinds
    if isinstance(plain, list):
        return [_made(each) for each in plain]
    if not isinstance(plain, dict):
        return plain
    kind = plain.get(_KIND)
    if kind is None:
        return {key: _made(value) for key, value in plain.items()}
    if kind == "float":
        return float(plain["value"])
    if kind == "tuple":
        return tuple(_made(each) for each in plain["items"])
    if kind == "array":
        return np.array(_made(plain["rows"]), dtype=np.float64)
    if kind == "table":
        return _made_table(plain["columns"])
    own = {key: _made(value) for key, value in plain.items() if key != _KIND}
    return _KINDS[kind](**own)


def _made_table(columns: list[list[Any]]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415  # loaded already by now

    made = {name: pd.Series(_made(values), dtype=kind) for name, kind, values in columns}
    return pd.DataFrame(made)
