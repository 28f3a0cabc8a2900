"""T22: a restricted viewer gets no byte of a file: by no address, no method, no range, no condition, no address of others."""

from __future__ import annotations

import pytest

from storage.signing import Ticket, sign
from tests.access.asking import Asker
from tests.access.world import World

ROUTES = [
    "{nets}versions/v0/download/a.txt",
    "{nets}versions/v0/thumbnail/p.png",
    "/api/v1/organizations/Acme/registries/Shelf/collections/nets/versions/v0/files/a.txt",
    "/artifactsV2/local/Acme/wandb-registry-Shelf/nets/birth/{md5}/a.txt",
    "/artifactsV2/local/Acme/wandb-registry-Shelf/nets/{v0}/birth/{md5}/a.txt",
]
CONDITIONS = [
    "",
    "Range: bytes=0-0",
    "Range: bytes=-1",
    "If-None-Match: *",
    "If-None-Match: {etag}",
    "If-Range: {etag}",
    "If-Match: *",
]
DOCUMENTS = [
    """query A($id: ID!) { artifact(id: $id) { files { edges { node { directUrl } } } } }""",
    """query A($id: ID!) { artifact(id: $id) { files(names: ["a.txt"]) { totalCount edges { node { url directUrl } } } } }""",
    """query A($id: ID!) { project(entityName: "Acme", name: "wandb-registry-Shelf") {
        artifactCollectionMembership(name: "nets:v0")
        { files { edges { node { directUrl } } } artifact { id } } } artifact(id: $id) { id } }""",
]


@pytest.mark.parametrize("route", ROUTES)
def test_no_way_of_asking_gives_a_byte(route: str, asker: Asker, world: World) -> None:
    """The right ETag confirms nothing either: 403 comes before 304 and 206."""
    path = world.fill(route)
    by_key = path.startswith(("/api", "/artifacts"))
    given = asker.by_key("vera", "GET", path) if by_key else asker.page("vera", "GET", path)
    assert given.status_code == 200
    etag = given.headers.get("ETag", '"x"')
    for method in ("GET", "HEAD"):
        for condition in CONDITIONS:
            name, _, value = condition.format(etag=etag).partition(": ")
            headers = {name: value} if name else {}
            if not by_key:
                answers = [asker.page("rita", method, path, **headers)]
            else:
                secret = {"Authorization": f"Bearer {world.secrets['rita']}"}
                answers = [asker.page("nobody", method, path, **headers, **secret)]
            for response in answers:
                assert response.status_code == 403, (method, condition)
                assert "ETag" not in response.headers
                assert "Content-Range" not in response.headers
                assert b"one" not in response.body or b"one needs" in response.body


@pytest.mark.parametrize("document", DOCUMENTS)
def test_graphql_tells_no_address_of_bytes(document: str, asker: Asker, world: World) -> None:
    told = asker.graphql("rita", document, id=world.names["v0"])
    assert told.status_code == 403
    assert b"/storage/" not in told.body
    assert asker.graphql("vera", document, id=world.names["v0"]).status_code == 200


def test_an_address_made_for_oneself_is_checked_again_when_it_is_used(asker: Asker, world: World) -> None:
    """Even a signature that the server itself made: the role decides at the moment of reading."""
    entry = world.versions[0].entries.select_related("blob").get(path="a.txt")
    assert entry.blob is not None
    for person, status in (("vera", 200), ("rita", 403), ("otto", 404)):
        ticket = Ticket(
            method="GET",
            key=entry.blob.sha256,
            purpose="version-file",
            container=world.cast.registry.pk,
            principal=world.people[person].pk,
        )
        for method in ("GET", "HEAD"):
            assert asker.by_key(person, method, f"/storage/{sign(ticket)}/file").status_code == status, person
