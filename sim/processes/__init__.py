"""The processes of a month; `docs/processes.md` states them, `sim.month` calls them in order."""
