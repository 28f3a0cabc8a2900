"""Pages of registries, collections and linked versions."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.authentication import by_session_or_key
from accounts.requests import PersonalRequest
from accounts.shell import shell_of
from artifacts import file_tab, tabs
from artifacts.filtering import completions
from artifacts.rows import versions_table
from artifacts.selection import Selection
from artifacts.serving import serve_archive, serve_file, serve_thumbnail
from artifacts.tab_data import data_of
from artifacts.table_tab import find_table, table_alone
from artifacts.tables import table_context, table_data, tag_url
from common.data import PageData, data_kind
from common.errors import NotFoundError
from common.htmx import fills, render_page
from registries import impact, queries, shelf
from registries.models import Collection
from registries.snippets import link_code, use_code, use_line
from registries.views import past
from storage.signing import base_url

PAGE = 50
PRINTED_VERSION = re.compile(r"v\d+\Z")


@require_safe
def home(request: PersonalRequest) -> HttpResponse:
    """To the shelves of one's organization; people without one are told so."""
    shell = shell_of(request)
    organization = shell.organization
    if not shell.shows_registries:
        return redirect(shell.nav[0].url)
    if organization is None:
        return render_page(request, "registries/no_organization.html", {"crumbs": [(_("Registry"), "")]})
    return redirect(organization.url)


@require_safe
def printed_address(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """What the SDK prints: `?selectionPath=<entity>/<project>/<collection>&version=v3` means a version's page."""
    collection = request.GET.get("selectionPath", "").rpartition("/")[2]
    version = request.GET.get("version", "")
    if not collection:
        return redirect("registries:registry", organization, registry)
    if not PRINTED_VERSION.match(version):
        return redirect("registries:collection", organization, registry, collection)
    return redirect("registries:version", organization, registry, collection, version)


@require_safe
def registry(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """The collections of a registry."""
    if "selectionPath" in request.GET:
        return printed_address(request, organization, ".".join(filter(None, (registry, data_kind(request)))))
    if request.GET.get("at"):
        return past.registry_at(request, organization, registry)
    found = queries.get_registry(request.user, organization, registry)
    wish = shelf.Wish.read(request.GET)
    page, total = shelf.shelf_page(found, request.user, wish)
    kinds = queries.accepted_types(found)
    rows = shelf.collection_rows(found, page.items)
    context = queries.registry_head(request.user, found, kinds, "") | {
        "page": page,
        "rows": rows,
        "total": total,
        "wish": wish,
        "heads": shelf.heads(wish),
        "tag_url": tag_url(request.GET),
        "people": shelf.last_linkers(found),
        "link_code": link_code(base_url(request), found, type=(kinds or ["model"])[0]),
    }
    facts = {"name": found.name, "description": found.description, "visibility": found.visibility, "types": kinds}
    data = PageData("collections", facts | {"total": total, "next": page.next}, [row.data for row in rows])
    return render_page(request, "registries/registry.html", context, partial="collections", data=lambda: data)


@require_safe
@cache_control(private=True, max_age=31_536_000, immutable=True)
def icon(request: PersonalRequest, organization: str, registry: str, name: str) -> FileResponse:
    """The picture of a registry that one sees; the address changes with the picture."""
    found = queries.get_registry(request.user, organization, registry)
    if not name or found.icon.name != f"icons/{name}.webp":
        raise NotFoundError(_("There is no such picture, or you may not see it."))
    return FileResponse(found.icon.open(), content_type="image/webp")


@require_safe
def collection(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """The versions of a collection, with their metrics."""
    if request.GET.get("at"):
        return past.collection_at(request, organization, registry, collection)
    found = queries.get_collection(request.user, organization, registry, collection)
    selection, series = Selection.read(request.GET), queries.collection_series(found)
    if fills(request, "completions"):
        return render_page(
            request, "artifacts/_completions.html", {"completions": completions(series, selection.filter)}
        )
    table = versions_table(series, request.user, selection)
    context = queries.collection_head(request.user, found, "")
    context |= table_context(table, selection, who=_("Linked by"), full_name=context["target_path"])
    context |= {
        **_code_of(request, found),
        "consumers": impact.consumers(found),
        "collection_url": queries.collection_url(found),
        "tag_url": tag_url(request.GET),
        "directions_url": f"{queries.collection_url(found)}metrics/",
        "may_direct": context["may"]["edit_collection"],
    }

    def data() -> PageData:
        facts = {"name": found.name, "type": found.type, "registry": found.registry.name, "total": found.link_count}
        return table_data("versions", table, facts | {"description": found.description, "tags": context["tags"]})

    return render_page(request, "registries/collection.html", context, partial="versions", data=data)


def _code_of(request: PersonalRequest, collection: Collection) -> dict[str, str]:
    """Code that uses the collection, and that links into it."""
    base, registry = base_url(request), collection.registry
    return {
        "use_code": use_code(base, registry, collection.name),
        "use_line": use_line(registry, collection.name),
        "link_code": link_code(base, registry, collection.name, collection.type),
    }


@require_safe
def collection_card(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """The card of a collection, in full."""
    found = queries.get_collection(request.user, organization, registry, collection)
    code, consumers = _code_of(request, found), impact.consumers(found)
    facts: dict[str, Any] = {"name": found.name, "registry": found.registry.name, "description": found.description}
    facts |= {"consumers": asdict(consumers), **code}
    context = queries.collection_head(request.user, found, "card") | code | {"consumers": consumers}
    return render_page(request, "registries/collection_card.html", context, data=lambda: PageData("card", facts))


@require_safe
def version(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponse:
    """A linked version: description, facts, first metrics."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    context = tabs.head(place, "") | tabs.overview(place, request.user, request.GET, base_url(request))
    return render_page(request, "artifacts/version.html", context, data=data_of("", place, context))


@require_safe
def version_tab(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, tab: str
) -> HttpResponse:
    """Another tab of a linked version's page."""
    if tab not in tabs.TABS:
        raise NotFoundError(_("A version has no such page."))
    place = queries.find_place(request.user, organization, registry, collection, reference)
    context = tabs.head(place, tab) | tabs.TABS[tab](place, request.user, request.GET, base_url(request))
    data = data_of(tab, place, context)
    return render_page(request, f"artifacts/version_{tab}.html", context, partial=tab, data=data)


@require_safe
def file(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, path: str
) -> HttpResponse:
    """The Files tab with one file open."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    context = tabs.head(place, "files") | file_tab.one_file(place, request.GET, path)
    return render_page(request, "artifacts/version_files.html", context, partial="files")


@require_safe
def table(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, path: str
) -> HttpResponse:
    """A table among the files, alone."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    found = find_table(place, request.user, request.GET, path)
    context = tabs.head(place, "files") | table_alone(place, found)
    return render_page(request, "artifacts/version_table.html", context, partial="table", data=found.data)


@by_session_or_key
@require_safe
def download(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, path: str
) -> HttpResponseBase:
    """The bytes of one file."""
    return serve_file(request, queries.find_place(request.user, organization, registry, collection, reference), path)


@by_session_or_key
@require_safe
def archive(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponseBase:
    """All files, or those of a folder, as a zip."""
    return serve_archive(request, queries.find_place(request.user, organization, registry, collection, reference))


@require_safe
def thumbnail(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, path: str
) -> HttpResponseBase:
    """The picture in one file."""
    return serve_thumbnail(
        request, queries.find_place(request.user, organization, registry, collection, reference), path
    )
