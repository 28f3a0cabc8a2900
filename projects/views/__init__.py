"""Pages of projects and runs: to read (pages), to configure (settings)."""
