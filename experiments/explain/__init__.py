"""What an effect hangs on, where it flips, and what to measure first."""
