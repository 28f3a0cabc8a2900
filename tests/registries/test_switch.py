"""A server whose operator hides the pages of registries (F101): no page leads to one, scripts and REST go on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import resolve

from tests.access.asking import Asker
from tests.access.conftest import asker, world
from tests.access.world import World

__all__ = ["asker", "world"]
LEADS = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
SHELVES = (
    "/orgs/Acme/registry/",
    "/orgs/Acme/registry/new/",
    "/orgs/Acme/registry/Shelf/",
    "/orgs/Acme/registry/Shelf/collections/nets/",
    "/orgs/Acme/registry/Shelf/collections/nets.json",
    "/orgs/Acme/registry/Shelf/collections/nets/versions/v0/",
    "/orgs/Acme/registry/Shelf/collections/nets/versions/v0/zip/",
    "/orgs/Acme/registry/Shelf/settings/members/",
    "/vision/training/artifacts/model/net/v0/link/",
    "/vision/model-registry/",
)


@pytest.fixture(autouse=True)
def hidden(settings: Any) -> None:
    settings.REGISTRY_UI = False


def test_there_are_no_pages_of_registries(settings: Any, asker: Asker) -> None:
    for address in SHELVES:
        settings.REGISTRY_UI = True
        assert asker.page("olga", "GET", address).status_code in {200, 302}, address
        settings.REGISTRY_UI = False
        answer = asker.page("olga", "GET", address)
        assert answer.status_code == 404, address
        assert "shows no pages of registries" in answer.body.decode(), address


def crawl(asker: Asker, person: str) -> dict[str, str]:
    """Every page that can be reached from the front, and where its link stood."""
    met, ahead = {"/": "the front"}, ["/"]
    while ahead:
        here = ahead.pop()
        answer = asker.page(person, "GET", here)
        assert answer.status_code in {200, 302, 405}, (
            f"{here}, to which {met[here.partition('?')[0]]} leads, is a {answer.status_code}"
        )
        found = (
            [answer["Location"]] if answer.status_code == 302 else LEADS.findall(answer.body.decode(errors="replace"))
        )
        for address in found:
            path = address.replace("&amp;", "&")
            bare = path.partition("?")[0]
            if bare not in met and bare.startswith("/") and not bare.startswith(("/static/", "/accounts/logout")):
                met[bare] = here
                ahead.append(path)
    return met


@pytest.mark.parametrize(
    "person", ["rita", *(pytest.param(name, marks=pytest.mark.slow) for name in ("olga", "mia", "otto"))]
)
def test_no_page_leads_to_one(asker: Asker, world: World, person: str) -> None:
    met = crawl(asker, person)
    shown = {resolve(address).view_name for address in met}
    assert {"guide:contents", "registries:search"} <= shown
    assert ("artifacts:version" in shown) is (person in {"olga", "mia"})
    pages = asker.page(person, "GET", "/").headers["Location"], asker.page(person, "GET", "/search/?q=nets")
    assert "registry" not in pages[0]
    assert "collections/nets" not in pages[1].body.decode()


def test_scripts_go_on(asker: Asker, world: World) -> None:
    query = '{ project(name: "wandb-registry-Shelf", entityName: "Acme") { name } }'
    assert asker.graphql("mia", query).json()["data"]["project"] == {"name": "wandb-registry-Shelf"}
    assert asker.by_key("mia", "GET", "/api/v1/organizations/Acme/registries").status_code == 200
