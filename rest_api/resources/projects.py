"""Projects of teams and people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Query
from pydantic import BaseModel, Field

from projects.models import Project
from projects.queries import find_namespace, find_project
from projects.services import projects
from rest_api.door import KeyRequest, Scope, require_scope
from rest_api.routing import Router
from rest_api.schemas import Body, Page, Paging, page_of, role_word

router = Router(tags=["Projects"])
PROJECT = "/projects/{entity}/{project}"


class ProjectOut(BaseModel):
    """A project and what the asker is in it."""

    entity: str
    name: str
    visibility: str
    role: str
    created_at: datetime
    updated_at: datetime


class ProjectIn(Body):
    """A project to be there; without `entity` in one's default one."""

    entity: str | None = Field(None, max_length=128)
    name: str


class ProjectEdit(Body):
    """Absent or null: stays."""

    name: str | None = None
    visibility: Literal["team", "restricted"] | None = None


class ProjectPaging(Paging):
    """`entity` narrows the list to one team or person."""

    entity: str = Field("", max_length=128)


def _shown(row: Any) -> ProjectOut:
    return ProjectOut(
        entity=row.namespace.name,
        name=row.name,
        visibility=row.visibility,
        role=role_word(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


@router.read("/projects", shows=Page[ProjectOut])
def list_projects(request: KeyRequest, paging: Query[ProjectPaging]) -> Page[ProjectOut]:
    """The projects one sees, by name."""
    rows = Project.objects.visible_to(request.user).with_role(request.user).select_related("namespace")
    if paging.entity:
        rows = rows.filter(namespace=find_namespace(request.user, paging.entity))
    return page_of(rows, paging, ("name_key", "pk"), _shown)


@router.create("/projects", shows=ProjectOut)
def create_project(request: KeyRequest, body: ProjectIn) -> ProjectOut:
    """Make a project, or answer with the one of that name. Members of the team."""
    namespace = projects.resolve_namespace(request.user, body.entity)
    made = projects.get_or_create_project(actor=request.user, namespace=namespace, name=body.name)
    return _shown(find_project(request.user, namespace.name, made.name))


@router.read(PROJECT, shows=ProjectOut)
def get_project(request: KeyRequest, entity: str, project: str) -> ProjectOut:
    """One project."""
    return _shown(find_project(request.user, entity, project))


@router.edit(PROJECT, shows=ProjectOut)
def edit_project(request: KeyRequest, entity: str, project: str, body: ProjectEdit) -> ProjectOut:
    """Rename a project, or open or restrict it, which needs the scope admin. Its admins."""
    if body.visibility is not None:
        require_scope(request, Scope.ADMIN)
    found = find_project(request.user, entity, project)
    edited = projects.edit_project(actor=request.user, project=found, **body.model_dump())
    return _shown(find_project(request.user, entity, edited.name))


@router.remove(PROJECT, scope=Scope.ADMIN)
def delete_project(request: KeyRequest, entity: str, project: str) -> None:
    """Delete a project with its runs, artifacts and their links. Its admins."""
    projects.delete_project(actor=request.user, project=find_project(request.user, entity, project))
