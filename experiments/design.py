"""What is run: scenarios side by side, the values they share, and one job a replicate.

The unit of work is one set of parameter values and one seed with **all** scenarios, so that every
difference is one between twins. Replicate r has the same seed and the same values in each scenario.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.batch.job import Job
from experiments.batch.jobs import Jobs, Role
from experiments.budget import refuse_unsized
from experiments.limits import MOST_REPLICATES, check_length, check_scale, check_seed
from scenarios.region import Region
from scenarios.region_ranges import Guess, region_guesses
from scenarios.scenario import Assumption, Scenario
from sim.case import auto_scale
from sim.draws import replicate_seed, uniform
from sim.errors import KemitraanError
from sim.parameters import POLICY_MONTH, SWITCHES, TRIALS, Parameters, assumed, registry
from sim.parameters.programmes import GROUP as PROGRAMMES

if TYPE_CHECKING:
    from experiments.calibration.ensemble import Ensemble

__all__ = [
    "UNCERTAINTIES",
    "Job",
    "Study",
    "common_length",
    "common_values",
    "groups_off",
    "has_places",
    "in_range",
    "latin_hypercube",
    "make_jobs",
    "make_study",
]

ENSEMBLE = "ensemble"
UNCERTAINTIES = ("parameters", ENSEMBLE, "seeds")
DRAW, FIXED, NONE_MOVED, ALL_MOVED = "draw", "fixed", "displacement 0", "displacement 1"
DISPLACEMENT = "displacement"
REGION = "region"
"""Group of the region's own guesses."""
RESTAURANTS, COUNT = "restaurant_demand", "region.restaurants.count"
DOUBLED = (RESTAURANTS,)
FIXED_REPLICATES = 16
"""Extra replicates at the registry's values, and at displacement 0 and 1 each."""
_STREAM_DESIGN = 254  # of sim.draws; no process of the model has it


