"""The first account, organization and team of an empty server: whoever reads its log may make them, once."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from access.models import User
from access.services.people import open_account, set_default_namespace
from access.services.teams import create_team
from common.errors import NotFoundError
from registries.services.founding import found_organization

SALT = "operations.setup"


def is_empty() -> bool:
    """Whether nobody has an account, nor ever had one."""
    return not User.objects.exists()


def token() -> str:
    """The one token of this server; it opens nothing once there is an account."""
    return salted_hmac(SALT, "first account", algorithm="sha256").hexdigest()


def require_token(given: str) -> None:
    """Refuse all who do not bring the token, and everybody once there is an account. Raises NotFoundError."""
    if not constant_time_compare(given.encode(), token().encode()) or not is_empty():
        raise NotFoundError("There is nothing to set up here: the token is wrong, or this server has accounts already.")


def found_server(*, given: str, organization: str, team: str, username: str, password: str, **names: str) -> User:
    """The first account, operator and admin of the first `organization`, with its first `team` as default entity.

    `names` are `email` and `full_name`. Raises NotFoundError as `require_token` does, also for the second of two who come
    at once; InvalidInputError and ConflictError for a name or a password that cannot be used, and makes nothing then.
    """
    with transaction.atomic():
        # The one row that even an empty database has: of two, the second waits here, and then finds an account.
        ContentType.objects.select_for_update().get(app_label="access", model="user")
        require_token(given)
        user = User(username=username, is_superuser=True, **names)
        open_account(actor=None, user=user, password=password)
        founded = found_organization(actor=user, name=organization, owner=user)
        first = create_team(actor=user, organization=founded, name=team, admin=user)
        set_default_namespace(actor=user, user=user, namespace=first.namespace)
    return user
