"""Who reaches a container, the other way round from `visible_to`: its people and teams, and those who may be added."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from access.models import (
    Container,
    ContainerGroupGrant,
    ContainerUserGrant,
    Organization,
    OrganizationMembership,
    Team,
    TeamMembership,
    User,
)
from access.roles import Role
from common.errors import InvalidInputError

MOST_TEAMS = 200


def people_of(container: Container, visibility: str | None = None) -> QuerySet[Any]:
    """The active people and service accounts with any role on `container`, each with `is_added`: 1 with a grant of their own.

    `visibility` asks who it would be if the container had that one. The operator of the server is not counted in.
    """
    shown_to = container.visibility if visibility is None else visibility
    membership = OrganizationMembership.objects.filter(organization=container.organization_id, user=OuterRef("pk"))
    own, teams = _grants(container)
    reached: Any = Q(namespace=container.namespace_id)
    reached |= Exists(membership.filter(role="admin")) | Exists(own) | Exists(teams)
    if shown_to == Container.Visibility.ORGANIZATION:
        reached |= Exists(membership.exclude(role=OrganizationMembership.Role.SERVICE))
    elif shown_to == Container.Visibility.TEAM:
        reached |= Exists(TeamMembership.objects.filter(team__namespace=container.namespace_id, user=OuterRef("pk")))
    added = Case(When(Exists(own), then=Value(1)), default=Value(0), output_field=IntegerField())
    people: QuerySet[Any] = User.objects.filter(reached, is_active=True).annotate(is_added=added)
    return people


def teams_of(container: Container) -> QuerySet[Any]:
    """The teams that were added to `container`, by name, each with its `given` (a permission's name) and `member_count`."""
    given = ContainerGroupGrant.objects.filter(content_object=container.pk, group=OuterRef("group"))
    rows: QuerySet[Any] = _teams(container).annotate(given=Subquery(given.values("permission__codename")[:1]))
    return rows.filter(given__isnull=False)


def addable_people(container: Container) -> QuerySet[User]:
    """The active people and service accounts of the organization without a grant of their own, by name (F27)."""
    membership = OrganizationMembership.objects.filter(organization=container.organization_id, user=OuterRef("pk"))
    own, _ = _grants(container)
    return User.objects.filter(Exists(membership), ~Exists(own), is_active=True).order_by("username")


def addable_teams(container: Container) -> QuerySet[Any]:
    """The teams of the organization that were not added yet, by name, each with its `member_count`."""
    given = ContainerGroupGrant.objects.filter(content_object=container.pk, group=OuterRef("group"))
    return _teams(container).filter(~Exists(given))


def find_principal(organization: Organization | None, name: str) -> User | Team:
    """The person of an organization by username or e-mail address, or its team by name. Raises InvalidInputError."""
    if organization is None:
        raise InvalidInputError(_("A personal project belongs to its owner alone; log to a team to share work."))
    people = User.objects.filter(is_active=True, organization_memberships__organization=organization)
    found = people.filter(Q(username__iexact=name) | Q(email__iexact=name, email__gt="")).first()
    team = Team.objects.alive().filter(organization=organization, namespace__name__iexact=name)
    principal = found or team.select_related("namespace").first()
    if principal is None:
        raise InvalidInputError(
            _("The organization has no person, service account or team '%(name)s'.") % {"name": name}
        )
    return principal


def default_role(principal: User | Team) -> Role:
    """What a principal starts as when it is added (C7)."""
    return Role.VIEWER if isinstance(principal, Team) else Role.MEMBER


def possible_roles(principal: User | Team) -> list[Role]:
    """What a principal may be made, the lowest first (F29)."""
    return [role for role in Role if role >= Role.MEMBER or not getattr(principal, "is_service", False)]


def _teams(container: Container) -> QuerySet[Any]:
    counted = Team.objects.alive().annotate(
        member_count=Count("memberships", filter=Q(memberships__user__is_active=True))
    )
    return (
        counted.filter(organization=container.organization_id)
        .select_related("namespace")
        .order_by("namespace__name_key")
    )


def _grants(container: Container) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """The grants on `container` that a row of User has itself, and the memberships in teams that have one."""
    groups = ContainerGroupGrant.objects.filter(content_object=container.pk).values("group")
    own = ContainerUserGrant.objects.filter(content_object=container.pk, user=OuterRef("pk"))
    return own, TeamMembership.objects.filter(team__group__in=groups, team__deleted_at=None, user=OuterRef("pk"))
