"""The members of a registry or a project on its settings page, and what its admins post there (F27 to F33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from access.models import Container, Team, User
from access.policy import can, require
from access.reach import (
    MOST_TEAMS,
    addable_people,
    addable_teams,
    default_role,
    find_principal,
    people_of,
    possible_roles,
    teams_of,
)
from access.roles import Action, Role
from access.services.roles import grant_role, remove_role
from access.ways import Kind, Way, ways
from accounts.requests import PersonalRequest
from accounts.why import explain, label
from common.errors import InvalidInputError
from common.pagination import paginate

PAGE = 50
OFFERED = 20
ADDED_FIRST = ("-is_added", "username")


@dataclass(frozen=True)
class Row:
    """A person, service account or team: the role given here, if any, and all ways to the effective one."""

    principal: User | Team
    given: Role | None
    ways: Sequence[Way] = ()
    member_count: int = 0

    @property
    def kind(self) -> str:
        """`team`, `service` or `user`."""
        if isinstance(self.principal, Team):
            return "team"
        return "service" if self.principal.is_service else "user"

    @property
    def key(self) -> str:
        """The name that a form sends."""
        return self.principal.name if isinstance(self.principal, Team) else self.principal.username

    @property
    def name(self) -> str:
        """The name that the page shows."""
        return self.principal.name if isinstance(self.principal, Team) else self.principal.display_name

    @property
    def given_label(self) -> str:
        """The role given here, in words."""
        return label(self.given) if self.given else ""

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """(word, label, whether it is chosen) of each possible role, the highest first."""
        chosen = self.given or default_role(self.principal)
        roles = reversed(possible_roles(self.principal))
        return [(role.word, label(role), role == chosen) for role in roles]

    @property
    def is_same(self) -> bool:
        """Whether the effective role is the one given here."""
        return self.given is not None and self.given == max(way.role for way in self.ways)

    @property
    def why(self) -> str:
        """The effective role and where it comes from."""
        return explain(self.ways[0])

    @property
    def data(self) -> dict[str, Any]:
        """The row as data: the role given here and the effective one by their words, `why` as the page says it."""
        effective = max((way.role for way in self.ways), default=self.given)
        return {
            "name": self.key,
            "kind": self.kind,
            "given": self.given.word if self.given else None,
            "role": effective.word if effective else None,
            "why": self.why if self.ways else "",
        }

    @property
    def reasons(self) -> list[tuple[str, bool]]:
        """Every way in words, and whether it gives the effective role."""
        return [(explain(way), way.role == self.ways[0].role) for way in self.ways]


def roster(container: Container, user: User, words: str, cursor: str) -> dict[str, Any]:
    """A page of those who reach `container`, added ones first, teams before people; how many; whether `user` may change roles."""
    teams, people = _named_teams(teams_of(container), words), _named_people(people_of(container), words)
    page = paginate(people.select_related("namespace"), order=ADDED_FIRST, cursor=cursor, size=PAGE)
    why = ways(container, page.items)
    rows = [Row(one, _given(why[one.pk]), why[one.pk]) for one in page.items if why[one.pk]]
    added = list(teams[:MOST_TEAMS])
    if not cursor:
        rows[:0] = [Row(team, _role_named(team.given), member_count=team.member_count) for team in added]
    return {
        "page": page,
        "rows": rows,
        "total": people.count(),
        "team_count": len(added),
        "q": words,
        "may_assign": can(user, Action.ASSIGN_ROLE, container),
    }


def facts(container: Container, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What the data of a page with a `roster` says beside its rows."""
    return {"name": container.name, "total": shown["total"], "next": shown["page"].next}


def offers(container: Container, words: str) -> dict[str, Any]:
    """Those of the organization who could be added, with the role they would start as: three short lists."""
    found = _named_people(addable_people(container), words, or_email=True)
    people, services = found.filter(service_of=None), found.exclude(service_of=None)
    teams = _named_teams(addable_teams(container), words)
    lists = [list(some[: OFFERED + 1]) for some in (people, teams, services)]
    return {
        "rows": [
            Row(one, None, member_count=getattr(one, "member_count", 0)) for some in lists for one in some[:OFFERED]
        ],
        "is_cut": any(len(some) > OFFERED for some in lists),
        "q": words,
    }


def post_role(request: PersonalRequest, container: Container) -> None:
    """Give `principal` of the form its `role`. Raises as `grant_role` does, and InvalidInputError for unknown ones."""
    principal = _posted(request, container)
    role = Role.parse(request.POST.get("role", ""))
    if role is None:
        raise InvalidInputError(_("Choose a role: restricted viewer, viewer, member or admin."))
    grant_role(actor=request.user, container=container, principal=principal, role=role)
    words = {"who": _name(principal), "role": label(role), "where": container}
    messages.success(request, _("%(who)s: %(role)s in %(where)s.") % words)


def post_removal(request: PersonalRequest, container: Container) -> None:
    """Take back the role that `principal` of the form was given here. Raises as `remove_role` does."""
    principal = _posted(request, container)
    remove_role(actor=request.user, container=container, principal=principal)
    words = {"who": _name(principal), "where": container}
    messages.success(request, _("%(who)s is no longer added to %(where)s.") % words)


def _posted(request: PersonalRequest, container: Container) -> User | Team:
    """Whom the form names; only admins are told who is there."""
    require(request.user, Action.ASSIGN_ROLE, container)
    return find_principal(container.organization, request.POST.get("principal", ""))


def _name(principal: User | Team) -> str:
    return principal.name if isinstance(principal, Team) else principal.display_name


def _given(found: Sequence[Way]) -> Role | None:
    return next((way.role for way in found if way.kind == Kind.GRANT), None)


def _role_named(codename: str) -> Role:
    return next(role for role in Role if role.codename == codename)


def _named_people(people: QuerySet[Any], words: str, *, or_email: bool = False) -> QuerySet[Any]:
    found = Q(username__icontains=words) | Q(full_name__icontains=words)
    if or_email:
        found |= Q(email__iexact=words)
    return people.filter(found) if words else people


def _named_teams(teams: QuerySet[Any], words: str) -> QuerySet[Any]:
    return teams.filter(namespace__name__icontains=words) if words else teams
