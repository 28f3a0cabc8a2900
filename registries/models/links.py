"""Link: a version placed in a collection; LinkAlias: a movable pointer within one collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from artifacts.models import Version
from registries.models.collections import Collection
from registries.models.registries import ProtectedAlias, Registry

if TYPE_CHECKING:
    from access.models import User


class LinkQuerySet(models.QuerySet["Link"]):
    """Links by who may see them."""

    def alive(self) -> LinkQuerySet:
        """Those that were not unlinked, to versions that still exist."""
        return self.filter(deleted_at=None, version__state=Version.State.COMMITTED, version__artifact__deleted_at=None)

    def protected(self) -> LinkQuerySet:
        """Living links that carry an alias which their registry protects (F57)."""
        held = LinkAlias.objects.protected()
        return self.alive().filter(pk__in=held.values("link"))

    def visible_to(self, user: User) -> LinkQuerySet:
        """Living links in the collections that `user` sees."""
        # By their shelf: SQLite would list each visible collection first.
        return self.alive().filter(
            collection__deleted_at=None, collection__registry__in=Registry.objects.visible_to(user)
        )


class Link(models.Model):
    """A pointer, no copy (F2), numbered from v0 within its collection."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="links")
    version = models.ForeignKey(Version, models.CASCADE, related_name="links")
    index = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "index"], name="link_index_unique"),
            models.UniqueConstraint(
                fields=["collection", "version"], condition=Q(deleted_at=None), name="link_version_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection.name}:{self.label}"

    @property
    def label(self) -> str:
        """`v3`."""
        return f"v{self.index}"


class LinkAliasQuerySet(models.QuerySet["LinkAlias"]):
    """Aliases of links, and whether they are anybody's to move."""

    def with_protection(self) -> LinkAliasQuerySet:
        """Each with `is_protected`: whether its registry leaves it to admins (F57)."""
        guard = ProtectedAlias.objects.filter(registry=OuterRef("collection__registry"), name=OuterRef("name"))
        return self.annotate(is_protected=Exists(guard))

    def protected_in(self, collection: Collection) -> LinkAliasQuerySet:
        """The protected ones of living links in one collection, by the few names that its registry protects."""
        names = ProtectedAlias.objects.filter(registry=collection.registry).values("name")
        living = {"link__version__state": Version.State.COMMITTED, "link__version__artifact__deleted_at": None}
        return self.filter(collection=collection, name__in=names, link__deleted_at=None, **living)

    def protected(self) -> LinkAliasQuerySet:
        """Those that are."""
        return self.with_protection().filter(Q(is_protected=True))


class LinkAlias(models.Model):
    """A name that points at exactly one link of a collection (F6); separate from the source's aliases (C12)."""

    collection = models.ForeignKey(Collection, models.CASCADE, db_index=False, related_name="aliases")
    link = models.ForeignKey(Link, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=128)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = LinkAliasQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "name"], name="link_alias_unique")]
        # Without statistics a database takes whatever index begins with the collection, which may have 10,000 aliases:
        # hence the column has none of its own.
        indexes = [models.Index(fields=["collection", "link"], name="link_alias_by_link")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
