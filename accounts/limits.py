"""How often one address on the network may be wrong; what is right is never counted."""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache, caches
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from access.models import User
from common.errors import TooManyRequestsError
from common.middleware import error_response

WINDOW_SECONDS = 60
WRONG_KEYS = 60  # a minute from one address: a script that retries stays far below
SEARCHES = 300  # a minute by one person: somebody who types stays far below


def count_wrong_key(request: HttpRequest) -> None:
    """Count a wrong API key. Raises TooManyRequestsError from the 61st of a minute on.

    The count is kept in the cache that all processes share; beyond the limit it is only read.
    """
    address = get_adapter(request).get_client_ip(request)
    name = f"wrong-key:{address}:{int(time.time()) // WINDOW_SECONDS}"
    seen = cache.get(name, 0)
    if seen >= WRONG_KEYS:
        raise TooManyRequestsError(
            _("Too many wrong API keys came from your address; wait a minute, then send a right one.")
        )
    cache.set(name, seen + 1, WINDOW_SECONDS)


def count_search(user: User) -> None:
    """Count a search of one person in this process. Raises TooManyRequestsError from the 301st of a minute on.

    Kept in memory: a count that all processes share would cost more than most searches do.
    """
    local, name = caches["local"], f"search:{user.pk}:{int(time.time()) // WINDOW_SECONDS}"
    local.add(name, 0, WINDOW_SECONDS)
    if local.incr(name) > SEARCHES:
        raise TooManyRequestsError(_("You searched too often; wait a minute, then go on."))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """What allauth answers beyond its own limits (ACCOUNT_RATE_LIMITS), such as for mails that set a password."""
    return error_response(request, TooManyRequestsError(_("That was too often; wait a minute, then try again.")))
