"""Sign-on by an identity provider: whose account it is, and where its groups belong (docs/sign-on.md)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from access.models import Namespace, Organization, Team, User
from access.reserved import is_reserved
from access.services import keys, organizations, people, teams
from access.services.organizations import parse_role
from accounts.models import SignOn
from common.errors import ConflictError, NotFoundError
from common.names import fold
from events.services import record
from events.types import EventType

logger = logging.getLogger(__name__)
EVERYBODY = "*"  # the group of all in the mapping
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")
Place = Organization | Team


def verified_email(claims: Mapping[str, Any]) -> str:
    """The address of the claims if the provider says that it was verified, else an empty text."""
    return str(claims.get("email") or "") if claims.get("email_verified") in {True, "true"} else ""


def groups_of(claims: Mapping[str, Any]) -> list[str]:
    """The groups that the claims name: a list of texts, or one text; anything else names none."""
    given = claims.get(settings.OIDC.groups_claim) if settings.OIDC else None
    listed = given if isinstance(given, list) else [given]
    return [group for group in listed if isinstance(group, str)]


def groups_into(organization: Organization) -> list[tuple[str, Any]]:
    """The groups of the provider whose people belong to the organization, and as what."""
    mapping = settings.OIDC.mapping if settings.OIDC else {}
    return [(group, place) for group, place in mapping.items() if fold(place.organization) == organization.name_key]


def admit(claims: Mapping[str, Any]) -> User:
    """The account of somebody who signs on for the first time: the one with their verified address, else a new one.

    Nobody has proved that who used an older account holds its address, so its password and keys go. An account that is
    switched off stays as it is. Raises DomainError when the claims make no account.
    """
    email = verified_email(claims)
    known = User.objects.filter(email__iexact=email, service_of=None).first() if email else None
    if known is None:
        user = User(username=free_name(claims), email=email, full_name=str(claims.get("name") or "")[:200])
        return people.open_account(actor=None, user=user, password=None)
    if known.is_active:
        _take_over(known)
    return known


def free_name(claims: Mapping[str, Any]) -> str:
    """A user name that nobody has: the preferred one, or the beginning of the address, as far as it can be one."""
    wished = str(claims.get("preferred_username") or claims.get("email") or claims.get("name") or "")
    stem = NOT_IN_NAMES.sub("-", wished.partition("@")[0]).strip("-_.")[:100] or "user"
    taken = set(Namespace.objects.filter(name_key__startswith=fold(stem)).values_list("name_key", flat=True))
    taken |= {fold(name) for name in User.objects.filter(username__istartswith=stem).values_list("username", flat=True)}
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 3))
    return next(name for name in numbered if fold(name) not in taken and not is_reserved(name))


def _take_over(user: User) -> None:
    with transaction.atomic():
        for key in user.api_keys.all():
            keys.revoke_key(actor=None, key=key)
        user.set_unusable_password()
        user.save(update_fields=["password"])  # which ends all its sessions
        record(actor=user, type=EventType.USER_CHANGED, object=user, after={"fields": ["sign_on", "password"]})


def settle(user: User, groups: Iterable[str]) -> None:
    """Give `user` what the mapping gives `groups`, and take away what it gave before and does not any more.

    What somebody gave by hand stays as it is, and an organization where the membership was deactivated is left alone.
    """
    wanted_organizations, wanted_teams = _wanted(groups)
    off = set(user.deactivated.values_list("organization", flat=True))
    with transaction.atomic():
        SignOn.objects.get_or_create(user=user)
        given = SignOn.objects.select_for_update().get(user=user)
        alive = Organization.objects.filter(deleted_at=None)
        given.organizations = _settle(user, alive, given.organizations, wanted_organizations, off)
        given.teams = _settle(user, Team.objects.alive(), given.teams, wanted_teams, off)
        given.save()
        first = next(iter(wanted_teams), None)
        if first and user.default_namespace_id is None and first.memberships.filter(user=user).exists():
            people.set_default_namespace(actor=None, user=user, namespace=first.namespace)


def _wanted(groups: Iterable[str]) -> tuple[dict[Organization, str], dict[Team, str]]:
    """The places of the groups with the highest role that any group gives there; what does not exist is logged."""
    mapping = settings.OIDC.mapping if settings.OIDC else {}
    in_organizations: dict[Organization, str] = {}
    in_teams: dict[Team, str] = {}
    for group in [EVERYBODY, *groups]:
        place = mapping.get(group)
        if place is None:
            continue
        try:
            organization = organizations.find_organization(place.organization)
            in_organizations[organization] = _higher(in_organizations.get(organization), place.role)
            if place.team:
                team = teams.find_team(place.team)
                if team.organization_id != organization.pk:
                    raise NotFoundError(f"{organization.name} has no team '{place.team}'.")
                in_teams[team] = _higher(in_teams.get(team), place.team_role)
        except NotFoundError as error:
            logger.warning("VITRINE_OIDC_MAPPING, group '%s': %s", group, error)
    return in_organizations, in_teams


def _higher(one: str | None, other: str) -> str:
    return min((role for role in (one, other) if role), key=lambda role: organizations.GIVEN.index(parse_role(role)))


def _settle(
    user: User, alive: QuerySet[Any], given: Mapping[str, str], wanted: Mapping[Any, str], off: set[int]
) -> dict[str, str]:
    """What sign-on has given from now on, by id; a role that was changed by hand holds until the mapping changes."""
    kept: dict[str, str] = {}
    for place, role in wanted.items():
        key, joined = str(place.pk), place.memberships.filter(user=user).exists()
        if _house(place) in off:
            kept |= {key: given[key]} if key in given else {}
        elif key in given or not joined:
            unchanged = joined and given[key] == role
            kept[key] = role if unchanged or _put(place, user, role) else given.get(key, role)
    for place in alive.filter(pk__in=given.keys() - {str(place.pk) for place in wanted}):
        if _house(place) in off or not _put(place, user, None):
            kept[str(place.pk)] = given[str(place.pk)]
    return kept


def _house(place: Place) -> int:
    return place.organization_id if isinstance(place, Team) else place.pk


def _put(place: Place, user: User, role: str | None) -> bool:
    """Set the role, or end the membership; False where the rules stand against it: the last admin stays."""
    try:
        if isinstance(place, Team):
            if role:
                teams.set_member(actor=None, team=place, user=user, role=role)
            else:
                teams.remove_member(actor=None, team=place, user=user)
        elif role:
            organizations.set_member(actor=None, organization=place, user=user, role=role)
        else:
            organizations.remove_member(actor=None, organization=place, user=user)
    except ConflictError as error:
        logger.warning("Sign-on of %s: %s", user.username, error)
        return False
    return True
