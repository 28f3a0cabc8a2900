"""First keys of service accounts. The SDK makes the account in one request and reads the key in the next one, so the secret
follows from the API key that asks and is kept nowhere: nobody else can be told it, and some minutes later nobody at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from access.models import ApiKey, User
from access.services.keys import create_key, digest_of
from sdk_api.context import Context

TOLD_FOR = timedelta(minutes=5)


def make_first_key(request: Context, account: User) -> None:
    """Give the new account its first key."""
    create_key(actor=request.user, user=account, name="first key", secret=_secret(request, account))


def first_keys(request: Context, accounts: Iterable[User]) -> dict[int, str]:
    """Secrets of the first keys that this API key gave to `accounts` in the last minutes, by account, the newest last."""
    since = timezone.now() - TOLD_FOR
    new = sorted((user for user in accounts if user.is_service and user.created_at >= since), key=lambda user: user.pk)
    if not new or not request.secret:
        return {}
    secrets = {account.pk: _secret(request, account) for account in new}
    digests = [digest_of(secret) for secret in secrets.values()]
    alive = set(ApiKey.objects.filter(user__in=secrets, digest__in=digests).values_list("user", flat=True))
    return {pk: secret for pk, secret in secrets.items() if pk in alive}


def _secret(request: Context, account: User) -> str:
    derived = salted_hmac("sdk_api.first_keys", f"{request.secret} {account.username}", algorithm="sha256")
    return f"local-{derived.hexdigest()[:40]}"
