"""Robustness: regret, satisficing, and where in the uncertainty space a policy loses."""
