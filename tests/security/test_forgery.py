"""T30, T31: a page of somebody else's can neither post to this server nor frame it."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.access.asking import SESSION, Asker, undone
from tests.access.test_routes import LINES
from tests.access.world import World, snapshot

FORMS = [line for line in LINES if line.method == "POST" and not line.by_key and line.answers["olga"] in {"go", "ok"}]
PAGES = [line for line in LINES if line.method == "GET" and not line.by_key and line.answers["olga"] == "ok"]


def forged(session: str, **options: object) -> Client:
    """A browser that brings the session, and no token of a form."""
    client = Client(enforce_csrf_checks=True, **options)  # type: ignore[arg-type]
    client.cookies[SESSION] = session
    return client


def test_every_form_refuses_a_post_from_elsewhere(asker: Asker, world: World) -> None:
    session, before = asker.browser("olga").cookies[SESSION].value, snapshot()
    kinds = {"application/x-www-form-urlencoded": None, "text/plain": None, "application/json": "{}"}
    for line in FORMS:
        for kind, body in kinds.items():
            for origin in ("https://evil.example", "null", "http://testserver.evil.example", ""):
                headers = {"Origin": origin} if origin else {"Referer": "https://evil.example/"}
                with undone():
                    response = forged(session).generic(
                        "POST", world.fill(line.path), body or world.fill(line.data), content_type=kind, headers=headers
                    )
                    assert response.status_code == 403, (str(line), kind, origin)
                    assert snapshot() == before, str(line)


def test_a_token_of_another_session_is_no_token(asker: Asker, world: World) -> None:
    session, before = asker.browser("olga").cookies[SESSION].value, snapshot()
    for token in ("x", "a" * 32, "a" * 64):
        client = forged(session)
        response = client.post(f"{world.names['nets']}delete/", {"typed": "nets", "csrfmiddlewaretoken": token})
        assert response.status_code == 403
    assert snapshot() == before


def test_a_key_in_the_header_makes_no_form_of_a_session_safe(asker: Asker, world: World) -> None:
    """Cookie and key together: pages go by the cookie and ask for the token; the doors of programs ignore the cookie."""
    session, before = asker.browser("olga").cookies[SESSION].value, snapshot()
    key = {"Authorization": f"Bearer {world.secrets['otto']}"}
    response = forged(session).post(f"{world.names['nets']}delete/", {"typed": "nets"}, headers=key)
    assert response.status_code == 403
    assert snapshot() == before
    viewer = json.dumps({"query": "{ viewer { username } }"})
    for headers, seen in ((key, 200), ({}, 401), ({"Authorization": "Bearer wrong"}, 401)):
        response = forged(session).post("/graphql", viewer, content_type="application/json", headers=headers)
        assert response.status_code == seen
        assert b"olga" not in response.content
    nets = "/api/v1/organizations/Acme/registries/Shelf/collections/nets"
    for headers, status in ((key, 404), ({}, 401)):
        assert forged(session).delete(nets, headers=headers).status_code == status
    assert snapshot() == before


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "evil.example:80", "[::1"]
)
def test_a_host_that_is_not_ours_is_refused_on_every_door(host: str, asker: Asker, world: World) -> None:
    for path in (
        "/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/orgs/Acme/",
        "/graphql",
        "/api/v1/me",
        "/healthz",
    ):
        with undone():
            response = Client(headers={"Host": host}).get(path)
            assert response.status_code in {400, 401, 405} or path == "/healthz", path
            assert b"evil.example" not in response.content
            assert "evil.example" not in response.headers.get("Location", "")


def test_another_host_in_a_proxys_header_is_not_believed(asker: Asker, world: World) -> None:
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Forwarded-Server"):
        body = asker.page("olga", "GET", "/orgs/Acme/registry/", **{header: "evil.example"})
        assert body.status_code == 200
        assert b"evil.example" not in body.body


def test_no_page_can_be_framed_or_sniffed(asker: Asker, world: World) -> None:
    """T31, T28: on every page, the ones of errors included."""
    for path in (*(world.fill(line.path) for line in PAGES), "/orgs/Nothing/", f"{world.names['nets']}nothing/"):
        headers = asker.page("olga", "GET", path).headers
        assert headers["X-Frame-Options"] == "DENY", path
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy or policy == "sandbox; default-src 'none'", path  # the latter: files
        assert "unsafe" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
