"""What tests of batches compare folders by."""

import hashlib

import numpy as np

from experiments.batch.checksums import CHECKSUMS, files_in
from experiments.batch.manifest import APART

INPUTS = ("a", "b")


def points(count):
    """A design of two inputs."""
    return {"a": np.arange(count) * 0.5, "b": np.arange(count)[::-1] + 0.25}


def same_files(folder):
    """SHA-256 of every file that two runs of one experiment share."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in files_in(folder)
        if name not in (*APART, CHECKSUMS)
    }
