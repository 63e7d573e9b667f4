"""Damaged and odd files through the commands: refused with their place, or read and run.

`KEMITRAAN_TEST_FILES=10000` reads and runs so many; without it a few hundred.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.asked import load_study
from experiments.budget import load_scenario
from experiments.design import make_jobs
from experiments.places import place_of
from experiments.trials.files import load_trial
from experiments.trials.run import trial
from experiments.unit import region_values
from kemitraan.cli import main
from scenarios import list_scenarios, load_region
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from tests.mutations import FAMILIES, Damaged

FILES = int(os.environ.get("KEMITRAAN_TEST_FILES", "300"))
FIRMS = 300
MONTHS = 37
SLOW = 20.0
"""Seconds that no file may take, read and run."""
SUMS = [
    k
    for k, one in enumerate(OUTCOMES.values())
    if one.unit in ("Rp m a month", "Rp bn", "people", "firms", "firms a year")
]
"""Outcomes that are always numbers, whatever there is not in a region; online ones apart."""


def command(words: list[str]) -> tuple[int, str, str]:
    """A command in this process: its exit code, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    return code, out.getvalue(), err.getvalue()


def refusal(path: str, text: str) -> None:
    """A refusal names a file; a line and a column where something stands in it."""
    assert text.strip()
    assert "Traceback" not in text
    assert "internal error" not in text
    assert all(c.isprintable() or c in "\n\t" for c in text)
    where = re.escape(path) + r"[^\n]*?(:\d+(:[\w ]+)?)?: \S"
    assert re.search(where, text) or path in text, text


def values_of(study: object, number: int) -> np.ndarray:
    job = make_jobs(study, "parameters", 2, 0)[number % 2]  # type: ignore[arg-type]
    return region_values(study, job)  # type: ignore[arg-type]


def run_files(files: Damaged, path: str) -> bool:
    """Runs what was read; false where the whole is refused though each file is sound.

    Raises:
        AssertionError: an outcome is no number that has to be one.
    """
    region: object = None
    asked: list[object] = [path]
    try:
        if files.family == "trial":
            one = load_trial(path)
            one = replace(one, units=min(one.units, 40), replicates=2)
            place = load_region(one.region)
            result = trial(
                one, place, scale=max(1, place.firms // 2000), seed=files.number, jobs=1, quiet=True
            )
            assert result.text()
            return True
        if files.family.endswith("region"):
            region = load_region(path)
            names = list_scenarios()
            asked = [names[files.number // len(FAMILIES) % len(names)]]
        else:
            region = place_of(load_scenario(path), None)
        scale = max(1, region.firms // FIRMS)  # type: ignore[attr-defined]
        study, _ = load_study(asked, "no_policy", region, files.number, None, MONTHS, "en")  # type: ignore[arg-type]
        values = values_of(replace(study, scale=scale), files.number)
    except KemitraanError as error:
        assert error.exit_code == 2, error  # noqa: PT017  # 1 is a fault of the model
        return False
    assert not np.isinf(values).any(), names_of(np.isinf(values))
    lost = np.isnan(values[:, :, SUMS])
    assert not lost.any(), names_of(lost, SUMS)
    return True


def names_of(bad: np.ndarray, columns: list[int] | None = None) -> list[str]:
    names = np.array(list(OUTCOMES))
    names = names if columns is None else names[columns]
    return [str(name) for name in names[bad.any(axis=(0, 1))]]


def judge(files: Damaged, folder: Path) -> str:
    """What became of files: refused, read (and refused as a whole), or run."""
    path = files.write(folder)
    begun = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        code, out, err = command(["check", path])
        assert code in (0, 2), err
        if code == 2:
            refusal(path, err)
            found = "refused"
        else:
            assert "ok" in out
            found = "run" if run_files(files, path) else "valid, refused in a run"
    assert time.process_time() - begun < SLOW
    return found
