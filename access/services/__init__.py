"""Writes on people, organizations, teams and keys."""
