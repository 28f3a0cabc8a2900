"""Invitations: made and withdrawn by admins, opened by whoever has the link."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from access.models import Invitation
from access.policy import require_organization_admin
from access.services import invitations as service
from access.services.keys import digest_of
from accounts.forms import AccountForm
from accounts.organization_forms import InvitationForm
from accounts.requests import PersonalRequest
from accounts.shell import front_of
from accounts.views.guarded import secret_address
from accounts.views.house import PAGE, open_house
from accounts.views.signing_in import sign_in
from common.data import Row
from common.errors import NotFoundError
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from common.pagination import paginate
from storage.signing import base_url


@never_cache
@asks_or_changes
def invitations(request: PersonalRequest, organization: str) -> HttpResponse:
    """The open invitations, and a form that makes one; its link is on the answer to that form and nowhere else."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    form, made = InvitationForm(posted(request), organization=house.organization), {}
    if form.is_valid():
        with form.refusals_at():
            invitation, token = service.create_invitation(
                actor=request.user, organization=house.organization, **form.fields_of_invitation
            )
            form, made = InvitationForm(None, organization=house.organization), _hand_over(request, invitation, token)
    rows = house.organization.invitations.open().select_related("team__namespace", "created_by")
    page = paginate(rows, order=("-pk",), cursor=request.GET.get("cursor", ""), size=PAGE)
    context = house.context((_("Invitations"), ""), form=form, page=page) | made
    data = house.data("invitations", page, map(_row, page.items))
    return render_page(request, "organizations/invitations.html", context, status=form.status, data=data)


def _row(invitation: Invitation) -> Row:
    """An open invitation as data; its link was shown once and is not known here."""
    return {
        "email": invitation.email,
        "role": invitation.role,
        "team": invitation.team.name if invitation.team else None,
        "team_role": invitation.team_role or None,
        "created": invitation.created_at,
        "expires": invitation.expires_at,
    }


@require_POST
def revoke(request: PersonalRequest, organization: str, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    invitation = house.organization.invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFoundError(_("There is no such invitation."))
    service.revoke_invitation(actor=request.user, invitation=invitation)
    messages.success(request, _("The invitation is withdrawn; its link opens nothing any more."))
    return redirect(house.url("invitations"))


@secret_address
@asks_or_changes
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Join by an invitation: at once for those who are signed in, with a new account for others."""
    user = request.user
    if user.is_authenticated and Invitation.objects.filter(digest=digest_of(token), used_by=user).exists():
        return redirect("registries:home")
    try:
        found = service.find_invitation(token)
    except NotFoundError:
        return render(request, "accounts/invitation_gone.html", status=404)
    if user.is_authenticated and request.method == "POST":
        joined = service.accept_invitation(actor=user, token=token)
        messages.success(request, _("Welcome to %(name)s.") % {"name": joined.name})
        return redirect(front_of(joined.name))
    context = {"invitation": found, "here": request.path}
    if user.is_authenticated:
        return render(request, "accounts/invitation.html", context)
    form = AccountForm(posted(request), initial={"email": found.email})
    if form.is_valid():
        with form.refusals_at():
            return sign_in(request, service.sign_up(token=token, **form.cleaned_data))
    return render(request, "accounts/invitation.html", context | {"form": form}, status=form.status)


def _hand_over(request: PersonalRequest, made: Invitation, token: str) -> dict[str, Any]:
    """What the page says of the invitation just made; it is mailed, where there are an address and a mail server."""
    link = base_url(request) + reverse("invitation", args=[token])
    is_sent = False
    if made.email and settings.SENDS_MAIL:
        mail = {"invitation": made, "link": link}
        is_sent = get_adapter(request).send_mail("organizations/email/invitation", made.email, mail)
    return {"made": made, "link": link, "is_sent": is_sent}
