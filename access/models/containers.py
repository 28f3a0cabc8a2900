"""Container: the one kind of row that grants sit on; Project and Registry extend it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from access.models.namespaces import Namespace
from access.models.organizations import Organization
from access.querysets import ContainerQuerySet
from access.roles import Role


class Container(models.Model):
    """A registry or a project: what lies in it inherits who may do what."""

    class Kind(models.TextChoices):
        """Which child table holds the rest."""

        PROJECT = "project"
        REGISTRY = "registry"

    class Visibility(models.TextChoices):
        """Who has a role without a grant: a registry's organization, a project's team, or nobody."""

        ORGANIZATION = "organization"
        TEAM = "team"
        RESTRICTED = "restricted"

    kind = models.CharField(max_length=8, choices=Kind)
    namespace = models.ForeignKey(Namespace, models.PROTECT, related_name="containers")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="containers", null=True, blank=True)
    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=256)
    description = models.TextField(blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ContainerQuerySet.as_manager()

    class Meta:
        permissions = [(role.codename, f"Has the role {role.word}") for role in Role]
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "name_key"], condition=models.Q(deleted_at=None), name="container_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ContainerUserGrant(UserObjectPermissionBase):
    """A person's role on a container: exactly one."""

    content_object = models.ForeignKey(Container, models.CASCADE, related_name="user_grants")

    class Meta(UserObjectPermissionBase.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "content_object"], name="one_role_per_user")]


class ContainerGroupGrant(GroupObjectPermissionBase):
    """A team's role on a container, through the team's group: exactly one."""

    content_object = models.ForeignKey(Container, models.CASCADE, related_name="group_grants")

    class Meta(GroupObjectPermissionBase.Meta):
        constraints = [models.UniqueConstraint(fields=["group", "content_object"], name="one_role_per_group")]


def role_permission(role: Role) -> Permission:
    """The permission row that a grant of `role` points to."""
    return Permission.objects.get(content_type__app_label="access", codename=role.codename)
