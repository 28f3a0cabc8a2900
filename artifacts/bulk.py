"""What is done with several versions at once, whichever series they are of: choose, say what happens, do it (C13, F58)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.models import Container
from accounts.requests import PersonalRequest
from artifacts.forms import LabelForm
from artifacts.series import Series
from artifacts.services.values import check_tags
from artifacts.services.versions import tag_versions
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from common.forms import ServiceForm, checked, listed, posted
from common.htmx import render_page

MOST = 100
NUMBER = re.compile(r"v?(\d{1,9})\Z")


@dataclass(frozen=True)
class Fate:
    """A chosen row and, where it stays as it is, why."""

    row: Any
    refusal: str = ""

    @property
    def aliases(self) -> list[str]:
        """What points at it."""
        return [alias.name for alias in self.row.aliases.all()]

    @property
    def tags(self) -> list[str]:
        """Those of the version, whichever way it is seen."""
        return [tag.name for tag in getattr(self.row, "version", self.row).tags.all()]


class TagsForm(LabelForm):
    """Tags to give and to take, separated by commas."""

    add = forms.CharField(label=gettext_lazy("Add tags"), required=False, max_length=2000)
    remove = forms.CharField(label=gettext_lazy("Take tags away"), required=False, max_length=2000)

    def clean_add(self) -> list[str]:
        """Each a tag."""
        return checked(check_tags, listed(self.cleaned_data["add"]))

    def clean_remove(self) -> list[str]:
        """Names; what no version has is no error."""
        return listed(self.cleaned_data["remove"])


def chosen(series: Series, query: QueryDict) -> list[Any]:
    """The rows of `?v=14&v=12`, newest first, with version and aliases at hand; those that are gone are left out.

    Raises InvalidInputError for what is no number, and for more than 100 of them.
    """
    found = [NUMBER.match(text) for text in query.getlist("v")[: MOST + 1]]
    if not all(found):
        raise InvalidInputError(_("Name versions by their numbers, as in ?v=14&v=12."))
    numbers = {int(match[1]) for match in found if match}
    if len(numbers) > MOST:
        raise InvalidInputError(_("Choose at most %(most)s versions at once.") % {"most": MOST})
    if not numbers:
        return []
    tags = f"{series.path}tags"
    rows = series.rows.filter(index__in=numbers).prefetch_related(series.with_aliases, tags).order_by("-index")
    project = f"{series.path}artifact__project"
    home = ["collection__registry"] if series.path else []
    return list(rows.select_related(project, *home).defer(f"{series.path}metadata", f"{series.path}description"))


def tag_chosen(
    request: PersonalRequest, series: Series, through: Container, *, back: str, crumbs: list[tuple[str, str]]
) -> HttpResponse:
    """Give tags to the chosen versions, or take them: a page that asks which, then one edit each."""
    fates = [Fate(row) for row in chosen(series, request.POST or request.GET)]
    form = TagsForm(posted(request))
    if fates and form.is_valid():
        versions = [fate.row.version if series.path else fate.row for fate in fates]
        with form.refusals_at("add"):
            tag_versions(actor=request.user, versions=versions, through=through, **form.cleaned_data)
            messages.success(request, _("The tags are set."))
            return redirect(back)
    context = {"title": _("Tag versions"), "fates": fates, "form": form, "back": back, "crumbs": crumbs}
    return render_page(request, "artifacts/bulk_tags.html", context, status=form.status)


def remove_chosen(
    request: PersonalRequest, fates: Sequence[Fate], remove: Callable[[Any], object], *, back: str, page: dict[str, Any]
) -> HttpResponse:
    """Unlink or delete the chosen: a page that says what goes and what stays, then `remove` for each that may go.

    `page` gives title, losses (sentences), impact, fate (what happens to a version), button and crumbs.
    """
    form = ServiceForm(posted(request))
    if form.is_valid():
        _say(request, _try_each((fate.row for fate in fates if not fate.refusal), remove))
        return redirect(back)
    context = page | {"fates": fates, "form": form, "back": back}
    return render_page(request, "artifacts/bulk_remove.html", context, status=form.status)


def _try_each(rows: Iterable[Any], remove: Callable[[Any], object]) -> tuple[int, list[str]]:
    """How many went, and which could not after all: an alias may have been protected meanwhile."""
    gone, kept = 0, []
    for row in rows:
        try:
            remove(row)
            gone += 1
        except (ConflictError, ForbiddenError, NotFoundError):
            kept.append(str(row.label))
    return gone, kept


def _say(request: PersonalRequest, outcome: tuple[int, list[str]]) -> None:
    gone, kept = outcome
    if gone:
        done = ngettext("%(count)s version is gone.", "%(count)s versions are gone.", gone)
        messages.success(request, done % {"count": gone})
    elif not kept:
        messages.info(request, _("Nothing was left to do."))
    if kept:
        messages.warning(request, _("These stay: %(labels)s.") % {"labels": ", ".join(kept)})
