"""A finished exploration: its tables, figures and words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.choices import known, plain_rows
from experiments.explore.draws import Draws
from experiments.explore.questions import Answer, answer, make_questions
from experiments.explore.regret import best_of, regret_table
from experiments.explore.satisfy import Wish, satisfy_table
from experiments.explore.tables import (
    box_table,
    cost_table,
    limit_table,
    region_table,
    rung_table,
    tree_table,
)
from experiments.explore.tree import Node, grow
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.batch.failure import Failure
    from experiments.batch.job import Job

__all__ = ["Exploration"]


class Exploration:
    """How scenarios stand up to what is not known.

    Attributes:
        draws: what was explored.
        outcomes: shown, the first of them is the one that questions are about.
        window: over which.
        wishes: of the satisficing table.
        focus: the scenario that questions are about.
        plan: what was run or read, as plain JSON.
        answers: to every question.
        regions: tree of the draws by the best scenario of the first outcome; none with too few
            draws that can be judged.
        folder: where it was written, if it was.
        failures: of draws that are left out, by number of the run.
    """

    def __init__(
        self,
        draws: Draws,
        outcomes: Sequence[str],
        window: str,
        wishes: Sequence[Wish],
        plan: Mapping[str, object],
        *,
        asked: bool = False,
        focus: str | None = None,
        against: Sequence[str] | None = None,
    ) -> None:
        """Explores draws.

        Args:
            draws: levels of every scenario.
            outcomes: with a direction.
            window: of the runs.
            wishes: at least one.
            plan: what was run or read.
            asked: whether somebody asked for the wishes, so that missing them is a question too.
            focus: the first scenario if none.
            against: all others if none.
        """
        self.draws = draws
        self.outcomes = tuple(outcomes)
        self.window = window
        self.wishes = tuple(wishes)
        self.plan = dict(plan)
        self.folder: Path | None = None
        self.failures: Mapping[int, tuple[Job, Failure]] = {}
        questions = make_questions(
            draws, self.outcomes[0], window, self.wishes if asked else (), focus, against
        )
        self.focus = questions[0].focus
        self.answers: tuple[Answer, ...] = tuple(
            answer(q, draws, len(questions)) for q in questions
        )
        self.regions: Node | None = self._regions()

    def _regions(self) -> Node | None:
        best = best_of(self._levels[:, :, 0], OUTCOMES[self.outcomes[0]].better)
        usable = best >= 0
        if not usable.any():
            return None
        kinds = len(self.draws.scenarios)
        return grow(self.draws.points[usable], best[usable], kinds, self.draws.seed)

    @cached_property
    def _levels(self) -> Any:  # noqa: ANN401  # an array
        return self.draws.levels(self.outcomes, self.window)

    @property
    def units(self) -> int:
        """Draws, with those that are left out."""
        return self.draws.count + len(self.failures)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, without the baseline."""
        return self.draws.scenarios[1:]

    @property
    def baseline(self) -> str:
        """Name of the baseline."""
        return self.draws.baseline

    @cached_property
    def regret(self) -> pd.DataFrame:
        """One row an outcome and scenario, see `experiments.explore.regret.REGRET_COLUMNS`."""
        return regret_table(self._levels, self.outcomes, self.draws.scenarios, self.window)

    @cached_property
    def satisfied(self) -> pd.DataFrame:
        """One row a wish and scenario, see `experiments.explore.satisfy.SATISFY_COLUMNS`."""
        effects = self.draws.effects([w.outcome for w in self.wishes], self.window)
        return satisfy_table(self.wishes, effects, self.scenarios, self.window)

    @cached_property
    def cost(self) -> pd.DataFrame:
        """Public cost of each scenario over the window, Rp billion: mean, 5 and 95 % points."""
        return cost_table(self.draws, self.window)

    @cached_property
    def best(self) -> pd.DataFrame:
        """The best scenario by region of the assumptions, one row a region and scenario."""
        return region_table(self.regions, self.draws)

    @cached_property
    def boxes(self) -> pd.DataFrame:
        """Every box that PRIM made on its way, for every question."""
        return box_table(self.answers)

    @cached_property
    def limits(self) -> pd.DataFrame:
        """The limits of each of these boxes, and of the box that is told, with quasi-p-values."""
        return limit_table(self.answers, self.draws)

    @cached_property
    def against_luck(self) -> pd.DataFrame:
        """Gain of the best box by number of columns, beside that of shuffled labels."""
        return rung_table(self.answers, self.draws)

    @cached_property
    def trees(self) -> pd.DataFrame:
        """Leaves of the tree of every question."""
        return tree_table(self.answers, self.draws)

    def sentences(self, lang: str = "en") -> list[str]:
        """The answer to each question, in a language."""
        from experiments.explore.sentences import sentence  # noqa: PLC0415  # words only now

        return [sentence(one, self.draws, lang) for one in self.answers]

    def answer(self, against: str | None = None) -> Answer:
        """The answer to one question.

        Args:
            against: the scenario that the focus does worse than; the first question if none.

        Raises:
            KemitraanError: no question is about it.
        """
        if against is None:
            return self.answers[0]
        known("scenario", [against], [a.question.against for a in self.answers])
        return next(a for a in self.answers if a.question.against == against)

    def to_json(self) -> dict[str, Any]:
        """One plain document: plan, tables, answers with their sentences, and notes."""
        about = {k: v for k, v in self.draws.about.items() if k not in ("notes", "notes_id")}
        document = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "plan": self.plan,
            "failed": len(self.failures),
            "about": about,
            "baseline": self.baseline,
            "scenarios": list(self.scenarios),
            "focus": self.focus,
            "outcomes": list(self.outcomes),
            "window": self.window,
            "wishes": [str(w) for w in self.wishes],
            "regret": plain_rows(self.regret),
            "satisfied": plain_rows(self.satisfied),
            "public_cost": plain_rows(self.cost),
            "best": plain_rows(self.best),
            "answers": [
                {**_plain(one), "sentence": said}
                for one, said in zip(self.answers, self.sentences(), strict=True)
            ],
            "boxes": plain_rows(self.boxes),
            "limits": plain_rows(self.limits),
            "against_luck": plain_rows(self.against_luck),
            "trees": plain_rows(self.trees),
            "notes": list(self.draws.about["notes"]),
        }
        json.dumps(document, allow_nan=False)
        return document

    def plot_regret(
        self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """Regret of every scenario: mean, 90 % point and the largest."""
        from experiments.figures.explore import regret_chart  # noqa: PLC0415  # matplotlib

        known("outcome", [outcome] if outcome else [], self.outcomes)
        return regret_chart(self, outcome or self.outcomes[0], ax=ax, lang=lang)

    def plot_box(
        self, against: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """The draws on the two strongest assumptions, with the box.

        Raises:
            KemitraanError: there is no box, or no such question.
        """
        from experiments.figures.explore import box_chart  # noqa: PLC0415  # matplotlib

        return box_chart(self, self._with_box(against), ax=ax, lang=lang)

    def plot_trade_off(
        self, against: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """Coverage against density of every box on the way, beside shuffled labels.

        Raises:
            KemitraanError: there is no box, or no such question.
        """
        from experiments.figures.explore import trade_off_chart  # noqa: PLC0415  # matplotlib

        return trade_off_chart(self, self._with_box(against), ax=ax, lang=lang)

    def _with_box(self, against: str | None) -> Answer:
        one = self.answer(against)
        if one.found is None:
            raise KemitraanError(
                f"{one.question.name}: {one.hits} of {one.draws} draws are too few, or too many, "
                "to look for a box; ask another question, or take more draws"
            )
        return one

    def __str__(self) -> str:
        from experiments.explore.report import text  # noqa: PLC0415  # only when shown

        return text(self)

    def __repr__(self) -> str:
        return (
            f"Exploration({', '.join(self.scenarios)} against {self.baseline}, "
            f"{self.draws.count} draws, region {self.draws.about['region']})"
        )

    def _repr_html_(self) -> str:
        from experiments.explore.report import html  # noqa: PLC0415  # only when shown

        return html(self)


def _plain(one: Answer) -> dict[str, Any]:
    """Numbers of an answer, as plain JSON."""
    asked = one.question
    found = one.found
    held = None if found is None else found.held_density
    return {
        "question": asked.name,
        "kind": asked.kind,
        "focus": asked.focus,
        "against": asked.against,
        "outcome": asked.outcome,
        "draws": one.draws,
        "hits": one.hits,
        "base_rate": one.base if one.draws else None,
        "clear": one.clear,
        "box_draws": None if found is None else found.points,
        "box_hits": None if found is None else found.hits,
        "coverage": None if found is None else found.coverage,
        "density": None if found is None else found.density,
        "density_elsewhere": None if held is None or not np.isfinite(held) else held,
        "p": None if found is None else found.p,
        "shuffles": None if found is None else len(found.noise.gains),
        "shuffles_as_good": None if found is None else found.as_good,
    }
