"""Batches that end in the middle: in a process group to be killed, or at a rename."""

import contextlib
import os
import warnings

import pytest

from experiments import store
from experiments.batch import atomic, experiment


class Killed(BaseException):
    """Ends a batch at a chosen moment, as no handler expects it."""


def in_a_group(work):
    """Does something in a process group of its own, without output; gives the group's number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this process has threads, as the child has none
        child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        try:
            work()
        finally:
            os._exit(0)
    with contextlib.suppress(OSError):  # the child was quicker
        os.setpgid(child, child)
    return child


def renames_of(monkeypatch, work):
    """How many files get their name while something is done."""
    place, count = atomic.move_into_place, [0]

    def counted(*given):
        count[0] += 1
        place(*given)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "move_into_place", counted)
        work()
    return count[0]


def dies_at_a_rename(monkeypatch, work, number, *, after):
    """Does something until the process dies before or after a rename.

    A process that is killed removes nothing: what it had half written is there again afterwards.
    """
    place, left, behind = atomic.move_into_place, [number], []

    def dying(*given):
        left[0] -= 1
        if left[0] < 0 and not after:
            if not behind and given[0].name.endswith(".partial"):
                behind.extend([given[0], given[0].read_bytes()])
            raise Killed
        place(*given)
        if left[0] < 0:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(experiment, "_empty", lambda _: None)
        patch.setattr(atomic, "move_into_place", dying)
        with pytest.raises(Killed):
            work()
    if behind and behind[0].parent.is_dir():
        behind[0].write_bytes(behind[1])


def without_figures(work):
    """Does something that writes a comparison's folder; figures have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_figures", lambda *_: None)
        return work()
