"""What the resolvers of one request share: who asks, where addresses point, and containers that were looked up already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from graphql import GraphQLResolveInfo

from access.models import ApiKey, Container, Namespace, Organization, Team, User
from access.policy import find_visible
from projects.models import Project
from registries.models import Registry

OWNER = ("namespace__organization", "namespace__team__organization", "organization")


@dataclass
class Siblings:
    """Rows of one list, and what was prefetched for all of them."""

    rows: list[Any]
    loaded: set[str] = field(default_factory=set)


@dataclass
class Context:
    """One request. A container is looked up once, with the asker's role; None when it is invisible.

    `key` is the API key that signed it and `secret` its text; `told` are the ids of people whose details it may tell.
    """

    user: User
    base: str
    key: ApiKey | None = None
    secret: str = ""
    told: set[int] = field(default_factory=set)
    _containers: dict[int, Any] = field(default_factory=dict)
    _own: dict[str, list[Any]] = field(default_factory=dict)
    _siblings: dict[int, Siblings] = field(default_factory=dict)

    def see(self, ids: Iterable[int]) -> None:
        """Look up those containers in two queries, so that rows of a list need none each."""
        missing = {pk for pk in ids if pk not in self._containers}
        if not missing:
            return
        self._containers.update(dict.fromkeys(missing))
        for model in (Project, Registry):
            rows = model.objects.visible_to(self.user).with_role(self.user).select_related(*OWNER, "created_by")
            self._containers.update({row.pk: row for row in rows.filter(pk__in=missing)})

    def container(self, pk: int) -> Any:
        """The Project or Registry of that id with the asker's role at hand; None when absent or invisible."""
        if pk not in self._containers:
            self._containers[pk] = self.find(Project, pk=pk) or self.find(Registry, pk=pk)
        return self._containers[pk]

    def find(self, model: Any, **lookup: Any) -> Any:
        """The visible container of that kind with the asker's role at hand; None when absent or invisible."""
        found = find_visible(model.objects.select_related(*OWNER, "created_by"), self.user, **lookup)
        if found is not None:
            self.keep([found])
        return found

    def keep(self, containers: Sequence[Container]) -> None:
        """Remember containers that a query brought with the asker's role, as siblings."""
        self.together(containers)
        self._containers.update({container.pk: container for container in containers})

    def together(self, rows: Sequence[Any]) -> None:
        """Remember that `rows` are siblings in a list, for `load`."""
        siblings = Siblings(list(rows))
        self._siblings.update({id(row): siblings for row in siblings.rows})

    def load(self, row: Any, *lookups: str | Prefetch[Any], **built: Callable[[], Prefetch[Any]]) -> list[Any]:
        """Prefetch for `row` and its siblings at once, the first time that one of them needs it; all of them.

        A Prefetch `built` under a name is only made when it is needed, since its queryset costs more than a row.
        """
        siblings = self._siblings.setdefault(id(row), Siblings([row]))
        named: dict[Any, Any] = {getattr(lookup, "prefetch_to", lookup): lookup for lookup in lookups}
        missing = {name: lookup for name, lookup in named.items() if name not in siblings.loaded}
        missing |= {name: make() for name, make in built.items() if name not in siblings.loaded}
        if missing:  # Django would look at every sibling to find that there is nothing to do
            prefetch_related_objects(siblings.rows, *missing.values())
            siblings.loaded.update(missing)
        return siblings.rows

    def administers(self, organization: int | None) -> bool:
        """Whether the asker is an admin of the organization of that id; the operator is of all."""
        if "administered" not in self._own:
            rows = self.user.organization_memberships.filter(role="admin", organization__deleted_at=None)
            self._own["administered"] = list(rows.values_list("organization", flat=True))
        return self.user.is_superuser or organization in self._own["administered"]

    @property
    def written(self) -> list[int]:
        """Ids of the namespaces of teams and organizations where the asker is more than a viewer."""
        if "written" not in self._own:
            of_teams = self.user.team_memberships.exclude(role="viewer").values_list("team__namespace", flat=True)
            others = self.user.organization_memberships.exclude(role="viewer")
            self._own["written"] = [*of_teams, *others.values_list("organization__namespace", flat=True)]
        return self._own["written"]

    @property
    def own_teams(self) -> list[Namespace]:
        """The namespaces of the asker's teams."""
        if "teams" not in self._own:
            teams = Team.objects.filter(memberships__user=self.user, organization__deleted_at=None)
            self._own["teams"] = [team.namespace for team in teams.select_related("namespace").order_by("pk")]
        return self._own["teams"]

    @property
    def own_keys(self) -> list[ApiKey]:
        """The asker's API keys."""
        if "keys" not in self._own:
            self._own["keys"] = list(self.user.api_keys.all())
        return self._own["keys"]

    @property
    def own_organizations(self) -> list[Organization]:
        """The organizations that the asker belongs to, also where the operator sees all."""
        if "organizations" not in self._own:
            mine = Organization.objects.filter(deleted_at=None, memberships__user=self.user)
            self._own["organizations"] = list(mine.select_related("namespace").order_by("pk"))
        return self._own["organizations"]


def context(info: GraphQLResolveInfo) -> Context:
    """The request's context."""
    found: Context = info.context
    return found
