"""User: a person who signs in, with a personal namespace."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.models.namespaces import Namespace


class UserManager(BaseUserManager["User"]):
    """Look-ups; accounts are made by `access.services.people`."""

    def visible_to(self, user: User) -> models.QuerySet[User]:
        """Oneself and the people of one's organizations; the operator sees all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        mine = user.organization_memberships.values("organization")
        colleagues = user.organization_memberships.model.objects.filter(organization__in=mine)
        return self.filter(Q(pk=user.pk) | Q(pk__in=colleagues.values("user")))

    def get_by_natural_key(self, username: str | None) -> User:
        """The account of that name, in whatever case it is typed."""
        found: User = self.get(username__iexact=username)
        return found


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a service account of an organization or of one of its teams (F37), which signs in by key alone.

    `is_superuser` marks the instance's operator, who sees all organizations.
    """

    class Theme(models.TextChoices):
        """Which colours the pages use."""

        SYSTEM = "system", _("System")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        """How much room rows of tables take."""

        COMFORTABLE = "comfortable", _("Comfortable")
        COMPACT = "compact", _("Compact")

    class Guide(models.TextChoices):
        """Whether the landing page still shows a newcomer around."""

        SHOWN = "shown"
        HIDDEN = "hidden"

    username = models.CharField(max_length=128, unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    namespace = models.OneToOneField(Namespace, models.PROTECT, related_name="user", null=True)
    default_namespace = models.ForeignKey(Namespace, models.SET_NULL, related_name="+", null=True, blank=True)
    service_of = models.ForeignKey(
        "access.Organization", models.CASCADE, related_name="service_accounts", null=True, blank=True
    )
    service_team = models.ForeignKey(
        "access.Team", models.CASCADE, related_name="service_accounts", null=True, blank=True
    )
    avatar = models.ImageField(upload_to="avatars/", blank=True)
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    guide = models.CharField(max_length=6, choices=Guide, default=Guide.SHOWN)
    density = models.CharField(max_length=11, choices=Density, default=Density.COMFORTABLE)
    language = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="user_email_unique")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name that pages show."""
        return self.full_name or self.username

    @property
    def is_service(self) -> bool:
        """Whether a program stands behind it, not a person."""
        return self.service_of_id is not None

    @property
    def home(self) -> Namespace | None:
        """The default entity: where work goes when a script names none (C31)."""
        return self.default_namespace or self.namespace

    @property
    def avatar_url(self) -> str:
        """The address of the picture, or empty: pages then show initials. It changes with the picture, so it may be cached."""
        return reverse("accounts:avatar", args=[self.pk, PurePath(str(self.avatar)).stem]) if self.avatar else ""

    def get_full_name(self) -> str:
        """Django's name for `display_name`."""
        return self.display_name

    def natural_key(self) -> tuple[Any, ...]:
        """What `get_by_natural_key` takes."""
        return (self.username,)
