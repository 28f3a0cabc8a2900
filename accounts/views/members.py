"""People of an organization: who they are, and for admins what they may do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access.models import ContainerUserGrant, User
from access.policy import require_organization_admin
from access.services import organizations, people
from accounts import directory
from accounts.adapter import new_password_link
from accounts.organization_forms import ROLES, NewMemberForm
from accounts.requests import PersonalRequest
from accounts.views.house import PAGE, House, Question, ask, open_house
from common.csv import csv_response
from common.errors import ConflictError, NotFoundError
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from common.pagination import paginate

MOST_EXPORTED = 10_000


@require_safe
def members(request: PersonalRequest, organization: str) -> HttpResponse:
    """Everybody who belongs to the organization."""
    house = open_house(request, organization, "members")
    words = request.GET.get("q", "").strip()[:128]
    rows = directory.members(house.organization, words)
    page = paginate(rows, order=("user__username", "pk"), cursor=request.GET.get("cursor", ""), size=PAGE)
    shown = directory.member_rows(house.organization, page.items)
    context = house.context(page=page, rows=shown, words=words, roles=ROLES)
    data = house.data("members", page, (row.data for row in shown))
    return render_page(request, "organizations/members.html", context, data=data)


@require_safe
def members_csv(request: PersonalRequest, organization: str) -> HttpResponse:
    """Everybody who belongs to the organization as a table, for whoever reviews access: at most 10,000 people."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    rows = directory.members(house.organization).order_by("user__username", "pk")[:MOST_EXPORTED]
    head = ("username", "name", "email", "role", "teams", "last active", "member since")
    return csv_response(
        "members",
        [
            head,
            *(
                (
                    row.user.username,
                    row.user.full_name,
                    row.user.email,
                    row.role,
                    " ".join(row.teams),
                    row.seen,
                    row.since,
                )
                for row in directory.member_rows(house.organization, list(rows))
            ),
        ],
    )


@require_safe
def deactivated(request: PersonalRequest, organization: str) -> HttpResponse:
    """Whose membership is switched off."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    rows = house.organization.deactivated.select_related("user")
    page = paginate(rows, order=("user__username", "pk"), cursor=request.GET.get("cursor", ""), size=PAGE)
    data = house.data(
        "deactivated", page, ({"username": row.user.username, "name": row.user.full_name} for row in page.items)
    )
    context = house.context((_("Deactivated"), ""), page=page)
    return render_page(request, "organizations/deactivated.html", context, data=data)


@never_cache
@asks_or_changes
def new_account(request: PersonalRequest, organization: str) -> HttpResponse:
    """Make an account for somebody; the link by which they set a password is on the answer and nowhere else."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    form = NewMemberForm(posted(request))
    context = house.context((_("New account"), ""), form=form)
    if form.is_valid():
        with form.refusals_at():
            made = people.create_member(actor=request.user, organization=house.organization, **form.cleaned_data)
            context |= {"made": made, "link": new_password_link(request, made)}
            return render(request, "organizations/new_account.html", context)
    return render(request, "organizations/new_account.html", context, status=form.status)


@require_POST
def set_role(request: PersonalRequest, organization: str, username: str) -> HttpResponse:
    """Give a member another role."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    user = directory.get_member(house.organization, username)
    organizations.set_member(
        actor=request.user, organization=house.organization, user=user, role=request.POST.get("role", "")
    )
    messages.success(request, _("The role of %(name)s is changed.") % {"name": user.display_name})
    return redirect(house.url("members"))


@require_POST
def deactivate(request: PersonalRequest, organization: str, username: str) -> HttpResponse:
    """Switch a membership off, to be given back later."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    user = directory.get_present_or_former(house.organization, username)
    organizations.deactivate_member(actor=request.user, organization=house.organization, user=user)
    messages.success(request, _("%(name)s is deactivated. What they had is kept.") % {"name": user.display_name})
    return redirect("/" if user == request.user else house.url("members"))


@require_POST
def reactivate(request: PersonalRequest, organization: str, username: str) -> HttpResponse:
    """Switch a membership on again."""
    house = open_house(request, organization, "members")
    require_organization_admin(request.user, house.organization)
    user = directory.get_present_or_former(house.organization, username)
    organizations.reactivate_member(actor=request.user, organization=house.organization, user=user)
    messages.success(
        request, _("%(name)s is back, with role, teams and registries as before.") % {"name": user.display_name}
    )
    return redirect(house.url("members"))


@asks_or_changes
def remove(request: PersonalRequest, organization: str, username: str) -> HttpResponse:
    """Ask, then end a membership: anybody's for admins, and one's own."""
    house = open_house(request, organization, "members")
    if username.casefold() != request.user.username.casefold():
        require_organization_admin(request.user, house.organization)
    try:
        user = directory.get_present_or_former(house.organization, username)
    except NotFoundError:
        if request.method != "POST":
            raise
        return redirect(house.url("members"))  # gone already
    if request.method != "POST":
        return ask(request, house, _question(house, user, request.user))
    try:
        organizations.remove_member(actor=request.user, organization=house.organization, user=user)
    except ConflictError as error:
        return ask(request, house, _question(house, user, request.user, error.message), status=409)
    messages.success(request, _("%(name)s is removed.") % {"name": user.display_name})
    return redirect("/" if user == request.user else house.url("members"))


def _question(house: House, user: User, reader: User, error: str = "") -> Question:
    organization = house.organization
    teams = user.team_memberships.filter(team__organization=organization).count()
    grants = ContainerUserGrant.objects.filter(user=user, content_object__organization=organization).count()
    names = {"name": user.display_name, "organization": organization.name}
    losses = [_("the role in %(organization)s, and with it every registry that it opens") % names]
    if teams:
        losses.append(ngettext("the place in %(n)s team", "the places in %(n)s teams", teams) % {"n": teams})
    if grants:
        losses.append(
            ngettext("the role on %(n)s registry or project", "the roles on %(n)s registries and projects", grants)
            % {"n": grants}
        )
    title = _("Leave %(organization)s?") if user == reader else _("Remove %(name)s from %(organization)s?")
    action = _("Leave") if user == reader else _("Remove")
    return Question(title % names, action, losses, house.url("members"), error=error)
