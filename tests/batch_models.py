"""Small models for the tests of batches: in a module, so that worker processes find them."""

import math
import os
import sys
import time

import numpy as np

FACTOR = 1.0
"""As if a machine rounded otherwise."""


def parabola(x):
    return x[0] ** 2 + x[1]


def lucky(x, seed):
    return [(x[0] + (seed % 1000) / 1000) * FACTOR, x[1] * (seed % 7) * FACTOR]


def broken(x):
    """Fails where x is negative."""
    if x[0] < 0:
        raise ValueError(f"no root of {x[0]:g}")
    return math.sqrt(x[0])


def leaving(x):
    """Ends the program where x is negative, as a command does that is called as a function."""
    if x[0] < 0:
        sys.exit("no more")
    return x[0]


class MuteError(Exception):
    """Says nothing, and fails to."""

    def __str__(self):
        raise ValueError


def mute(x):
    """Fails without words where x is negative."""
    if x[0] < 0:
        raise MuteError
    return x[0]


def growing(x):
    """Gives more numbers than it should where x is large."""
    return np.zeros(3 if x[0] > 2 else 1)


def deadly(x):
    """Ends its process without a word where x is 3, if that is a worker."""
    from multiprocessing import parent_process

    if x[0] == 3 and parent_process() is not None:
        os._exit(9)
    return x[0]


def deadly_far_away(x):
    """Ends its process where x is 3, if that was started with `KEMITRAAN_TEST_WORKER`."""
    if x[0] == 3 and "KEMITRAAN_TEST_WORKER" in os.environ:
        os._exit(9)
    return x[0]


def waiting(x, seed):
    """Like `lucky`, after the seconds of `KEMITRAAN_TEST_SECONDS`: time moves no number."""
    time.sleep(float(os.environ.get("KEMITRAAN_TEST_SECONDS", "0")))
    return lucky(x, seed)


def other_luck(x, seed):
    """Not `lucky`."""
    return [x[0] - (seed % 1000) / 1000, x[1]]


def wide(x):
    """Sixty-four numbers without a pattern."""
    return np.sin(np.arange(1, 65) * (1.0 + x[0]) ** 2)


def scaled(x, by=1.0):
    return x[0] * by


class Scaled:
    """The same as an object."""

    def __init__(self, by):
        self.by = by

    def __call__(self, x):
        return x[0] * self.by

    def again(self, x):
        return x[0] * self.by


def scaled_by(by):
    """The same as a function that was made."""

    def inner(x):
        return x[0] * by

    return inner


# -- functions of a study and a job, as the runner calls them


def twins(study, job):
    """A baseline and a policy beside it: an effect of `study["effect"]`, and luck of the seed.

    Every run whose number `study["broken"]` names fails.
    """
    time.sleep(float(os.environ.get("KEMITRAAN_TEST_SECONDS", "0")))
    if job.replicate in study["broken"] and job.role == "draw":
        raise ValueError(f"replicate {job.replicate} breaks")
    drawn = np.random.default_rng(job.seed).standard_normal(2)
    return np.array([drawn[0], drawn[0] + study["effect"] + drawn[1]])


def deadly_job(_study, job):
    """Ends the worker that runs it where x is 3."""
    return deadly([job.changes["x"]])


def echo(_study, job):
    """A result that is larger than a pipe."""
    return np.full(20_000, job.changes["x"])


class Unloadable:
    """A function that can be pickled and not unpickled."""

    def __call__(self, _study, job):
        return job.seed

    def __reduce__(self):
        return int, ("no number",)


def slow_job(_study, job):
    """Two hundredths of a second where the seed is odd."""
    time.sleep(0.002 * (job.seed % 2))
    return job.seed
