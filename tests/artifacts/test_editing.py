"""The pages that edit and delete artifacts and versions at their source, and that link them (F35, F47, F130, C13)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User
from access.roles import Role
from access.services.roles import grant_role, remove_role
from artifacts.models import Artifact, Version, VersionAlias
from registries.models import Link
from registries.services.collections import create_collection
from registries.services.links import add_aliases
from registries.services.protection import protect_alias
from registries.services.registries import create_registry
from tests.cast import Cast
from tests.doors import Door, try_as_everybody
from tests.making import log_version, project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/vision/training/artifacts/model/net/"
V0 = f"{NET}v0/"
OTHERS = {"adam": 404, "vera": 403, "rita": 404, "otto": 404}


def has_alias(name: str, index: int = 0) -> bool:
    return VersionAlias.objects.filter(name=name, version__index=index).exists()


def tagged(name: str) -> bool:
    return Version.objects.filter(tags__name=name).exists()


def artifact(**values: object) -> bool:
    return Artifact.objects.filter(deleted_at=None, **values).exists()


def is_gone(index: int = 0) -> bool:
    return Version.objects.filter(index=index, state="deleted").exists()


DOORS = [
    Door(f"{NET}edit/", {"name": "net", "description": "x"}, lambda: artifact(description="x"), OTHERS),
    Door(f"{NET}edit/", {"name": "mesh"}, lambda: artifact(name="mesh"), OTHERS),
    Door(f"{NET}tags/", {"tag-add": "night"}, lambda: artifact(tags__name="night"), OTHERS),
    Door(f"{NET}metrics/", {"way:loss": "lower"}, lambda: artifact(metric_directions={"loss": False}), OTHERS),
    Door(f"{NET}delete/", {"typed": "net"}, lambda: not artifact(name="net"), OTHERS),
    Door(f"{V0}labels/", {"alias-add": "gold"}, lambda: has_alias("gold"), OTHERS),
    Door(f"{V0}labels/", {"alias-add": "latest"}, lambda: has_alias("latest"), OTHERS),
    Door(f"{V0}labels/", {"alias-remove": "plain"}, lambda: not has_alias("plain"), OTHERS),
    Door(f"{V0}labels/", {"tag-add": "dawn"}, lambda: tagged("dawn"), OTHERS),
    Door(f"{V0}labels/", {"tag-remove": "dusk"}, lambda: not tagged("dusk"), OTHERS),
    Door(f"{V0}edit/", {"description": "x"}, lambda: Version.objects.filter(description="x").exists(), OTHERS),
    Door(f"{V0}delete/", {}, is_gone, OTHERS),
    Door(
        f"{V0}link/?registry=Shelf", {"collection": "fresh", "aliases": "gold, silver"},
        lambda: Link.objects.filter(collection__name="fresh", deleted_at=None).exists(), OTHERS,
    ),
]  # fmt: skip


@pytest.fixture
def series(cast: Cast) -> Cast:
    """Two versions of `net` in mia's team; v0 is linked into `net` of the registry."""
    version = shelves.log(cast, 0, tags=["dusk"], aliases=["plain"], metrics={"loss": 0.2})
    shelves.log(cast, 1)
    shelves.link(cast, version)
    return cast


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.path.rsplit('/', 2)[1]}-{'-'.join(door.data) or 'it'}")
def test_a_door_opens_to_those_who_may_and_changes_nothing_for_others(
    series: Cast, signed_in: SignIn, door: Door
) -> None:
    try_as_everybody(series, door, signed_in)


def hold(cast: Cast) -> None:
    """Let a protected alias lie on the link."""
    protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    add_aliases(actor=cast.adam, link=Link.objects.select_related("collection__registry").get(), names=["production"])


@pytest.mark.parametrize(("path", "data"), [(f"{V0}delete/", {}), (f"{NET}delete/", {"typed": "net"})])
def test_nobody_deletes_a_source_that_a_registry_holds(
    series: Cast, signed_in: SignIn, path: str, data: dict[str, str]
) -> None:
    hold(series)
    for who in (series.olga, series.mia):
        page = signed_in(who).get(path).content.decode()
        assert "carries a protected alias" in page
        assert "btn-danger" not in page
        refused = signed_in(who).post(path, data)
        assert refused.status_code == 409
        assert "carries a protected alias" in refused.content.decode()
    try_as_everybody(series, Door(path, data, is_gone, OTHERS | {"olga": 409, "mia": 409}), signed_in)