@dataclass(frozen=True)
class Study:
    """All that the runs of one comparison share.

    Attributes:
        region: the place.
        scenarios: the baseline first.
        parameters: values where nothing is varied.
        varied: low and high end of what `uncertainty` parameters, or ensemble, varies.
        seed: the experiment's.
        scale: slots of the region one slot of the sample stands for.
        months: length of every run.
        first_month: calendar month of month 0, "YYYY-MM".
        follows_sales: public cost of a policy year that follows sales, million rupiah, by scenario,
            where trial runs were made to size levers.
        ensemble: parameter sets that `uncertainty` ensemble takes together, if it is asked.
    """

    region: Region
    scenarios: tuple[Scenario, ...]
    parameters: Parameters
    varied: Mapping[str, tuple[float, float]]
    seed: int
    scale: int
    months: int
    first_month: str
    follows_sales: Mapping[str, float] = field(default_factory=dict)
    ensemble: Ensemble | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios, the baseline first."""
        return tuple(s.name for s in self.scenarios)

    @property
    def branch_month(self) -> int:
        """Month at which scenarios part: the end of the burn-in, or the earliest lever."""
        starts = [s.start for one in self.scenarios for s in one.levers.values()]
        starts += [shock.month for one in self.scenarios for shock in one.shocks]
        return max(0, min([POLICY_MONTH, *starts]))

    @property
    def has_platform(self) -> bool:
        """Whether the runs have a marketplace."""
        return self.parameters["platform_on"] > 0.0

    @property
    def coaches(self) -> bool:
        """Whether any of the scenarios has places for coaching within the runs."""
        return any(has_places(one, self.months) for one in self.scenarios)

    @property
    def firms(self) -> int:
        """Firms of the sample, roughly."""
        return round(self.region.firms / self.scale)

    @property
    def firms_nearby(self) -> float:
        """Sampled firms of listed trades within the range of candidates of a buyer.

        At the density of the ward of the median person: half of the people live more thinly.
        """
        wards = self.region.villages
        density = (wards["population"] / wards["area_km2"]).to_numpy(dtype=np.float64)
        order = np.argsort(density, kind="stable")
        people = np.cumsum(wards["population"].to_numpy(dtype=np.float64)[order])
        middle = float(density[order[np.searchsorted(people, people[-1] / 2)]])
        sectors = self.region.sectors
        trades = float(sectors.loc[sectors["listed"], "share"].sum()) * self.region.firms
        disc = math.pi * self.parameters["candidate_range"] ** 2
        return float(middle / people[-1] * trades / self.scale * disc)

    @cached_property
    def guesses(self) -> dict[str, Guess]:
        """The region's own guesses with a range, by name."""
        return region_guesses(self.region)

    @cached_property
    def together(self) -> tuple[str, ...]:
        """Parameters whose values come from the ensemble's sets, all of one set together.

        Not what a scenario assumes, or the region knows, of its own.
        """
        if self.ensemble is None:
            return ()
        own = {*self.region.parameters, *(name for one in self.scenarios for name in one.assume)}
        there = [name for name in self.ensemble.names if name in self.varied]
        return tuple(name for name in there if name not in own)

    def value(self, name: str) -> float:
        """What a parameter or a guess of the region is where nothing is varied."""
        return self.guesses[name].value if name in self.guesses else self.parameters[name]

    def kind(self, name: str) -> str:
        """The registry's kind of it; a region's guess is assumed."""
        return "assumed" if name in self.guesses else registry()[name].kind

    def group(self, name: str) -> str:
        """The registry's group of it; `region` for the region's."""
        return REGION if name in self.guesses else registry()[name].group

    def digest(self) -> str:
        """SHA-256 of all that can change a number."""
        content = {
            "region": self.region.digest(),
            "scenarios": [s.digest() for s in self.scenarios],
            "parameters": self.parameters.digest(),
            "varied": {k: list(v) for k, v in self.varied.items()},
            "seed": self.seed,
            "scale": self.scale,
            "months": self.months,
        }
        if self.ensemble is not None:
            content["ensemble"] = self.ensemble.digest
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def make_study(
    region: Region,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    scale: int | None,
    months: int | None,
) -> Study:
    """Scenarios side by side on common ground; the first is the baseline.

    Raises:
        KemitraanError: they disagree on calendar, length or an assumption, or two share a name.
    """
    names = [s.name for s in scenarios]
    for name in names:
        if names[1:].count(name) > 1:
            raise KemitraanError(f"two scenarios are called {name!r}: give one another name")
    if len({s.first_month for s in scenarios}) > 1:
        listed = ", ".join(f"{s.name} {s.first_month}" for s in scenarios)
        raise KemitraanError(f"the scenarios start in different months ({listed}): set one")
    for scenario in scenarios:
        refuse_unsized(scenario)
    length = common_length(scenarios, months)
    check_length(length, "--months" if months is not None else f"{names[0]}: months")
    check_seed(seed)
    check_scale(scale, region.firms)
    # Named among others the baseline is what they are compared with. Alone against itself it is
    # the null comparison: every effect must be exactly zero.
    for one in scenarios[1:]:
        if one.name == names[0] and one != scenarios[0]:
            raise KemitraanError(
                f"two different scenarios are called {one.name!r}, and one is the baseline: give "
                "the other another name"
            )
    others = [s for s in scenarios[1:] if s != scenarios[0]] or scenarios[1:]
    chosen = [scenarios[0]] + [
        replace(s, name=f"{s.name}_again") if s.name == names[0] else s for s in others
    ]
    parameters, varied = common_values(chosen, length)
    # What the region knows of its own firms, unless a scenario assumes otherwise.
    assumed_names = {name for one in chosen for name in one.assume}
    own = {k: v for k, v in region.parameters.items() if k not in assumed_names}
    parameters = Parameters({**parameters.values, **own}) if own else parameters
    guesses = region_guesses(region)
    # A range that is only that of the region's count gives way to the count itself.
    doubled = DOUBLED if COUNT in guesses and RESTAURANTS not in assumed_names else ()
    varied = {k: ends for k, ends in varied.items() if k not in own and k not in doubled}
    varied.update({name: (guess.low, guess.high) for name, guess in guesses.items()})
    return Study(
        region=region,
        scenarios=tuple(chosen),
        parameters=parameters,
        varied=varied,
        seed=seed,
        scale=auto_scale(region.firms) if scale is None else scale,
        months=length,
        first_month=scenarios[0].first_month,
    )


def common_length(scenarios: Sequence[Scenario], months: int | None) -> int:
    """Months of every run: as asked, else the scenarios' own.

    Raises:
        KemitraanError: they differ, and nothing was asked.
    """
    if months is None and len({s.months for s in scenarios}) > 1:
        listed = ", ".join(f"{s.name} {s.months}" for s in scenarios)
        raise KemitraanError(f"the scenarios differ in length ({listed}): give --months")
    return months if months is not None else scenarios[0].months


def has_places(scenario: Scenario, months: int) -> bool:
    """Whether a scenario has places for coaching before a run of so many months ends."""
    places = scenario.levers.get("coaching.places")
    return places is not None and float(str(places.value)) > 0.0 and places.start < months


def common_values(
    scenarios: Sequence[Scenario], months: int | None = None
) -> tuple[Parameters, dict[str, tuple[float, float]]]:
    """Values and ranges of all scenarios: the registry's, changed by what they assume.

    Args:
        scenarios: side by side.
        months: length of the runs; each scenario's own if none.
    """
    by: dict[str, tuple[str, Assumption]] = {}
    for scenario in scenarios:
        for name, one in scenario.assume.items():
            other = by.setdefault(name, (scenario.name, one))
            if (other[1].value, other[1].low, other[1].high) != (one.value, one.low, one.high):
                raise KemitraanError(
                    f"{other[0]} and {scenario.name} assume different things of {name}: "
                    f"{_shown(other[1])} and {_shown(one)}; in one comparison all scenarios "
                    "share one world"
                )
    parameters = Parameters.default().replace(
        check=False, **{name: one.value for name, (_, one) in by.items()}
    )
    entries = registry()
    # What is read only where a module is on is not varied where it is off.
    coaches = any(has_places(one, months or one.months) for one in scenarios)
    off = groups_off(parameters, coaches=coaches)
    varied = {
        name: (entries[name].low, entries[name].high)
        for name in assumed()
        if entries[name].group not in off
    }
    for name, (_, one) in by.items():
        varied.pop(name, None)
        if one.low < one.high:
            varied[name] = (one.low, one.high)
    return parameters, {name: varied[name] for name in entries if name in varied}


