"""Measurements of speed against the project's targets: `python -m benchmarks`, or `make bench`.

Times are processor time unless a row says otherwise, kernels come from a warm cache, and ratios are
taken within one run, so that a busy machine moves both sides alike.
"""

import os

# Before numpy loads: small matrix products on many threads are slower and vary in time.
for _name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR"):
    os.environ.setdefault(f"{_name}_NUM_THREADS", "1")
