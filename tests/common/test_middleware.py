"""What every address goes through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/orgs/Ac%00me/registry/", "/a%00b/", "/registry/?q=%00", "/vision/p/artifacts/model/net/v0/files/a%00.png"],
)
def test_a_nul_in_an_address_is_refused(olga: User, signed_in: Callable[[User], Client], address: str) -> None:
    """T01: PostgreSQL would fail on it."""
    response = signed_in(olga).get(address)

    assert response.status_code == 400
    assert b"NUL" in response.content


def test_a_host_that_is_not_ours_is_refused_on_a_plain_page(client: Client) -> None:
    response = client.get("/accounts/login/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert b"does not go by the name" in response.content
    assert b"evil.example" not in response.content
