"""The page that sets up an empty server."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.forms import SetupForm
from accounts.views.guarded import secret_address
from accounts.views.signing_in import sign_in
from common.forms import asks_or_changes, posted
from operations import setup as operation


@secret_address
@asks_or_changes
def setup(request: HttpRequest) -> HttpResponseBase:
    """Make the first account, organization and team; nothing is here without the token, nor once there is an account."""
    token = request.GET.get("token", "")
    operation.require_token(token)
    form = SetupForm(posted(request))
    if form.is_valid():
        with form.refusals_at():
            return sign_in(request, operation.found_server(given=token, **form.cleaned_data))
    return render(request, "accounts/setup.html", {"form": form}, status=form.status)
