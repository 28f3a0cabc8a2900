"""Tagging and unlinking several versions of a collection at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.policy import can, require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import bulk
from common.forms import asks_or_changes
from registries import impact, losses, queries
from registries.services.links import unlink_version


@asks_or_changes
def tag_versions(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Tags of the chosen versions (F31 row 16)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.EDIT_VERSION, found.registry)
    series, back = queries.collection_series(found), queries.collection_url(found)
    crumbs = [*queries.collection_crumbs(found)[:-1], (found.name, back), (_("Tag versions"), "")]
    return bulk.tag_chosen(request, series, found.registry, back=back, crumbs=crumbs)


@asks_or_changes
def unlink_versions(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Take the chosen versions out of the collection, but for those that a protected alias holds (F135, F57)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.UNLINK_VERSION, found.registry)
    back = queries.collection_url(found)
    rows = bulk.chosen(queries.collection_series(found), request.POST or request.GET)
    may_guard = can(request.user, Action.MOVE_PROTECTED_ALIAS, found.registry)
    fates = [bulk.Fate(row, "" if may_guard else losses.why_protected(row.aliases.all())) for row in rows]
    going = [fate for fate in fates if not fate.refusal]
    page = {
        "title": _("Unlink versions of %(name)s?") % {"name": found.name},
        "losses": going and losses.links_losses([name for fate in going for name in fate.aliases]),
        "impact": going and {"uses": impact.uses_through(found.registry, [fate.row.version_id for fate in going])},
        "fate": _("Is unlinked"),
        "button": ngettext("Unlink %(count)s version", "Unlink %(count)s versions", len(going)) % {"count": len(going)},
        "crumbs": [*queries.collection_crumbs(found)[:-1], (found.name, back), (_("Unlink"), "")],
    }
    return bulk.remove_chosen(
        request, fates, lambda row: unlink_version(actor=request.user, link=row), back=back, page=page
    )
