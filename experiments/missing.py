"""Runs without numbers: told on every table, and by name."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.batch.ended import BatchError
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.words import say

__all__ = ["missing_lines", "runs_failed"]

_NAMED = 5


def missing_lines(failures: Mapping[int, tuple[Job, Failure]], there: int, lang: str) -> list[str]:
    """How many replicates are missing from every table, and the first of them by name.

    Args:
        failures: by number of the run.
        there: replicates that have numbers.
        lang: "en" or "id".
    """
    if not failures:
        return []
    named = [
        say("missing_one", lang, run=run, role=job.role, replicate=job.replicate,
            stage=failure.stage, message=failure.message)
        for run, (job, failure) in list(failures.items())[:_NAMED]
    ]  # fmt: skip
    more = [say("missing_more", lang, n=len(failures) - _NAMED)] if len(failures) > _NAMED else []
    total = len(failures) + there
    return [say("missing", lang, k=len(failures), n=total, items="; ".join([*named, *more]))]


def runs_failed(failures: Mapping[int, tuple[Job, Failure]], runs: int) -> BatchError:
    """What a command ends with where some runs failed."""
    run, (_, failure) = next(iter(failures.items()))
    return BatchError(
        f"{len(failures)} of {runs} runs failed, the first of them run {run} ({failure.stage}): "
        f"{failure.message}"
    )
