"""What the pages that edit share, by whichever path a version is reached: labels, a text, a confirmation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts.forms import DescriptionForm, LabelForm
from artifacts.places import Place
from artifacts.services.values import MAX_DESCRIPTION
from artifacts.services.versions import Edit, edit_version
from artifacts.undoing import UNDOABLE
from common.back import back_of
from common.forms import ServiceForm, TypedNameForm, posted
from common.htmx import asks_by_htmx, lead_to, put_at, render_page
from events.models import Event
from events.services import heard

Change = Callable[[list[str], list[str]], object]
"""Adds the first names and takes the second ones away."""


def edit_labels(
    request: PersonalRequest, changes: Mapping[str, Change], *, here: str, url: str, context: dict[str, Any]
) -> HttpResponse:
    """The page of aliases and tags at `here`, or the change that its forms, or those in the heads of pages, ask for.

    `changes` by kind, "alias" or "tag"; a form's fields are `<kind>-add` and `<kind>-remove`, and `next` is where it was sent
    from, `url` when not said. `context` has the `aliases` and `tags` that are there. To htmx a refusal is a pop-up's field.
    """
    forms: dict[str, LabelForm] = {}
    for kind, change in changes.items():
        sent = request.POST if {f"{kind}-add", f"{kind}-remove"} & set(request.POST) else None
        forms[kind] = form = LabelForm(sent, prefix=kind)
        if form.is_valid():
            with form.refusals_at("add"):
                with heard() as told:
                    change(form.listed("add"), form.listed("remove"))
                messages.success(request, _said(form.cleaned_data), extra_tags=undo_tag(told))
                return _back(request, url)
        if form.is_bound and asks_by_htmx(request):
            return _refused(request, kind, form)
    context |= {"forms": forms, "here": here, "back": url}
    status = max(form.status for form in forms.values())
    return render_page(request, "artifacts/labels.html", context, status=status)


def _back(request: HttpRequest, url: str) -> HttpResponse:
    """To where one was, but not by the address of the alias that is no longer there."""
    gone = request.POST.get("alias-remove", "")
    back = back_of(request, url)
    return lead_to(request, url) if gone and f"/@{gone}/" in unquote(back) else redirect(back)


def _refused(request: HttpRequest, kind: str, form: LabelForm) -> HttpResponse:
    """The field of a pop-up with what is wrong, put where it was."""
    context = {"kind": kind, "value": request.POST.get(f"{kind}-add", ""), "errors": form.problems}
    response = render_page(request, "artifacts/_label_field.html", context, status=422)
    return put_at(response, f"#{kind}-field")


def undo_tag(told: list[Event]) -> str:
    """What a toast carries so that the change can be taken back from it: the id of the one event that can be, or nothing."""
    return str(told[0].pk) if len(told) == 1 and told[0].type in UNDOABLE else ""


def _said(given: dict[str, str]) -> str:
    if given["add"]:
        return _("%(name)s is set.") % {"name": given["add"]}
    return _("%(name)s is taken away.") % {"name": given["remove"]}


def edit_place_labels(request: PersonalRequest, place: Place, move: Change) -> HttpResponse:
    """Aliases, moved by `move`, and tags of a version or of a link."""
    require(request.user, Action.MOVE_ALIAS, place.container)

    def retag(add: list[str], remove: list[str]) -> None:
        edit = Edit(add_tags=add, remove_tags=remove)
        edit_version(actor=request.user, version=place.version, through=place.container, edit=edit)

    context = {
        "title": _("Aliases and tags of %(name)s") % {"name": f"{place.name}:{place.label}"},
        "aliases": place.aliases,
        "may_guard": place.may["move_protected_alias"],
        "tags": [tag.name for tag in place.version.tags.all()],
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Aliases and tags"), "")],
    }
    return edit_labels(
        request, {"alias": move, "tag": retag}, here=place.doors["labels"], url=place.url, context=context
    )


def edit_place_text(request: PersonalRequest, place: Place) -> HttpResponse:
    """The description of a version, wherever it is reached (F31 row 13)."""
    require(request.user, Action.EDIT_VERSION, place.container)
    form = DescriptionForm(posted(request), initial={"description": place.version.description})
    page = {
        "title": _("Description of %(name)s") % {"name": f"{place.name}:{place.label}"},
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Description"), "")],
    }

    def change(given: dict[str, Any]) -> None:
        edit = Edit(description=given["description"])
        edit_version(actor=request.user, version=place.version, through=place.container, edit=edit)

    return edit_text(request, form, change, field="description", back=place.url, after=lambda: place.url, page=page)


def edit_text(
    request: PersonalRequest,
    form: ServiceForm,
    change: Callable[[dict[str, Any]], object],
    *,
    field: str | None,
    back: str,
    after: Callable[[], str],
    page: dict[str, Any],
) -> HttpResponse:
    """A form with a text in Markdown: shown, previewed, or carried out by `change`, whose refusal stands at `field`, or above.

    `page` gives title and crumbs; `back` is where one came from and `after`, asked once it is done, where one goes.
    """
    page |= {"form": form, "back": back}
    if "preview" in request.POST:
        page["preview"] = request.POST.get("description", "")[:MAX_DESCRIPTION]
        return render_page(request, "artifacts/edit_text.html", page, partial="preview")
    if form.is_valid():
        with form.refusals_at(field):
            change(form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(after())
    return render_page(request, "artifacts/edit_text.html", page, status=form.status)


def confirm(
    request: PersonalRequest,
    change: Callable[[], object],
    *,
    word: str = "",
    back: str,
    after: str,
    page: dict[str, Any],
    template: str = "artifacts/confirm.html",
) -> HttpResponse:
    """A page that says what will be lost; `change` runs once it is confirmed, by typing `word` where there is one.

    `page` gives title, losses (sentences), button, done (the message) and crumbs; refusal says why it cannot be, if so.
    """
    form = TypedNameForm(posted(request), expected=word) if word else ServiceForm(posted(request))
    if form.is_valid():
        with form.refusals_at():
            with heard() as told:
                change()
            messages.success(request, page["done"], extra_tags=undo_tag(told))
            return redirect(after)
    return render_page(request, template, page | {"form": form, "back": back}, status=form.status)
