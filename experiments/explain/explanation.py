"""What `explain` gives back: three tables, their words and figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.choices import known, plain_rows
from experiments.explain.drawn import Drawn
from experiments.explain.parts import Part
from experiments.explain.runs import Ran
from experiments.explain.shares import going_together
from experiments.explain.tables import curve_table, flip_table, measure_table, variance_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Explanation"]


class Explanation:
    """What an outcome of a comparison hangs on, where it flips, and what to measure first.

    Attributes:
        drawn: the draws it was made from.
        parts: what is known of each scenario.
        ran: further runs, if there were.
        folder: where it was written, if it was.
    """

    def __init__(self, drawn: Drawn, parts: Sequence[Part], ran: Ran | None = None) -> None:
        self.drawn = drawn
        self.parts = tuple(parts)
        self.ran = ran
        self.folder: Path | None = None

    @property
    def outcome(self) -> str:
        """Its name."""
        return self.drawn.outcome

    @property
    def window(self) -> str:
        """Over which."""
        return self.drawn.window

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Those explained."""
        return tuple(part.scenario for part in self.parts)

    def part(self, scenario: str | None = None) -> Part:
        """One scenario's part; the first if none is named.

        Raises:
            KemitraanError: it is not explained here.
        """
        known("scenario", [] if scenario is None else [scenario], self.scenarios)
        return next(p for p in self.parts if scenario in (None, p.scenario))

    @cached_property
    def together(self) -> list[tuple[str, str, float]]:
        """Pairs of assumptions that go together in the draws, with their correlation."""
        names = self.drawn.names
        return [(names[a], names[b], r) for a, b, r in going_together(self.drawn.points)]

    @cached_property
    def variance(self) -> pd.DataFrame:
        """Shares of the variance, scenario by scenario.

        Returns:
            A row each for the assumptions measured (`what` "assumption"), luck and the rest.
            `share` with its 95 % interval `low` to `high`; `named` where it is told apart from
            noise; `told_by` "draws" or "runs"; `together` the share with interactions and luck,
            by runs; `floor` what chance alone reaches; `draws_*` what the draws alone say;
            `goes_with` assumptions that correlate with it; `of` "effect" or "ranks".
        """
        return variance_table(self.parts, self.together)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """Break-even values of levers and assumptions.

        Returns:
            `flips_at` is the value, nan where the effect keeps its sign between `from` and `to`;
            `low` to `high` its 95 % interval; `flipping` the part of the resamples that flip;
            `clear` whether nine in ten agree with what is said; `idle` where no run came out
            otherwise at any value; `effect_from` and `effect_to` the
            effects at the two ends with their intervals.
        """
        return flip_table(self.parts)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """The effects behind `flips`, value by value, with 95 % intervals of the mean."""
        return curve_table(self.parts)

    @cached_property
    def measure(self) -> pd.DataFrame:
        """What to measure first, and how.

        Returns:
            `narrows`: part by which the range of the effect would narrow; `settles`: chance that
            its sign would be settled; `turns`: chance that the expected effect would have the
            other sign. `number` of things to count (in each of two groups where `of` is "trial")
            for a 95 % interval of `half_width` to either side.
        """
        return measure_table(self.parts)

    @property
    def notes(self) -> list[str]:
        """What a reader must know besides the numbers."""
        return self.notes_in("en")

    def notes_in(self, lang: str) -> list[str]:
        """The same in a language, "en" or "id"."""
        from experiments.explain.report import notes_in  # noqa: PLC0415  # it needs this module

        return notes_in(self, lang)

    def text(self, lang: str = "en", width: int = 118) -> str:
        """All of it in words.

        Args:
            lang: "en" or "id".
            width: of the screen.
        """
        from experiments.explain.report import text  # noqa: PLC0415  # only when shown

        return text(self, lang=lang, width=width)

    def to_json(self) -> dict[str, Any]:
        """One plain document."""
        ran = self.ran
        document = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "comparison": None if self.drawn.folder is None else self.drawn.folder.as_posix(),
            "outcome": self.outcome,
            "window": self.window,
            "baseline": self.drawn.baseline,
            "scenarios": list(self.scenarios),
            "draws": self.drawn.draws,
            "assumptions_varied": len(self.drawn.names),
            "runs": 0 if ran is None else ran.plan.runs,
            "predicted": {p.scenario: p.shares.predicted for p in self.parts if not p.why_not},
            "variance": plain_rows(self.variance),
            "flips": plain_rows(self.flips),
            "measure": plain_rows(self.measure),
            "notes": self.notes,
        }
        json.dumps(document, allow_nan=False)
        return document

    def plot(self, scenario: str | None = None, ax: Axes | None = None, lang: str = "en") -> Axes:
        """Shares of the variance as dots with intervals, and the noise floor.

        Args:
            scenario: whose; the first if none.
            ax: drawn into; a new figure if none.
            lang: "en" or "id".
        """
        from experiments.figures.explain import shares  # noqa: PLC0415  # matplotlib

        return shares(self, scenario, ax=ax, lang=lang)

    def plot_flip(
        self, name: str, scenario: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """The effect along the values of a lever or an assumption, and where it flips."""
        from experiments.figures.explain import flip  # noqa: PLC0415  # matplotlib

        return flip(self, name, scenario, ax=ax, lang=lang)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return (
            f"Explanation({self.outcome}, {self.window}, {', '.join(self.scenarios)} against "
            f"{self.drawn.baseline}, {self.drawn.draws} draws)"
        )

    def _repr_html_(self) -> str:
        from experiments.explain.report import html  # noqa: PLC0415  # only when shown

        return html(self)
