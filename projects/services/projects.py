"""Projects: found by name, made on first use, edited and deleted."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.grants import give_founder
from access.models import Container, Namespace, User
from access.policy import find_visible, organization_role, require
from access.roles import Action, Role
from common import names
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from common.locking import lock
from events.services import record
from events.types import EventType
from projects import hooks
from projects.models import FormerProjectName, Project

MAX_DESCRIPTION = 10_000
RESERVED = {"model-registry"}  # scripts mean a registry by it (F100)
EDITED = ("name", "visibility", "description")


def resolve_namespace(actor: User, name: str | None) -> Namespace:
    """The namespace of that name, or the actor's default one when none is given (C31). Raises NotFoundError."""
    if not name:
        if actor.home is None:
            raise NotFoundError(_("You have no default entity; name the team or the person to work for."))
        return actor.home
    found = Namespace.objects.visible_to(actor).filter(name_key=names.fold(name)).distinct().first()
    if found is None:
        raise NotFoundError(_("There is no entity '%(name)s', or you may not see it.") % {"name": name})
    return found


def find_project(actor: User, namespace: Namespace, name: str) -> Project | None:
    """The visible project of that name, with the actor's role at hand; None when absent or invisible."""
    projects = Project.objects.select_related("namespace")
    return find_visible(projects, actor, namespace=namespace, name_key=names.fold(name))


def create_project(
    *, actor: User, namespace: Namespace, name: str, visibility: str = "", description: str = ""
) -> Project:
    """A new project, private to its team (or to its one owner), or `restricted` to those who are added, its maker first.

    Raises NotFoundError, ForbiddenError and InvalidInputError as `get_or_create_project`, ConflictError for a taken name.
    """
    usual = _require_creation(actor, namespace)
    key = names.fold(_checked_name(name))
    may_choose = namespace.kind == Namespace.Kind.TEAM
    if visibility not in {"", usual} and not (may_choose and visibility == Project.Visibility.RESTRICTED):
        raise InvalidInputError(
            _("A team's project has the visibility 'team' or 'restricted'; a personal one has none.")
        )
    try:
        with transaction.atomic():
            project = _make(actor, namespace, name, key, visibility or usual, _description(description))
            if may_choose and project.visibility == Project.Visibility.RESTRICTED:
                give_founder(project, actor)
    except IntegrityError as error:
        raise ConflictError(
            _("There is a project named '%(name)s' already; choose another name.") % {"name": name}
        ) from error
    return project


def _make(actor: User, namespace: Namespace, name: str, key: str, visibility: str, description: str = "") -> Project:
    project = Project.objects.create(
        kind=Project.Kind.PROJECT,
        namespace=namespace,
        organization=namespace.team.organization if namespace.kind == Namespace.Kind.TEAM else None,
        name=name,
        name_key=key,
        description=description,
        visibility=visibility,
        created_by=actor,
    )
    record(actor=actor, type=EventType.PROJECT_CREATED, object=project, container=project, after={"name": name})
    return project


def _checked_name(name: str) -> str:
    if names.fold(names.container_name(name, "project")) in RESERVED:
        raise InvalidInputError(
            _("'%(name)s' is where scripts of a former release link to; choose another name.") % {"name": name}
        )
    return name


def _description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION:
        raise InvalidInputError(
            _("A description has at most %(max_description)s characters; this one has %(count)s.")
            % {"max_description": MAX_DESCRIPTION, "count": len(text)}
        )
    return text


def get_or_create_project(*, actor: User, namespace: Namespace, name: str) -> Project:
    """The project of that name, made on first use, private to its team or its one owner.

    Raises NotFoundError in a namespace where the actor has no role, ForbiddenError for viewers of the team, and
    InvalidInputError for a bad name and in the namespace of an organization, which owns registries only.
    """
    found = find_project(actor, namespace, name)
    if found is not None:
        return found
    visibility = _require_creation(actor, namespace)
    _checked_name(name)
    try:
        with transaction.atomic():
            project = _make(actor, namespace, name, names.fold(name), visibility)
    except IntegrityError:  # somebody else was first, or it is there but invisible to the actor
        found = find_project(actor, namespace, name)
        if found is None:
            raise NotFoundError(_("There is no such project, or you may not see it.")) from None
        return found
    return project


