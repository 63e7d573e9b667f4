"""The packed program in an environment of its own, for who asks for it: it executes the pack."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

from experiments.packing.code import LOCK_FILE, LOCK_KINDS
from experiments.packing.opened import open_pack
from experiments.store import check_target
from sim.errors import KemitraanError

__all__ = ["run_packed_code"]


def run_packed_code(pack: Path, environment: Path, words: Sequence[str]) -> int:
    """Makes an environment, installs the lock and the packed program, and has that reproduce.

    Args:
        pack: the zip; checked first.
        environment: a new folder for the environment; it stays.
        words: further words for its `kemitraan reproduce`.

    Returns:
        The exit code of that command.

    Raises:
        KemitraanError: no pack, or the environment cannot be made.
    """
    check_target(environment)
    with tempfile.TemporaryDirectory(prefix="kemitraan-", ignore_cleanup_errors=True) as aside:
        root = Path(aside) / "pack"
        root.mkdir()
        opened = open_pack(pack, root)
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        hashes = ["--require-hashes"] if opened.about["lock"] == LOCK_KINDS[0] else []
        for what in ([*hashes, "-r", str(root / LOCK_FILE)], ["--no-deps", str(opened.wheel)]):
            _asked(python, ["-m", "pip", "install", "--quiet", *what])
    # Without the folders of this program: what is installed there counts.
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = ["-I", "-m", "kemitraan", "reproduce", str(pack.absolute()), *words]
    return subprocess.run([str(python), *words], env=own, check=False).returncode  # noqa: S603


def _asked(python: Path, words: Sequence[str]) -> None:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(  # noqa: S603  # words of our own
        [str(python), *words], env=own, check=False, stdout=sys.stderr
    )
    if done.returncode:
        raise KemitraanError(
            f"{python}: {' '.join(words[:3])} ended with {done.returncode}; see what it said above"
        )
