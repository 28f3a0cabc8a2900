"""The description of the API: a valid OpenAPI document, and a page that needs neither script nor another server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from access.models import User
from access.services.keys import create_key
from rest_api.api import document


@pytest.mark.django_db
def test_the_document_is_for_everybody_with_an_account(signed_in: Any, otto: User) -> None:
    _, key = create_key(actor=otto, user=otto, name="test", scope="read")
    by_key = Client().get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {key}"})
    by_session = signed_in(otto).get("/api/v1/openapi.json")
    assert by_key.json() == by_session.json()
    assert by_key.json()["openapi"].startswith("3.")
    assert Client().get("/api/v1/openapi.json").status_code == 302


def test_every_operation_is_described() -> None:
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]
    assert len(operations) == len({operation["operationId"] for operation in operations}) >= 80
    for operation in operations:
        assert operation["description"].endswith("."), operation["operationId"]
        assert operation["tags"] and operation["security"] and operation["x-scope"] in {"read", "write", "admin"}
        assert operation["responses"]["default"]["content"]


def test_every_reference_of_the_document_leads_somewhere() -> None:
    found = document()
    names = set(re.findall(r"#/components/schemas/([\w\[\]]+)", str(found)))
    assert names <= set(found["components"]["schemas"])


def test_the_page_shows_every_operation_without_a_script_of_its_own(signed_in: Any, otto: User) -> None:
    answer = signed_in(otto).get("/api/v1/docs")
    page = answer.content.decode()
    for path, methods in document()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style", page)
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_a_stranger_is_sent_to_sign_in() -> None:
    assert Client().get("/api/v1/docs").headers["Location"].startswith("/accounts/login/?next=")
