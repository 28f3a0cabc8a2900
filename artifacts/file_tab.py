"""What the Files tab of a version's page shows, with a file open or without (F81, F82)."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from access.models import User
from artifacts import listing
from artifacts.places import Place
from artifacts.previews import Look, Preview, preview
from artifacts.reading import find_entry
from artifacts.table_tab import table_among_files
from artifacts.zips import MAX_FILES

DESCRIPTIONS = {"readme.md", "model_card.md", "dataset_card.md", "readme.txt", "readme"}

Context = dict[str, Any]


def files(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """The tree of files with what describes all of them open, or the ones whose path contains `?q=`."""
    context = _listing(place, query, "")
    path = _description(context["listing"]) if context["may_download"] and not context["q"] else ""
    return {**context, "current": path, **(_opened(place, query, path) if path else {"entry": None})}


def _description(found: listing.Listing) -> str:
    """The file that tells what all of them are; nothing within a folder."""
    files = (node for node in found.nodes if not node.is_folder and node.path.casefold() in DESCRIPTIONS)
    return next((node.path for node in files), "")


def one_file(place: Place, query: QueryDict, path: str) -> Context:
    """The tree with one file open: shown to those who may download it, else only described."""
    return {**_opened(place, query, path), **_listing(place, query, path)}


def _opened(place: Place, query: QueryDict, path: str) -> Context:
    entry = find_entry(place.version, path)
    look = Look.read(query)
    shown: Preview | None = preview(entry, look) if place.may["download_file"] else None
    table = table_among_files(place, query, path, shown.sheet) if shown and shown.sheet else {}
    return table | {
        "entry": entry,
        "preview": shown,
        "raw": look.raw,
        "download_url": place.file_url(path, "download"),
        "thumbnail_url": place.file_url(path, "thumbnail"),
        "against_url": _against(place, path),
        "assembled": [(name, _part_url(place, shown, name)) for name in shown.paths] if shown else [],
        "is_link": entry.reference_uri.lower().startswith(("http://", "https://")),
    }


def _part_url(place: Place, shown: Preview, path: str) -> str:
    """Where one looks into a table of which another is made, or into the folder with its parts."""
    return f"{place.urls['files']}?{urlencode({'folder': path})}" if shown.kind == "parts" else place.file_url(path)


def _against(place: Place, path: str) -> str:
    """The file beside that of the version's base; nothing where there is none, or where it may not be looked into."""
    if not place.compare_url or not place.may["download_file"]:
        return ""
    return f"{place.compare_url}&{urlencode({'section': 'files', 'file': path})}"


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
