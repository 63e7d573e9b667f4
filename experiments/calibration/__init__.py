"""History matching: which assumptions are not ruled out by what was observed."""
