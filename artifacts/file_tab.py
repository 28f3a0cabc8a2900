"""What the Files tab of a version's page shows, with a file open or without (F81, F82)."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from access.models import User
from artifacts import listing
from artifacts.places import Place
from artifacts.previews import Look, Preview, preview
from artifacts.reading import find_entry
from artifacts.zips import MAX_FILES

Context = dict[str, Any]


def files(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """The tree of files, or the ones whose path contains `?q=`."""
    return {**_listing(place, query, ""), "entry": None}


def one_file(place: Place, query: QueryDict, path: str) -> Context:
    """The tree with one file open: shown to those who may download it, else only described."""
    entry = find_entry(place.version, path)
    context = _listing(place, query, path)
    look = Look.read(query)
    shown: Preview | None = preview(entry, look) if context["may_download"] else None
    return {
        **context,
        "entry": entry,
        "preview": shown,
        "raw": look.raw,
        "download_url": place.file_url(path, "download"),
        "thumbnail_url": place.file_url(path, "thumbnail"),
        "is_link": entry.reference_uri.lower().startswith(("http://", "https://")),
    }


def _listing(place: Place, query: QueryDict, current: str) -> Context:
    words = query.get("q", "").strip()
    if words:
        found = listing.find_files(place.version, words)
    else:
        found = listing.list_files(
            place.version, current=current, folder=query.get("folder", ""), after=query.get("after", "")
        )
    return {
        "q": words,
        "listing": found.addressed(place.file_url),
        "current": current,
        "may_download": place.may["download_file"],
        "may_zip": place.may["download_file"] and 0 < place.version.file_count <= MAX_FILES,
    }
