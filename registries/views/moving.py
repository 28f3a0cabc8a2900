"""The page that asks before a protected alias moves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts.editing import undo_tag
from common.errors import NotFoundError
from common.forms import ServiceForm, asks_or_changes, posted
from common.htmx import render_page
from events.services import heard
from registries import moving, queries
from registries.services.links import add_aliases


@asks_or_changes
def move_alias(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, alias: str
) -> HttpResponse:
    """Who holds a protected alias now, how the two versions compare, who used the one that loses it; then the move."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    require(request.user, Action.MOVE_PROTECTED_ALIAS, place.container)
    holder = moving.holder_elsewhere(place, alias)
    if holder is None:
        raise NotFoundError(_("No other version of the collection holds a protected alias of this name."))
    form = ServiceForm(posted(request))
    if form.is_valid():
        with form.refusals_at(), heard() as told:
            add_aliases(actor=request.user, link=place.row, names=[alias])
            said = _("%(alias)s points at %(version)s now.") % {"alias": alias, "version": place.label}
            messages.success(request, said, extra_tags=undo_tag(told))
            return redirect(place.url)
    context = {"place": place, "alias": alias, "holder": holder, "form": form, "may": place.may}
    context |= moving.consequences(place, holder, alias)
    context["crumbs"] = [*place.crumbs[:-1], (place.label, place.url), (_("Move %(name)s") % {"name": alias}, "")]
    return render_page(request, "registries/move_alias.html", context, status=form.status)