def edit_project(
    *,
    actor: User,
    project: Project,
    name: str | None = None,
    visibility: str | None = None,
    description: str | None = None,
) -> Project:
    """Rename or describe a project, open it to the team or restrict it to those who are added (F36); None leaves.

    Browsers are led from the former name to the present one while nothing else bears it; scripts are not (C17).

    Whoever restricts a project stays its admin. Admin of the project. Raises InvalidInputError for a name or a visibility
    that cannot be, such as another one for a personal project, and ConflictError for a taken name.
    """
    require(actor, Action.MANAGE_PROJECT, project)
    try:
        with transaction.atomic():
            lock(project, *EDITED)
            before = {field: getattr(project, field) for field in EDITED}
            if name is not None:
                project.name, project.name_key = _checked_name(name), names.fold(name)
            if visibility is not None:
                project.visibility = _checked_visibility(project, visibility)
            if description is not None:
                project.description = _description(description)
            after = {field: getattr(project, field) for field in EDITED}
            changed = [field for field in EDITED if after[field] != before[field]]
            if not changed:
                return project
            project.updated_at = timezone.now()
            project.save(update_fields=[*changed, "updated_at", *(["name_key"] if "name" in changed else [])])
            if "name" in changed:
                FormerProjectName.objects.update_or_create(
                    namespace_id=project.namespace_id,
                    name_key=names.fold(before["name"]),
                    defaults={"project": project},
                )
            if after["visibility"] == Project.Visibility.RESTRICTED != before["visibility"]:
                give_founder(project, actor)
            record(
                actor=actor,
                type=EventType.PROJECT_EDITED,
                object=project,
                container=project,
                before={field: before[field] for field in changed},
                after={field: after[field] for field in changed},
            )
    except IntegrityError as error:
        raise ConflictError(
            _("There is a project named '%(name)s' already; choose another name.") % {"name": name}
        ) from error
    return project


def _checked_visibility(project: Project, visibility: str) -> str:
    if visibility == project.visibility:
        return visibility
    if project.organization_id is None:
        raise InvalidInputError(_("A personal project belongs to its owner alone; log to a team to share work."))
    if visibility not in {Project.Visibility.TEAM, Project.Visibility.RESTRICTED}:
        raise InvalidInputError(_("A project's visibility is 'team' or 'restricted'."))
    return visibility


def delete_project(*, actor: User, project: Project) -> None:
    """Mark a project as deleted with its runs, artifacts and their links. A second time: NotFoundError.

    Admin of the project. Raises ConflictError while a registry holds a version of it by a protected alias (C13).
    """
    require(actor, Action.MANAGE_PROJECT, project)
    with transaction.atomic():
        for settle in hooks.before_deletion:
            settle(actor, project)
        mine = Container.objects.filter(pk=project.pk, deleted_at=None)  # one table, one statement
        if mine.update(deleted_at=timezone.now()):
            record(
                actor=actor,
                type=EventType.PROJECT_DELETED,
                object=project,
                container=project,
                before={"name": project.name},
            )


def _require_creation(actor: User, namespace: Namespace) -> str:
    """The visibility that a new project of `namespace` has, if the actor may make one there (F35)."""
    if namespace.kind == Namespace.Kind.ORGANIZATION:
        raise InvalidInputError(
            _(
                "'%(namespace)s' is the entity of an organization and owns registries only. Log to one of its "
                "teams, or to your personal entity: wandb.init(entity=…)."
            )
            % {"namespace": namespace.name}
        )
    if namespace.kind == Namespace.Kind.PERSONAL:
        if namespace.pk != actor.namespace_id and not actor.is_superuser:
            raise NotFoundError(_("There is no such project, or you may not see it."))
        return Project.Visibility.RESTRICTED
    role = _team_role(actor, namespace)
    if role is None:
        raise NotFoundError(_("There is no such project, or you may not see it."))
    if role < Role.MEMBER:
        raise ForbiddenError(
            _("Viewers of the team '%(namespace)s' cannot make projects; ask its admin for the role member.")
            % {"namespace": namespace.name}
        )
    return Project.Visibility.TEAM


def _team_role(actor: User, namespace: Namespace) -> Role | None:
    if organization_role(actor, namespace.team.organization) == "admin":
        return Role.ADMIN
    word = actor.team_memberships.filter(team=namespace.team).values_list("role", flat=True).first()
    return Role.parse(word) if word else None
