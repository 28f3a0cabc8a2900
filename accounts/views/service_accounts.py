"""Service accounts of an organization or of a team, and their keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from access.models import ApiKey, User
from access.policy import require_organization_admin
from access.services import keys
from access.services import service_accounts as service
from accounts import directory
from accounts.organization_forms import ServiceAccountForm, ServiceKeyForm
from accounts.requests import PersonalRequest
from accounts.views.house import PAGE, House, Question, ask, open_house
from common.data import PageData, Row
from common.errors import ConflictError, NotFoundError
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from common.pagination import paginate


@asks_or_changes
def service_accounts(request: PersonalRequest, organization: str) -> HttpResponse:
    """The service accounts, and for admins of the organization or of a team a form that makes one."""
    house = open_house(request, organization, "service_accounts")
    teams = None if house.is_admin else directory.administered_teams(house.organization, request.user)
    if request.method == "POST" and teams == []:
        require_organization_admin(request.user, house.organization)
    form = ServiceAccountForm(posted(request), organization=house.organization, team_ids=teams)
    if form.is_valid():
        with form.refusals_at("name"):
            return redirect(house.url("service_account", _create(request, house, form.cleaned_data).pk))
    page = paginate(
        directory.service_accounts(house.organization),
        order=("full_name", "pk"),
        cursor=request.GET.get("cursor", ""),
        size=PAGE,
    )
    context = house.context(form=form, page=page, teams=teams, can_create=teams != [])
    data = house.data("service-accounts", page, map(_account_row, page.items))
    return render_page(request, "organizations/service_accounts.html", context, status=form.status, data=data)


@never_cache
@asks_or_changes
def service_account(request: PersonalRequest, organization: str, account_id: int) -> HttpResponse:
    """The keys of a service account, and a form that makes one; its secret is on the answer and nowhere else."""
    house = open_house(request, organization, "service_accounts")
    account = _account(request, house, account_id)
    form, secret = ServiceKeyForm(posted(request)), ""
    if form.is_valid():
        with form.refusals_at():
            _key, secret = keys.create_key(actor=request.user, user=account, **form.fields_of_key)
            form = ServiceKeyForm()
    context = house.context(
        (account.full_name, ""),
        account=account,
        keys=list(account.api_keys.all()[: keys.MOST_KEYS]),
        form=form,
        secret=secret,
        now=timezone.now(),
    )
    data = PageData(
        "keys", {"organization": organization, "account": account.full_name}, map(_key_row, context["keys"])
    )
    page = "organizations/service_account.html"
    return render_page(request, page, context, status=form.status, data=lambda: data)


@require_POST
def revoke_key(request: PersonalRequest, organization: str, account_id: int, key_id: int) -> HttpResponse:
    """Revoke a key of a service account; once it is gone, again changes nothing."""
    house = open_house(request, organization, "service_accounts")
    account = _account(request, house, account_id)
    key = account.api_keys.filter(pk=key_id).first()
    if key:
        keys.revoke_key(actor=request.user, key=key)
        messages.success(request, _("The key %(name)s is revoked.") % {"name": key.name})
    return redirect(house.url("service_account", account.pk))


@asks_or_changes
def delete(request: PersonalRequest, organization: str, account_id: int) -> HttpResponse:
    """Ask, then end a service account."""
    house = open_house(request, organization, "service_accounts")
    try:
        account = _account(request, house, account_id)
    except NotFoundError:
        if request.method != "POST":
            raise
        return redirect(house.url("service_accounts"))  # gone already
    if request.method == "POST":
        service.delete_service_account(actor=request.user, account=account)
        messages.success(request, _("%(name)s is deleted, and its keys open nothing.") % {"name": account.full_name})
        return redirect(house.url("service_accounts"))
    losses = [
        _("its API keys: jobs that use them stop working"),
        _("its roles on registries and its place in teams"),
    ]
    title = _("Delete the service account %(name)s?") % {"name": account.full_name}
    return ask(request, house, Question(title, _("Delete"), losses, house.url("service_account", account.pk)))


def _account(request: PersonalRequest, house: House, account_id: int) -> User:
    """The service account, which the reader administers. Raises NotFoundError and ForbiddenError."""
    account = directory.get_service_account(house.organization, account_id)
    service.require_administration(request.user, account)
    return account


def _account_row(account: Any) -> Row:
    """A row of `directory.service_accounts` as data."""
    return {
        "id": account.pk,
        "name": account.full_name,
        "team": account.service_team.name if account.service_team else None,
        "keys": account.key_count,
        "last_used": account.key_used,
        "created": account.created_at,
    }


def _key_row(key: ApiKey) -> Row:
    """A key as data: what the page tells, never the secret, which nobody knows."""
    return {
        "name": key.name,
        "ends_in": key.hint,
        "scope": key.scope,
        "last_used": key.last_used_at,
        "expires": key.expires_at,
    }


def _create(request: PersonalRequest, house: House, given: dict[str, Any]) -> User:
    """The new account. Raises ConflictError for a name in use, so that a form sent twice makes one."""
    if house.organization.service_accounts.filter(deleted_at=None, full_name=given["name"].strip()).exists():
        raise ConflictError(
            _("There is a service account '%(name)s' already; open it, or choose another name.") % given
        )
    made = service.create_service_account(actor=request.user, organization=house.organization, **given)
    messages.success(request, _("%(name)s is made. Give it a key now.") % {"name": made.full_name})
    return made
