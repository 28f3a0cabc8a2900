"""Writes on registries, collections and links."""
