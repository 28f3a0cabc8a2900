"""Event: one row per change, written in the transaction of the change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LABEL = Coalesce(*(KeyTextTransform(key, side) for key in ("alias", "tag") for side in ("after", "before")))


class Event(models.Model):
    """Who changed what, where, through which door; never edited. Rows it points to may go, so nothing is constrained.

    `label` is the alias or the tag that came, went or moved: the database takes it out of before and after, to be looked up by.
    """

    class Door(models.TextChoices):
        """How the request came in."""

        WEB = "web", _("in the browser")
        SDK = "sdk", _("by the SDK")
        REST = "rest", _("by REST")
        COMMAND = "command", _("on the server")

    organization = models.ForeignKey(
        "access.Organization", models.DO_NOTHING, db_constraint=False, null=True, related_name="events"
    )
    container = models.ForeignKey(
        "access.Container", models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="events"
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
    label = models.GeneratedField(
        expression=LABEL, output_field=models.CharField(max_length=128, null=True), db_persist=True
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["container", "-id"], name="event_by_container"),
            models.Index(fields=["container", "type", "-id"], name="event_by_container_and_type"),
            models.Index(fields=["container", "object_type", "-id"], name="event_by_container_and_object"),
            models.Index(fields=["organization", "-id"], name="event_by_organization"),
            models.Index(fields=["object_type", "object_id", "-id"], name="event_by_object"),
            models.Index(fields=["object_type", "parent_id", "-id"], name="event_by_parent"),
            models.Index(fields=["object_type", "object_id", "type", "-id"], name="event_by_object_and_type"),
            models.Index(fields=["object_type", "parent_id", "type", "-id"], name="event_by_parent_and_type"),
            models.Index(fields=["object_type", "parent_id", "label", "created_at", "id"], name="event_by_label"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.object_type} {self.object_id}"
