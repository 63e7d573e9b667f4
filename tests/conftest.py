"""What every test stands on: one thread, no window, English, drawn examples that repeat."""

from __future__ import annotations

import os

# Before numpy loads: small matrix products on many threads are slower and vary in time.
for _name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR"):
    os.environ.setdefault(f"{_name}_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"
os.environ["KEMITRAAN_LANG"] = "en"
# Colours and the width of a narrow terminal would change what the commands print.
os.environ["NO_COLOR"] = "1"
os.environ.pop("FORCE_COLOR", None)

from hypothesis import HealthCheck, settings  # noqa: E402  (after the environment)

# The first call of a kernel compiles it, so no deadline; the same examples every time.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("repeatable")
