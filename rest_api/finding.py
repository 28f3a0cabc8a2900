"""Looking up what an address names, among what the asker may see: absent and invisible are the same 404."""

from __future__ import annotations

from django.db.models import Q

from access.models import Organization, Team, User
from access.policy import require_organization_admin
from common.errors import NotFoundError
from common.names import fold
from projects.queries import find_organization
from registries.finding import get_collection, get_registry
from registries.models import Collection, Registry


def find_team(user: User, organization: Organization, name: str) -> Team:
    """The living team of that name. Raises NotFoundError."""
    teams = Team.objects.visible_to(user).select_related("namespace", "organization", "group")
    found = teams.filter(organization=organization, namespace__name_key=fold(name)).first()
    if found is None:
        raise NotFoundError("There is no such team, or you may not see it.")
    return found


def find_person(organization: Organization, username: str) -> User:
    """Who belongs to an organization that the asker sees: a person or a service account. Raises NotFoundError."""
    found = User.objects.filter(organization_memberships__organization=organization, username__iexact=username).first()
    if found is None:
        raise NotFoundError(f"Nobody named '{username}' belongs to {organization.name}; invite them first.")
    return found


def find_member(actor: User, organization: Organization, username: str) -> User:
    """Whom an admin of the organization may manage: its people, those deactivated, and other colleagues of the admin.

    Raises NotFoundError and ForbiddenError for all but admins, before it tells who is there.
    """
    require_organization_admin(actor, organization)
    reached = Q(deactivated__organization=organization) | Q(pk__in=User.objects.visible_to(actor).values("pk"))
    found = User.objects.filter(reached, username__iexact=username, service_of=None).first()
    if found is None:
        raise NotFoundError(f"Nobody named '{username}' belongs to {organization.name}; invite them first.")
    return found


def find_registry(user: User, organization: str, name: str) -> Registry:
    """The visible registry, carrying the asker's role. Raises NotFoundError."""
    return get_registry(user, find_organization(user, organization), name)


def find_collection(user: User, organization: str, registry: str, name: str) -> Collection:
    """The collection of a visible registry. Raises NotFoundError."""
    return get_collection(find_registry(user, organization, registry), name)
