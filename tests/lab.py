"""Small worlds for experiments on the model: a cached region, lever settings, paired runs.

The laboratory is a town of a few thousand slots with the buyers of a larger one, so that buyers
weigh something in sixteen replicates. What a test finds here says what the equations can do; it
says nothing about a real city.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from scenarios.region import Region, load_region
from sim.draws import replicate_seed
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate, step
from sim.world import World

START = 24
MONTHS = 60
REPLICATES = 16
# 97.5 % point of Student's t with 15 degrees of freedom: sixteen paired replicates.
T_15 = 2.131449545559323
HOTEL_GOODS = (
    "slippers",
    "batik_uniforms",
    "food_ingredients",
    "cakes",
    "laundry_bags",
    "laundry_service",
)
AGENCY_GOODS = ("school_uniforms", "sand_and_stone")
MANDATE: Mapping[str, object] = {
    "hotel.binding": 1.0,
    "hotel.coverage": 1.0,
    "hotel.quota": 0.5,
    "hotel.goods": HOTEL_GOODS,
    "inspection.hours_per_month": 200.0,
    "inspection.depth": 0.5,
    "inspection.sanction_million_rp": 30.0,
}
"""An obligation of the hotels from month 24 on; experiments change single levers of it."""

Floats = npt.NDArray[np.float64]
Edit = Callable[[World], None]


@dataclass(frozen=True)
class Setting:
    """A lever from month 24 on, at once and to the end."""

    value: float | str | tuple[str, ...]
    start: int = START
    ramp_months: int = 0
    end: int = 100_000


@cache
def surabaya() -> Region:
    """The region that comes with the project, read once."""
    return load_region("surabaya")


@cache
def town(firms: int = 1_500, hotels_a_class: int = 6, restaurants: int = 0) -> Region:
    """Surabaya's wards and shares with other numbers of firms and buyers."""
    region = surabaya()
    hotels = region.hotels.copy()
    hotels["count"] = hotels_a_class
    eateries = replace(region.restaurants, value=float(restaurants))
    # Budgets of a large city would drown a town, and its count of cooperatives would stand in the
    # way of the parameter; tests of agencies give their own.
    alone = replace(region, government={}, cooperatives={})
    return replace(alone, firms=firms, hotels=hotels, restaurants=eateries)


@cache
def agency_town(firms: int = 600, uniforms: float = 3_000.0, sand: float = 3_000.0) -> Region:
    """A town of tailors and quarries with agencies, budgets in million rupiah a year."""
    place = town(firms, 1, 4)
    sectors = place.sectors.copy()
    shares = {"sewing": 0.4, "building_materials": 0.2, "food_and_cakes": 0.1}
    sectors["share"] = [shares.get(name, 0.06) for name in sectors["sector"]]
    districts = place.districts.copy()
    districts["population"] = districts["population"] // 50
    figure = surabaya().government["school_uniforms"]
    budgets = {
        "school_uniforms": replace(figure, value=uniforms),
        "sand_and_stone": replace(figure, value=sand, month=0),
    }
    return replace(place, sectors=sectors, districts=districts, government=budgets)


def parameters(values: Mapping[str, float] | None = None) -> Parameters:
    """The registry's values with others in their place, beyond every bound if asked."""
    default = Parameters.default().values
    unknown = [name for name in values or {} if name not in default]
    if unknown:
        raise KeyError(f"no parameter {unknown}")
    return Parameters({**default, **(values or {})})


def lab_world(
    region: Region,
    *,
    values: Mapping[str, float] | None = None,
    levers: Mapping[str, object] | None = None,
    seed: int = 1,
    scale: int = 1,
    months: int = MONTHS,
    edit: Edit | None = None,
) -> World:
    """A world at month 0 under levers; `edit` changes its tables before the first month."""
    world = build_world(region, parameters(values), seed=seed, scale=scale, months=months)
    settings = {name: Setting(value) for name, value in (levers or {}).items()}  # type: ignore[arg-type]
    world.attach(compile_policy(settings, world.names.goods, months))
    if edit is not None:
        edit(world)
    return world


def run(
    region: Region,
    *,
    values: Mapping[str, float] | None = None,
    levers: Mapping[str, object] | None = None,
    seed: int = 1,
    scale: int = 1,
    months: int = MONTHS,
    edit: Edit | None = None,
) -> World:
    """The same, run to its end."""
    world = lab_world(
        region, values=values, levers=levers, seed=seed, scale=scale, months=months, edit=edit
    )
    return simulate(world)


def seeds(count: int = REPLICATES) -> tuple[int, ...]:
    """Seeds of the replicates: the same at every point of a grid."""
    return tuple(replicate_seed(20_261_122, k) for k in range(count))


def watch(world: World, look: Callable[[World], float], start: int = START) -> float:
    """Runs a world to its end; mean of what `look` sees after each month from `start` on."""
    simulate(world, start)
    seen = []
    while world.month < world.months:
        step(world)
        seen.append(look(world))
    return float(np.mean(seen))


def mean_of(world: World, name: str, start: int = START) -> float:
    """Mean of a monthly outcome from `start` on."""
    return float(world.column(name)[start:].mean())


def ratio_of(world: World, above: str, below: str, start: int = START) -> float:
    """One monthly outcome over another, both summed from `start` on."""
    total = float(world.column(below)[start:].sum())
    return float(world.column(above)[start:].sum()) / total if total else 0.0


def slope(x: Floats, y: Floats) -> float:
    """Least-squares slope of y on x; 0 where x does not move, since nothing is then traded."""
    dx = x - x.mean()
    spread = float(dx @ dx)
    size = max(1e-300, float(np.abs(x).max()))
    if spread <= (1e-9 * size) ** 2:
        return 0.0
    return float(dx @ (y - y.mean())) / spread


@dataclass(frozen=True)
class Estimate:
    """Mean over replicates with its 95 % interval by Student's t."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Estimate:
        """Estimate from one value a replicate."""
        sample = np.array(list(values), dtype=np.float64)
        if sample.size != REPLICATES:
            raise ValueError(f"{sample.size} values, not {REPLICATES}: T_15 would be wrong")
        half = T_15 * float(sample.std(ddof=1)) / math.sqrt(sample.size)
        centre = float(sample.mean())
        return cls(centre, centre - half, centre + half)

    def excludes_zero(self, sign: int) -> bool:
        """The whole interval lies on the side of `sign`."""
        return self.low > 0.0 if sign > 0 else self.high < 0.0

    def __str__(self) -> str:
        return f"{self.mean:.4g} [{self.low:.4g}, {self.high:.4g}]"


def paired(change: Callable[[int], float]) -> Estimate:
    """Estimate of a paired difference, one a seed."""
    return Estimate.of(change(seed) for seed in seeds())
