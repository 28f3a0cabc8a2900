"""The past as it was: against snapshots along a random sequence of changes, and on pages (F92)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access import grants
from access.models import User
from access.roles import Role
from access.services import organizations, roles
from artifacts.models import Version
from artifacts.services.versions import Edit, delete_version, edit_version
from common.errors import DomainError, InvalidInputError
from common.moments import parse_moment, written
from events.models import Event
from registries import past
from registries.models import Collection, Link, LinkAlias, Registry
from registries.services import registries
from registries.services.collections import delete_collection, edit_collection, tag_collection
from registries.services.links import add_aliases, link_version, remove_aliases, unlink_version
from registries.services.protection import protect_alias, unprotect_alias
from registries.services.undo import undo
from tests.cast import Cast
from tests.registries import shelves

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"
NET = f"{SHELF}collections/net/"


def snapshot(cast: Cast, collection: Collection) -> dict[str, Any]:
    """What there is now."""
    collection.refresh_from_db()
    registry = Registry.objects.get(pk=cast.registry.pk)
    people = {
        ("user", user.pk): grants.given(registry, user)
        for user in (cast.adam, cast.mia, cast.vera, cast.rita, cast.olga)
    }
    people[("team", cast.team.pk)] = grants.given(registry, cast.team)
    return {
        "aliases": dict(LinkAlias.objects.filter(collection=collection).values_list("name", "link")),
        "links": set(Link.objects.filter(collection=collection, deleted_at=None).values_list("pk", flat=True)),
        "card": {
            "name": collection.name,
            "description": collection.description,
            "tags": sorted(collection.tags.values_list("name", flat=True)),
        },
        "version_tags": {row.pk: sorted(row.tags.values_list("name", flat=True)) for row in Version.objects.all()},
        "visibility": registry.visibility,
        "protected": sorted(registry.protected_aliases.values_list("name", flat=True)),
        "roles": {who: role.word for who, role in people.items() if role},
    }


def recalled(cast: Cast, collection: Collection, at: datetime) -> dict[str, Any]:
    """The same, as it was."""
    registry = Registry.objects.get(pk=cast.registry.pk)
    then = past.registry_at(registry, at)
    return {
        "aliases": dict(past.aliases_at([collection.pk], at).values_list("label", "object_id")),
        "links": set(past.links_at(collection, at).values_list("pk", flat=True)),
        "card": past.card_at(collection, at),
        "version_tags": past.version_tags_at(Version.objects.prefetch_related("tags"), at),
        "visibility": then.fields["visibility"],
        "protected": then.protected,
        "roles": then.roles,
    }


def change(cast: Cast, collection: Collection, versions: list[Version], dice: Random) -> None:
    """One random change, which may be refused."""
    link = dice.choice(list(Link.objects.filter(collection=collection).select_related("collection__registry")))
    alias, tag = dice.choice("abc"), dice.choice("xyz")
    version, person = dice.choice(versions), dice.choice([cast.vera, cast.rita, cast.team])
    young = Event.objects.filter(container=cast.registry).order_by("-pk")[:6]
    retag = {dice.choice(["add_tags", "remove_tags"]): [tag]}
    dice.choice(
        [
            lambda: link_version(
                actor=cast.mia,
                registry=cast.registry,
                collection_name=collection.name,
                version=version,
                aliases=[alias],
            ),
            lambda: add_aliases(actor=cast.adam, link=link, names=[alias]),
            lambda: remove_aliases(actor=cast.adam, collection=collection, names=[alias]),
            lambda: unlink_version(actor=cast.adam, link=link),
            lambda: undo(actor=cast.adam, event=dice.choice(list(young))),
            lambda: edit_collection(actor=cast.mia, collection=collection, description=f"{tag}{dice.random()}"),
            lambda: tag_collection(actor=cast.mia, collection=collection, **{dice.choice(["add", "remove"]): [tag]}),
            lambda: edit_version(actor=cast.mia, version=version, through=cast.registry, edit=Edit(**retag)),
            lambda: protect_alias(actor=cast.adam, registry=cast.registry, name=alias),
            lambda: unprotect_alias(actor=cast.adam, registry=cast.registry, name=alias),
            lambda: roles.grant_role(
                actor=cast.adam, container=cast.registry, principal=person, role=dice.choice([Role.VIEWER, Role.MEMBER])
            ),
            lambda: roles.remove_role(actor=cast.adam, container=cast.registry, principal=person),
            lambda: organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=cast.rita),
            lambda: organizations.reactivate_member(actor=cast.olga, organization=cast.organization, user=cast.rita),
            lambda: registries.edit_registry(
                actor=cast.adam,
                registry=Registry.objects.get(pk=cast.registry.pk),
                edit=registries.Edit(visibility=dice.choice(["organization", "restricted"])),
            ),
        ]
    )()


@pytest.mark.parametrize("seed", range(3))
def test_any_moment_is_recalled_as_it_was(cast: Cast, seed: int) -> None:
    dice = Random(seed)
    versions = [shelves.log(cast, number, tags=["x"]) for number in range(4)]
    collection = shelves.link(cast, versions[0]).collection
    moments: list[tuple[datetime, dict[str, Any]]] = []
    for _ in range(60):
        try:
            change(cast, collection, versions, dice)
        except DomainError:
            continue
        moments.append((timezone.now(), snapshot(cast, collection)))
        time.sleep(0.001)
    assert len(moments) > 30
    for at, expected in moments:
        assert recalled(cast, collection, at) == expected
    told = {name for _, expected in moments for name in expected["aliases"]}
    for name in told:
        spans = past.alias_holdings(list(past.alias_events(collection, name).order_by("-pk")), None)
        for at, expected in moments:
            held = [span.place for span in spans if span.start.at <= at and (span.until is None or span.until > at)]
            assert held == ([expected["aliases"][name]] if name in expected["aliases"] else []), (name, at)


def dated(days: float) -> None:
    """Let all that has happened since the last call have happened so many days ago."""
    recent = Event.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1))
    moment = timezone.now() - timedelta(days=days)
    recent.update(created_at=moment)
    for model in (Collection, Link):
        model.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1)).update(created_at=moment)


@pytest.fixture
def shelf(cast: Cast) -> Cast:
    """`prod`, protected since, was on v0 from 20 days ago, is on v1 since 10 days; v2 came 5 days ago."""
    dated(40)
    first, second = (shelves.link(cast, shelves.log(cast, number)) for number in range(2))
    edit_collection(actor=cast.mia, collection=first.collection, description="the **old** card")
    tag_collection(actor=cast.mia, collection=first.collection, add=["early"])
    dated(30)
    add_aliases(actor=cast.mia, link=first, names=["prod"])
    dated(20)
    add_aliases(actor=cast.adam, link=second, names=["prod"])
    protect_alias(actor=cast.adam, registry=cast.registry, name="prod")
    dated(10)
    edit_collection(actor=cast.mia, collection=first.collection, description="new")
    tag_collection(actor=cast.mia, collection=first.collection, remove=["early"])
    roles.remove_role(actor=cast.adam, container=cast.registry, principal=cast.rita)
    shelves.link(cast, shelves.log(cast, 2))
    dated(5)
    return cast


def test_a_collection_shows_who_held_what_then(shelf: Cast, signed_in: SignIn) -> None:
    mia = signed_in(shelf.mia)
    page = mia.get(NET, {"at": "15d"}).content.decode()
    for words in ("As of ", "back to now", "<strong>old</strong>", "early", "/aliases/prod/"):
        assert words in page, words
    data = mia.get(f"{NET[:-1]}.json", {"at": "15d"}).json()
    assert {row["version"]: row["aliases"] for row in data["rows"]} == {"v0": ["prod"], "v1": ["latest"]}
    assert (data["description"], data["tags"], data["recorded"]) == ("the **old** card", ["early"], "known")
    assert 'name="alias-add" value="prod"' not in page  # protected: an admin's to restore
    assert "Restore prod to v0" in signed_in(shelf.adam).get(NET, {"at": "15d"}).content.decode()
    early = mia.get(NET, {"at": "50d"}).content.decode()
    assert "Nothing was here yet" in early
    assert "<table" not in early


def test_an_alias_tells_its_holders_and_is_the_permalink_of_a_moment(shelf: Cast, signed_in: SignIn) -> None:
    vera = signed_in(shelf.vera)
    rows = vera.get(f"{NET}aliases/prod.json").json()["rows"]
    assert [(row["version"], row["moved_by"]) for row in rows] == [("v1", "adam"), ("v0", "mia")]
    assert (rows[0]["until"], rows[1]["until"]) == (None, rows[0]["from"])
    for at, version in (("15d", "v0"), ("9d", "v1"), ("25d", None), (rows[1]["from"], "v0"), (rows[0]["from"], "v1")):
        assert vera.get(f"{NET}aliases/prod.json", {"at": at}).json()["version"] == version, at
    page = vera.get(f"{NET}aliases/prod/", {"at": "15d"}).content.decode()
    assert "held prod then" in page
    assert "Restore" not in page
    assert vera.get(f"{NET}aliases/never/").status_code == 404
    assert signed_in(shelf.otto).get(f"{NET}aliases/prod/").status_code == 404


def test_an_alias_older_than_the_records_says_so(shelf: Cast, signed_in: SignIn) -> None:
    Event.objects.filter(label="prod").delete()
    page = signed_in(shelf.mia).get(f"{NET}aliases/prod/").content.decode()
    assert "before changes were recorded" in page
    Event.objects.filter(object_type="collection", type="collection:created").delete()
    Event.objects.filter(created_at__lt=timezone.now() - timedelta(days=25)).delete()
    assert "is not known" in signed_in(shelf.mia).get(NET, {"at": "28d"}).content.decode()


def test_a_registry_shows_members_and_collections_then(shelf: Cast, signed_in: SignIn) -> None:
    delete_collection(actor=shelf.adam, collection=Collection.objects.get(name="net"))
    adam = signed_in(shelf.adam)
    data = adam.get(f"{SHELF[:-1]}.json", {"at": "15d"}).json()
    assert data["rows"] == [{"collection": "net", "aliases": {"latest": "v1", "prod": "v0"}, "still_there": False}]
    assert {member["name"] for member in data["members"]} == {"adam", "mia", "vera", "rita", "olga"}
    assert data["protected_aliases"] == []
    data = adam.get(f"{SHELF[:-1]}.json", {"at": "4d"}).json()
    assert "rita" not in {member["name"] for member in data["members"]}
    assert data["protected_aliases"] == ["prod"]
    assert "deleted since" in adam.get(SHELF, {"at": "15d"}).content.decode()


def test_an_alias_of_last_week_is_restored_by_whoever_may_move_it(shelf: Cast, signed_in: SignIn) -> None:
    unprotect_alias(actor=shelf.adam, registry=shelf.registry, name="prod")
    assert "Restore prod to v0" in signed_in(shelf.mia).get(f"{NET}aliases/prod/", {"at": "15d"}).content.decode()
    assert "Restore" not in signed_in(shelf.vera).get(f"{NET}aliases/prod/", {"at": "15d"}).content.decode()


def test_moments_are_read_in_utc_and_mistakes_are_told(shelf: Cast, signed_in: SignIn) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    for text, moment in (
        ("2026-11-18", datetime(2026, 11, 18, tzinfo=UTC)),
        ("2026-11-18T09:00", datetime(2026, 11, 18, 9, tzinfo=UTC)),
        ("2026-11-18T09:00:00Z", datetime(2026, 11, 18, 9, tzinfo=UTC)),
        ("2026-11-18T09:00 02:00", datetime(2026, 11, 18, 7, tzinfo=UTC)),  # a plus sign in an address
        ("7d", datetime(2026, 11, 18, 12, tzinfo=UTC)),
        ("3h", datetime(2026, 11, 25, 9, tzinfo=UTC)),
    ):
        assert parse_moment(text, now) == moment
        assert parse_moment(written(moment), now) == moment
    for text in ("x", "99999y", "2026-13-01", "1999-01-01", "2027-01-01", "7", "٧d", "9" * 100):
        with pytest.raises(InvalidInputError):
            parse_moment(text, now)
    mia = signed_in(shelf.mia)
    for path in (NET, SHELF, f"{NET}aliases/prod/"):
        assert mia.get(path, {"at": "tomorrow"}).status_code == 400


def test_the_last_of_a_deleted_source_is_still_told(shelf: Cast, signed_in: SignIn) -> None:
    link = Link.objects.select_related("version__artifact__project").get(index=0)
    delete_version(actor=shelf.mia, version=link.version, delete_aliases=True)
    data = signed_in(shelf.mia).get(f"{NET[:-1]}.json", {"at": "15d"}).json()
    assert [(row["version"], row["still_linked"]) for row in data["rows"]] == [("v1", True), ("v0", False)]
