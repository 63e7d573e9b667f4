"""What is asked of the draws: where one scenario does worse than another, or misses its wishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.choices import known
from experiments.explore.draws import Draws
from experiments.explore.luck import SHUFFLES
from experiments.explore.satisfy import Wish, satisfied
from experiments.explore.search import Found, enough, search
from experiments.explore.tree import Node, grow
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES

__all__ = ["BAR", "MISSES", "WORSE", "Answer", "Question", "answer", "make_questions"]

Flags = npt.NDArray[np.bool_]

WORSE, MISSES = "worse", "misses"
BAR = 0.05
"""Part of shuffled labels, over all questions together, that may pass for an answer."""


@dataclass(frozen=True)
class Question:
    """In which draws does a scenario fail?

    Attributes:
        kind: `WORSE`, than another scenario in the same draw; or `MISSES`, one of the wishes.
        focus: the scenario.
        against: the other; empty for `MISSES`.
        outcome: in which it does worse; empty for `MISSES`.
        window: over which.
        wishes: of `MISSES`.
    """

    kind: str
    focus: str
    against: str
    outcome: str
    window: str
    wishes: tuple[Wish, ...] = ()

    @property
    def name(self) -> str:
        """Of files and rows."""
        if self.kind == MISSES:
            return f"{self.focus}_misses"
        return f"{self.focus}_worse_than_{self.against}"

    def hits(self, draws: Draws) -> tuple[Flags, Flags]:
        """(draws,): which draws can be judged, and in which of all the scenario fails."""
        place = draws.scenarios.index(self.focus)
        if self.kind == MISSES:
            effects = draws.effects([w.outcome for w in self.wishes], self.window)
            usable = np.asarray(np.isfinite(effects[:, place - 1]).all(axis=1), dtype=np.bool_)
            return usable, usable & ~satisfied(self.wishes, effects)[:, place - 1]
        levels = draws.levels([self.outcome], self.window)[:, :, 0]
        less = levels[:, place] - levels[:, draws.scenarios.index(self.against)]
        usable = np.asarray(np.isfinite(less), dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            return usable, usable & (OUTCOMES[self.outcome].better * less < 0.0)


@dataclass(frozen=True)
class Answer:
    """Where the scenario of a question fails.

    Attributes:
        question: what was asked.
        draws: that can be judged.
        hits: in which it fails.
        found: the box; none where hits, or others, are too few to look for one.
        tree: of the same draws, the hits its second label; likewise.
        clear: whether the box stands out from shuffled labels, all questions together.
        asked: how many questions there are.
    """

    question: Question
    draws: int
    hits: int
    found: Found | None
    tree: Node | None
    clear: bool
    asked: int

    @property
    def base(self) -> float:
        """Part of the draws in which it fails; nan without any draw."""
        return self.hits / self.draws if self.draws else float("nan")


def make_questions(
    draws: Draws,
    outcome: str,
    window: str,
    wishes: Sequence[Wish],
    focus: str | None,
    against: Sequence[str] | None,
) -> tuple[Question, ...]:
    """Where the focus does worse than each other scenario, and where it misses its wishes.

    Args:
        draws: of which is asked.
        outcome: in which it does worse.
        window: over which.
        wishes: none where nobody asked for any.
        focus: the first scenario if none.
        against: all others if none, the baseline last.

    Raises:
        KemitraanError: a name is not among the scenarios, or stands on both sides.
    """
    there = (*draws.scenarios[1:], draws.baseline)
    chosen = there[0] if focus is None else focus
    known("scenario", [chosen, *(against or [])], there)
    if chosen == draws.baseline:
        raise KemitraanError(
            f"--focus {chosen}: is the baseline; name one of {', '.join(draws.scenarios[1:])}"
        )
    if against is not None and chosen in against:
        raise KemitraanError(f"--against {chosen}: is the focus itself; name another scenario")
    others = [name for name in there if name != chosen] if against is None else list(against)
    found = [Question(WORSE, chosen, other, outcome, window) for other in dict.fromkeys(others)]
    if wishes:
        found.append(Question(MISSES, chosen, "", "", window, tuple(wishes)))
    return tuple(found)


def answer(question: Question, draws: Draws, asked: int, *, shuffles: int = SHUFFLES) -> Answer:
    """The answer to one of so many questions.

    Args:
        question: what is asked.
        draws: of which.
        asked: questions in all, as each of them could pass by luck.
        shuffles: of the labels.
    """
    usable, hits = question.hits(draws)
    points, hit = draws.points[usable], hits[usable]
    if not enough(hit):
        return Answer(question, len(hit), int(hit.sum()), None, None, clear=False, asked=asked)
    found = search(points, hit, draws.seed, shuffles=shuffles)
    tree = grow(points, hit.astype(np.int64), 2, draws.seed, shuffles=shuffles)
    clear = found.p * asked <= BAR and bool(found.box.limits)
    return Answer(question, len(hit), int(hit.sum()), found, tree, clear=clear, asked=asked)
