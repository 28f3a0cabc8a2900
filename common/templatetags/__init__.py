"""Builtin template tags."""
