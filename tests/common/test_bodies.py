"""A body that was cut is no shorter body."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.services.keys import create_key
from common.bodies import CutBodyError, WholeBody, whole_bodies
from tests.cast import Cast


class Reset(io.BytesIO):
    """A connection that the client has reset."""

    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError

    readline = read  # type: ignore[assignment]


READERS: list[Callable[[WholeBody], Any]] = [
    lambda body: body.read(),
    lambda body: body.read(100),
    lambda body: [body.read(4), body.read(4), body.read(4)],
    lambda body: [body.readline(), body.readline(), body.readline()],
]


@pytest.mark.parametrize("reader", READERS)
def test_a_body_ends_where_it_was_said_to_end(reader: Callable[[WholeBody], Any]) -> None:
    whole = reader(WholeBody(io.BytesIO(b"one\ntwo\nand the next request"), 8))
    assert (whole if isinstance(whole, bytes) else b"".join(whole)) == b"one\ntwo\n"
    for stream in (io.BytesIO(b"one\ntw"), Reset()):
        with pytest.raises(CutBodyError, match="send it again"):
            reader(WholeBody(stream, 8))


def test_only_a_body_with_a_length_is_counted() -> None:
    given: list[Any] = []
    application = whole_bodies(lambda environ, start: given.append(environ["wsgi.input"]) or [])
    for length in ("30", "", None):
        application({"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO()}, None)
    assert [type(body) for body in given] == [WholeBody, io.BytesIO, io.BytesIO]


@pytest.mark.parametrize("path", ["/graphql", "/api/v1/projects/mia/net/uploads"])
def test_what_was_cut_is_refused_as_such(cast: Cast, path: str) -> None:
    secret = create_key(actor=None, user=cast.mia, name="tests", scope="write")[1]
    extra: Any = {
        "wsgi.input": WholeBody(io.BytesIO(b'{"query": "{viewer{id}}"}'), 30),
        "CONTENT_LENGTH": "30",
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
    }
    answer = Client().generic("POST", path, content_type="application/json", **extra)
    assert answer.status_code == 400
    assert "The connection broke" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_that_was_cut_is_refused_as_such_and_not_as_forged() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")  # for its cookie
    extra: Any = {
        "wsgi.input": WholeBody(io.BytesIO(b"csrfmiddlewaretoken=ttt"), 90),
        "CONTENT_LENGTH": "90",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    answer = client.generic("POST", "/accounts/login/", **extra)
    assert answer.status_code == 400
    assert "The connection broke" in answer.content.decode()
