"""Artifacts and their versions: content, aliases, tags, metrics, lineage."""
