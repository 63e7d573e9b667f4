"""Months that every part of the program counts from. Definitions, not assumptions."""

__all__ = ["POLICY_MONTH", "STALE_MONTHS"]

POLICY_MONTH = 24
"""First month of the policy: all before it is burn-in, in every scenario."""

STALE_MONTHS = 24
"""A published figure that nobody has looked at again for longer is old; a warning says so."""
