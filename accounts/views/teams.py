"""Teams of an organization and their members."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.models import Team, TeamMembership
from access.policy import require_organization_admin, require_team_admin
from access.services import teams as service
from accounts import directory
from accounts.organization_forms import ROLES, LifetimesForm, NameForm
from accounts.requests import PersonalRequest
from accounts.views.house import PAGE, House, Question, ask, open_house
from common.data import Row
from common.errors import ConflictError, NotFoundError
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from common.pagination import paginate


@asks_or_changes
def teams(request: PersonalRequest, organization: str) -> HttpResponse:
    """The teams, and for admins a form that makes one."""
    house = open_house(request, organization, "teams")
    form = NameForm(posted(request))
    if form.is_bound:
        require_organization_admin(request.user, house.organization)
    if form.is_valid():
        with form.refusals_at("name"):
            made = service.create_team(
                actor=request.user, organization=house.organization, admin=request.user, **form.cleaned_data
            )
            messages.success(request, _("The team %(name)s is made; you are its admin.") % {"name": made.name})
            return redirect(house.url("team", made.name))
    rows = directory.teams(house.organization, request.user)
    page = paginate(rows, order=("namespace__name_key", "pk"), cursor=request.GET.get("cursor", ""), size=PAGE)
    context = house.context(form=form, page=page)
    data = house.data("teams", page, map(_row, page.items))
    return render_page(request, "organizations/teams.html", context, status=form.status, data=data)


def _row(team: Any) -> Row:
    """A row of `directory.teams` as data."""
    return {"name": team.name, "members": team.people, "projects": team.projects, "your_role": team.own}


@require_safe
def team(request: PersonalRequest, organization: str, team: str) -> HttpResponse:
    """The members of a team; with `q`, who could be added."""
    house = open_house(request, organization, "teams")
    found = directory.get_team(house.organization, team)
    own = found.memberships.filter(user=request.user).values_list("role", flat=True).first()
    can_manage = house.is_admin or own == TeamMembership.Role.ADMIN
    words = request.GET.get("q", "").strip()[:128] if can_manage else ""
    rows = directory.team_members(found)
    page = paginate(rows, order=("user__username", "pk"), cursor=request.GET.get("cursor", ""), size=PAGE)
    context = house.context(
        (found.name, ""),
        team=found,
        own=own,
        can_manage=can_manage,
        words=words,
        found=directory.not_in_team(found, words),
        total=rows.count(),
        page=page,
        roles=ROLES,
    )
    members = ({"username": row.user.username, "name": row.user.full_name, "role": row.role} for row in page.items)
    data = house.data("team", page, members, team=found.name, total=context["total"])
    return render_page(request, "organizations/team.html", context, data=data)


@require_POST
def set_member(request: PersonalRequest, organization: str, team: str) -> HttpResponse:
    """Add somebody of the organization to a team, or change their role in it."""
    house = open_house(request, organization, "teams")
    found = directory.get_team(house.organization, team)
    require_team_admin(request.user, found)
    user = directory.get_member(house.organization, request.POST.get("username", ""))
    service.set_member(actor=request.user, team=found, user=user, role=request.POST.get("role", ""))
    names = {"name": user.display_name, "team": found.name}
    messages.success(request, _("The role of %(name)s in %(team)s is set.") % names)
    return redirect(house.url("team", found.name))


@asks_or_changes
def remove_member(request: PersonalRequest, organization: str, team: str, username: str) -> HttpResponse:
    """Ask, then take somebody out of a team: anybody for its admins, and oneself."""
    house = open_house(request, organization, "teams")
    found = directory.get_team(house.organization, team)
    if username.casefold() != request.user.username.casefold():
        require_team_admin(request.user, found)
    user = directory.get_member(house.organization, username)
    if request.method != "POST":
        if not found.memberships.filter(user=user).exists():
            raise NotFoundError(_("The team has no such member."))
        names = {"name": user.display_name, "team": found.name}
        title = _("Leave %(team)s?") if user == request.user else _("Remove %(name)s from %(team)s?")
        losses = [_("the role on the team's projects, and on every registry to which the team was added")]
        action = _("Leave") if user == request.user else _("Remove")
        return ask(request, house, Question(title % names, action, losses, house.url("team", found.name)))
    service.remove_member(actor=request.user, team=found, user=user)
    messages.success(request, _("%(name)s is removed.") % {"name": user.display_name})
    return redirect(house.url("team", found.name))


@asks_or_changes
def settings(request: PersonalRequest, organization: str, team: str) -> HttpResponse:
    """Rename a team, or go on to delete it."""
    house = open_house(request, organization, "teams")
    found = directory.get_team(house.organization, team)
    require_organization_admin(request.user, house.organization)
    form = NameForm(posted(request), initial={"name": found.name})
    if form.is_valid():
        with form.refusals_at("name"):
            service.rename_team(actor=request.user, team=found, name=form.cleaned_data["name"])
            messages.success(request, _("The team is called %(name)s now.") % {"name": found.name})
            return redirect(house.url("team", found.name))
    found = directory.get_team(house.organization, team)  # as it is, not as it could not become
    crumbs = (found.name, house.url("team", found.name)), (_("Settings"), "")
    context = house.context(*crumbs, team=found, form=form)
    return render(request, "organizations/team_settings.html", context, status=form.status)


@asks_or_changes
def lifetimes(request: PersonalRequest, organization: str, team: str) -> HttpResponse:
    """How long the team's versions live, and who may say otherwise (F133)."""
    house = open_house(request, organization, "teams")
    found = directory.get_team(house.organization, team)
    require_team_admin(request.user, found)
    days = f"{found.default_ttl_seconds / 86400:.5g}" if found.default_ttl_seconds else None
    form = LifetimesForm(posted(request), initial={"days": days, "members_set": found.members_set_ttl})
    if form.is_valid():
        with form.refusals_at("days"):
            service.set_lifetimes(actor=request.user, team=found, **form.given)
            messages.success(request, _("Saved."))
            return redirect(house.url("team", found.name))
    context = house.context((found.name, house.url("team", found.name)), (_("Retention"), ""), team=found, form=form)
    return render(request, "organizations/team_lifetimes.html", context, status=form.status)


