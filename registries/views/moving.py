"""The pages that ask before a protected alias moves, or is taken away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import editing
from common.errors import NotFoundError
from common.forms import ServiceForm, asks_or_changes, posted
from common.htmx import render_page
from events.services import heard
from registries import impact, moving, queries
from registries.services.links import add_aliases, remove_aliases


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
            messages.success(request, said, extra_tags=editing.undo_tag(told))
            return redirect(place.url)
    context = {"place": place, "alias": alias, "holder": holder, "form": form, "may": place.may}
    context |= moving.consequences(place, holder, alias)
    context["crumbs"] = [*place.crumbs[:-1], (place.label, place.url), (_("Move %(name)s") % {"name": alias}, "")]
    return render_page(request, "registries/move_alias.html", context, status=form.status)


@asks_or_changes
def remove_alias(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str, alias: str
) -> HttpResponse:
    """Who used the version that a protected alias is taken from; then nothing holds it."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    require(request.user, Action.MOVE_PROTECTED_ALIAS, place.container)
    if not moving.holds(place, alias):
        if request.method == "POST":
            return redirect(place.url)  # gone already
        raise NotFoundError(_("The version holds no protected alias of this name."))
    home = place.row.collection
    names = {"alias": alias, "version": f"{place.name}:{place.label}"}
    page = {
        "title": _("Take %(alias)s away from %(version)s?") % names,
        "losses": [
            _("No version holds %(alias)s then: whoever asks for it finds nothing, until it is given again.") % names
        ],
        "impact": {"uses": impact.uses_through(home.registry, [place.version.pk])},
        "button": _("Take it away"),
        "done": _("%(alias)s is taken away.") % names,
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Take %(name)s away") % {"name": alias}, "")],
    }
    return editing.confirm(
        request,
        lambda: remove_aliases(actor=request.user, collection=home, names=[alias]),
        back=place.url,
        after=place.url,
        page=page,
    )
