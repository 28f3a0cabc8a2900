"""The rows of access: people, organizations, teams, keys, containers and grants."""

from access.models.containers import Container, ContainerGroupGrant, ContainerUserGrant
from access.models.invitations import Invitation
from access.models.keys import ApiKey
from access.models.namespaces import Namespace
from access.models.organizations import DeactivatedMembership, Organization, OrganizationMembership
from access.models.teams import Team, TeamMembership
from access.models.users import User

__all__ = [
    "ApiKey",
    "Container",
    "ContainerGroupGrant",
    "ContainerUserGrant",
    "DeactivatedMembership",
    "Invitation",
    "Namespace",
    "Organization",
    "OrganizationMembership",
    "Team",
    "TeamMembership",
    "User",
]
