"""Reads of an organization's pages: its people, teams and service accounts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from access.models import (
    ApiKey,
    Container,
    Organization,
    OrganizationMembership,
    Team,
    TeamMembership,
    User,
)
from common.errors import NotFoundError
from common.names import fold

PEOPLE = Q(role__in=["admin", "member", "viewer"])
MOST_FOUND = 10


@dataclass(frozen=True)
class Member:
    """A row of the members' list; `seen` is the last sign-in or use of a key, whichever is later."""

    user: User
    role: str
    teams: list[str]
    seen: datetime | None
    since: datetime

    @property
    def data(self) -> dict[str, Any]:
        """The row as data, with what every member of the organization is told."""
        return {
            "username": self.user.username,
            "name": self.user.full_name,
            "role": self.role,
            "teams": self.teams,
            "last_active": self.seen,
            "member_since": self.since,
        }


def get_organization(user: User, name: str) -> Organization:
    """The visible organization of that name with `people_count`, `team_count` and `service_count`. Raises NotFoundError."""
    counted = Organization.objects.visible_to(user).annotate(
        people_count=_count(OrganizationMembership.objects.filter(PEOPLE), "organization"),
        team_count=_count(Team.objects.alive(), "organization"),
        service_count=_count(User.objects.filter(deleted_at=None), "service_of"),
    )
    found = counted.select_related("namespace").filter(name_key=fold(name)).first()
    if found is None:
        raise NotFoundError(_("There is no such organization, or you do not belong to it."))
    return found


def get_member(organization: Organization, username: str) -> User:
    """The person or service account of that name who belongs to the organization. Raises NotFoundError."""
    return _get_user(organization, username, Q(organization_memberships__organization=organization))


def get_present_or_former(organization: Organization, username: str) -> User:
    """As `get_member`, or whose membership is switched off. Raises NotFoundError."""
    present = Q(organization_memberships__organization=organization)
    return _get_user(organization, username, present | Q(deactivated__organization=organization))


def _get_user(organization: Organization, username: str, belongs: Q) -> User:
    found = User.objects.filter(belongs, username__iexact=username).first()
    if found is None:
        raise NotFoundError(
            _("%(organization)s has no member '%(username)s'.")
            % {"organization": organization.name, "username": username}
        )
    return found


def get_team(organization: Organization, name: str) -> Team:
    """The living team of that name. Raises NotFoundError."""
    rows = organization.teams.alive().select_related("namespace", "organization")
    found = rows.filter(namespace__name_key=fold(name)).first()
    if found is None:
        raise NotFoundError(
            _("%(organization)s has no team '%(name)s'.") % {"organization": organization.name, "name": name}
        )
    return found


def get_service_account(organization: Organization, pk: int) -> User:
    """The living service account. Raises NotFoundError."""
    rows = organization.service_accounts.select_related("service_of", "service_team__namespace")
    found = rows.filter(pk=pk, deleted_at=None).first()
    if found is None:
        raise NotFoundError(_("%(organization)s has no such service account.") % {"organization": organization.name})
    return found


def members(organization: Organization, words: str = "") -> QuerySet[OrganizationMembership]:
    """The memberships of people, with the time at which a key of theirs was last used."""
    rows = organization.memberships.filter(PEOPLE, _named(words)).select_related("user")
    return rows.annotate(key_used=_last_use("user"))


def member_rows(organization: Organization, rows: list[Any]) -> list[Member]:
    """`rows` of `members`, with the teams of each: one query."""
    teams: dict[int, list[str]] = defaultdict(list)
    of_them = TeamMembership.objects.filter(
        team__organization=organization, team__deleted_at=None, user__in=[row.user_id for row in rows]
    )
    for user, name in of_them.order_by("team__namespace__name_key").values_list("user", "team__namespace__name"):
        teams[user].append(name)
    return [
        Member(row.user, row.role, teams[row.user_id], _later(row.user.last_login, row.key_used), row.created_at)
        for row in rows
    ]


def teams(organization: Organization, user: User) -> QuerySet[Team]:
    """The living teams, with `people` in each, its `projects` that `user` sees, and their role `own`."""
    own = TeamMembership.objects.filter(team=OuterRef("pk"), user=user).values("role")
    seen = Container.objects.visible_to(user).order_by().filter(namespace=OuterRef("namespace")).values("namespace")
    return (
        organization.teams.alive()
        .select_related("namespace")
        .annotate(
            people=Count("memberships"),
            projects=Coalesce(Subquery(seen.annotate(total=Count("pk")).values("total")), 0),
            own=Subquery(own),
        )
    )


def team_members(team: Team) -> QuerySet[TeamMembership]:
    """Its people and service accounts."""
    return team.memberships.select_related("user")


def not_in_team(team: Team, words: str) -> list[User]:
    """Up to ten people and service accounts of the organization who could be added; none for no words."""
    if not words:
        return []
    rows = team.organization.memberships.filter(_named(words)).exclude(user__team_memberships__team=team)
    return [row.user for row in rows.select_related("user").order_by("user__username")[:MOST_FOUND]]


def administered_teams(organization: Organization, user: User) -> list[int]:
    """The ids of the living teams of which `user` is an admin."""
    own = TeamMembership.objects.filter(user=user, role=TeamMembership.Role.ADMIN)
    return list(organization.teams.alive().filter(memberships__in=own).values_list("pk", flat=True))


def service_accounts(organization: Organization) -> QuerySet[User]:
    """The living service accounts, with `key_count` and when one was last used."""
    rows = organization.service_accounts.filter(deleted_at=None).select_related("service_team__namespace")
    return rows.annotate(key_count=_count(ApiKey.objects.all(), "user"), key_used=_last_use("pk"))


def _named(words: str) -> Q:
    found = Q(user__username__icontains=words) | Q(user__full_name__icontains=words) | Q(user__email__iexact=words)
    return found if words else Q()


def _last_use(user: str) -> Subquery:
    keys = ApiKey.objects.filter(user=OuterRef(user)).order_by().values("user")
    return Subquery(keys.annotate(last=Max("last_used_at")).values("last"))


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().filter(**{by: OuterRef("pk")}).values(by).annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((moment for moment in (first, second) if moment), default=None)
