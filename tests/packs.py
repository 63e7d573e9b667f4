"""What tests of packs take them apart and put them together with."""

import hashlib
import io
import json
import os
import zipfile

import numpy as np

from experiments.batch.checksums import CHECKSUMS
from experiments.batch.manifest import MANIFEST
from experiments.batch.sealed import seal
from sim.draws import uniform

WITHIN = "experiment/"


def shifted(x, seed):
    """x and luck, and `KEMITRAAN_TEST_SHIFT`: what other packages would do to it."""
    luck = uniform(np.uint64(seed), 250, 0, 0, 0, 0, 0, 0)
    return x[0] + luck + float(os.environ.get("KEMITRAAN_TEST_SHIFT", "0"))


def members(pack):
    """Content by name, of a path or of bytes."""
    with zipfile.ZipFile(io.BytesIO(pack) if isinstance(pack, bytes) else pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files):
    """A zip of content by name."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def mended(files, changes):
    """Files with changes, and every list of hashes as a forger would mend it.

    The manifest of the experiment, its checksums and those of the pack.
    """
    files = {**files, **changes}
    manifest = json.loads(files[WITHIN + MANIFEST])
    for name in manifest["files"]:
        if WITHIN + name in files:
            manifest["files"][name] = _sha(files[WITHIN + name])
    files[WITHIN + MANIFEST] = json.dumps(manifest, indent=2).encode()
    inner = {n.removeprefix(WITHIN): c for n, c in files.items() if n.startswith(WITHIN)}
    files[WITHIN + CHECKSUMS] = _sums(inner)
    files[CHECKSUMS] = _sums(files)
    return files


def resummed(files):
    """Files with the outer list of hashes made anew."""
    return {**files, CHECKSUMS: _sums(files)}


def _sums(files):
    lines = (f"{_sha(content)}  {name}" for name, content in sorted(files.items())
             if name != CHECKSUMS)  # fmt: skip
    return seal("\n".join(lines))


def _sha(content):
    return hashlib.sha256(content).hexdigest()
