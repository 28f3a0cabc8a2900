"""What the pages of projects read: every list starts from what the reader may see, and is bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Container, Namespace, Organization, OrganizationMembership, Team, TeamMembership, User
from access.policy import get_visible
from common.errors import NotFoundError
from common.names import fold
from common.pagination import Page, paginate
from projects.models import Project, Run, RunFile
from projects.services.runs import MAX_AT_ONCE, get_run
from storage.models import Blob

PAGE = 50
MAX_ENTITIES = 200


def find_namespace(user: User, name: str) -> Namespace:
    """The visible namespace of an address. Raises NotFoundError."""
    found = (
        Namespace.objects.visible_to(user).filter(name_key=fold(name)).select_related("organization").distinct().first()
    )
    if found is None:
        raise NotFoundError(_("There is no such page, or you may not see it."))
    return found


def entities_to_log_to(user: User) -> list[Namespace]:
    """Where `user` may make projects (F35): the personal entity, and teams by a role of member or above. At most 200."""
    roles = TeamMembership.objects.filter(user=user).exclude(role=TeamMembership.Role.VIEWER)
    admin = OrganizationMembership.objects.filter(user=user, role=OrganizationMembership.Role.ADMIN)
    teams = Team.objects.alive()
    if not user.is_superuser:
        teams = teams.filter(Q(pk__in=roles.values("team")) | Q(organization__in=admin.values("organization")))
    found = Namespace.objects.filter(Q(pk=user.namespace_id) | Q(team__in=teams.values("pk")))
    return list(found.order_by("kind", "name_key")[:MAX_ENTITIES])


def find_organization(user: User, name: str) -> Organization:
    """The organization of that name, which the user belongs to. Raises NotFoundError."""
    found = Organization.objects.visible_to(user).filter(name_key=fold(name)).distinct().first()
    if found is None:
        raise NotFoundError(_("There is no such organization, or you do not belong to it."))
    return found


def find_project(user: User, entity: str, name: str) -> Project:
    """The visible project at an address, carrying the reader's role. Raises NotFoundError."""
    projects = Project.objects.select_related("namespace")
    found: Project = get_visible(projects, user, "project", namespace__name_key=fold(entity), name_key=fold(name))
    return found


def find_run(user: User, entity: str, project: str, name: str) -> Run:
    """The run at an address. Raises NotFoundError, and GoneError for a deleted one."""
    return get_run(user, find_project(user, entity, project), name)


def find_runs(project: Project, names: Sequence[str]) -> list[Run]:
    """The undeleted runs of those names, in that order; more than can be deleted at once are not looked for."""
    wanted = list(dict.fromkeys(names))[: MAX_AT_ONCE + 1]
    found = {run.name: run for run in Run.objects.filter(project=project, name__in=wanted, deleted_at=None)}
    for run in found.values():
        run.project = project
    return [found[name] for name in wanted if name in found]


def projects_of(user: User, organization: Organization) -> QuerySet[Project]:
    """The visible projects of an organization's teams, and the reader's own."""
    place = Q(organization=organization) | Q(namespace=user.namespace_id)
    return Project.objects.visible_to(user).filter(place)


def project_page(projects: QuerySet[Project], search: str, cursor: str) -> Page[Project]:
    """Projects by name, each with `artifact_count` and `last_active_at`: three queries."""
    if search:
        projects = projects.filter(name_key__contains=fold(search))
    page = paginate(projects.select_related("namespace"), order=("name_key", "pk"), cursor=cursor, size=PAGE)
    shown = Project.objects.filter(pk__in=[item.pk for item in page.items]).order_by()
    latest = Run.objects.filter(project=OuterRef("pk"), deleted_at=None).order_by("-heartbeat_at")
    beats = dict(shown.values_list("pk", Subquery(latest.values("heartbeat_at")[:1])))
    alive = shown.filter(artifacts__deleted_at=None)
    artifacts = dict(alive.values_list("pk").annotate(Count("artifacts")))
    for item in page.items:
        item.artifact_count = artifacts.get(item.pk, 0)  # type: ignore[attr-defined]
        item.last_active_at = max(beats.get(item.pk) or item.updated_at, item.updated_at)  # type: ignore[attr-defined]
    return page


def artifact_types(project: Project) -> Sequence[Mapping[str, Any]]:
    """`{"type", "count"}` of the project's artifacts, by name."""
    artifacts = project.artifacts.filter(deleted_at=None)
    return list(artifacts.values("type").annotate(count=Count("pk")).order_by("type"))


def artifact_page(project: Project, kind: str, cursor: str) -> Page[Any]:
    """The project's artifacts of a type (or of all), each with `latest`, the newest version's number, or None."""
    artifacts = project.artifacts.filter(deleted_at=None)
    if kind:
        artifacts = artifacts.filter(type=kind)
    # Versions live one layer up; the relation is the honest way to look from here.
    newest = project.artifacts.filter(pk=OuterRef("pk"), versions__state="committed").order_by("-versions__index")
    rows = artifacts.select_related("created_by").annotate(latest=Subquery(newest.values("versions__index")[:1]))
    return paginate(rows, order=("type", "name", "pk"), cursor=cursor, size=PAGE)


def file_page(run: Run, search: str, cursor: str) -> Page[RunFile]:
    """The run's files that have arrived, by name, with their blobs."""
    files = run.files.filter(upload__blob__isnull=False)
    if search:
        files = files.filter(name__icontains=search)
    return paginate(files.select_related("upload__blob"), order=("name",), cursor=cursor, size=2 * PAGE)


def find_file(run: Run, name: str) -> Blob:
    """The bytes of an arrived file. Raises NotFoundError."""
    found = run.files.filter(name=name).select_related("upload__blob").first()
    if found is None or found.upload.blob is None:
        raise NotFoundError(_("The run has no such file, or it has not arrived yet."))
    return found.upload.blob


@dataclass(frozen=True)
class Losses:
    """What goes with a project."""

    runs: int
    artifacts: int
    versions: int
    links: int


def losses_of(user: User, project: Project) -> Losses:
    """What deleting `project` takes away, counted: three queries. Links that `user` does not see are left out."""
    artifacts = project.artifacts.filter(deleted_at=None)
    committed = artifacts.filter(versions__state="committed")
    seen = Container.objects.visible_to(user).values("pk")
    return Losses(
        runs=project.run_count,
        artifacts=artifacts.count(),
        versions=committed.count(),
        links=artifacts.filter(
            versions__state="committed",
            versions__links__deleted_at=None,
            versions__links__collection__registry__in=seen,
        ).count(),
    )


def losses_of_runs(user: User, runs: Sequence[Run]) -> RunLosses:
    """What deleting `runs` takes away, counted: two queries. Links that `user` does not see are left out."""
    chosen = Run.objects.filter(pk__in=[run.pk for run in runs])
    links = chosen.filter(
        outputs__state="committed",
        outputs__links__deleted_at=None,
        outputs__links__collection__registry__in=Container.objects.visible_to(user).values("pk"),
    )
    outputs = chosen.filter(outputs__state="committed")
    return RunLosses(len(runs), outputs.count(), links.count())


@dataclass(frozen=True)
class RunLosses:
    """What goes with runs: the versions that they logged, if so wanted, and with these their links."""

    runs: int
    versions: int
    links: int

    def sentences(self, names: str) -> list[str]:
        """What goes in any case."""
        runs = ngettext(
            "The run %(names)s with its charts, console and files.",
            "%(count)d runs, such as %(names)s, with their charts, consoles and files.",
            self.runs,
        )
        return [runs % {"names": names, "count": self.runs}]
