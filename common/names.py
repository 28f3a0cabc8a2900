"""The one validator of names: what is allowed, and when two names count as the same (T02)."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from common.errors import InvalidInputError
from common.nouns import noun

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
        raise InvalidInputError(
            _("Give the %(what)s a name that does not start or end with a space.") % {"what": noun(what)}
        )
    if len(name) > limit:
        raise InvalidInputError(
            _("The %(what)s name has at most %(limit)s characters; this one has %(count)s.")
            % {"what": noun(what), "limit": limit, "count": len(name)}
        )
    if CONTROL.search(name):
        raise InvalidInputError(_("The %(what)s name holds no control or invisible characters.") % {"what": noun(what)})
    if len(fold(name)) > MAX_KEY:
        raise InvalidInputError(
            _("The %(what)s name is too long: some of its characters stand for many.") % {"what": noun(what)}
        )
    return name


def entity_name(name: str, what: str = "team") -> str:
    """`name` if it may name a user, a team or an organization's namespace.

    Raises InvalidInputError: letters, digits, `-`, `_` and `.` only, since it is part of every address.
    """
    if not ENTITY_NAME.match(_text(name, what)):
        raise InvalidInputError(
            _("The %(what)s name consists of letters, digits, '-', '_' and '.', and starts with one of the first two.")
            % {"what": noun(what)}
        )
    return name


def container_name(name: str, what: str, limit: int = MAX_NAME) -> str:
    """`name` if it may name a project or a registry (F3). Raises InvalidInputError."""
    if FORBIDDEN_IN_CONTAINER.search(_text(name, what, limit)):
        raise InvalidInputError(
            _("The %(what)s name holds none of / \\ # ? %% : and no line break.") % {"what": noun(what)}
        )
    return name


def run_id(text: str) -> str:
    """`text` if it may be the id of a run, by which clients and addresses name it. Raises InvalidInputError."""
    if len(text) > MAX_NAME:
        raise InvalidInputError(
            _("The id of a run has at most %(limit)s characters; this one has %(count)s.")
            % {"limit": MAX_NAME, "count": len(text)}
        )
    if FORBIDDEN_IN_CONTAINER.search(text):
        raise InvalidInputError(_("The id of a run holds none of / \\ # ? %% : and no line break.") % {})
    return container_name(text, "run")


def collection_name(name: str, what: str = "collection") -> str:
    """`name` if it may name a collection or an artifact (F4). Raises InvalidInputError."""
    if "/" in _text(name, what) or ":" in name:
        raise InvalidInputError(_("The %(what)s name holds no '/' and no ':'.") % {"what": noun(what)})
    return name


def artifact_type(name: str) -> str:
    """`name` if it may be an artifact's type (F5). Raises InvalidInputError."""
    if "/" in _text(name, "type") or ":" in name:
        raise InvalidInputError(_("An artifact type holds no '/' and no ':'."))
    return name


def alias(name: str) -> str:
    """`name` if it may be an alias (F6, C16). Raises InvalidInputError."""
    if "/" in _text(name, "alias") or ":" in name:
        raise InvalidInputError(_("An alias holds no '/' and no ':'."))
    if VERSION_ALIAS.match(name):
        raise InvalidInputError(
            _("'%(name)s' is a version number; numbers are given by the server and are not aliases.") % {"name": name}
        )
    return name


def tag(name: str) -> str:
    """`name` if it may be a tag (F7). Raises InvalidInputError."""
    if not TAG.match(_text(name, "tag")):
        raise InvalidInputError(_("A tag consists of words of letters, digits, '_' and '-', with spaces between them."))
    return name


def email_address(text: str) -> str:
    """`text` without spaces around it, if it is an e-mail address of at most 254 characters. Raises InvalidInputError."""
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError(
            _("'%(text)s' is no e-mail address; write it like mia@example.org.") % {"text": text[:80]}
        ) from error
    if len(address) > MAX_EMAIL:
        raise InvalidInputError(
            _("An e-mail address has at most %(max_email)s characters; this one has %(count)s.")
            % {"max_email": MAX_EMAIL, "count": len(address)}
        )
    return address
