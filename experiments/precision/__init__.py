"""How many runs: what is to be known, when it is looked at, and when it is enough."""