@asks_or_changes
def delete(request: PersonalRequest, organization: str, team: str) -> HttpResponse:
    """Ask for the name, then dissolve a team."""
    house = open_house(request, organization, "teams")
    require_organization_admin(request.user, house.organization)
    try:
        found = directory.get_team(house.organization, team)
    except NotFoundError:
        if request.method != "POST":
            raise
        return redirect(house.url("teams"))  # gone already
    if request.method != "POST":
        return ask(request, house, _question(house, found))
    if request.POST.get("typed", "").strip() != found.name:
        error = _("Type the name exactly as it stands: %(name)s.") % {"name": found.name}
        return ask(request, house, _question(house, found, error), status=400)
    name = found.name
    try:
        service.delete_team(actor=request.user, team=found)
    except ConflictError as error:
        return ask(request, house, _question(house, found, error.message), status=409)
    messages.success(request, _("The team %(name)s is deleted.") % {"name": name})
    return redirect(house.url("teams"))


def _question(house: House, team: Team, error: str = "") -> Question:
    losses = [
        _("the memberships of its %(n)s people and service accounts") % {"n": team.memberships.count()},
        _("its own service accounts, with their keys: jobs that use them stop working"),
        _("the roles that it gave them on registries"),
        _("its name, which others may take then"),
    ]
    title = _("Delete the team %(name)s?") % {"name": team.name}
    back, is_refused = house.url("team", team.name), False
    try:
        service.require_no_projects(team)
    except ConflictError as refusal:
        error, is_refused = refusal.message, True
    return Question(title, _("Delete"), losses, back, typed=team.name, error=error, is_refused=is_refused)
