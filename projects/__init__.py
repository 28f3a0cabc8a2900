"""Projects and runs: where work is logged."""
