"""The keyed draws of `sim.draws`, by name of stream, for the oracles."""

from __future__ import annotations

from dataclasses import dataclass

from sim import draws


@dataclass(frozen=True)
class KeyedDraws:
    """Draws of one seed; argument order as in `tests.reference.state.Draws`."""

    seed: int

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
        return float(draws.uniform(self.seed, *key))

    def normal(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A standard normal deviate."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.normal(self.seed, *key))

    def exponential(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """An exponential deviate of mean 1."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.exponential(self.seed, *key))

    def gumbel(
        self, stream: str, month: int, a: int, b: int = 0, generation: int = 0,
        good: int = 0, index: int = 0,
    ) -> float:  # fmt: skip
        """A standard Gumbel deviate."""
        key = (self.stream(stream), month, a, b, generation, good, index)
        return float(draws.gumbel(self.seed, *key))
