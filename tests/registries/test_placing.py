"""Collections and registries made with what is put there, and links from wherever a version is met (F15, F39, F46, F47)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import User
from common.errors import ForbiddenError
from events.models import Event
from projects.services.runs import RunFields, upsert_run
from registries.models import Collection, Link, Registry
from registries.services.placing import create_registry_with
from registries.services.protection import protect_alias
from registries.services.registries import Edit, create_registry, edit_registry
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"
NET = "/vision/training/artifacts/model/net/"
CHOSEN = {"project": "vision/training", "artifact": "net", "version": "v0"}


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return response.content.decode()


def test_a_collection_is_made_with_its_first_version_in_one_go(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    given = {"name": "fresh", "type": "model", "description": "For nights.", "tags": "night, core", "aliases": "best"}
    sent = signed_in(cast.mia).post(f"{SHELF}new/", given | CHOSEN)
    assert sent.headers["Location"] == f"{SHELF}collections/fresh/"
    made = Collection.objects.get(name="fresh")
    assert ({tag.name for tag in made.tags.all()}, made.description) == ({"night", "core"}, "For nights.")
    assert {alias.name for alias in made.aliases.all()} == {"best", "latest"}
    again = text_of(signed_in(cast.mia).post(f"{SHELF}new/", given | CHOSEN), 409)
    assert "has a collection named" in again
    assert Link.objects.count() == 1


def test_what_cannot_be_linked_leaves_no_collection_behind(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    protect_alias(actor=cast.adam, registry=cast.registry, name="golden")
    before = Event.objects.count()
    given = {"name": "fresh", "type": "model", "aliases": "golden"} | CHOSEN
    assert signed_in(cast.mia).post(f"{SHELF}new/", given).status_code == 403
    assert not Collection.objects.exists()
    assert Event.objects.count() == before


def test_the_choices_follow_each_other_and_keep_what_was_written(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"a"}, name="table", type="table")
    client = signed_in(cast.mia)
    assert "Once the type is given" in text_of(client.get(f"{SHELF}new/"))
    written = {"name": "fre sh", "type": "model", "description": "# Night", "tags": "a", "choose": "1"}
    page = client.post(f"{SHELF}new/", written)
    text = text_of(page)
    assert ('value="fre sh"' in text, "# Night" in text, "aria-invalid" in text) == (True, True, False)
    assert [project.name for project in page.context["steps"].projects] == ["training"]
    page = client.post(f"{SHELF}new/", written | {"project": "vision/training"})
    assert [artifact.name for artifact in page.context["steps"].artifacts] == ["net"], "only those of the type"
    page = client.post(f"{SHELF}new/", written | {"project": "vision/training", "artifact": "net"})
    assert [label for label, _ in page.context["form"].fields["version"].choices] == ["", "v0"]
    part = text_of(client.post(f"{SHELF}new/", written, headers={"HX-Request": "true"}))
    assert part.lstrip().startswith("<fieldset")
    assert not Collection.objects.exists()


def test_a_version_of_another_type_is_refused_beside_its_field(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    page = signed_in(cast.mia).post(f"{SHELF}new/", {"name": "fresh", "type": "table"} | CHOSEN)
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["version"]
    edit_registry(actor=cast.adam, registry=cast.registry, edit=Edit(accepts_all_types=False, add_types=["table"]))
    page = signed_in(cast.mia).post(f"{SHELF}new/", {"name": "fresh", "type": "model"})
    assert list(page.context["form"].errors) == ["type"]
    assert not Collection.objects.exists()


def test_a_description_is_previewed_wherever_it_is_written(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.olga)
    for path in (f"{SHELF}new/", f"{SHELF}settings/", "/orgs/Acme/registry/new/"):
        sent = {"name": "x", "type": "model", "description": "# Night\n<script>alert(1)</script>", "preview": "1"}
        page = text_of(client.post(path, sent))
        part = text_of(client.post(path, sent, headers={"HX-Request": "true"}))
        assert part.lstrip().startswith('<div id="preview"'), path
        for text in (page, part):
            assert ("<h3>Night</h3>" in text, "<script>alert" in text) == (True, False), path
    cast.registry.refresh_from_db()
    assert (cast.registry.name, cast.registry.description) == ("Shelf", "")


def test_a_version_is_linked_into_a_registry_from_its_own_page(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    client = signed_in(cast.mia)
    address = f"{SHELF}link/?project=vision/training&artifact=net"
    page = client.get(address)
    assert [artifact.name for artifact in page.context["steps"].artifacts] == ["net"]
    for _ in range(2):
        sent = client.post(address, {"version": "v0", "collection": "new ones", "aliases": "best"})
        assert sent.headers["Location"] == f"{SHELF}collections/new%20ones/"
    assert [str(link) for link in Link.objects.all()] == ["new ones:v0"]
    edit_registry(actor=cast.adam, registry=cast.registry, edit=Edit(accepts_all_types=False, add_types=["table"]))
    Registry.objects.get(pk=cast.registry.pk).accepted_types.filter(name="model").delete()
    assert client.get(address).context["steps"].projects == []
    assert signed_in(cast.vera).get(SHELF).content.decode().count("Link a version") == 0


def test_a_registry_is_made_for_a_version_in_one_go(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    client = signed_in(cast.mia)
    assert f"{NET}v0/link/new/" in text_of(client.get(f"{NET}v0/link/"))
    given = {"name": "Field", "visibility": "restricted", "collection": "readers", "aliases": "best"}
    sent = client.post(f"{NET}v0/link/new/", given)
    assert sent.headers["Location"] == "/orgs/Acme/registry/Field/collections/readers/"
    made = Registry.objects.get(name="Field")
    assert ([kind.name for kind in made.accepted_types.all()], made.accepts_all_types) == (["model"], False)
    assert "has a registry named" in text_of(client.post(f"{NET}v0/link/new/", given), 409)
    page = client.post(f"{NET}v0/link/new/", given | {"name": "a/b", "collection": ""})
    assert sorted(page.context["form"].errors) == ["collection", "name"]


def test_a_registry_whose_version_cannot_be_linked_is_not_made(cast: Cast) -> None:
    version = shelves.log(cast)
    with pytest.raises(ForbiddenError):
        create_registry_with(
            actor=cast.vera, organization=cast.organization, name="Field", visibility="restricted",
            collection_name="readers", version=version,
        )  # fmt: skip
    create_registry(actor=cast.olga, organization=cast.organization, name="Taken", visibility="organization")
    assert not Registry.objects.filter(name="Field").exists()


def test_pages_of_artifacts_and_runs_offer_the_link_to_those_who_may(cast: Cast, signed_in: SignIn) -> None:
    """C26; what a personal project holds cannot be linked (F51), so nothing offers it."""
    project = project_of(cast.mia, cast.team.namespace)
    run, _ = upsert_run(actor=cast.mia, project=project, name="abc", fields=RunFields())
    log_version(cast.mia, project, {"a": b"a"}, run=run)
    client = signed_in(cast.mia)
    assert f"{NET}@latest/link/" in text_of(client.get(NET))
    assert f"{NET}v0/link/" in text_of(client.get("/vision/training/runs/abc/"))
    assert client.get(f"{NET}@latest/link/").status_code == 200
    own = project_of(cast.mia, cast.mia.namespace, "own")
    run, _ = upsert_run(actor=cast.mia, project=own, name="abc", fields=RunFields())
    log_version(cast.mia, own, {"a": b"a"}, run=run)
    for path in ("/mia/own/artifacts/model/net/", "/mia/own/runs/abc/"):
        assert "/link/" not in text_of(client.get(path)), path
