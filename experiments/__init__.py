"""Many runs: designs, comparisons, tables and figures. Modules are loaded on first use."""
