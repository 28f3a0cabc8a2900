"""Registries, their collections, and the links in them."""
