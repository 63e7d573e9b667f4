"""The keyed draws of `sim.draws`, by name of stream, for the oracles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim import draws

# What a buyer is, and not what befalls it: drawn with the population's seed.
POPULATION_STREAMS = ("coverage", "mode", "candidates", "shop")


@dataclass(frozen=True)
class KeyedDraws:
    """Draws of one run; argument order as in `tests.reference.state.Draws`.

    Attributes:
        seed: of the run.
        population_seed: of firms' and buyers' attributes; `seed` if none.
    """

    seed: int
    population_seed: int | None = None

    def seed_of(self, stream: str) -> np.uint64:
        """The seed that a stream is drawn with."""
        if self.population_seed is not None and stream in POPULATION_STREAMS:
            return np.uint64(self.population_seed)
        return np.uint64(self.seed)

    @staticmethod
    def stream(name: str) -> int:
        """Number of a stream, such as "buyer_shock"."""
        number = getattr(draws, f"STREAM_{name.upper()}")
        return int(number)

    def uniform(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A double strictly between 0 and 1."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.uniform(self.seed_of(stream), *key))

    def normal(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A standard normal deviate."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.normal(self.seed_of(stream), *key))

    def exponential(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """An exponential deviate of mean 1."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.exponential(self.seed_of(stream), *key))

    def gumbel(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A standard Gumbel deviate."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.gumbel(self.seed_of(stream), *key))
