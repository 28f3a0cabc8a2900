"""Writes on artifacts and versions."""