def test_the_dialog_names_aliases_and_visible_links_alone(series: Cast, signed_in: SignIn) -> None:
    hidden = create_registry(
        actor=series.olga, organization=series.organization, name="Hidden", visibility="restricted"
    )
    grant_role(actor=series.olga, container=hidden, principal=series.mia, role=Role.MEMBER)
    shelves.link(series, Version.objects.select_related("artifact__project").get(index=0), "veil", hidden)
    page = signed_in(series.mia).get(f"{V0}delete/").content.decode()
    for lost in ("plain", "Shelf/net:v0", "Hidden/veil:v0"):
        assert lost in page
    remove_role(actor=series.olga, container=hidden, principal=series.mia)
    for path in (f"{V0}delete/", f"{NET}delete/"):
        page = signed_in(series.mia).get(path).content.decode()
        assert "Shelf/net:v0" in page
        for trace in ("Hidden", "veil"):
            assert trace not in page


@pytest.mark.parametrize(
    ("path", "data", "status", "told"),
    [
        (f"{NET}edit/", {"name": "other"}, 409, "choose another name"),
        (f"{NET}edit/", {"name": "a/b"}, 400, "holds no"),
        (f"{NET}tags/", {"tag-add": "a/b"}, 400, "A tag consists"),
        (f"{NET}delete/", {"typed": "Net"}, 400, "not the name"),
        (f"{V0}labels/", {"alias-add": "v7"}, 400, "version number"),
        (f"{V0}labels/", {"tag-add": "a:b"}, 400, "A tag consists"),
        (f"{V0}link/?registry=Shelf", {"collection": "a/b"}, 400, "holds no"),
        (f"{V0}link/?registry=Shelf", {"collection": "frames"}, 400, "Link into another"),
        (f"{V0}link/?registry=Shelf", {"collection": "net", "aliases": "v1"}, 400, "version number"),
        (f"{V0}link/?registry=dataset", {"collection": "net"}, 400, "accepts the types dataset"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    series: Cast, signed_in: SignIn, path: str, data: dict[str, str], status: int, told: str
) -> None:
    shelves.log(series, 3, name="other")
    create_collection(actor=series.mia, registry=series.registry, name="frames", type="dataset")
    response = signed_in(series.mia).post(path, data)
    assert response.status_code == status
    assert told in response.content.decode().split('class="err"')[1]


def test_only_registries_that_take_it_are_offered(series: Cast, signed_in: SignIn) -> None:
    create_registry(actor=series.olga, organization=series.organization, name="Away", visibility="restricted")
    mia = signed_in(series.mia)
    assert [registry.name for registry in mia.get(f"{V0}link/").context["registries"]] == ["model", "Shelf"]
    chosen = mia.get(f"{V0}link/", {"registry": "Shelf"})
    assert chosen.context["collections"] == ["net"]
    assert mia.get(f"{V0}link/", {"registry": "Away"}).status_code == 404
    assert mia.post(f"{V0}link/", {"collection": "net"}).status_code == 400
    assert "Link to registry" in mia.get(V0).content.decode()
    vera = signed_in(series.vera)
    assert vera.get(f"{V0}link/").status_code == 403
    assert "Link to registry" not in vera.get(V0).content.decode()


def test_personal_versions_are_offered_nowhere(series: Cast, signed_in: SignIn) -> None:
    assert series.mia.namespace is not None
    log_version(series.mia, project_of(series.mia, series.mia.namespace, "own"), {"a": b"1"})
    mia = signed_in(series.mia)
    assert "Link to registry" not in mia.get("/mia/own/artifacts/model/net/v0/").content.decode()
    assert mia.get("/mia/own/artifacts/model/net/v0/link/").status_code == 403
    steps = mia.get("/orgs/Acme/registry/Shelf/collections/net/link/").context["steps"]
    assert [project.name for project in steps.projects] == ["training"]


def test_viewers_see_no_control_at_the_source(series: Cast, signed_in: SignIn) -> None:
    vera, mia = signed_in(series.vera), signed_in(series.mia)
    for path in (NET, V0, f"{V0}files/"):
        page = vera.get(path).content.decode()
        for mark in ("labels", "chip-x", "/edit/", "/link/", "/delete/"):
            assert mark not in page, (path, mark)
        assert "/edit/" in mia.get(path).content.decode()


def test_a_stale_page_takes_no_alias_from_where_it_has_moved_to(series: Cast, signed_in: SignIn) -> None:
    mia = signed_in(series.mia)
    mia.post(f"{NET}v1/labels/", {"alias-add": "plain"})
    assert mia.post(f"{V0}labels/", {"alias-remove": "plain"}).status_code == 302
    assert has_alias("plain", 1)
