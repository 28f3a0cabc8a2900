"""What happened in a collection or a registry, one change with its texts side by side, and taking a change back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonalRequest
from artifacts import feed
from artifacts.histories import change_data, history_context, history_data, history_page, text_changes
from artifacts.undoing import undoable
from common.errors import NotFoundError
from common.htmx import render_page
from events.models import Event
from registries import queries
from registries.history import collection_events, guarded_in, registry_events, subjects_of, versions_of
from registries.services.undo import GONE, undo

ALIASES = 12


@require_safe
def collection_history(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """What happened in a collection, newest first (F92)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    asked, page = history_page(collection_events(found), request.GET)
    context = queries.collection_head(request.user, found, "history")
    left = undoable(request.user, found.registry, page.items)
    context |= history_context(
        asked, page, subjects=versions_of(page.items), undoable=left, guarded=guarded_in(page.items)
    )
    context["past_aliases"] = list(found.aliases.with_protection()[:ALIASES])
    return render_page(
        request, "registries/collection_history.html", context, partial="history", data=lambda: history_data(context)
    )


@require_safe
def registry_activity(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """What happened in a registry, newest first: its collections, roles and settings (C24)."""
    found = queries.get_registry(request.user, organization, registry)
    asked, page = history_page(registry_events(found), request.GET)
    left = undoable(request.user, found, page.items)
    context = queries.registry_head(request.user, found, queries.accepted_types(found), "activity")
    context |= history_context(
        asked, page, subjects=subjects_of(page.items), undoable=left, guarded=guarded_in(page.items)
    )
    context["crumbs"] = [*queries.registry_crumbs(found), (_("Activity"), "")]
    return render_page(
        request, "registries/registry_activity.html", context, partial="history", data=lambda: history_data(context)
    )


def _visible_event(request: PersonalRequest, event_id: int) -> Event:
    event = feed.visible_events(request.user).filter(pk=event_id).first() if event_id < 2**63 else None
    if event is None:
        raise NotFoundError(GONE)
    return event


@require_safe
def change(request: PersonalRequest, event_id: int) -> HttpResponse:
    """One change, with the texts before and after it line by line."""
    event = _visible_event(request, event_id)
    context: dict[str, Any] = {
        "line": feed.lines([event], subjects_of([event]), guarded=guarded_in([event]))[0],
        "texts": text_changes(event),
        "crumbs": [(_("Change"), "")],
    }
    page = "artifacts/change.html"
    return render_page(request, page, context, partial="texts", data=lambda: change_data(context["line"]))


@require_POST
def undo_change(request: PersonalRequest, event_id: int) -> HttpResponse:
    """Take a change back, and return to where one was; what stands in the way is a page of its own."""
    undo(actor=request.user, event=_visible_event(request, event_id))
    messages.success(request, _("It is undone."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    return redirect(back)
