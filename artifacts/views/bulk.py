"""Tagging and deleting several versions of an artifact at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import bulk
from artifacts.models import Version
from artifacts.places import artifact_crumbs, artifact_series, artifact_url, find_artifact
from artifacts.services.versions import delete_version
from common.forms import asks_or_changes
from registries import impact, losses


@asks_or_changes
def tag_versions(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Tags of the chosen versions."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.EDIT_VERSION, found.project)
    back = artifact_url(found)
    crumbs = artifact_crumbs(found, _("Tag versions"))
    return bulk.tag_chosen(request, artifact_series(found), found.project, back=back, crumbs=crumbs)


@asks_or_changes
def delete_versions(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Delete the chosen versions, but for those that a registry holds by a protected alias (F130, C13)."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.DELETE_VERSION, found.project)
    rows, back = bulk.chosen(artifact_series(found), request.POST or request.GET), artifact_url(found)
    held = losses.held(rows)
    fates = [bulk.Fate(row, _("A registry holds it by a protected alias.") if row.pk in held else "") for row in rows]
    going = [fate for fate in fates if not fate.refusal]
    gone = Version.objects.filter(pk__in=[fate.row.pk for fate in going])
    page = {
        "title": _("Delete versions of %(name)s?") % {"name": found.name},
        "losses": going and losses.source_losses(request.user, gone, [name for fate in going for name in fate.aliases]),
        "impact": going and {"uses": impact.uses_of(request.user, gone), "freed": impact.freed(request.user, gone)},
        "fate": _("Is deleted"),
        "button": ngettext("Delete %(count)s version", "Delete %(count)s versions", len(going)) % {"count": len(going)},
        "crumbs": artifact_crumbs(found, _("Delete")),
    }

    def remove(row: Version) -> None:
        delete_version(actor=request.user, version=row, delete_aliases=True)

    return bulk.remove_chosen(request, fates, remove, back=back, page=page)
