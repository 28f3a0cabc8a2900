"""The pages that edit collections and links: who may, what happens, and what the dialogs say (F31 rows 10 to 23)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User
from artifacts.models import Version
from registries.models import Collection, Link, LinkAlias
from registries.services.collections import create_collection, tag_collection
from registries.services.links import add_aliases
from registries.services.protection import protect_alias
from tests.cast import Cast
from tests.doors import Door, try_as_everybody
from tests.registries import shelves

SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"
NET = f"{SHELF}collections/net/"
V0 = f"{NET}versions/v0/"
READERS = {"vera": 403, "rita": 403, "otto": 404}
ONLY_ADMINS = READERS | {"mia": 403}


def has_alias(name: str, index: int = 0) -> bool:
    return LinkAlias.objects.filter(name=name, link__index=index).exists()


def tagged(name: str) -> bool:
    return Version.objects.filter(tags__name=name).exists()


def is_linked(index: int) -> bool:
    return Link.objects.filter(index=index, deleted_at=None).exists()


def collection(**values: object) -> bool:
    return Collection.objects.filter(deleted_at=None, **values).exists()


DOORS = [
    Door(f"{SHELF}new/", {"name": "Fresh", "type": "model", "tags": "a, b"}, lambda: collection(name="Fresh"), READERS),
    Door(
        f"{NET}edit/", {"name": "net", "description": "# Card\r\nx"},
        lambda: collection(name="net", description="# Card\nx"), READERS,
    ),
    Door(f"{NET}edit/", {"name": "mesh", "description": ""}, lambda: collection(name="mesh"), READERS),
    Door(f"{NET}tags/", {"tag-add": "night"}, lambda: collection(tags__name="night"), READERS),
    Door(f"{NET}tags/", {"tag-remove": "old"}, lambda: not collection(tags__name="old"), READERS),
    Door(f"{NET}metrics/", {"way:loss": "lower"}, lambda: collection(metric_directions={"loss": False}), READERS),
    Door(f"{NET}metrics/", {"headline": "loss"}, lambda: collection(headline_metric="loss"), READERS),
    Door(f"{NET}delete/", {"typed": "net"}, lambda: not collection(name="net"), READERS),
    Door(f"{V0}labels/", {"alias-add": "gold"}, lambda: has_alias("gold"), READERS),
    Door(f"{V0}labels/", {"alias-add": "latest"}, lambda: has_alias("latest"), READERS),
    Door(f"{V0}labels/", {"alias-remove": "plain"}, lambda: not has_alias("plain"), READERS),
    Door(f"{V0}labels/", {"alias-add": "production"}, lambda: has_alias("production"), ONLY_ADMINS),
    Door(f"{V0}labels/", {"tag-add": "dawn"}, lambda: tagged("dawn"), READERS),
    Door(f"{V0}labels/", {"tag-remove": "dusk"}, lambda: not tagged("dusk"), READERS),
    Door(f"{V0}edit/", {"description": "x"}, lambda: Version.objects.filter(description="x").exists(), READERS),
    Door(f"{V0}unlink/", {}, lambda: not is_linked(0), READERS),
]  # fmt: skip
GUARDED = [
    Door(f"{V0}remove/production/", {}, lambda: not has_alias("production"), ONLY_ADMINS),
    Door(f"{NET}versions/v1/move/production/", {}, lambda: has_alias("production", 1), ONLY_ADMINS),
    Door(f"{V0}unlink/", {}, lambda: not is_linked(0), ONLY_ADMINS),
    Door(f"{NET}delete/", {"typed": "net"}, lambda: not collection(name="net"), ONLY_ADMINS),
]


@pytest.fixture
def shelf(cast: Cast) -> Cast:
    """Two versions in `net`; `production` is protected, and nothing carries it."""
    shelves.link(cast, shelves.log(cast, 0, tags=["dusk"], metrics={"loss": 0.2}), aliases=["plain"])
    link = shelves.link(cast, shelves.log(cast, 1))
    tag_collection(actor=cast.mia, collection=link.collection, add=["old"])
    protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    return cast


@pytest.fixture
def guarded(shelf: Cast) -> Cast:
    """The same with v0 in production."""
    add_aliases(actor=shelf.adam, link=Link.objects.select_related("collection").get(index=0), names=["production"])
    return shelf


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.path.rsplit('/', 2)[1]}-{'-'.join(door.data) or 'it'}")
def test_a_door_opens_to_those_who_may_and_changes_nothing_for_others(
    shelf: Cast, signed_in: SignIn, door: Door
) -> None:
    try_as_everybody(shelf, door, signed_in)


@pytest.mark.parametrize(
    "door", GUARDED, ids=lambda door: f"{door.path.rsplit('/', 2)[1]}-{'-'.join(door.data) or 'it'}"
)
def test_what_a_protected_alias_holds_is_the_admins(guarded: Cast, signed_in: SignIn, door: Door) -> None:
    try_as_everybody(guarded, door, signed_in)


def test_linking_a_version_is_for_those_who_see_its_project(shelf: Cast, signed_in: SignIn) -> None:
    shelves.log(shelf, 2)
    chosen = f"{NET}link/?project=vision/training&artifact=net"
    sees_no_project = READERS | {"adam": 400}
    door = Door(chosen, {"version": "v2", "aliases": "gold, silver"}, lambda: has_alias("silver", 2), sees_no_project)
    try_as_everybody(shelf, door, signed_in)
    protected = Door(
        chosen, {"version": "v2", "aliases": "production"}, lambda: is_linked(2), sees_no_project | {"mia": 403}
    )
    try_as_everybody(shelf, protected, signed_in)


def test_one_stays_on_the_page_of_labels_even_when_its_address_goes(shelf: Cast, signed_in: SignIn) -> None:
    mia = signed_in(shelf.mia)
    answer = mia.post(f"{NET}versions/@plain/labels/", {"alias-remove": "plain", "next": f"{V0}labels/"}, follow=True)
    assert answer.redirect_chain == [(f"{V0}labels/", 302)]
    assert "plain is taken away" in answer.content.decode()


HTMX = {"HX-Request": "true", "HX-Boosted": "true"}  # as the forms in heads send


def test_a_label_leaves_one_on_the_tab_where_one_was_unless_its_address_goes(shelf: Cast, signed_in: SignIn) -> None:
    mia = signed_in(shelf.mia)
    tab = f"{NET}versions/@plain/metrics/?base=v1"
    doors = [(f"{V0}labels/", "alias"), (f"{V0}labels/", "tag"), (f"{NET}tags/", "tag")]
    for door, kind in doors:
        for done in ("add", "remove"):
            answer = mia.post(door, {f"{kind}-{done}": "fresh", "next": tab})
            assert (answer.status_code, answer.headers["Location"]) == (302, tab)
    away = mia.post(f"{V0}labels/", {"tag-add": "fresh", "next": "https://evil.example/"})
    assert away.headers["Location"] == V0
    gone = {"alias-remove": "plain", "next": tab}
    assert mia.post(f"{V0}labels/", gone).headers["Location"] == V0
    assert mia.post(f"{V0}labels/", gone, headers=HTMX).headers["HX-Redirect"] == V0


def test_to_htmx_a_mistake_is_the_field_of_the_pop_up(shelf: Cast, signed_in: SignIn) -> None:
    mia = signed_in(shelf.mia)
    for door, kind, wrong, told in [
        (f"{V0}labels/", "alias", "v7", "version number"),
        (f"{V0}labels/", "tag", "a:b", "A tag consists"),
        (f"{NET}tags/", "tag", "x" * 200, "at most 128"),
    ]:
        answer = mia.post(door, {f"{kind}-add": wrong}, headers=HTMX)
        assert answer.status_code == 422
        assert answer.headers["HX-Retarget"] == answer.headers["HX-Reselect"] == f"#{kind}-field"
        page = answer.content.decode()
        assert page.count("<") < 40 and f'id="{kind}-field"' in page and f'value="{wrong}"' in page
        assert told in page.split('class="err"')[1]
    assert mia.post(f"{V0}labels/", {"alias-add": "silver"}, headers=HTMX).status_code == 302


def test_a_stale_page_takes_no_alias_from_where_it_has_moved_to(shelf: Cast, signed_in: SignIn) -> None:
    link = Link.objects.select_related("collection").get(index=1)
    add_aliases(actor=shelf.mia, link=link, names=["plain"])
    assert signed_in(shelf.mia).post(f"{V0}labels/", {"alias-remove": "plain"}).status_code == 302
    assert has_alias("plain", 1)


def test_the_steps_offer_only_what_can_be_linked(shelf: Cast, signed_in: SignIn) -> None:
    shelves.log(shelf, 3, name="frames", type="dataset")
    mia = signed_in(shelf.mia)
    first = mia.get(f"{NET}link/").context["steps"]
    assert [str(project) for project in first.projects] == ["training"]
    second = mia.get(f"{NET}link/", {"project": "vision/training"}).context["steps"]
    assert [artifact.name for artifact in second.artifacts] == ["net"]
    third = mia.get(f"{NET}link/", {"project": "vision/training", "artifact": "net"})
    assert [version.label for version in third.context["steps"].versions] == ["v1", "v0"]
    part = mia.get(f"{NET}link/", {"project": "vision/training"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="panel narrow" id="steps">')
    assert not signed_in(shelf.adam).get(f"{NET}link/").context["steps"].projects


@pytest.mark.parametrize(
    ("path", "data", "status", "told"),
    [
        (f"{SHELF}new/", {"name": "NET", "type": "model"}, 409, "has a collection named"),
        (f"{SHELF}new/", {"name": "a/b", "type": "model"}, 400, "holds no"),
        (f"{SHELF}new/", {"name": "x", "type": "a:b"}, 400, "artifact type"),
        (f"{SHELF}new/", {"name": "x", "type": "model", "tags": "b%d"}, 400, "A tag consists"),
        (f"{NET}edit/", {"name": "other"}, 409, "choose another name"),
        (f"{NET}edit/", {"name": ""}, 400, "required"),
        (f"{NET}tags/", {"tag-add": "a/b"}, 400, "A tag consists"),
        (f"{NET}delete/", {"typed": "nett"}, 400, "not the name"),
        (f"{V0}labels/", {"alias-add": "v7"}, 400, "version number"),
        (f"{V0}labels/", {"alias-add": "a/b"}, 400, "An alias holds no"),
        (f"{V0}labels/", {"alias-add": ""}, 400, "Write a name"),
        (f"{V0}labels/", {"tag-add": "a:b"}, 400, "A tag consists"),
        (f"{V0}labels/", {"tag-add": "x" * 200}, 400, "at most 128"),
        (f"{NET}link/?project=vision/training&artifact=net", {"version": "v1", "aliases": "v3"}, 400, "version number"),
        (f"{NET}link/?project=vision/training&artifact=net", {"version": "v99"}, 400, "Select a valid choice"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    shelf: Cast, signed_in: SignIn, path: str, data: dict[str, str], status: int, told: str
) -> None:
    create_collection(actor=shelf.mia, registry=shelf.registry, name="other", type="model")
    response = signed_in(shelf.mia).post(path, data)
    assert response.status_code == status
    page = response.content.decode()
    assert told in page.split('class="err"')[1]


def test_the_card_is_previewed_and_not_saved(shelf: Cast, signed_in: SignIn) -> None:
    text = {"name": "net", "description": "# Night\n<script>alert(1)</script>", "preview": "1"}
    mia = signed_in(shelf.mia)
    page = mia.post(f"{NET}edit/", text)
    assert page.status_code == 200
    assert "<h3>Night</h3>" in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    part = mia.post(f"{NET}edit/", text, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="preview"')
    assert not Collection.objects.exclude(description="").exists()


def test_a_collection_may_be_called_like_an_address(shelf: Cast, signed_in: SignIn) -> None:
    mia = signed_in(shelf.mia)
    for name in ("new", "settings", "edit"):
        assert mia.post(f"{SHELF}new/", {"name": name, "type": "model"}).status_code == 302
        assert mia.get(f"{SHELF}collections/{name}/").context["collection"].name == name


def test_controls_are_shown_to_those_who_may(guarded: Cast, signed_in: SignIn) -> None:
    pages = [SHELF, NET, f"{NET}card/", V0, f"{V0}files/"]
    marks = ("labels", "chip-x", "/edit/", "/new/", "/link/", "/unlink/", "/delete/")
    for name in ("vera", "rita"):
        for path in pages:
            _, _, page = signed_in(getattr(guarded, name)).get(path).content.decode().partition("<main")  # not "+ New"
            assert page, path
            assert not [mark for mark in marks if mark in page], (name, path)
    member, admin = (signed_in(who).get(V0).content.decode() for who in (guarded.mia, guarded.adam))
    assert 'name="alias-remove" value="plain"' in member
    assert 'name="alias-remove" value="production"' not in member
    assert 'name="alias-remove" value="production"' in admin


def test_protected_aliases_look_locked_wherever_they_show(guarded: Cast, signed_in: SignIn) -> None:
    client = signed_in(guarded.vera)
    for path in (SHELF, NET, V0, f"{NET}versions/v1/", "/orgs/Acme/registry/?q=production"):
        page = client.get(path).content.decode()
        assert "chip-lock" in page, path
        assert 'chip-alias" title="production"' not in page, path


def test_the_dialogs_say_what_is_lost_and_who_may(guarded: Cast, signed_in: SignIn) -> None:
    for path in (f"{NET}delete/", f"{V0}unlink/"):
        member, admin = (signed_in(who).get(path).content.decode() for who in (guarded.mia, guarded.adam))
        for page in (member, admin):
            assert "production (v0)" in page
            assert "plain" in page
        assert "Only an admin of the registry may do this" in member
        assert "btn-danger" not in member
        assert "btn-danger solid" in admin
        for name, status in READERS.items():
            assert signed_in(getattr(guarded, name)).get(path).status_code == status
    assert "2 versions are unlinked" in signed_in(guarded.adam).get(f"{NET}delete/").content.decode()


def test_who_sees_the_link_alone_finds_no_trace_of_its_source_while_editing(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast, name="secret-source"))
    adam = signed_in(cast.adam)
    for path in (f"{V0}labels/", f"{V0}edit/", f"{V0}unlink/", f"{NET}delete/", f"{NET}link/", f"{NET}edit/"):
        page = adam.get(path).content.decode()
        for trace in ("secret-source", "vision", "training"):
            assert trace not in page, (path, trace)
    assert adam.post(f"{V0}edit/", {"description": "seen from the shelf"}).status_code == 302
    assert adam.post(f"{V0}labels/", {"tag-add": "dawn"}).status_code == 302
    history = adam.get(f"{V0}history/").content.decode()
    assert "dawn" in history
    for trace in ("secret-source", "vision", "training"):
        assert trace not in history
