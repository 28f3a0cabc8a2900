"""StorageFigure: what a registry, a project or an organization takes, as it was last counted."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from access.models import Container, Organization


class StorageFigure(models.Model):
    """Bytes of the files of committed versions: `logged` as each version counts them, `stored` each content once (F137).

    It is of a container (the versions that a project holds, or that a registry links) or of a whole organization.
    """

    container = models.OneToOneField(Container, models.CASCADE, related_name="storage_figure", null=True)
    organization = models.OneToOneField(Organization, models.CASCADE, related_name="storage_figure", null=True)
    logged = models.BigIntegerField()
    stored = models.BigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(container=None) ^ Q(organization=None), name="storage_figure_of_one_thing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stored} bytes of {self.container or self.organization}"

    @property
    def saved(self) -> int:
        """What is not stored again."""
        return self.logged - self.stored

    @property
    def stored_percent(self) -> int:
        """What is stored of a hundred bytes that were logged."""
        return round(100 * self.stored / self.logged) if self.logged else 100

    @property
    def saved_percent(self) -> int:
        """The rest of the hundred."""
        return 100 - self.stored_percent

    @property
    def data(self) -> dict[str, Any]:
        """The figure as data, in bytes."""
        return {"logged": self.logged, "stored": self.stored, "saved": self.saved, "counted_at": self.counted_at}
