"""The demo: a seeded organization worth looking at, and the credentials to look at it with."""
