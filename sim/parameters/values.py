"""One full set of parameter values, and the arrays the compiled month reads."""

from __future__ import annotations

import difflib
import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import KemitraanError
from sim.parameters.goods import PREFIX, PROPERTIES, SPREAD, goods_names
from sim.parameters.programmes import PREFIX as PROGRAMMES
from sim.parameters.registry import registry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["ParameterError", "Parameters", "nearest"]


class ParameterError(KemitraanError):
    """A parameter that is not known, or a value it cannot have."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name a misspelt one most likely means, or None."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


@dataclass(frozen=True)
class Parameters:
    """A value for every parameter of the registry.

    Made by `Parameters.default()` and changed by `replace`; two sets with the same
    values are equal and have the same digest.
    """

    values: Mapping[str, float]

    @classmethod
    def default(cls) -> Parameters:
        """The registry's values."""
        return cls({name: entry.value for name, entry in registry().items()})

    def __post_init__(self) -> None:
        # A copy in registry order: nobody's later change reaches a set in use, and
        # order never enters the digest. A dict, as a read-only view cannot be pickled.
        given = dict(self.values)
        missing = [name for name in registry() if name not in given]
        if missing:
            raise ParameterError(f"no value for {', '.join(missing[:5])}")
        for name in given:
            if name not in registry():
                raise ParameterError(_unknown(name))
        object.__setattr__(self, "values", {name: float(given[name]) for name in registry()})

    def replace(self, *, check: bool = True, **values: float) -> Parameters:
        """The same set with some values changed.

        Args:
            check: refuse values outside the registry's range. Off for a scenario's
                own assumptions, which may go beyond it within the hard bounds.
            **values: new values by name; names with dots go in as `**{"goods.cakes.lot": 2}`.

        Raises:
            ParameterError: for an unknown name (with the nearest), a value that is
                not finite, or one out of range.
        """
        known = registry()
        for name, value in values.items():
            if name not in known:
                raise ParameterError(_unknown(name))
            entry = known[name]
            low, high = (entry.low, entry.high) if check else entry.bounds
            if not math.isfinite(value):
                raise ParameterError(f"{name}: {value} is not a finite number")
            if not low <= value <= high:
                limits = f"[{low:g}..{high:g}, default {entry.value:g}]"
                raise ParameterError(f"{name}: {value:g} is out of range {limits}")
        return Parameters({**self.values, **values})

    def __getitem__(self, name: str) -> float:
        """The value of a parameter."""
        try:
            return self.values[name]
        except KeyError:
            raise ParameterError(_unknown(name)) from None

    def __hash__(self) -> int:
        return hash(self.digest())

    def digest(self) -> str:
        """SHA-256 of the values: the same on every machine, whatever their order."""
        lines = (f"{name}={self.values[name]!r}\n" for name in sorted(self.values))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def record(self) -> npt.NDArray[np.void]:
        """The values as a structured array of one element, for compiled code.

        Fields are float64 in registry order; goods and mentor programmes have their own tables.
        """
        import numpy as np  # noqa: PLC0415  # 0.1 s, not for `--help`

        names = [name for name in self.values if not name.startswith((PREFIX, PROGRAMMES))]
        record = np.zeros(1, dtype=[(name, np.float64) for name in names])
        for name in names:
            record[name][0] = self.values[name]
        return record

    def programmes(self) -> dict[str, float]:
        """The values of the mentor programmes, by name."""
        return {n: value for n, value in self.values.items() if n.startswith(PROGRAMMES)}

    def goods_table(self, goods: Sequence[str]) -> npt.NDArray[np.float64]:
        """Shape (goods, 10): the columns `PROPERTIES`, nan where the table has no value."""
        import numpy as np  # noqa: PLC0415  # 0.1 s, not for `--help`

        return np.array(
            [[self._good(good, column) for column in PROPERTIES] for good in _known(goods)],
            dtype=np.float64,
        ).reshape(len(goods), len(PROPERTIES))

    def goods_spread(self, goods: Sequence[str]) -> npt.NDArray[np.float64]:
        """Shape (goods, 4): lowest and highest shelf life and lead time between firms, days."""
        import numpy as np  # noqa: PLC0415  # 0.1 s, not for `--help`

        entries: Mapping[str, Any] = registry()
        rows = []
        for good in _known(goods):
            spread = [entries.get(f"{PREFIX}{good}.{column}") for column in SPREAD]
            rows.append([x for e in spread for x in ((e.low, e.high) if e else (math.nan,) * 2)])
        return np.array(rows, dtype=np.float64).reshape(len(goods), 2 * len(SPREAD))

    def _good(self, good: str, column: str) -> float:
        return self.values.get(f"{PREFIX}{good}.{column}", math.nan)


def _known(goods: Sequence[str]) -> Sequence[str]:
    for good in goods:
        if good not in goods_names():
            hint = nearest(good, goods_names())
            raise ParameterError(
                f"{good!r} is no known good" + (f", did you mean {hint!r}?" if hint else "")
            )
    return goods


def _unknown(name: str) -> str:
    hint = nearest(name, registry())
    return f"{name!r} is no parameter" + (f", did you mean {hint!r}?" if hint else "")
