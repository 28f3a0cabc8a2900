"""T16: an address spelled otherwise, or another method, meets the same check or leads nowhere."""

from __future__ import annotations

import pytest

from tests.access.asking import Asker, undone
from tests.access.world import World, snapshot

CLOSED = [  # (who is refused there, the address, what a change sends)
    ("otto", "/orgs/Acme/registry/Shelf/", ""),
    ("otto", "{nets}versions/v0/", ""),
    ("rita", "{nets}versions/v0/download/a.txt", ""),
    ("rita", "/vision/training/", ""),
    ("vera", "/orgs/Acme/invitations/", "role=admin&days=7"),
    ("vera", "{nets}delete/", "typed=nets"),
    ("mia", "/orgs/Acme/registry/Shelf/settings/visibility/", "visibility=organization&typed=Shelf"),
]
SPELLINGS = [
    "{0}", "/{0}", "{0}/", "{0}//", "//{0}", "/.{0}", "/x/..{0}", "{0}?x=1", "{0};x=1", "{0}.json", "{0}?format=json",
    "{0}%2f", "{0}%20", "{0}%09", "{0}.", "{0}/.", "{0}%00", "{0}%23", "{0}%3f",
    "/static/..{0}", "/healthz/..{0}", "/healthz;{0}",
]  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "Post", "SEARCH", "PROPFIND"]
OVERRIDES = ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"]
REWRITES = ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path"]


def refused(response: object, secrets: tuple[str, ...]) -> bool:
    """Whether nothing was given away: an error, an empty answer, or a way to the sign-in page or to another spelling."""
    status, body = response.status_code, response.body.decode(errors="replace")  # type: ignore[attr-defined]
    return status in {301, 302, 400, 403, 404, 405} and not any(secret in body for secret in secrets)


SOME = [CLOSED[2], *(pytest.param(*one, marks=pytest.mark.slow) for one in CLOSED if one != CLOSED[2])]


@pytest.mark.parametrize(("person", "path", "data"), SOME)
def test_no_spelling_and_no_method_opens_what_is_closed(
    person: str, path: str, data: str, asker: Asker, world: World
) -> None:
    address, before = world.fill(path), snapshot()
    for spelled in (*(text.format(address) for text in SPELLINGS), address.upper(), address.swapcase()):
        for method in METHODS:
            with undone():
                response = asker.page(person, method, spelled, data)
                assert refused(response, ("golden", "output.log")), (method, spelled, response.status_code)
                assert snapshot() == before, (method, spelled)


@pytest.mark.parametrize(("person", "path", "data"), CLOSED)
def test_no_header_turns_one_request_into_another(
    person: str, path: str, data: str, asker: Asker, world: World
) -> None:
    address, before = world.fill(path), snapshot()
    for header in OVERRIDES:
        for method in ("POST", "DELETE", "PUT"):
            for asked in ("GET", "POST"):
                with undone():
                    response = asker.page(person, asked, address, f"_method={method}&{data}", **{header: method})
                    assert refused(response, ("golden",)), (header, method)
                    assert snapshot() == before
    for header in REWRITES:
        response = asker.page(person, "GET", "/healthz", **{header: address})
        assert response.body == asker.page(person, "GET", "/healthz").body


def test_a_read_with_a_wish_to_write_stays_a_read(asker: Asker, world: World) -> None:
    """For those who may write, too: nothing is changed by GET, whatever it carries."""
    before = snapshot()
    for path, data in (("{nets}delete/", "typed=nets"), ("{nets}versions/v1/unlink/", ""), ("{nets}edit/", "name=x")):
        for method in ("GET", "HEAD"):
            with undone():
                asker.page("olga", method, f"{world.fill(path)}?_method=POST&{data}", data, **{OVERRIDES[0]: "POST"})
                assert snapshot() == before, path
