"""The validation rows are those that were frozen, before anything was calibrated."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from experiments.validation.frozen import FOLDER, FrozenError, check_frozen

ROOT = FOLDER.parents[1]


def test_every_frozen_file_is_as_it_was_frozen() -> None:
    assert len(check_frozen()) == 64


@pytest.mark.parametrize("name", ["frozen.yaml", "validation.csv", "replays/kenya_markets.yaml"])
def test_a_changed_file_is_named(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "validation"))
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    with pytest.raises(FrozenError, match=f"{name} has changed"):
        check_frozen(folder)


def test_a_replay_that_was_added_or_taken_out_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "validation"))
    (folder / "replays" / "another.yaml").write_text("name: another\n", encoding="utf-8")
    (folder / "replays" / "microcredit.yaml").unlink()
    with pytest.raises(
        FrozenError, match=r"microcredit\.yaml is missing; .*another\.yaml was added"
    ):
        check_frozen(folder)


def test_the_freeze_was_committed_before_the_ensemble() -> None:
    """Where the history is at hand; an export has none."""
    frozen = _git("log", "-1", "--format=%H", "--", str(FOLDER / "FROZEN"))
    if not frozen:
        pytest.skip("no history of the freeze here")
    ensemble = _git(
        "log", "--diff-filter=A", "--format=%H", "--", "experiments/calibration/*nsemble*"
    )
    added = [commit for commit in ensemble.split() if commit]
    if not added:
        pytest.skip("no ensemble yet")
    for commit in added:
        # Branches are told apart by the day they were written, which a rebase keeps.
        before = _git("merge-base", frozen, commit) == frozen or _written(frozen) < _written(commit)
        assert before, f"the freeze {frozen} does not precede {commit}"


def _written(commit: str) -> int:
    return int(_git("show", "-s", "--format=%at", commit))


def _git(*words: str) -> str:
    """What git prints; nothing without git, outside its history, or in another project's."""
    try:
        top = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        if Path(top).resolve() != ROOT:
            return ""
        return subprocess.run(
            ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
