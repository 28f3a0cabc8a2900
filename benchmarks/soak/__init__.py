"""Half an hour of mixed traffic, and the largest artifacts that people log: `make soak`."""
