"""The search over everything that one may see."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonalRequest
from accounts.shell import Place, shell_of
from common.errors import NotFoundError
from common.htmx import render_page, wants_fragment
from common.names import fold
from registries.search import page
from registries.search.completion import completions
from registries.search.palette import offered


@require_safe
def search(request: PersonalRequest) -> HttpResponse:
    """What one may see of what is asked: `?q=tag:night&kind=versions&in=Acme`; 422 for what cannot be read."""
    scope, shell, query = _scope(request), shell_of(request), request.GET
    here = shell if scope is None or scope == shell.organization else None  # whose pages are those of one organization
    context = page.found(request.user, query.get("q", ""), query.get("kind", ""), scope, here)
    context |= {"scope": scope, "crumbs": [(_("Search"), "")]}
    context["completions"] = completions(request.user, context["q"], has_room=context["has_room"])
    status = 422 if "error" in context else 200
    return render_page(
        request, "registries/search.html", context, partial="results", status=status, data=lambda: page.data(context)
    )


@require_safe
def palette(request: PersonalRequest) -> HttpResponse:
    """What the palette of every page offers for `q`; whoever opens the address itself is led to the search page."""
    text = request.GET.get("q", "")
    if not wants_fragment(request):
        return redirect(page.address(text))
    context = offered(request.user, shell_of(request), text)
    return render(request, "registries/_palette.html", context)


def _scope(request: PersonalRequest) -> Place | None:
    """The organization that `in` names, among one's own. Raises NotFoundError."""
    name = request.GET.get("in", "")
    if not name:
        return None
    found = next((place for place in shell_of(request).organizations if fold(place.name) == fold(name)), None)
    if found is None:
        raise NotFoundError(_("There is no such organization, or you do not belong to it."))
    return found
