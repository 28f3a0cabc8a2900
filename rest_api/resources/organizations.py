"""Organizations and their settings."""

from __future__ import annotations

from typing import Literal

from ninja import Query
from pydantic import BaseModel

from access.models import Organization
from access.policy import organization_role
from access.roles import Role
from access.services import organizations
from projects.queries import find_organization
from rest_api.door import KeyRequest, Scope
from rest_api.routing import Router
from rest_api.schemas import Body, Page, Paging, page_of

router = Router(tags=["Organizations"])


class OrganizationOut(BaseModel):
    """`default_registry_role` is what members have on its open registries, `registry_founders` who may create some."""

    name: str
    entity: str
    default_registry_role: str
    registry_founders: str


class OrganizationWithRole(OrganizationOut):
    """And what one is in it."""

    role: str | None


class OrganizationEdit(Body):
    """Absent or null: stays."""

    default_registry_role: Literal["member", "viewer", "restricted_viewer"] | None = None
    registry_founders: Literal["members", "admins"] | None = None


def _facts(row: Organization) -> dict[str, str]:
    return {
        "name": row.name,
        "entity": row.namespace.name,
        "default_registry_role": Role(row.default_registry_role).word,
        "registry_founders": row.registry_founders,
    }


@router.read("/organizations", shows=Page[OrganizationOut])
def list_organizations(request: KeyRequest, paging: Query[Paging]) -> Page[OrganizationOut]:
    """The organizations one belongs to, by name."""
    rows = Organization.objects.visible_to(request.user).select_related("namespace").distinct()
    return page_of(rows, paging, ("name_key", "pk"), lambda row: OrganizationOut(**_facts(row)))


@router.read("/organizations/{organization}", shows=OrganizationWithRole)
def get_organization(request: KeyRequest, organization: str) -> OrganizationWithRole:
    """One organization."""
    found = find_organization(request.user, organization)
    return OrganizationWithRole(**_facts(found), role=organization_role(request.user, found))


@router.edit("/organizations/{organization}", shows=OrganizationWithRole, scope=Scope.ADMIN)
def edit_organization(request: KeyRequest, organization: str, body: OrganizationEdit) -> OrganizationWithRole:
    """Change the settings. Admins of the organization."""
    word = body.default_registry_role
    found = organizations.edit_organization(
        actor=request.user,
        organization=find_organization(request.user, organization),
        default_registry_role=Role.parse(word) if word else None,
        registry_founders=body.registry_founders,
    )
    return OrganizationWithRole(**_facts(found), role=organization_role(request.user, found))


@router.act("/organizations/{organization}/leave", scope=Scope.ADMIN)
def leave_organization(request: KeyRequest, organization: str) -> None:
    """End one's own membership, with all that came through it. The last admin cannot leave."""
    found = find_organization(request.user, organization)
    organizations.remove_member(actor=request.user, organization=found, user=request.user)
