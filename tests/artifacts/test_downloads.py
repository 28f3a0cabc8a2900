"""Who downloaded what is known, whichever way the bytes went, and no download waits or fails for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from access.models import User
from access.services.keys import create_key
from artifacts.models import Download, RunInput, Version
from artifacts.services import downloads
from projects.models import Run
from storage.signing import download_url
from tests.cast import Cast
from tests.making import md5_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/vision/training/artifacts/model/net/v0/"
LINKED = "/orgs/Acme/registry/Shelf/collections/net/versions/v0/"
REST = "/api/v1/organizations/Acme/registries/Shelf/collections/net/versions/v0/files/config.json"
CONFIG = shelves.FILES["config.json"]


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_key(actor=user, user=user, name='tests')[1]}"}


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def signed_address(cast: Cast, version: Version, principal: User) -> str:
    blob = version.entries.get(path="config.json").blob
    assert blob is not None
    return download_url(
        "", sha256=blob.sha256, purpose="version-file", container=cast.registry.pk, principal=principal.pk,
        name="config.json", version=version.pk,
    )  # fmt: skip


def counted() -> list[tuple[str, str, int, int]]:
    downloads.flush()
    rows = Download.objects.order_by("pk").values_list("actor__username", "door", "count", "bytes")
    return sorted(rows)


def test_every_way_is_counted_and_one_day_is_one_row(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast)
    shelves.link(cast, version)
    client, key = signed_in(cast.vera), bearer(cast.vera)
    archive = 0
    for _ in range(2):
        assert body(client.get(f"{LINKED}download/config.json")) == CONFIG
        assert body(Client().get(REST, headers=key)) == CONFIG
        assert body(Client().get(signed_address(cast, version, cast.vera))) == CONFIG
        archive = len(body(client.get(f"{LINKED}zip/")))
    by_md5 = f"/artifactsV2/local/Acme/wandb-registry-shelf/net/birth/{md5_of(CONFIG)}/config.json"
    assert body(Client().get(by_md5, headers=key)) == CONFIG
    size = len(CONFIG)
    assert counted() == [
        ("vera", "page", 2, 2 * size),
        ("vera", "rest", 2, 2 * size),
        ("vera", "sdk", 3, 3 * size),
        ("vera", "zip", 2, 2 * archive),
    ]
    body(client.get(f"{LINKED}download/config.json"))
    assert ("vera", "page", 3, 3 * size) in counted()


def test_what_brings_no_bytes_is_no_download_and_parts_are_one(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.vera)
    address = f"{LINKED}download/config.json"
    etag = client.head(address).headers["ETag"]
    client.get(address, headers={"If-None-Match": etag})
    client.get(address, headers={"Range": "bytes=99-"})
    client.head(f"{LINKED}zip/")
    signed_in(cast.rita).get(address)
    client.get(f"{LINKED}files/config.json")
    assert counted() == []
    for first, last in ((0, 4), (5, 9), (10, 12)):
        body(client.get(address, headers={"Range": f"bytes={first}-{last}"}))
    assert counted() == [("vera", "page", 1, 13)]


def test_a_reader_who_leaves_is_counted_with_what_was_sent(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast, files={"a": b"1" * 3_000_000, "b": b"2" * 3_000_000})
    response = signed_in(cast.mia).get(f"{NET}zip/")
    first = next(iter(response))
    response.close()
    [(key, tally)] = downloads._counted.items()  # the answer's end has closed the database
    assert (key.actor, key.door, tally.count, tally.bytes) == (cast.mia.pk, "zip", 1, len(first))


def test_those_who_see_the_version_see_who_took_it_there(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    body(signed_in(cast.mia).get(f"{NET}download/config.json"))
    body(signed_in(cast.vera).get(f"{LINKED}download/config.json"))
    downloads.flush()

    def shown(user: User, base: str) -> list[str]:
        return sorted(row.actor.username for row in signed_in(user).get(f"{base}usage/").context["page"].items)

    assert shown(cast.mia, LINKED) == shown(cast.mia, NET) == ["mia", "vera"]
    assert shown(cast.rita, LINKED) == shown(cast.adam, LINKED) == ["vera"]
    data = signed_in(cast.rita).get(f"{LINKED.rstrip('/')}/usage.json").json()
    assert [(row["username"], row["door"], row["count"]) for row in data["rows"]] == [("vera", "page", 1)]
    assert signed_in(cast.otto).get(f"{LINKED}usage.csv").status_code == 404


def test_the_version_says_how_many_runs_and_people_use_it_and_stops_counting(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast)
    shelves.link(cast, version)
    assert not signed_in(cast.rita).get(LINKED).context["consumers"]
    body(signed_in(cast.vera).get(f"{LINKED}download/config.json"))
    downloads.flush()
    use_by(version, "probe")
    for user, base, hidden in ((cast.rita, LINKED, 1), (cast.vera, NET, 0)):
        client = signed_in(user)
        assert "1 run, downloaded by 1 person" in client.get(base).content.decode(), user
        page = client.get(f"{base}usage/")
        assert (len(page.context["uses"]), page.context["hidden"]) == (1 - hidden, hidden)
        assert client.get(f"{base.rstrip('/')}/usage.json").json()["hidden_runs"] == hidden
        assert ("probe" in page.content.decode()) is not bool(hidden)
    use_by(version, *(f"run{number}" for number in range(120)))
    assert "100+ runs, downloaded by 1 person" in signed_in(cast.vera).get(NET).content.decode()


def test_the_runs_that_used_a_version_are_paged_seen_or_not(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast)
    shelves.link(cast, version)
    names = [f"run{number}" for number in range(120)]
    use_by(version, *names)
    for user, base, is_hidden in ((cast.vera, NET, False), (cast.rita, LINKED, True)):
        client, query, pages = signed_in(user), "", []
        while query or not pages:
            page = client.get(f"{base}usage/?runs={query}")
            pages.append([use.run.name for use in page.context["uses"]] or page.context["hidden"])
            query = page.context["runs"].next
        assert pages == ([50, 50, 20] if is_hidden else [names[:69:-1], names[69:19:-1], names[19::-1]])
        back = client.get(f"{base}usage/?runs={page.context['runs'].previous}&as=latest")
        assert len(back.context["uses"]) + back.context["hidden"] == 50
        assert client.get(f"{base.rstrip('/')}/usage.json").json()["next_runs"]
        assert client.get(f"{base}usage/?runs=x").status_code == 400


def use_by(version: Version, *names: str) -> None:
    """Runs of the version's project used it; a deleted one beside them counts for nothing."""
    project = version.artifact.project
    gone = Run(project=project, name=f"gone-{names[0]}", deleted_at=timezone.now())
    made = Run.objects.bulk_create([*(Run(project=project, name=name) for name in names), gone])
    RunInput.objects.bulk_create(RunInput(run=run, version=version, container=project) for run in made)


def test_what_cannot_be_written_now_is_written_later(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    client = signed_in(cast.mia)
    assert body(client.get(f"{NET}download/config.json")) == CONFIG
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE artifacts_download RENAME TO away")
        assert downloads.flush() == 0
        assert body(client.get(f"{NET}download/config.json")) == CONFIG
        cursor.execute("ALTER TABLE away RENAME TO artifacts_download")
    assert counted() == [("mia", "page", 2, 2 * len(CONFIG))]


def test_readers_at_once_are_all_counted(cast: Cast) -> None:
    def take() -> None:
        for _ in range(500):
            downloads.note(
                version=1, container=cast.registry.pk, actor=cast.mia.pk, door=Download.Door.SDK, count=1, bytes=3
            )

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == [("mia", "sdk", 4000, 12_000)]


def test_an_address_of_an_older_server_still_works(cast: Cast) -> None:
    from django.core import signing

    from storage.signing import SALT, open_ticket

    assert open_ticket(signing.dumps(["GET", "abc", "version-file", 3, 4], salt=SALT)).version == 0
