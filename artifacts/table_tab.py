"""A table among the files of a version: what its page shows (F81, C21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.grids import MAX_FILES, MAX_PICTURES, File, Table
from artifacts.places import Place
from artifacts.previews import IMAGE_SUFFIXES, preview
from artifacts.reading import find_entry
from common.errors import NotFoundError
from common.sheets.choosing import Wish
from common.sheets.sheet import Sheet

Context = dict[str, Any]


def find_table(place: Place, user: User, query: QueryDict, path: str) -> Table:
    """The rows that the address wishes for. Raises ForbiddenError for restricted viewers, NotFoundError for no table."""
    require(user, Action.DOWNLOAD_FILE, place.container)
    sheet = preview(find_entry(place.version, path)).sheet
    if sheet is None:
        raise NotFoundError(_("This file is no table that can be shown; the Files tab says what it is."))
    return Table.of(path, sheet, Wish.read(query))


def table_alone(place: Place, table: Table) -> Context:
    """The table without the files beside it."""
    return {
        "grid": table.grid(_files_of(place)),
        "data_url": _data_url(place, table.path),
        "file_url": place.file_url(table.path),
        "download_url": place.file_url(table.path, "download"),
        "facts": table.sheet.facts,
    }


def table_among_files(place: Place, query: QueryDict, path: str, sheet: Sheet) -> Context:
    """The same as a part of the Files tab."""
    table = Table.of(path, sheet, Wish.read(query))
    return {
        "grid": table.grid(_files_of(place)),
        "data_url": _data_url(place, path),
        "wide_url": place.file_url(path, "table"),
    }


def _data_url(place: Place, path: str) -> str:
    return place.file_url(path, "table").removesuffix("/")


def _files_of(place: Place) -> Any:
    """What finds the files that cells name, of those that the version has bytes of: one query."""

    def find(paths: Sequence[str]) -> Mapping[str, File]:
        entries = place.version.entries.filter(path__in=paths[:MAX_FILES]).exclude(blob=None) if paths else None
        there = set(entries.values_list("path", flat=True)) if entries is not None else set[str]()
        pictures = [path for path in paths if path in there and path.lower().endswith(IMAGE_SUFFIXES)][:MAX_PICTURES]
        small = {path: f"{place.file_url(path, 'thumbnail')}?small=1" for path in pictures}
        return {path: File(place.file_url(path), small.get(path, "")) for path in there}

    return find
