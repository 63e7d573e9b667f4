"""Runs that cannot be lost: design, journal, parts, workers. Modules are loaded on first use."""
