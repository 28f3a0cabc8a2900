"""What the Usage tab of a version's page shows: how to use it, which runs did, and who downloaded it (F77, F78)."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from access.models import User
from artifacts.lineage.consumers import uses_of
from artifacts.models import Download
from artifacts.places import Place
from artifacts.snippets import snippets
from common.data import PageData
from common.errors import InvalidInputError
from common.pagination import paginate

DOWNLOADS = 25
ALIASES = 20


def usage(place: Place, user: User, query: QueryDict, base_url: str) -> dict[str, Any]:
    """Snippets that work when pasted, by number or by the alias in `?as=`; runs that used the version; downloads.

    `?runs=` and `?cursor=` page the two lists.
    """
    aliases = [alias.name for alias in place.aliases]
    alias = query.get("as", "")
    if alias and alias not in aliases:
        raise InvalidInputError(
            _("%(place)s has no alias %(alias)r here (any more); choose one that it has.")
            % {"place": place.label, "alias": alias[:128]}
        )
    runs = uses_of(user, place.version, query.get("runs", ""))
    uses = [use for use in runs.items if use.is_visible]
    path = place.version.entries.filter(reference_uri="").order_by("path").values_list("path", flat=True).first()
    taken = Download.objects.visible_to(user).filter(version=place.version)
    page = paginate(
        taken.select_related("actor"), order=("-last_at", "-pk"), cursor=query.get("cursor", ""), size=DOWNLOADS
    )
    return {
        "alias": alias,
        "aliases": aliases[:ALIASES],
        "snippets": snippets(place, base_url, path or "", alias),
        "uses": uses,
        "hidden": len(runs.items) - len(uses),
        "runs": runs,
        "page": page,
    }


def usage_data(place: Place, context: dict[str, Any]) -> PageData:
    """The same for programs: a row for each person, day and door; `bytes` is what was sent."""
    uses = [{"run": use.run.name, "used_at": use.created_at.isoformat()} for use in context["uses"]]
    rows = [
        {
            "username": row.actor.username,
            "door": row.door,
            "day": row.day.isoformat(),
            "count": row.count,
            "bytes": row.bytes,
            "last_at": row.last_at.isoformat(),
        }
        for row in context["page"].items
    ]
    code = [{"title": snippet.title, "code": snippet.code} for snippet in context["snippets"]]
    facts = {"version": place.label, "snippets": code, "runs": uses, "hidden_runs": context["hidden"]}
    facts |= {"next_runs": context["runs"].next, "previous_runs": context["runs"].previous}
    facts |= {"next": context["page"].next, "previous": context["page"].previous}
    return PageData("downloads", facts, rows, ("username", "door", "day", "count", "bytes", "last_at"))
