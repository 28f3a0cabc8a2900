"""What `manage.py provision` does with one line: an op is a function here, and its arguments are the fields."""

from __future__ import annotations

import inspect
import json
import logging
import re
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction

from access.models import ApiKey, Organization, User
from access.services import keys, namespaces, organizations, people, teams
from common.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from common.names import fold
from registries.services.founding import found_organization

logger = logging.getLogger(__name__)
Fields = dict[str, Any]
KEY_NAME = "provision"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def answer(line: bytes) -> Fields:
    """Do what `line` says in a transaction of its own: `{"ok": True, …}`, or `{"ok": False, "error": …}` and nothing done."""
    try:
        perform, fields = _read(line)
        with transaction.atomic():
            return {"ok": True} | perform(**fields)
    except DomainError as error:
        return {"ok": False, "error": error.message}
    except DatabaseError as error:
        return {
            "ok": False,
            "error": f"The database refused this: {error} Is it migrated, and does another program hold it?",
        }
    except Exception as error:  # every line gets its answer, and the next line its turn
        logger.exception("provision")
        return {"ok": False, "error": f"This line cannot be carried out ({type(error).__name__}: {error})."}


def user(
    *,
    username: str,
    email: str | None = None,
    password: str | None = None,
    admin: bool | None = None,
    api_key: str | None = None,
) -> Fields:
    """Make an account, or change what is given of it; its API key is answered once, when it is made."""
    try:
        account, created = people.find_user(username), False
    except NotFoundError:
        account = people.create_user(username=username, email=email or "", password=password, is_operator=bool(admin))
        created = True
    else:
        changes = {"email": email, "is_superuser": admin}
        people.edit_user(
            actor=None, user=account, **{name: value for name, value in changes.items() if value is not None}
        )
        if password is not None:
            people.set_password(actor=None, user=account, password=password)
    said: Fields = {
        "id": account.pk,
        "username": account.username,
        "entity": account.username,
        "admin": account.is_superuser,
    }
    said["default_entity"] = account.home.name if account.home else None
    if created or api_key is not None:
        secret = _put_key(account, api_key)
        if created:
            said["api_key"] = secret
    return said | {"created": created}


def organization(*, name: str, owner: str, core_registries: bool = True) -> Fields:
    """Found an organization, with the core registries unless told otherwise; `owner` is its admin."""
    admin = people.find_user(owner)
    found = Organization.objects.select_related("namespace").filter(deleted_at=None, name_key=fold(name)).first()
    made = found or found_organization(actor=None, name=name, owner=admin, core_registries=core_registries)
    if found:
        organizations.set_member(actor=None, organization=found, user=admin, role="admin")
    return {
        "id": made.pk,
        "name": made.name,
        "entity": made.namespace.name,
        "owner": admin.username,
        "created": not found,
    }


def organization_member(*, organization: str, username: str, role: str) -> Fields:
    """Give a person a role in an organization: admin, member or viewer."""
    place, member = organizations.find_organization(organization), people.find_user(username)
    organizations.set_member(actor=None, organization=place, user=member, role=role)
    return {"organization": place.name, "username": member.username, "role": role}


def team(*, organization: str, name: str, admin: str) -> Fields:
    """Make a team of an organization; `admin` administers it and is made a member of the organization."""
    place, leader = organizations.find_organization(organization), people.find_user(admin)
    try:
        made, created = teams.find_team(name), False
    except NotFoundError:
        made, created = teams.create_team(actor=None, organization=place, name=name, admin=leader), True
    if made.organization_id != place.pk:
        raise ConflictError(f"The team '{made.name}' belongs to the organization {made.organization.name}.")
    teams.set_member(actor=None, team=made, user=leader, role="admin")
    return {"id": made.pk, "name": made.name, "entity": made.name, "organization": place.name, "created": created}


def team_member(*, team: str, username: str, role: str) -> Fields:
    """Give a person a role in a team: admin, member or viewer; they are made a member of its organization."""
    place, member = teams.find_team(team), people.find_user(username)
    teams.set_member(actor=None, team=place, user=member, role=role)
    return {"team": place.name, "username": member.username, "role": role}


def default_entity(*, username: str, entity: str) -> Fields:
    """Say where a person's work goes when a script names no entity: their own name or one of their teams."""
    account, namespace = people.find_user(username), namespaces.find(entity)
    people.set_default_namespace(actor=None, user=account, namespace=namespace)
    return {"username": account.username, "default_entity": namespace.name}


def delete_user(*, username: str) -> Fields:
    """Delete an account; nothing when there is none of that name."""
    try:
        account = people.find_user(username)
    except NotFoundError:
        return {"username": username, "deleted": False}
    people.delete_user(actor=None, user=account)
    return {"username": username, "deleted": True}


def delete_organization(*, name: str) -> Fields:
    """Delete an organization with all that it owns; nothing when there is none of that name."""
    try:
        found = organizations.find_organization(name)
    except NotFoundError:
        return {"name": name, "deleted": False}
    organizations.delete_organization(actor=None, organization=found)
    return {"name": name, "deleted": True}


OPS: dict[str, Callable[..., Fields]] = {
    op.__name__: op
    for op in (
        user,
        organization,
        organization_member,
        team,
        team_member,
        default_entity,
        delete_user,
        delete_organization,
    )
}


def _put_key(account: User, secret: str | None) -> str:
    """Replace the account's provisioned key by `secret`, or make one; the same again changes nothing."""
    present = ApiKey.objects.filter(user=account, name=KEY_NAME)
    if secret is not None:
        if present.filter(digest=keys.digest_of(keys.validate_secret(secret)), expires_at=None).exists():
            return secret
        for key in present:
            keys.revoke_key(actor=None, key=key)
    return keys.create_key(actor=None, user=account, name=KEY_NAME, scope=ApiKey.Scope.ADMIN, secret=secret or "")[1]


def _read(line: bytes) -> tuple[Callable[..., Fields], Fields]:
    """The op of `line` and its checked fields; null stands for an absent field. Raises InvalidInputError."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"This line is not JSON ({error}); give one object a line.") from error
    if not isinstance(fields, dict):
        raise InvalidInputError('Give one JSON object a line, such as {"op": "user", "username": "mia"}.')
    name = fields.pop("op", None)
    if not isinstance(name, str) or name not in OPS:
        raise InvalidInputError(f"Unknown op {json.dumps(name)}; the ops are {', '.join(OPS)}.")
    known = inspect.signature(OPS[name], eval_str=True).parameters
    for field, value in fields.items():
        if field not in known:
            raise InvalidInputError(f"Unknown field '{field}' of {name}; its fields are {', '.join(known)}.")
        if value is not None and not isinstance(value, known[field].annotation):
            kind = "true or false" if bool in _kinds(known[field]) else "a text"
            raise InvalidInputError(f"The field '{field}' of {name} takes {kind}.")
        if isinstance(value, str) and UNSTORABLE.search(value):
            raise InvalidInputError(f"The field '{field}' of {name} holds a character that no text may hold.")
    given = {field: value for field, value in fields.items() if value is not None}
    missing = [
        field for field, parameter in known.items() if parameter.default is parameter.empty and field not in given
    ]
    if missing:
        raise InvalidInputError(f"{name} lacks the field '{missing[0]}'; its fields are {', '.join(known)}.")
    return OPS[name], given


def _kinds(parameter: inspect.Parameter) -> tuple[Any, ...]:
    return getattr(parameter.annotation, "__args__", (parameter.annotation,))
