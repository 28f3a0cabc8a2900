"""Writes on projects and runs, and reads of what a run streamed."""
