"""API keys of one's own, and the page to which `wandb login` sends people."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from access.services.keys import MOST_KEYS, create_key, revoke_key
from accounts.forms import KeyForm
from accounts.requests import PersonalRequest
from common.errors import DomainError, NotFoundError
from common.forms import asks_or_changes
from common.htmx import render_page, wants_fragment


@never_cache
@asks_or_changes
def keys(request: PersonalRequest) -> HttpResponse:
    """The keys one has, and a form that makes one; its secret is on the answer to that form and nowhere else."""
    form, secret = KeyForm(request.POST or None), ""
    if form.is_bound and form.is_valid():
        try:
            _key, secret = create_key(actor=request.user, user=request.user, **form.fields_of_key)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            form = KeyForm()
    return _page(request, form, secret, status=422 if form.is_bound else 200)


@require_POST
def revoke(request: PersonalRequest, key_id: int) -> HttpResponse:
    """Revoke one of one's own keys."""
    key = request.user.api_keys.filter(pk=key_id).first()
    if key is None:
        raise NotFoundError(_("There is no such key; it may be revoked already."))
    revoke_key(actor=request.user, key=key)
    return _page(request, KeyForm()) if wants_fragment(request) else redirect("accounts:keys")


@never_cache
@asks_or_changes
def authorize(request: PersonalRequest) -> HttpResponse:
    """Make and show the key that `wandb login` asks for."""
    secret = ""
    if request.method == "POST":
        name = _("wandb login, %(day)s") % {"day": f"{timezone.localdate():%Y-%m-%d}"}
        _key, secret = create_key(actor=request.user, user=request.user, name=name)
    context = {"secret": secret, "crumbs": [(_("Authorize"), "")]}
    return render_page(request, "accounts/authorize.html", context, partial="key")


def _page(request: PersonalRequest, form: KeyForm, secret: str = "", status: int = 200) -> HttpResponse:
    rows = list(request.user.api_keys.all()[:MOST_KEYS])
    context = {"form": form, "keys": rows, "secret": secret, "now": timezone.now()}
    context["crumbs"] = [(_("Profile"), reverse("accounts:profile")), (_("API keys"), "")]
    return render_page(request, "accounts/keys.html", context, partial="keys", status=status)
