"""Mesa, imported once and without a word."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # Mesa loads a progress bar that asks for notebook widgets; nothing here shows one.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import mesa

__all__ = ["mesa"]
