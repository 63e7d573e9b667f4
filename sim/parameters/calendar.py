"""Months that every part of the program counts from. Definitions, not assumptions."""

__all__ = ["POLICY_MONTH"]

POLICY_MONTH = 24
"""First month of the policy: all before it is burn-in, in every scenario."""
