"""The rows of the versions table. A page has fifty of them, which as a template took a third of its time."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import quote

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from artifacts.rows import Cell, Row
from common.formatting import filesize
from common.templatetags.vitrine import ago, alias_chip, icon, who

register = template.Library()


@dataclass(frozen=True)
class _Looks:
    """What all rows of a table have in common."""

    tag_url: str
    only_tagged: str
    best: str
    may_guard: bool


@register.simple_tag
def version_rows(rows: Iterable[Row], columns: Container[str], tag_url: str, may_guard: bool) -> SafeString:
    """Each with its version, metrics and those of artifacts/selection.py COLUMNS that are asked for.

    `tag_url` is the table by a tag, whose name is to follow; whoever may not move protected aliases (`may_guard`) is told by
    its checkbox that a version holds one.
    """
    looks = _Looks(tag_url, gettext("Only versions with this tag"), escape(gettext("(best)")), may_guard)
    cells = [cell for name, cell in CELLS.items() if name in ALWAYS or name in columns]
    written = ("".join([cell(row, looks) for cell in cells]) for row in rows)
    return mark_safe("".join(f"<tr>{row}</tr>\n" for row in written))  # noqa: S308  (each cell escapes what it holds)


def _checkbox(row: Row, looks: _Looks) -> str:
    guarded = " data-protected" if row.is_protected and not looks.may_guard else ""
    return (
        f'<td class="sel"><input class="form-check-input" type="checkbox" form="bulk" name="v" value="{row.index}"{guarded}'
        f' aria-label="{escape(row.select_label)}"></td>'
    )


def _version(row: Row, looks: _Looks) -> str:
    return f'<th scope="row"><a class="chip chip-version" href="{escape(row.url)}">{row.label}</a></th>'


def _aliases(row: Row, looks: _Looks) -> str:
    chips = "".join([alias_chip(name, is_protected) for name, is_protected in row.aliases])
    return f'<td><div class="chips">{chips}</div></td>' if chips else "<td></td>"


def _tags(row: Row, looks: _Looks) -> str:
    chips = "".join([_tag(name, looks.tag_url, looks.only_tagged) for name in row.tags])
    return f'<td><div class="chips">{chips}</div></td>' if chips else "<td></td>"


@lru_cache(1024)
def _tag(name: str, url: str, title: str) -> str:
    href = escape(url + quote(name, safe=""))
    return f'<a class="chip chip-tag" href="{href}" title="{escape(title)}"><span>{escape(name)}</span></a>'


def _metrics(row: Row, looks: _Looks) -> str:
    return "".join([f'<td class="num">{_metric(cell, looks)}</td>' for cell in row.cells])


def _metric(cell: Cell, looks: _Looks) -> str:
    if cell.value is None:
        return f'<span class="none">{cell.text}</span>'
    if not cell.is_best:
        return cell.text
    low = "" if cell.column.higher_is_better else " best-low"
    return f'<span class="best{low}">{cell.text}<span class="sr"> {looks.best}</span></span>'


def _who(row: Row, looks: _Looks) -> str:
    return f"<td>{who(row.who, moment=row.moment, short=True) if row.who else ago(row.moment)}</td>"


def _run(row: Row, looks: _Looks) -> str:
    if not row.run_url:
        return '<td><span class="none">–</span></td>'
    title = escape(row.run_title)
    return f'<td><a class="ell-run" href="{escape(row.run_url)}" title="{title}">{title}</a></td>'


def _size(row: Row, looks: _Looks) -> str:
    return f'<td class="num dim">{filesize(row.size)}</td>'


def _lifetime(row: Row, looks: _Looks) -> str:
    if not row.lifetime.seconds:
        for_good = escape(gettext("for good"))
        return f'<td class="num"><span class="dim">{for_good}</span></td>'
    days = ngettext("%(days)s day", "%(days)s days", row.lifetime.count) % {"days": row.lifetime.days}
    return f'<td class="num">{escape(days)}</td>'


def _digest(row: Row, looks: _Looks) -> str:
    return f"<td>{render_to_string('components/_digest.html', {'digest': row.digest})}</td>"


def _files(row: Row, looks: _Looks) -> str:
    return f'<td class="num">{row.file_count}</td>'


def _logged(row: Row, looks: _Looks) -> str:
    return f"<td>{ago(row.logged_at)}</td>"


def _menu(row: Row, looks: _Looks) -> str:
    return (
        '<td class="end"><button class="btn btn-quiet btn-icon btn-sm needs-js" type="button" popovertarget="row-menu"'
        f' aria-label="{escape(row.menu_label)}">{icon("ellipsis", 14)}</button></td>'
    )


ALWAYS = {"checkbox", "version", "metrics", "menu"}
CELLS: dict[str, Callable[[Row, _Looks], str]] = {
    "checkbox": _checkbox,
    "version": _version,
    "aliases": _aliases,
    "tags": _tags,
    "metrics": _metrics,
    "who": _who,
    "run": _run,
    "size": _size,
    "ttl": _lifetime,
    "digest": _digest,
    "files": _files,
    "logged": _logged,
    "menu": _menu,
}
