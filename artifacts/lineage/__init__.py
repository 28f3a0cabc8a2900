"""Where versions come from and what became of them: runs and versions, walked, clustered, laid out and drawn (F86–F90)."""
