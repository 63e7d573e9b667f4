"""Trials by name or file, with the kinds of treatment that the model knows."""

from __future__ import annotations

from pathlib import Path

from scenarios.trial import Trial
from scenarios.trial_reader import list_trials, read_trial
from sim.treatment import KINDS

__all__ = ["list_trials", "load_trial"]


def load_trial(name_or_path: str | Path) -> Trial:
    """A trial as its file says.

    Args:
        name_or_path: name of a shipped trial, or a trial file.

    Raises:
        ScenarioError: with every fault of the file, and those of its base scenario.
    """
    return read_trial(name_or_path, KINDS)
