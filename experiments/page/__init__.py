"""One page of an experiment: a self-contained HTML file for a meeting, in either language."""
