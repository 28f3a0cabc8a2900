"""API keys: kept as a keyed hash, checked, expired, revoked, counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from access.models import ApiKey, User
from access.services.keys import MOST_KEYS, authenticate, create_key, revoke_key
from common.errors import ConflictError, InvalidInputError, NotFoundError
from events.models import Event
from tests.cast import person


@pytest.fixture
def walter(db: None) -> User:
    """Somebody with keys of his own."""
    return person("walter")


def test_the_secret_is_nowhere_in_the_database(walter: User) -> None:
    _, secret = create_key(actor=walter, user=walter, name="laptop")
    assert len(secret.partition("-")[2]) >= 40
    for model in (ApiKey, Event, User):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            rows = cursor.fetchall()
        assert rows
        assert secret not in str(rows)
        assert secret.partition("-")[2] not in str(rows)


def test_another_secret_of_the_server_knows_no_key(walter: User, settings: Any) -> None:
    key, secret = create_key(actor=walter, user=walter, name="laptop")
    assert authenticate(secret) == key
    settings.SECRET_KEY = "another" * 10
    assert authenticate(secret) is None


def test_wrong_expired_revoked_and_orphaned_keys_open_nothing(walter: User) -> None:
    key, secret = create_key(actor=walter, user=walter, name="laptop", expires_at=timezone.now() + timedelta(hours=1))
    assert authenticate(secret) == key
    for wrong in ("", secret[:-1], secret.upper(), secret + "x", key.digest, "local-" + "0" * 40):
        assert authenticate(wrong) is None
    ApiKey.objects.update(expires_at=timezone.now())
    assert authenticate(secret) is None
    ApiKey.objects.update(expires_at=None)
    User.objects.update(is_active=False)
    assert authenticate(secret) is None
    User.objects.update(is_active=True)
    revoke_key(actor=walter, key=key)
    revoke_key(actor=walter, key=key)
    assert authenticate(secret) is None


def test_a_use_is_noted_at_most_every_five_minutes(walter: User, django_assert_num_queries: Any) -> None:
    _, secret = create_key(actor=walter, user=walter, name="laptop")
    with django_assert_num_queries(2):
        authenticate(secret)
    with django_assert_num_queries(1):
        authenticate(secret)
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=6))
    with django_assert_num_queries(2):
        authenticate(secret)


def test_keys_are_ones_own(walter: User) -> None:
    otto = person("otto")
    key, _ = create_key(actor=walter, user=walter, name="laptop")
    with pytest.raises(NotFoundError):
        create_key(actor=otto, user=walter, name="evil")
    with pytest.raises(NotFoundError):
        revoke_key(actor=otto, key=key)
    assert list(walter.api_keys.all()) == [key]


def test_bad_names_scopes_and_secrets_are_refused_and_a_hundred_are_enough(walter: User) -> None:
    for bad in ({"name": " "}, {"name": "a" * 129}, {"scope": "god"}, {"secret": "short"}):
        with pytest.raises(InvalidInputError):
            create_key(**{"actor": walter, "user": walter, "name": "laptop"} | bad)  # type: ignore[arg-type]
    for number in range(MOST_KEYS):
        create_key(actor=walter, user=walter, name=f"machine {number}")
    with pytest.raises(ConflictError, match="revoke one"):
        create_key(actor=walter, user=walter, name="one more")
