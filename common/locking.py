"""One at a time: what a request compares and changes is read under a lock, or the same request, twice at once, does it twice."""

from __future__ import annotations

from django.db import models


def lock(row: models.Model, *fields: str) -> None:
    """Lock `row` until the caller's transaction ends, and read those of its fields anew.

    Of a registry or a project also the row of the container that it is: PostgreSQL, when it has waited for another, reads
    anew what it locks and nothing else. On SQLite the transaction is the lock already.
    """
    parents = [link.name for link in row._meta.parents.values() if link is not None]
    rows = row._meta.model._base_manager.select_for_update(of=("self", *parents))
    row.refresh_from_db(fields=fields or [row._meta.pk.name], from_queryset=rows)
