"""Blob, Upload: a promise of bytes that a signed PUT may keep, and Part: the same for a piece of a large file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone


class BlobQuerySet(models.QuerySet["Blob"]):
    """Blobs by who refers to them."""

    def unheld(self, *, beside: Mapping[type[models.Model], models.QuerySet[Any]] | None = None) -> BlobQuerySet:
        """Those that no row refers to. What points at a blob counts by its foreign key, also what a later release adds.

        `beside` names rows, by their model, that do not count.
        """
        found = self
        for relation in Blob._meta.related_objects:
            model: Any = relation.related_model
            rows = model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            if beside and model in beside:
                rows = rows.exclude(pk__in=beside[model].values("pk"))
            found = found.exclude(Exists(rows))
        return found


class Blob(models.Model):
    """Bytes in the store, named by their SHA-256 (64 hex digits); `md5` and `xxh128` are 32 hex digits, since manifests
    speak these. The latter is empty for bytes that arrived before it was computed, until they arrive again.

    `touched_at` is when the bytes last arrived. They come and go while this row is locked (decision 0018).
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    md5 = models.CharField(max_length=32, db_index=True)
    xxh128 = models.CharField(max_length=32, blank=True)
    size = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)

    objects = BlobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["xxh128"], name="blob_by_xxh128")]

    def __str__(self) -> str:
        return self.sha256


class Upload(models.Model):
    """One file that a person announced for a container: which MD5 or XXH128 it must have, and the blob once it arrived.

    `subject_id` is the version or the run it is for, `name` the path in its manifest or its run-file name. A row whose
    blob is filled proves possession: the bytes came through its own PUT, or lie in a version its owner may read.
    """

    class Purpose(models.TextChoices):
        """What the bytes are for, which decides who may read them back."""

        VERSION_FILE = "version-file"
        MANIFEST = "manifest"
        RUN_FILE = "run-file"

    purpose = models.CharField(max_length=12, choices=Purpose)
    container = models.ForeignKey("access.Container", models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject_id = models.BigIntegerField()
    name = models.TextField()
    md5 = models.CharField(max_length=32, blank=True)
    xxh128 = models.CharField(max_length=32, blank=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="uploads", null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject_id", "md5"], name="upload_by_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.name}"


class Part(models.Model):
    """A piece of an upload that comes in parts, by its `number` from 1 on; it goes once they are put together."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    md5 = models.CharField(max_length=32)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="parts", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="part_once")]

    def __str__(self) -> str:
        return f"{self.upload} ({self.number})"