def groups_off(parameters: Parameters, *, coaches: bool) -> list[str]:
    """Groups of parameters that no run reads."""
    off = [group for group, switch in SWITCHES.items() if parameters[switch] <= 0.0]
    off.append(TRIALS)
    return off if coaches else [*off, PROGRAMMES]


def _shown(one: Assumption) -> str:
    return (
        f"{one.value:g} ({one.low:g} to {one.high:g})" if one.low < one.high else f"{one.value:g}"
    )


def in_range(
    low: float, high: float, part: npt.NDArray[np.float64], parts: int
) -> npt.NDArray[np.float64]:
    """Values of a parameter after so many of the equal parts its range is cut into."""
    return low + (high - low) * part / parts


def latin_hypercube(
    seed: int, rows: int, ranges: Mapping[str, tuple[float, float]], stage: int = 0
) -> npt.NDArray[np.float64]:
    """(rows, ranges): each range cut into `rows` equal parts, each part drawn from once.

    A column depends on the seed, the number of rows and the parameter's name only, so that one more
    parameter in the registry leaves the draws of the others as they were; and the draws are our
    own keyed ones, the same with every version of every library. Each stage of a design that grows
    is a hypercube of its own.
    """
    key = np.uint64(seed)
    points = np.empty((rows, len(ranges)))
    for column, (name, (low, high)) in enumerate(ranges.items()):
        code = zlib.crc32(name.encode())
        order = [uniform(key, _STREAM_DESIGN, 0, r, code, 0, stage, 0) for r in range(rows)]
        inside = [uniform(key, _STREAM_DESIGN, 0, r, code, 0, stage, 1) for r in range(rows)]
        part = np.argsort(np.argsort(order, kind="stable"), kind="stable")
        points[:, column] = in_range(low, high, part + np.array(inside), rows)
    return points


def make_jobs(
    study: Study,
    uncertainty: str,
    replicates: int,
    extra: int = FIXED_REPLICATES,
    looks: Sequence[int] = (),
) -> Jobs:
    """All replicates in the order of the design.

    Where a design may grow, what it grows by stands behind all that a design of the first look has,
    so that its first runs are the runs of that design.

    Args:
        study: what they share.
        uncertainty: "parameters", "ensemble" or "seeds".
        replicates: how many pairs.
        extra: replicates at the registry's values and at each end of displacement, unless
            `uncertainty` is seeds.
        looks: numbers of pairs, rising, to which the design may grow; the first is `replicates`.
    """
    if uncertainty not in UNCERTAINTIES:
        known = ", ".join(UNCERTAINTIES)
        raise KemitraanError(f"--uncertainty {uncertainty}: is not known; known: {known}")
    if not 2 <= replicates <= MOST_REPLICATES:
        raise KemitraanError(f"--replicates {replicates}: is outside 2..{MOST_REPLICATES}")
    if uncertainty != "seeds" and not 2 <= extra <= MOST_REPLICATES:
        raise KemitraanError(f"fixed_replicates {extra}: is outside 2..{MOST_REPLICATES}")
    most = max(replicates, *looks) if looks else replicates
    seeds = [replicate_seed(study.seed, r) for r in range(max(most, extra))]
    stages = list(pairwise([0, *(looks or [replicates])]))
    if uncertainty == "seeds":
        return Jobs(seeds, [Role(DRAW, (), np.empty((b - a, 0)), a) for a, b in stages])
    names = tuple(study.varied)
    moved = ((NONE_MOVED, 0.0), (ALL_MOVED, 1.0))
    drawn = [Role(DRAW, names, _drawn(study, k, a, b), a) for k, (a, b) in enumerate(stages)]
    return Jobs(
        seeds,
        [
            drawn[0],
            Role(FIXED, (), np.empty((extra, 0))),
            *(Role(role, (DISPLACEMENT,), np.full((extra, 1), value)) for role, value in moved),
            *drawn[1:],
        ],
    )


def _drawn(study: Study, stage: int, first: int, stop: int) -> npt.NDArray[np.float64]:
    """(stop - first, varied): values of an ensemble's sets, the others from a hypercube."""
    together, rows = study.together, stop - first
    apart = {name: ends for name, ends in study.varied.items() if name not in together}
    found = np.empty((rows, len(study.varied)))
    column = {name: k for k, name in enumerate(study.varied)}
    found[:, [column[name] for name in apart]] = latin_hypercube(study.seed, rows, apart, stage)
    if study.ensemble is not None:
        places = [study.ensemble.names.index(name) for name in together]
        members = study.ensemble.order(study.seed, stop)[first:]
        values = study.ensemble.members[members][:, places]
        found[:, [column[name] for name in together]] = values
    return found
