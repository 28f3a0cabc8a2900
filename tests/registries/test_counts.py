"""What a collection keeps about its links is what counting them gives, whichever service wrote them."""

from __future__ import annotations

from artifacts.models import Version
from artifacts.services import artifacts, versions
from registries.models import Collection, Link
from registries.services.collections import delete_collection
from registries.services.counts import recount
from registries.services.links import relink_version, unlink_version
from registries.services.registries import delete_registry
from tests.cast import Cast
from tests.registries import shelves


def kept() -> dict[str, tuple[int, str | None]]:
    """By collection: how many links and the newest, as they are kept; they are also what there is."""
    found = {}
    for collection in Collection.objects.select_related("newest_link"):
        living = Link.objects.alive().filter(collection=collection).order_by("-index")
        assert (collection.link_count, collection.newest_link) == (living.count(), living.first())
        found[collection.name] = (collection.link_count, collection.newest_link and collection.newest_link.label)
    return found


def test_links_that_come_again_go_and_go_again_are_counted_once(cast: Cast) -> None:
    first, second = shelves.log(cast, 1), shelves.log(cast, 2)
    one, two = shelves.link(cast, first), shelves.link(cast, second)
    shelves.link(cast, second)
    assert kept() == {"net": (2, "v1")}
    unlink_version(actor=cast.mia, link=two)
    unlink_version(actor=cast.mia, link=two)
    assert kept() == {"net": (1, "v0")}
    unlink_version(actor=cast.mia, link=one)
    assert kept() == {"net": (0, None)}
    shelves.link(cast, first)
    assert kept() == {"net": (1, "v2")}
    for _ in range(2):
        relink_version(actor=cast.mia, link=Link.objects.get(pk=two.pk))
    assert kept() == {"net": (2, "v2")}


def test_a_source_that_goes_is_counted_out_of_every_collection(cast: Cast) -> None:
    going, staying = shelves.log(cast, 1), shelves.log(cast, 2)
    for version in (staying, going):
        shelves.link(cast, version, "one")
    shelves.link(cast, going, "two")
    versions.delete_version(actor=cast.mia, version=going, delete_aliases=True)
    assert kept() == {"one": (1, "v0"), "two": (0, None)}
    artifacts.delete_artifact(actor=cast.mia, artifact=staying.artifact)
    assert kept() == {"one": (0, None), "two": (0, None)}


def test_what_is_deleted_holds_nothing(cast: Cast) -> None:
    shelves.link(cast, shelves.log(cast, 1), "one")
    shelves.link(cast, shelves.log(cast, 2), "two")
    delete_collection(actor=cast.mia, collection=Collection.objects.get(name="one"))
    assert kept() == {"one": (0, None), "two": (1, "v0")}
    delete_registry(actor=cast.olga, registry=cast.registry)
    assert kept() == {"one": (0, None), "two": (0, None)}


def test_counting_anew_finds_what_rows_say(cast: Cast) -> None:
    shelves.fill(cast, 3)
    Collection.objects.update(link_count=7, newest_link=None)
    Link.objects.filter(version=Version.objects.latest("pk")).update(deleted_at="2026-01-01T00:00Z")
    recount(Collection.objects.all())
    assert kept() == {"net": (2, "v1")}
