"""What can be linked, and where to: the dependent choices of the two dialogs (F46, F47), each bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from access.models import Namespace, Organization, User
from access.roles import MINIMUM, Action
from artifacts.models import Artifact, Version
from common.errors import ForbiddenError
from common.names import fold
from projects.models import Project
from registries.matrix import may_create_registry
from registries.models import AcceptedType, Collection, Registry

SHOWN = 100


@dataclass(frozen=True)
class Steps:
    """From the project to the version; what is not chosen yet is None, what depends on it empty."""

    words: str = ""
    projects: list[Project] = field(default_factory=list)
    project: Project | None = None
    artifacts: list[Artifact] = field(default_factory=list)
    artifact: Artifact | None = None
    versions: list[Version] = field(default_factory=list)


def steps(user: User, registry: Registry, types: Sequence[str] | None, query: QueryDict) -> Steps:
    """The choices after `?q=night&project=vision/training&artifact=net`: four queries. Only what `user` may download, of one
    of these types (None: any) and of the registry's organization, is ever offered.
    """
    words = query.get("q", "").strip()[:128]
    projects = _projects(user, registry, types)
    entity, _, name = query.get("project", "").partition("/")
    project = projects.filter(namespace__name_key=fold(entity), name_key=fold(name)).first() if name else None
    matching = projects.filter(Q(name_key__contains=fold(words)) | Q(namespace__name_key__contains=fold(words)))
    offered = list(matching.order_by("namespace__name_key", "name_key")[:SHOWN])
    if project is None:
        return Steps(words, offered)
    artifacts = _artifacts(types).filter(project=project)
    artifact = artifacts.filter(name=query.get("artifact", "")).first()
    found = Steps(words, offered, project, list(artifacts.order_by("type", "name")[:SHOWN]), artifact)
    if artifact is None:
        return found
    versions = Version.objects.committed().filter(artifact=artifact).prefetch_related("aliases").defer("metadata")
    shown = list(versions.select_related("artifact__project__namespace").order_by("-index")[:SHOWN])
    return Steps(words, offered, project, found.artifacts, artifact, shown)


def _artifacts(types: Sequence[str] | None) -> QuerySet[Artifact]:
    committed = Version.objects.committed().filter(artifact=OuterRef("pk"))
    found = Artifact.objects.filter(Exists(committed), deleted_at=None)
    return found if types is None else found.filter(type__in=types)


def _projects(user: User, registry: Registry, types: Sequence[str] | None) -> QuerySet[Project]:
    projects: QuerySet[Project] = (
        Project.objects.visible_to(user)
        .with_role(user)
        .filter(
            Exists(_artifacts(types).filter(project=OuterRef("pk"))),
            role_level__gte=MINIMUM[Action.DOWNLOAD_VERSION],
            organization=registry.organization_id,
        )
        .exclude(namespace__kind=Namespace.Kind.PERSONAL)
        .select_related("namespace")
    )
    return projects


def home_of(project: Project) -> Organization | None:
    """The organization whose registries take versions of `project`; None for personal projects (F51)."""
    return None if project.namespace.kind == Namespace.Kind.PERSONAL else project.organization


def organization_of(project: Project) -> Organization:
    """The same, for where there must be one. Raises ForbiddenError."""
    organization = home_of(project)
    if organization is None:
        raise ForbiddenError(_("Versions of a personal project cannot be linked; log it again in a team."))
    return organization


def registries_for(user: User, project: Project, kind: str) -> QuerySet[Registry]:
    """The registries into which `user` may link artifacts of that type from `project`, by name (F47)."""
    home = home_of(project)
    found = _open_to(user, kind).filter(organization=home).order_by("-is_core", "name_key")
    return found if home else found.none()


def is_taken(user: User) -> Exists:
    """Whether `user` may link the artifact of the query around it into any registry."""
    return Exists(_open_to(user, OuterRef(OuterRef("type"))).filter(organization=OuterRef("project__organization")))


def may_link(user: User, artifact: Artifact) -> bool:
    """Whether there is a registry for the artifact, or `user` may make one; asks nothing where it is annotated `is_taken`."""
    if not settings.REGISTRY_UI:
        return False
    home = home_of(artifact.project)
    taken = getattr(artifact, "is_taken", None)
    if taken is None:
        taken = registries_for(user, artifact.project, artifact.type).exists()
    return home is not None and (taken or may_create_registry(user, home))


def _open_to(user: User, kind: str | OuterRef) -> QuerySet[Registry]:
    accepts = Q(accepts_all_types=True) | Exists(AcceptedType.objects.filter(registry=OuterRef("pk"), name=kind))
    visible = Registry.objects.visible_to(user).with_role(user)
    return visible.filter(accepts, role_level__gte=MINIMUM[Action.LINK_VERSION])


def collections_for(registry: Registry, kind: str) -> list[str]:
    """The names of collections that hold that type."""
    rows = Collection.objects.filter(registry=registry, type=kind, deleted_at=None).order_by("name_key")
    return list(rows.values_list("name", flat=True)[:SHOWN])
