"""`explain`: what an outcome of a comparison hangs on, where it flips, what to measure first."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from experiments.choices import known
from experiments.compare import teller
from experiments.comparison import Comparison
from experiments.design import Study
from experiments.explain.again import study_again
from experiments.explain.drawn import Drawn, read_drawn
from experiments.explain.explanation import Explanation
from experiments.explain.levers import named_levers
from experiments.explain.parts import Part, make_part
from experiments.explain.plan import RUNS, make_plan
from experiments.explain.runs import make_runs
from experiments.explain.words import say
from experiments.limits import whole
from scenarios.region import Region
from sim.errors import KemitraanError

__all__ = ["explain"]

_MOST_RUNS = 1_000_000


def explain(
    source: Comparison | str | PathLike[str],
    outcome: str = "profit",
    window: str = "policy",
    scenario: str | Sequence[str] | None = None,
    *,
    runs: int = RUNS,
    levers: Sequence[str] | None = None,
    assumptions: Sequence[str] | None = None,
    region: str | PathLike[str] | Region | None = None,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Explanation:
    """Explains an outcome of a comparison from its draws and from some further runs.

    Args:
        source: a comparison, or the folder that one wrote.
        outcome: its name.
        window: "policy", "after", "year 1", ...
        scenario: one or several; all if none.
        runs: at most so many further runs of one scenario: for break-even values of levers, and for
            further draws, which tell more assumptions apart from noise; 0 for none.
        levers: that are moved instead of the main ones of each scenario.
        assumptions: that are moved alone besides.
        region: where the region is, if it does not come with the program.
        jobs: processes; as many as there are processors if none.
        out: a new folder for tables and figures; nothing is written if none.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The explanation, with `.variance`, `.flips`, `.measure`, words and figures.

    Raises:
        KemitraanError: wrong use, or a comparison that cannot be explained.
    """
    from experiments.explain.store import check_out, write_folder  # noqa: PLC0415  # pyarrow

    runs = whole(runs, "--runs", 0, _MOST_RUNS)
    if not 0 <= runs <= _MOST_RUNS:
        raise KemitraanError(f"--runs {runs}: is outside 0..{_MOST_RUNS}")
    target = None if out is None else check_out(Path(out))
    drawn = read_drawn(source, outcome, window, scenario)
    known("assumption", assumptions or [], drawn.names)
    tell = teller(quiet=quiet)
    parts = [make_part(drawn, name, assumptions or ()) for name in drawn.scenarios]
    alive = [part for part in parts if not part.why_not]
    result = Explanation(drawn, parts)
    if runs and alive:
        study = _study(source, drawn, region)
        own = [one for one in study.scenarios[1:] if one.name in {p.scenario for p in alive}]
        plan = make_plan(
            drawn,
            own,
            _candidates(alive),
            runs,
            None if levers is None else named_levers(own, levers),
            assumptions,
        )
        if plan.runs:
            ran = make_runs(drawn, study, plan, jobs=jobs, tell=tell, quiet=quiet, lang=lang)
            wide = drawn.with_more(ran.jobs, ran.more)
            again = [make_part(wide, name, assumptions or ()) for name in wide.scenarios]
            result = Explanation(wide, [part.with_runs(ran) for part in again], ran)
        else:
            tell(say("too_few_runs", lang, runs=runs))
    if target is not None:
        result.folder = write_folder(result, target, lang=lang)
    return result


def _study(
    source: Comparison | str | PathLike[str],
    drawn: Drawn,
    region: str | PathLike[str] | Region | None,
) -> Study:
    if isinstance(source, Comparison):
        return source.study
    return study_again(Path(source), drawn.about, region)


def _candidates(parts: Sequence[Part]) -> list[str]:
    """Assumptions to be moved: the first of each scenario, then the second of each, ..."""
    longest = max(len(part.candidates) for part in parts)
    turns = [
        part.candidates[k] for k in range(longest) for part in parts if k < len(part.candidates)
    ]
    return list(dict.fromkeys(turns))
