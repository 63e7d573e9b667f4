"""Docking: our kernels, set up like a published model, beside what it is known to do.

`python -m experiments.docking` prints both tables and draws both figures. The pages are
`docs/docking_zaklan.md` and `docs/docking_salganik.md`.
"""
