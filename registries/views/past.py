"""Pages of the past: a collection and a registry as of a moment, and who held an alias over time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.policy import role_on
from access.roles import Role
from accounts.requests import PersonalRequest
from accounts.why import label
from artifacts import feed
from artifacts.places import permissions
from common.data import PageData
from common.errors import NotFoundError
from common.htmx import render_page
from common.moments import parse_moment, written
from common.pagination import paginate
from registries import past, queries
from registries.models import Collection

PAGE = 50


def asked(query: QueryDict) -> datetime | None:
    """The moment of `?at=`, if there is one. Raises InvalidInputError."""
    words = query.get("at", "").strip()
    return parse_moment(words, timezone.now()) if words else None


@require_safe
def collection_at(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """The versions, aliases, tags and the card of a collection at the moment of `?at=`."""
    found = queries.get_collection(request.user, organization, registry, collection)
    at = asked(request.GET) or timezone.now()
    context = _head(request, found, at) | {
        "reach": past.collection_reach(found, at),
        "back": queries.collection_url(found),
    }
    links = past.links_at(found, at).select_related("version", "created_by").prefetch_related("version__tags")
    cursor = request.GET.get("cursor", "")
    page = paginate(links.defer("version__metadata"), order=("-index",), cursor=cursor, size=PAGE)
    context |= {"page": page, "rows": past.past_links(found, page.items, at)}
    context["card"] = past.card_at(found, at)
    return render_page(request, "registries/collection_past.html", context, data=lambda: _collection_data(context))


def _head(request: PersonalRequest, found: Collection, at: datetime | None) -> dict[str, Any]:
    """What both pages of a collection's past show."""
    crumbs = queries.collection_crumbs(found)[:-1]
    return {
        "collection": found,
        "registry": found.registry,
        "at": at,
        "may": permissions(role_on(request.user, found.registry)),
        "crumbs": [*crumbs, (found.name, queries.collection_url(found)), (_("The past"), "")],
    }


def _collection_data(context: dict[str, Any]) -> PageData:
    reach, begins = context["reach"]
    facts = {"at": written(context["at"]), "recorded": str(reach), "begins": written(begins) if begins else None}
    facts |= {**context["card"], "next": context["page"].next}
    rows = [
        {
            "version": row.link.label,
            "aliases": [alias.name for alias in row.aliases],
            "tags": row.tags,
            "linked_by": row.link.created_by.username if row.link.created_by else None,
            "linked_at": written(row.link.created_at),
            "still_linked": row.link.is_here,
        }
        for row in context["rows"]
    ]
    return PageData("versions", facts, rows)


@require_safe
def alias(request: PersonalRequest, organization: str, registry: str, collection: str, alias: str) -> HttpResponse:
    """Who held an alias over time: now, or as it was known at the moment of `?at=`."""
    found = queries.get_collection(request.user, organization, registry, collection)
    at = asked(request.GET)
    now = found.aliases.filter(name=alias).select_related("link").first()
    events = past.alias_events(found, alias)
    if now is None and not events.exists():
        raise NotFoundError(_("There is no such alias, or you may not see it."))
    known = events.filter(created_at__lte=at) if at else events
    page = paginate(known, order=("-pk",), cursor=request.GET.get("cursor", ""), size=PAGE)
    spans = past.alias_holdings(page.items, at)
    context = _head(request, found, at) | {"alias": alias, "now": now, "page": page, "back": request.path}
    context["is_protected"] = found.registry.protected_aliases.filter(name=alias).exists()
    links = past.span_links(spans)
    context |= {"spans": [(span, links.get(span.place)) for span in spans]} | past.holder(spans, now, at)
    context["crumbs"][-1] = (alias, "")
    if at:
        context["reach"] = past.collection_reach(found, at)
        context["recorded"] = context["reach"][0] != past.Reach.UNRECORDED
    return render_page(request, "registries/alias.html", context, partial="alias", data=lambda: _alias_data(context))


def _alias_data(context: dict[str, Any]) -> PageData:
    facts = {
        "alias": context["alias"],
        "collection": context["collection"].name,
        "at": None,
        "recorded": context["recorded"],
    }
    facts |= {"version": context["version"], "protected": context["is_protected"]}
    facts |= {"at": written(context["at"]) if context["at"] else None, "next": context["page"].next}
    rows = [
        {
            "version": span.label,
            "from": written(span.start.at),
            "until": written(span.until) if span.until else None,
            "moved_by": span.start.who.username if span.start.who else None,
        }
        for span, _link in context["spans"]
    ]
    return PageData("holders", facts, rows)


@require_safe
def registry_at(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """The collections, the members and the settings of a registry at the moment of `?at=`."""
    found = queries.get_registry(request.user, organization, registry)
    at = asked(request.GET) or timezone.now()
    page = paginate(
        past.collections_at(found, at), order=("name_key", "pk"), cursor=request.GET.get("cursor", ""), size=PAGE
    )
    context = {"registry": found, "at": at, "back": queries.registry_url(found), "page": page}
    then = past.registry_at(found, at)
    context |= {"then": then, "reach": then.reach, "members": _members(then)}
    context["rows"] = past.past_collections(page.items, at)
    context["crumbs"] = [*queries.registry_crumbs(found), (_("The past"), "")]
    return render_page(request, "registries/registry_past.html", context, data=lambda: _registry_data(context))


def _members(then: past.PastRegistry) -> list[tuple[str, str, str]]:
    """Kind, name and role of who had one, by name; accounts that are gone have no name."""
    names = feed.names_of({*(then.roles or {}), *([("user", then.fields["owner"])] if then.fields["owner"] else [])})
    roles = [
        (kind, names.get((kind, pk), ""), label(Role.parse(word) or Role.VIEWER))
        for (kind, pk), word in (then.roles or {}).items()
    ]
    then.fields["owner"] = names.get(("user", then.fields["owner"]), "")
    return sorted(roles, key=lambda row: (row[0], row[1].lower()))


def _registry_data(context: dict[str, Any]) -> PageData:
    reach, begins = context["reach"]
    then = context["then"]
    facts: dict[str, Any] = {
        "at": written(context["at"]),
        "recorded": str(reach),
        "begins": written(begins) if begins else None,
    }
    facts |= {**then.fields, "protected_aliases": then.protected, "next": context["page"].next}
    facts |= {"members": [{"kind": kind, "name": name, "role": role} for kind, name, role in context["members"]]}
    rows = [
        {
            "collection": row.collection.name_then,
            "aliases": dict(row.aliases),
            "still_there": row.collection.deleted_at is None,
        }
        for row in context["rows"]
    ]
    return PageData("collections", facts, rows)
