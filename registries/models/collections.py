"""Collection: a named set of linked versions of one type, for one task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from artifacts.models import Tag
from registries.models.registries import Registry

if TYPE_CHECKING:
    from access.models import User


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Collections by who may see them."""

    def visible_to(self, user: User) -> CollectionQuerySet:
        """Undeleted collections of the registries that `user` sees."""
        return self.filter(deleted_at=None, registry__in=Registry.objects.visible_to(user))


class Collection(models.Model):
    """A set of links; `next_index` is the number of the next one, never reused (F49, C15).

    `metric_directions` says of a metric whether higher is better, above what runs said; `headline_metric` stands for the rest.
    `link_count` and `newest_link` are what counting the living links and looking for the last of them would give: whatever
    writes links keeps them (registries/services/counts.py), so that lists of collections never read links.
    """

    registry = models.ForeignKey(Registry, models.CASCADE, related_name="collections")
    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=256)
    type = models.CharField(max_length=128)
    description = models.TextField(blank=True)
    next_index = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)
    tags = models.ManyToManyField(Tag, related_name="collections")
    metric_directions = models.JSONField(default=dict)
    headline_metric = models.CharField(max_length=256, blank=True)
    link_count = models.PositiveIntegerField(default=0)
    newest_link = models.ForeignKey("registries.Link", models.SET_NULL, related_name="+", null=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registry", "name_key"], condition=models.Q(deleted_at=None), name="collection_name_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["registry", "link_count"], condition=models.Q(deleted_at=None), name="collection_by_link_count"
            )
        ]

    def __str__(self) -> str:
        return self.name
