"""Event: one row per change, written in the transaction of the change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Event(models.Model):
    """Who changed what, where, through which door; never edited. Rows it points to may go, so nothing is constrained."""

    class Door(models.TextChoices):
        """How the request came in."""

        WEB = "web"
        SDK = "sdk"
        REST = "rest"
        COMMAND = "command"

    organization = models.ForeignKey(
        "access.Organization", models.DO_NOTHING, db_constraint=False, null=True, related_name="events"
    )
    container = models.ForeignKey(
        "access.Container", models.DO_NOTHING, db_constraint=False, null=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, null=True, related_name="events"
    )
    door = models.CharField(max_length=8, choices=Door)
    type = models.CharField(max_length=40)
    object_type = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["container", "-id"], name="event_by_container"),
            models.Index(fields=["organization", "-id"], name="event_by_organization"),
            models.Index(fields=["object_type", "object_id", "-id"], name="event_by_object"),
            models.Index(fields=["object_type", "parent_id", "-id"], name="event_by_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.object_type} {self.object_id}"
