"""Histories say every kind of change as a sentence, are filtered in the address, and are data too (F92, C24, T47)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User
from access.roles import Role
from access.services import roles
from artifacts.services.artifacts import edit_artifact
from artifacts.services.versions import Edit, edit_version
from events.models import Event
from registries.models import Link
from registries.services import registries
from registries.services.collections import edit_collection, tag_collection
from registries.services.links import add_aliases, remove_aliases, unlink_version
from registries.services.protection import protect_alias, unprotect_alias
from tests.cast import Cast
from tests.making import project_of
from tests.registries import shelves

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"
NET = f"{SHELF}collections/net/"
SOURCE = "/vision/training/artifacts/model/net/"


@pytest.fixture
def shelf(cast: Cast) -> Cast:
    """A registry in which every kind of change has happened."""
    first, second = (shelves.link(cast, shelves.log(cast, number)) for number in range(2))
    collection, version = first.collection, first.version
    add_aliases(actor=cast.mia, link=first, names=["gold"])
    add_aliases(actor=cast.adam, link=second, names=["gold"])
    remove_aliases(actor=cast.mia, collection=collection, names=["gold"])
    add_aliases(actor=cast.mia, link=second, names=["=1+1"])
    tag_collection(actor=cast.mia, collection=collection, add=["night"])
    tag_collection(actor=cast.mia, collection=collection, remove=["night"])
    edit_collection(actor=cast.mia, collection=collection, description="one\ntwo\nthree")
    edit_collection(actor=cast.adam, collection=collection, description="one\n<b>2</b>\nthree")
    edit = Edit(description="words", metadata={"layers": 3, "long": "x" * 5000})
    edit_version(actor=cast.mia, version=version, through=cast.registry, edit=edit)
    edit_artifact(actor=cast.mia, artifact=version.artifact, description="series")
    roles.grant_role(actor=cast.adam, container=cast.registry, principal=cast.vera, role=Role.MEMBER)
    roles.grant_role(actor=cast.adam, container=cast.registry, principal=cast.team, role=Role.VIEWER)
    roles.remove_role(actor=cast.adam, container=cast.registry, principal=cast.rita)
    protect_alias(actor=cast.adam, registry=cast.registry, name="prod")
    unprotect_alias(actor=cast.adam, registry=cast.registry, name="prod")
    registries.edit_registry(
        actor=cast.adam, registry=cast.registry, edit=registries.Edit(visibility="organization", add_types=["rocket"])
    )
    registries.set_owner(actor=cast.adam, registry=cast.registry, owner=cast.vera)
    unlink_version(actor=cast.mia, link=second)
    return cast


def sentences(client: Client, path: str, query: dict[str, str] | None = None) -> list[str]:
    """The text of each line."""
    page = client.get(path, query or {}).content.decode()
    items = page.partition('<ul class="feed history">')[2].split("</ul>")[0].split("<li")[1:]
    return [" ".join(_strip(item).split()) for item in items]


def _strip(html: str) -> str:
    text, inside = "", False
    for character in html.partition(">")[2]:
        inside = character == "<" or (inside and character != ">")
        text += "" if inside or character == ">" else character
    return text


def test_every_kind_of_change_is_a_sentence(shelf: Cast, signed_in: SignIn) -> None:
    olga = signed_in(shelf.olga)
    told = "\n".join(sentences(olga, f"{SHELF}activity/") + sentences(olga, f"{SOURCE}history/"))
    for sentence in (
        "mia linked v1",
        "mia set gold → v0",
        "adam moved gold v0 → v1",
        "mia removed gold v1",
        "mia added night",
        "mia removed night",
        "mia edited the card",
        "mia edited the version: description, metadata · net v0",
        "mia edited the artifact: description",
        "adam changed the role of vera from Viewer to Member",
        "adam gave vision the role Viewer",
        "adam took the role Restricted viewer from rita",
        "adam protected prod",
        "adam no longer protects prod",
        "visibility: restricted → became organization",
        "accepted types: rocket",
        "adam made vera the owner",
        "mia unlinked v1 with latest =1+1",
        "olga created the registry Shelf",
        "mia logged v0",
    ):
        assert sentence in told, sentence
    kinds = set(Event.objects.values_list("type", flat=True))
    assert not [kind for kind in kinds if f" {kind} " in told]  # a sentence for each, not its code


def test_filters_are_in_the_address(shelf: Cast, signed_in: SignIn) -> None:
    mia = signed_in(shelf.mia)
    history = f"{NET}history/"
    cases: list[tuple[dict[str, str], int]] = [
        ({"kind": "alias", "alias": "gold"}, 3),
        ({"alias": "gold", "person": "ADAM"}, 1),
        ({"kind": "text"}, 3),
        ({"kind": "tag"}, 2),
        ({"person": "nobody"}, 0),
        ({"since": "1d"}, len(sentences(mia, history))),
        ({"until": "2020-01-01"}, 0),
    ]
    for query, count in cases:
        assert len(sentences(mia, history, query)) == count, query
    for query in (
        {"kind": "nonsense"},
        {"since": "tomorrow"},
        {"since": "2999-01-01"},
        {"until": "1d'"},
        {"cursor": "x"},
    ):
        assert mia.get(history, query).status_code == 400, query
    part = mia.get(history, {"kind": "tag"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="page-read" id="history">')


def test_every_history_is_data_and_no_cell_is_a_formula(shelf: Cast, signed_in: SignIn) -> None:
    olga = signed_in(shelf.olga)
    for path in (
        f"{NET}history",
        f"{SHELF}activity",
        f"{NET}versions/v0/history",
        f"{SOURCE}history",
        f"{SOURCE}v0/history",
    ):
        rows = olga.get(f"{path}.json").json()["rows"]
        assert len(rows) == len(sentences(olga, f"{path}/")), path
    rows = olga.get(f"{NET}history.json?alias=gold").json()["rows"]
    moved = next(row for row in rows if row["event"] == "alias:moved")
    assert (moved["version"], moved["previous_version"], moved["who"], moved["door"]) == (
        "v1",
        "v0",
        "adam",
        moved["door"],
    )
    table = list(csv.reader(io.StringIO(olga.get(f"{NET}history.csv").content.decode("utf-8-sig"))))
    assert {row[table[0].index("alias")] for row in table[1:]} >= {"gold", "'=1+1"}
    assert olga.get(f"{NET}versions/v0/nonsense.json").status_code == 404


def test_an_edit_shows_its_lines_on_demand(shelf: Cast, signed_in: SignIn) -> None:
    edited = Event.objects.filter(type="collection:edited").latest("pk")
    assert edited.before == {"description": "one\ntwo\nthree"}
    vera = signed_in(shelf.vera)
    assert f"/changes/{edited.pk}/" in vera.get(f"{NET}history/").content.decode()
    page = vera.get(f"/changes/{edited.pk}/").content.decode()
    assert '<div class="went"><span>−</span><code>two</code></div>' in page
    assert '<div class="came"><span>+</span><code>&lt;b&gt;2&lt;/b&gt;</code></div>' in page
    assert signed_in(shelf.otto).get(f"/changes/{edited.pk}/").status_code == 404
    assert vera.get(f"/changes/{2**70}/").status_code == 404


def test_an_event_keeps_what_changed_and_bounds_it(shelf: Cast) -> None:
    event = Event.objects.get(type="version:edited")
    assert event.after is not None
    assert event.after["metadata"]["layers"] == 3
    assert len(event.after["metadata"]["long"]) == 1001
    count = Event.objects.count()
    link = Link.objects.select_related("version").get(index=0)
    link.version.refresh_from_db()
    edit = Edit(description="words", metadata=link.version.metadata)
    edit_version(actor=shelf.mia, version=link.version, through=shelf.registry, edit=edit)
    assert Event.objects.count() == count


def test_what_happened_in_a_project_that_one_does_not_see_is_not_told(shelf: Cast, signed_in: SignIn) -> None:
    project = project_of(shelf.mia, shelf.team.namespace)
    through_registry = sentences(signed_in(shelf.adam), f"{NET}versions/v0/history/")
    assert through_registry
    assert not [line for line in through_registry if "logged" in line or project.name in line]
