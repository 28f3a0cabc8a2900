"""Pages of lineage, for versions in projects and registries, for runs, artifacts and collections (F86–F90)."""
