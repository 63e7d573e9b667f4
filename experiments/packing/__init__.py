"""An experiment as one file for a reviewer, and the experiment again from it."""
