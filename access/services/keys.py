"""API keys: made, checked, revoked; the secret itself is never stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import ApiKey, User
from access.policy import is_operator
from access.services.service_accounts import require_administration
from common.errors import ConflictError, InvalidInputError, NotFoundError
from events.services import record
from events.types import EventType

ACCEPTED_BY_SDK = re.compile(r"[A-Za-z0-9_-]{40,}\Z")
SEEN_EVERY = timedelta(minutes=5)
MOST_KEYS = 100  # F37


def digest_of(secret: str) -> str:
    """The keyed hash (64 hex digits) under which a secret is known."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def validate_secret(secret: str) -> str:
    """`secret` if the SDK takes it: 40 or more of `[A-Za-z0-9_-]` after the first `-`, or in all. Raises InvalidInputError."""
    if len(secret) > 1024 or not (ACCEPTED_BY_SDK.match(secret) or ACCEPTED_BY_SDK.match(secret.partition("-")[2])):
        raise InvalidInputError(_("An API key has 40 to 1024 characters, of letters, digits, '_' and '-' only."))
    return secret


def create_key(
    *,
    actor: User | None,
    user: User,
    name: str,
    scope: str = ApiKey.Scope.WRITE,
    expires_at: datetime | None = None,
    secret: str = "",
) -> tuple[ApiKey, str]:
    """A new key of `user` and its secret, which is not shown again. One's own, a service account's by its admins, or any by
    the operator.

    Raises NotFoundError for somebody else's account, InvalidInputError for a secret that the SDK would refuse, and
    ConflictError for one in use.
    """
    _require_keeper(actor, user)
    secret = validate_secret(secret) if secret else f"local-{secrets.token_hex(20)}"
    if not name.strip() or len(name) > 128:
        raise InvalidInputError(_("Give the key a name of at most 128 characters, such as the machine that uses it."))
    if scope not in ApiKey.Scope.values:
        raise InvalidInputError(
            _("'%(scope)s' is no scope of a key; choose %(choices)s.")
            % {"scope": scope, "choices": ", ".join(ApiKey.Scope.values)}
        )
    with transaction.atomic():
        if ApiKey.objects.filter(digest=digest_of(secret)).exists():
            raise ConflictError(_("This API key is in use already; choose another."))
        if user.api_keys.count() >= MOST_KEYS:
            raise ConflictError(
                _("An account has at most %(most_keys)s API keys; revoke one that is not used any more.")
                % {"most_keys": MOST_KEYS}
            )
        key = ApiKey.objects.create(
            user=user, name=name.strip(), hint=secret[-4:], digest=digest_of(secret), scope=scope, expires_at=expires_at
        )
        record(actor=actor, type=EventType.KEY_CREATED, object=key, after={"name": key.name, "user": user.pk})
    return key, secret


def revoke_key(*, actor: User | None, key: ApiKey) -> None:
    """Delete `key`; a second time changes nothing. Raises NotFoundError for somebody else's key."""
    _require_keeper(actor, key.user)
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk).delete()[0]:
            record(actor=actor, type=EventType.KEY_REVOKED, object=key, before={"name": key.name})


def _require_keeper(actor: User | None, user: User) -> None:
    if actor == user or is_operator(actor):
        return
    if not user.is_service:
        raise NotFoundError(_("There is no such account or key, or you may not see it."))
    require_administration(actor, user)


def authenticate(secret: str) -> ApiKey | None:
    """The live key of that secret with its user, or None; notes its use at most every five minutes."""
    now = timezone.now()
    key = (
        ApiKey.objects.select_related("user__namespace", "user__default_namespace")
        .filter(digest=digest_of(secret))
        .first()
    )
    if key is None or not key.user.is_active or (key.expires_at and key.expires_at <= now):
        return None
    if key.last_used_at is None or now - key.last_used_at > SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key
