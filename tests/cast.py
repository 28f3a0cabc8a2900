"""The people of the tests, by what they may do; made through the services, as an operator would."""

from __future__ import annotations

from dataclasses import dataclass

from access.models import Organization, Team, User
from access.roles import Role
from access.services import organizations, people, roles, service_accounts, teams
from registries.models import Registry
from registries.services import founding, registries

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    """An organization `Acme` with a team `vision`, a restricted registry `Shelf`, and one person for each role."""

    organization: Organization
    team: Team
    registry: Registry
    olga: User
    adam: User
    mia: User
    vera: User
    rita: User
    otto: User


def person(username: str, *, password: str | None = None) -> User:
    """A new account."""
    return people.create_user(username=username, email=f"{username}@example.org", password=password)


def assemble() -> Cast:
    """Everybody, in their places.

    olga administers the organization; mia is a member of it and of the team; adam, vera and rita administer, view and
    view restrictedly the registry, as plain members or viewers of the organization; otto belongs to nothing.
    """
    names = ("olga", "adam", "mia", "vera", "rita", "otto")
    olga, adam, mia, vera, rita, otto = (person(name) for name in names)
    acme = founding.found_organization(actor=None, name="Acme", owner=olga)
    for user, role in ((adam, "member"), (mia, "member"), (vera, "viewer"), (rita, "viewer")):
        organizations.set_member(actor=olga, organization=acme, user=user, role=role)
    vision = teams.create_team(actor=olga, organization=acme, name="vision", admin=olga)
    teams.set_member(actor=olga, team=vision, user=mia, role="member")
    teams.set_member(actor=olga, team=vision, user=vera, role="viewer")
    shelf = registries.create_registry(actor=olga, organization=acme, name="Shelf", visibility="restricted")
    for user, granted in ((adam, Role.ADMIN), (mia, Role.MEMBER), (vera, Role.VIEWER), (rita, Role.RESTRICTED_VIEWER)):
        roles.grant_role(actor=olga, container=shelf, principal=user, role=granted)
    return Cast(acme, vision, shelf, olga, adam, mia, vera, rita, otto)


def add_service_account(cast: Cast) -> User:
    """`ci`, a service account of the organization, which is a member of the registry and of nothing else."""
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="ci")
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=account, role=Role.MEMBER)
    return account


def add_heiress(cast: Cast) -> User:
    """tina, a viewer of the organization, whose one role on the registry, Member, comes through her team `audio`."""
    tina = person("tina")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=tina, role="viewer")
    audio = teams.create_team(actor=cast.olga, organization=cast.organization, name="audio", admin=cast.olga)
    teams.set_member(actor=cast.olga, team=audio, user=tina, role="member")
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=audio, role=Role.MEMBER)
    return tina
