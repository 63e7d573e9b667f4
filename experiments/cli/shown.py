"""Comparisons and rankings on the screen, as the command that made them and `resume` show them."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.cli.output import done_line, message, print_json

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.explore.exploration import Exploration
    from experiments.studied import Sensitivity

__all__ = [
    "TOP", "WINDOWS", "Shown", "exit_code", "refuse_missing", "show_comparison", "show_exploration",
    "show_sensitivity",
]  # fmt: skip

WINDOWS = "policy,after"
TOP = 15
"""Rows of a ranking if nothing is asked."""
_NOT_PASSED = 3
_WIDE, _WIDE_RANKING = 160, 118


@dataclass(frozen=True)
class Shown:
    """What of a comparison is shown.

    Attributes:
        windows: names.
        by: a grouping, if any.
        asked: whether somebody asked for these windows by name.
    """

    windows: tuple[str, ...] = ("policy", "after")
    by: str | None = None
    asked: bool = False


def show_comparison(
    result: Comparison,
    shown: Shown,
    lang: str,
    *,
    json: bool,
    quiet: bool,
    begun: float,
) -> None:
    """Prints tables and the folder, or one document."""
    from experiments.report import text  # noqa: PLC0415  # numpy
    from experiments.words import say  # noqa: PLC0415
    from sim.outcomes import windows as windows_of  # noqa: PLC0415

    there = windows_of(result.study.months)
    missing = [name for name in shown.windows if name not in there]
    if missing and shown.asked and not quiet:
        listed = ", ".join(missing)
        message(say("no_window", lang, windows=listed, months=result.study.months))
    if json:
        print_json(result.to_json(shown.windows, shown.by))
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    print(text(result, lang=lang, width=width, show=shown.windows, by=shown.by))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, lang))


def show_sensitivity(
    result: Sensitivity, lang: str, *, top: int, json: bool, quiet: bool, begun: float
) -> None:
    """Prints the ranking and the folder, or one document."""
    if json:
        print_json(result.to_json())
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE_RANKING
    print(result.words.text(result, lang=lang, width=width, top=top))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, lang))


def exit_code(result: Comparison) -> int:
    """What a comparison ends with where every run has numbers: 3 if a precision was not reached."""
    return 0 if result.stop is None or result.stop.looks[-1].reached else _NOT_PASSED


def show_exploration(
    result: Exploration, lang: str, *, json: bool, quiet: bool, begun: float
) -> None:
    """Prints tables, sentences and the folder, or one document."""
    from experiments.explore.report import text  # noqa: PLC0415  # numpy

    if json:
        print_json(result.to_json())
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE_RANKING
    print(text(result, lang=lang, width=width))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, lang))


def refuse_missing(result: Comparison | Exploration | Sensitivity) -> None:
    """Ends a command with 1 where runs failed, once everything was shown.

    Raises:
        BatchError: some did.
    """
    from experiments.missing import runs_failed  # noqa: PLC0415

    if result.failures:
        raise runs_failed(result.failures, result.units)
