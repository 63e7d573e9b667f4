"""Figures: each function draws one question and returns its Axes; files are made in `files`."""
