"""Damaged and odd files through the commands: refused with their place, or read and run.

`KEMITRAAN_TEST_FILES=10000` reads and runs so many; without it a few hundred.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.asked import load_study
from experiments.budget import load_scenario
from experiments.compare import compare
from experiments.design import Study, make_jobs
from experiments.figures.districts import district_figures
from experiments.figures.groups import group_figures
from experiments.places import place_of
from experiments.prepare import prepare
from experiments.trials.files import load_trial
from experiments.trials.run import trial
from experiments.unit import region_values
from kemitraan.cli import main
from scenarios import Region, Scenario, list_scenarios, load_region
from scenarios.own_skeleton import skeleton
from sim.case import Case
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from sim.processes.ledger import check_stocks
from tests.mutations import FAMILIES, Damaged, damaged

FILES = int(os.environ.get("KEMITRAAN_TEST_FILES", "180"))
PROCESSES = 20 if FILES >= 10_000 else 1
FIRMS = 300
MONTHS = 37
SLOW = 20.0
"""Seconds that no file may take, read and run."""
SUMS = ("Rp m a month", "Rp bn", "people", "firms", "firms a year")
"""Units of outcomes that are always numbers; shares and means have none where nobody is."""
ONLINE = {
    "shops", "online_sales", "online_sales_outside", "online_bought_elsewhere", "platform_fees",
    "platform_cost",
}  # fmt: skip
"""Outcomes that are no number without a marketplace."""


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """What the first run compiles is no file's time."""
    prepare()


def command(words: list[str]) -> tuple[int, str, str]:
    """A command in this process: its exit code, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    return code, out.getvalue(), err.getvalue()


def refusal(path: str, text: str) -> None:
    """A refusal begins a line with the file, and with the place in it wherever there is one."""
    assert "Traceback" not in text
    assert "internal error" not in text
    assert all(c.isprintable() or c in "\n\t" for c in text)
    assert re.search(rf"^{re.escape(path)}[^\n]*: \S", text, re.MULTILINE), text


def study_of(scenario: Scenario, region: Region, seed: int) -> Study:
    """The scenario beside none in a small sample of the region, until all its levers hold."""
    last = [one.start for one in scenario.levers.values()] + [one.month for one in scenario.shocks]
    months = max([MONTHS, *(month + 2 for month in last)])
    base = load_scenario("no_policy")
    base = replace(base, first_month=scenario.first_month, months=scenario.months)
    study, _ = load_study([scenario], base, region, seed, None, min(months, 120), "en")
    return replace(study, scale=max(1, region.firms // FIRMS))


def values_of(study: Study, number: int) -> np.ndarray:
    """(scenarios, windows, outcomes) of one run, at drawn assumptions or at the registry's."""
    jobs = make_jobs(study, "parameters", 2, 2)
    return region_values(study, jobs[number % len(jobs)])


def run_files(files: Damaged, path: str) -> bool:
    """Runs what was read; false where the whole is refused though each file is sound.

    Raises:
        AssertionError: an outcome is no number that has to be one.
    """
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
            scenario = load_scenario(names[files.number // len(FAMILIES) % len(names)])
        else:
            scenario = load_scenario(path)
            region = place_of(scenario, None)
        study = study_of(scenario, region, files.number)
        values = values_of(study, files.number)
    except KemitraanError as error:
        assert error.exit_code == 2, error  # noqa: PT017  # 1 is a fault of the model
        return False
    for k, (name, outcome) in enumerate(OUTCOMES.items()):
        assert not np.isinf(values[:, :, k]).any(), name
        if outcome.unit in SUMS and (study.has_platform or name not in ONLINE):
            assert not np.isnan(values[:, :, k]).any(), name
    return True


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


def test_damaged_files_are_refused_or_run(tmp_path: Path) -> None:
    found: Counter[tuple[str, str]] = Counter()
    for number in range(FILES):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = damaged(number)
        try:
            found[files.family, judge(files, folder)] += 1
        except Exception as error:
            error.add_note(f"damaged({number}): {files.family}, {', '.join(files.how)}")
            raise
        shutil.rmtree(folder)
    for family in FAMILIES:
        print(family, {what: found[family, what] for one, what in sorted(found) if one == family})
        assert found[family, "run"], family
        assert found[family, "refused"], family


def test_the_same_number_gives_the_same_files() -> None:
    assert damaged(17) == damaged(17)
    assert len({str(damaged(number).files) for number in range(60)}) == 60


@pytest.mark.parametrize("word", ["check", "compare"])
def test_a_process_ends_with_2_and_no_traceback(word: str, tmp_path: Path) -> None:
    refused = 0
    for number in range(PROCESSES * 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = damaged(number)
        path = files.write(folder)
        if files.family == "trial" or command(["check", path])[0] == 0:
            continue
        words = [word, path]
        if word == "compare" and files.family.endswith("region"):
            words = ["compare", "cash_grant", "--region", path]
        ended = subprocess.run(
            [sys.executable, "-m", "kemitraan", *words],
            capture_output=True,
            cwd=tmp_path,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert ended.returncode == 2, ended.stderr
        assert "Traceback" not in ended.stderr
        refusal(path, ended.stderr)
        refused += 1
        if refused == PROCESSES:
            return
    pytest.fail(f"only {refused} files were refused")


# -- what such files have found


@pytest.fixture
def contoh(tmp_path: Path) -> Path:
    """The region that `kemitraan init` writes."""
    for name, text in skeleton("contoh", "contoh").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_column_that_no_screen_can_show_is_told_with_its_codes(contoh: Path) -> None:
    (contoh / "hotels.csv").write_text("district,class,\x1b[31m\nUtara,star_1,5\n", "utf-8")
    code, _, err = command(["check", str(contoh)])
    assert code == 2
    assert "\x1b" not in err
    assert "hotels.csv:1:\\u001b[31m: unknown column" in err


def test_a_monstrous_cell_of_a_table_that_nothing_reads_is_refused(contoh: Path) -> None:
    (contoh / "other.csv").write_text("a" * 200_000, "utf-8")
    code, _, err = command(["check", str(contoh)])
    assert code == 2
    assert "other.csv:1: not a CSV table" in err


@pytest.mark.parametrize("debts", [0.0, -900.5])
def test_rounding_is_not_a_broken_ledger_when_the_last_firms_close(
    contoh: Path, debts: float
) -> None:
    world = Case.of(None, load_region(str(contoh)), scale=200, months=1).world()
    flow = np.zeros(40)
    flow[10], flow[14] = 0.3, debts  # costs; what those who closed took along, or owed
    for lost, broken in ((0.0, False), (0.001, True)):
        world.tables.state[5] = 0.1 + 0.2 + debts
        check_stocks(world.tables, -lost, lost, 0.0, 0.0, flow, world.ledger[0])
        assert (world.ledger["cash"][0] > 1e-9) == broken


def test_a_region_without_eligible_firms_has_no_map_of_districts(contoh: Path) -> None:
    rows = "".join(f"u{k},Utara,trade,micro,male\n" for k in range(36))
    head = "id,district,sector,size_class,owner_sex\n"
    (contoh / "umkm.csv").write_text(head + rows, "utf-8")
    region = replace(load_region(str(contoh)), firms=60)
    result = compare(
        "cash_grant", region, uncertainty="seeds", replicates=2, jobs=1, months=MONTHS, quiet=True
    )
    assert list(district_figures(result, "en")) == []
    assert [name for _, name in group_figures(result, "en")] == [
        "change_by_group", "change_by_sector"
    ]  # fmt: skip
