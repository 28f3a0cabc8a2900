"""The settings of sign-on by OpenID Connect, read with the rest of the environment (docs/sign-on.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEFAULTS = {
    "VITRINE_OIDC_CLIENT_ID": "",
    "VITRINE_OIDC_CLIENT_SECRET": "",
    "VITRINE_OIDC_GROUPS_CLAIM": "groups",
    "VITRINE_OIDC_ISSUER": "",
    "VITRINE_OIDC_MAPPING": "{}",
    "VITRINE_OIDC_NAME": "Single sign-on",
    "VITRINE_OIDC_SCOPES": "openid profile email",
}
NEEDED = ("VITRINE_OIDC_CLIENT_ID", "VITRINE_OIDC_CLIENT_SECRET")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ROLES = ("admin", "member", "viewer")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the members of a group belong."""

    organization: str
    role: str = "member"
    team: str = ""
    team_role: str = "member"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The identity provider: `mapping` is from its groups, or `*` for everybody, to places."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: list[str]
    groups_claim: str
    mapping: dict[str, Place]


def read(given: Mapping[str, str]) -> Provider | None:
    """The provider, or None where no issuer is named. Raises ImproperlyConfigured, naming the variable and the cure."""
    issuer = given["VITRINE_OIDC_ISSUER"].rstrip("/")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ImproperlyConfigured(
            f"VITRINE_OIDC_ISSUER={issuer!r}: give the issuer as the provider names it, such as https://login.example.org."
        )
    for name in NEEDED:
        if not given[name]:
            raise ImproperlyConfigured(
                f"{name} is absent: with VITRINE_OIDC_ISSUER, give what the provider registered."
            )
    if find_spec("oauthlib") is None or find_spec("jwt") is None:
        raise ImproperlyConfigured(
            "VITRINE_OIDC_ISSUER needs the extra 'sso': install it with `uv sync --frozen --extra sso`."
        )
    return Provider(
        name=given["VITRINE_OIDC_NAME"],
        issuer=issuer,
        client_id=given["VITRINE_OIDC_CLIENT_ID"],
        client_secret=given["VITRINE_OIDC_CLIENT_SECRET"],
        scopes=given["VITRINE_OIDC_SCOPES"].split(),
        groups_claim=given["VITRINE_OIDC_GROUPS_CLAIM"],
        mapping=_mapping(given["VITRINE_OIDC_MAPPING"]),
    )


def _mapping(text: str) -> dict[str, Place]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise _wrong(f"is no JSON ({error})") from error
    if not isinstance(given, dict):
        raise _wrong("is no object")
    return {group: _place(group, place) for group, place in given.items()}


def _place(group: str, given: Any) -> Place:
    known = Place.__dataclass_fields__
    if not isinstance(given, dict) or not given.get("organization") or not given.keys() <= known.keys():
        raise _wrong(f"names for {group!r} no organization, or something beside {', '.join(known)}")
    if not all(isinstance(value, str) for value in given.values()):
        raise _wrong(f"holds for {group!r} a value that is no text")
    place = Place(**given)
    if not {place.role, place.team_role} <= set(ROLES):
        raise _wrong(f"gives {group!r} a role other than {', '.join(ROLES)}")
    return place


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f'VITRINE_OIDC_MAPPING {what}: write {{"ml-engineers": {{"organization": "acme", "role": "member", "team": "vision"}}}}.'
    )
