"""What an organization takes: counted by the round of housekeeping, and told to whoever sees the thing that it is of."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from artifacts.services.versions import delete_version
from operations.figures import count_anew
from operations.models import StorageFigure
from projects.models import Project
from registries.services.registries import create_registry
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.registries import shelves

STORAGE = "/orgs/Acme/storage"
BIG = {"a": b"x" * 5000}


def sizes(client: Any, of: str = "projects") -> dict[str, tuple[int, int]]:
    rows = client.get(f"{STORAGE}.json?of={of}").json()["rows"]
    return {row["name"]: (row["logged"], row["stored"]) for row in rows}


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """Two projects that share a file, and a shelf that holds it twice, deleted once."""
    one, two = (project_of(cast.mia, cast.team.namespace, name) for name in ("one", "two"))
    first = log_version(cast.mia, one, {**BIG, "b": b"y" * 10})
    log_version(cast.mia, one, {**BIG, "b": b"z" * 10})
    shelves.link(cast, first)
    shelves.link(cast, first, "again")
    shelves.link(cast, log_version(cast.mia, two, BIG))
    gone = log_version(cast.mia, two, {"a": b"gone"})
    shelves.link(cast, gone)
    delete_version(actor=cast.mia, version=gone, delete_aliases=True)
    hidden = create_registry(actor=cast.olga, organization=cast.organization, name="Hidden", visibility="restricted")
    shelves.link_version(actor=cast.olga, registry=hidden, collection_name="net", version=first)
    call_command("housekeeping", verbosity=0)
    return cast


def test_each_content_counts_once(filled: Cast, signed_in: Any) -> None:
    olga = signed_in(filled.olga)
    assert sizes(olga) == {"vision/one": (10_020, 5020), "vision/two": (5000, 5000)}
    assert sizes(olga, "registries")["Shelf"] == (10_010, 5010)
    total = olga.get(f"{STORAGE}.json").json()["total"]
    assert (total["logged"], total["stored"], total["saved"]) == (15_020, 5020, 10_000)
    assert "Shelf,10010,5010,5000," in olga.get(f"{STORAGE}.csv?of=registries").content.decode()

    page = olga.get(f"{STORAGE}/").content.decode()
    assert "9.8 KiB" in page and "67 %" in page
    overview = olga.get("/orgs/Acme/").content.decode()
    assert "vision/one" in overview and "4.9 KiB of 14.7 KiB logged" in overview

    log_version(filled.mia, Project.objects.get(name="two"), {"c": b"c" * 100})
    assert sizes(olga)["vision/two"] == (5000, 5000)  # until it is counted anew, and then in place of what was there
    assert count_anew(now=timezone.now()) == 7
    assert sizes(olga)["vision/two"] == (5100, 5100)
    assert StorageFigure.objects.count() == 7


@pytest.mark.parametrize(
    ("who", "projects", "registries"),
    [
        ("olga", {"vision/one", "vision/two"}, {"model", "dataset", "Shelf", "Hidden"}),
        ("mia", {"vision/one", "vision/two"}, {"model", "dataset", "Shelf"}),
        ("adam", set(), {"model", "dataset", "Shelf"}),
        ("rita", set(), {"model", "dataset", "Shelf"}),
    ],
)
def test_who_sees_a_thing_sees_its_figures(
    filled: Cast, signed_in: Any, who: str, projects: set[str], registries: set[str]
) -> None:
    client = signed_in(getattr(filled, who))
    assert set(sizes(client)) == projects
    assert set(sizes(client, "registries")) == registries
    assert (client.get(f"{STORAGE}.json").json()["total"] is not None) == (who == "olga")
    for page in ("", "storage/", "storage/?of=registries"):
        text = client.get(f"/orgs/Acme/{page}").content.decode()
        assert ("Hidden" in text) == (who == "olga" and page != "storage/")
        assert ("14.7 KiB" in text) == (who == "olga")


def test_before_anything_is_counted(cast: Cast, signed_in: Any) -> None:
    page = signed_in(cast.olga).get(f"{STORAGE}/").content.decode()
    assert "Nothing is counted yet" in page
    assert "Nothing is counted yet" in signed_in(cast.olga).get("/orgs/Acme/").content.decode()


def test_the_list_has_pages(cast: Cast, signed_in: Any) -> None:
    for number in range(53):
        project_of(cast.mia, cast.team.namespace, f"p{number}")
    count_anew(now=timezone.now())
    mia = signed_in(cast.mia)
    first = mia.get(f"{STORAGE}.json").json()
    second = mia.get(f"{STORAGE}.json?cursor={first['next']}").json()
    names = [row["name"] for row in [*first["rows"], *second["rows"]]]
    assert (len(first["rows"]), len(second["rows"]), len(set(names)), second["next"]) == (50, 3, 53, "")
    assert mia.get(f"{STORAGE}/?cursor=nonsense").status_code == 400


def test_what_is_deleted_is_not_told(filled: Cast, signed_in: Any) -> None:
    Project.objects.filter(name="two").update(deleted_at=timezone.now())
    assert sizes(signed_in(filled.olga)) == {"vision/one": (10_020, 5020)}
    count_anew(now=timezone.now())
    olga = signed_in(filled.olga)
    assert olga.get(f"{STORAGE}.json").json()["total"]["logged"] == 15_020  # the shelf links its version still
