"""The one validator of names: what is allowed, and when two names count as the same (T02)."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.errors import InvalidInputError

MAX_NAME = 128
MAX_EMAIL = 254
MAX_KEY = 256  # of a name's key: one character may stand for as many as eighteen
ENTITY_NAME = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9_])?\Z")
TAG = re.compile(r"[-\w]+( +[-\w]+)*\Z")
FORBIDDEN_IN_CONTAINER = re.compile(r"[/\\#?%:\r\n\0]")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
VERSION_ALIAS = re.compile(r"v\d+\Z")


def fold(name: str) -> str:
    """The key by which names are compared: compatibility-normalized and case-folded, so look-alikes are equal."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _text(name: str, what: str, limit: int = MAX_NAME) -> str:
    if not name or name != name.strip() or name in {".", ".."}:
        raise InvalidInputError(f"Give the {what} a name that does not start or end with a space.")
    if len(name) > limit:
        raise InvalidInputError(f"A {what} name has at most {limit} characters; this one has {len(name)}.")
    if CONTROL.search(name):
        raise InvalidInputError(f"A {what} name holds no control or invisible characters.")
    if len(fold(name)) > MAX_KEY:
        raise InvalidInputError(f"The {what} name is too long: some of its characters stand for many.")
    return name


def entity_name(name: str, what: str = "team") -> str:
    """`name` if it may name a user, a team or an organization's namespace.

    Raises InvalidInputError: letters, digits, `-`, `_` and `.` only, since it is part of every address.
    """
    if not ENTITY_NAME.match(_text(name, what)):
        raise InvalidInputError(
            f"A {what} name consists of letters, digits, '-', '_' and '.', and starts with one of the first two."
        )
    return name


def container_name(name: str, what: str, limit: int = MAX_NAME) -> str:
    """`name` if it may name a project or a registry (F3). Raises InvalidInputError."""
    if FORBIDDEN_IN_CONTAINER.search(_text(name, what, limit)):
        raise InvalidInputError(f"A {what} name holds none of / \\ # ? % : and no line break.")
    return name


def collection_name(name: str, what: str = "collection") -> str:
    """`name` if it may name a collection or an artifact (F4). Raises InvalidInputError."""
    if "/" in _text(name, what) or ":" in name:
        raise InvalidInputError(f"A {what} name holds no '/' and no ':'.")
    return name


def artifact_type(name: str) -> str:
    """`name` if it may be an artifact's type (F5). Raises InvalidInputError."""
    if "/" in _text(name, "type") or ":" in name:
        raise InvalidInputError("An artifact type holds no '/' and no ':'.")
    return name


def alias(name: str) -> str:
    """`name` if it may be an alias (F6, C16). Raises InvalidInputError."""
    if "/" in _text(name, "alias") or ":" in name:
        raise InvalidInputError("An alias holds no '/' and no ':'.")
    if VERSION_ALIAS.match(name):
        raise InvalidInputError(f"'{name}' is a version number; numbers are given by the server and are not aliases.")
    return name


def tag(name: str) -> str:
    """`name` if it may be a tag (F7). Raises InvalidInputError."""
    if not TAG.match(_text(name, "tag")):
        raise InvalidInputError("A tag consists of words of letters, digits, '_' and '-', with spaces between them.")
    return name


def email_address(text: str) -> str:
    """`text` without spaces around it, if it is an e-mail address of at most 254 characters. Raises InvalidInputError."""
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError(f"'{text[:80]}' is no e-mail address; write it like mia@example.org.") from error
    if len(address) > MAX_EMAIL:
        raise InvalidInputError(f"An e-mail address has at most {MAX_EMAIL} characters; this one has {len(address)}.")
    return address
