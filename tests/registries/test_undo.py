"""A change is taken back within ten minutes, by whoever may do its opposite, unless something has changed since (C15, C24)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from access.models import User
from artifacts.models import Version
from artifacts.services import aliases as source_aliases
from artifacts.services.artifacts import tag_artifact
from artifacts.services.versions import Edit, delete_version, edit_version
from common.errors import ConflictError, ForbiddenError, NotFoundError
from events.models import Event
from registries.models import Link
from registries.services.collections import tag_collection
from registries.services.links import add_aliases, link_version, remove_aliases, unlink_version
from registries.services.protection import protect_alias
from registries.services.undo import undo
from tests.cast import Cast
from tests.registries import shelves

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NET = "/orgs/Acme/registry/Shelf/collections/net/"


def last() -> Event:
    return Event.objects.latest("pk")


def holders(link: Link) -> dict[str, str]:
    return {alias.name: alias.link.label for alias in link.collection.aliases.select_related("link")}


@pytest.fixture
def links(cast: Cast) -> list[Link]:
    """v0, v1, v2 in `net`; `gold` on v1."""
    made = [shelves.link(cast, shelves.log(cast, number)) for number in range(3)]
    add_aliases(actor=cast.mia, link=made[1], names=["gold"])
    return made


def test_an_alias_that_came_moved_or_went_is_as_before(cast: Cast, links: list[Link]) -> None:
    changes: list[Callable[[], object]] = [
        lambda: add_aliases(actor=cast.mia, link=links[0], names=["silver"]),
        lambda: add_aliases(actor=cast.mia, link=links[2], names=["gold"]),
        lambda: remove_aliases(actor=cast.mia, collection=links[0].collection, names=["gold"]),
    ]
    before = holders(links[0])
    for change in changes:
        change()
        made = last()
        assert holders(links[0]) != before
        told = undo(actor=cast.mia, event=made)
        assert holders(links[0]) == before
        assert (told.after or {})["undoes"] == made.pk
        count = Event.objects.count()
        assert undo(actor=cast.mia, event=made).pk == told.pk
        assert Event.objects.count() == count


def test_an_unlinked_version_returns_with_its_number_and_its_aliases(cast: Cast, links: list[Link]) -> None:
    unlink_version(actor=cast.mia, link=links[1])
    made = last()
    undo(actor=cast.mia, event=made)
    assert Link.objects.alive().get(pk=links[1].pk).label == "v1"
    assert holders(links[0]) == {"gold": "v1", "latest": "v2"}
    assert [event.type for event in Event.objects.order_by("-pk")[:2]] == ["alias:added", "version:relinked"]
    undo(actor=cast.mia, event=made)
    assert Event.objects.filter(type="version:relinked").count() == 1


def test_latest_stays_where_it_has_moved_on_to(cast: Cast, links: list[Link]) -> None:
    unlink_version(actor=cast.mia, link=links[2])
    made = last()
    shelves.link(cast, shelves.log(cast, 3))
    undo(actor=cast.mia, event=made)
    assert holders(links[0]) == {"gold": "v1", "latest": "v3"}


def test_what_has_changed_since_stays_and_is_named(cast: Cast, links: list[Link]) -> None:
    add_aliases(actor=cast.mia, link=links[2], names=["gold"])
    moved = last()
    add_aliases(actor=cast.adam, link=links[0], names=["gold"])
    with pytest.raises(ConflictError, match="adam changed gold .* points at v0 now"):
        undo(actor=cast.mia, event=moved)
    remove_aliases(actor=cast.mia, collection=links[0].collection, names=["gold"])
    removed = last()
    unlink_version(actor=cast.mia, link=links[0])
    with pytest.raises(ConflictError, match="v0 is gone"):
        undo(actor=cast.mia, event=removed)
    unlink_version(actor=cast.mia, link=links[2])
    unlinked = last()
    version = Version.objects.get(pk=links[2].version_id)
    link_version(actor=cast.mia, registry=cast.registry, collection_name="net", version=version)
    with pytest.raises(ConflictError, match="linked again as v3"):
        undo(actor=cast.mia, event=unlinked)
    assert holders(links[0]) == {"latest": "v3"}


def test_an_alias_that_was_given_away_meanwhile_is_not_taken_back(cast: Cast, links: list[Link]) -> None:
    unlink_version(actor=cast.mia, link=links[1])
    unlinked = last()
    add_aliases(actor=cast.mia, link=links[0], names=["gold"])
    with pytest.raises(ConflictError, match="gold points at v0 now"):
        undo(actor=cast.mia, event=unlinked)
    assert not Link.objects.alive().filter(pk=links[1].pk).exists()


def test_tags_of_versions_collections_and_series_are_as_before(cast: Cast, links: list[Link]) -> None:
    version = Version.objects.select_related("artifact__project").get(pk=links[0].version_id)
    collection, artifact = links[0].collection, version.artifact
    changes: list[tuple[Callable[[], object], Callable[[], set[str]]]] = [
        (
            lambda: edit_version(actor=cast.mia, version=version, through=cast.registry, edit=Edit(add_tags=["a"])),
            lambda: set(version.tags.values_list("name", flat=True)),
        ),
        (
            lambda: tag_collection(actor=cast.mia, collection=collection, add=["b"]),
            lambda: set(collection.tags.values_list("name", flat=True)),
        ),
        (
            lambda: tag_artifact(actor=cast.mia, artifact=artifact, add=["c"]),
            lambda: set(artifact.tags.values_list("name", flat=True)),
        ),
    ]
    for change, tags in changes:
        change()
        added = last()
        assert tags()
        removed = undo(actor=cast.mia, event=added)
        assert not tags()
        undo(actor=cast.mia, event=removed)
        assert tags()


def test_the_aliases_of_the_source_are_as_before(cast: Cast) -> None:
    first, second = (shelves.log(cast, number) for number in range(2))
    source_aliases.add_aliases(actor=cast.mia, version=first, names=["best"])
    source_aliases.add_aliases(actor=cast.mia, version=second, names=["best"])
    undo(actor=cast.mia, event=last())
    assert first.aliases.filter(name="best").exists()
    source_aliases.remove_aliases(actor=cast.mia, artifact=first.artifact, names=["best"])
    removed = last()
    delete_version(actor=cast.mia, version=first, delete_aliases=True)
    with pytest.raises(ConflictError, match="v0 is gone"):
        undo(actor=cast.mia, event=removed)


def test_only_who_may_do_the_opposite_undoes_it(cast: Cast, links: list[Link]) -> None:
    add_aliases(actor=cast.mia, link=links[2], names=["gold"])
    moved = last()
    for actor, refusal in ((cast.vera, ForbiddenError), (cast.rita, ForbiddenError), (cast.otto, NotFoundError)):
        with pytest.raises(refusal):
            undo(actor=actor, event=moved)
    protect_alias(actor=cast.adam, registry=cast.registry, name="gold")
    with pytest.raises(ForbiddenError):
        undo(actor=cast.mia, event=moved)
    undo(actor=cast.adam, event=moved)
    assert holders(links[0])["gold"] == "v1"


def test_after_ten_minutes_and_for_other_changes_it_is_too_late(cast: Cast, links: list[Link]) -> None:
    add_aliases(actor=cast.mia, link=links[2], names=["gold"])
    Event.objects.filter(pk=last().pk).update(created_at=timezone.now() - timedelta(minutes=10))
    with pytest.raises(ConflictError, match="ten minutes"):
        undo(actor=cast.mia, event=last())
    with pytest.raises(ConflictError, match="cannot be undone"):
        undo(actor=cast.mia, event=Event.objects.filter(type="version:linked").latest("pk"))


def test_toast_and_history_offer_the_undo_as_long_as_it_is_possible(
    cast: Cast, links: list[Link], signed_in: SignIn
) -> None:
    mia = signed_in(cast.mia)
    page = mia.post(f"{NET}versions/v2/labels/", {"alias-add": "gold"}, follow=True).content.decode()
    address = f"/changes/{last().pk}/undo/"
    assert page.count(f'action="{address}"') == 1
    history = mia.get(f"{NET}history/").content.decode()
    assert address in history
    assert "10 min left" in history
    assert address not in signed_in(cast.vera).get(f"{NET}history/").content.decode()
    answer = mia.post(address, {"next": f"{NET}versions/v1/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{NET}versions/v1/")
    assert holders(links[0])["gold"] == "v1"
    assert address not in mia.get(f"{NET}history/").content.decode()
    assert mia.post(address, {"next": "https://evil.example/"}).headers["Location"] == "/"
    add_aliases(actor=cast.adam, link=links[0], names=["gold"])
    made = Event.objects.filter(type="alias:added", label="gold").first()
    assert made is not None
    refused = mia.post(f"/changes/{made.pk}/undo/")
    assert refused.status_code == 409
    assert "points at v0 now" in refused.content.decode()
    assert signed_in(cast.otto).post(address).status_code == 404


def test_unlinking_in_the_browser_is_undone_from_its_toast(cast: Cast, links: list[Link], signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    page = mia.post(f"{NET}versions/v1/unlink/", {}, follow=True).content.decode()
    address = f"/changes/{last().pk}/undo/"
    assert f'action="{address}"' in page
    mia.post(address)
    assert holders(links[0])["gold"] == "v1"
