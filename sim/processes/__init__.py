"""The processes of a month, one file each; `docs/processes.md` states them, `sim.month` calls them in order."""
