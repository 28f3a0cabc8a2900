"""Forms of an organization's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from access.models import ApiKey, Organization, Team
from access.roles import Role
from access.services.teams import MAX_TTL
from accounts.forms import KeyForm
from common.forms import ServiceForm

ROLES = [("admin", _("Admin")), ("member", _("Member")), ("viewer", _("Viewer"))]


class TeamChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some teams, by name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Team.objects.none(), **options)


class InvitationForm(ServiceForm):
    """Who is invited, as what, and for how long the link is good."""

    email = forms.EmailField(label=_("E-mail address"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial="member")
    team = TeamChoice(label=_("Team"), required=False, empty_label=_("No team"))
    team_role = forms.ChoiceField(label=_("Role in the team"), choices=ROLES, initial="member", required=False)
    days = forms.TypedChoiceField(
        label=_("Expires"),
        choices=[(1, _("In a day")), (7, _("In 7 days")), (30, _("In 30 days")), (90, _("In 90 days"))],
        coerce=int,
        initial=7,
    )

    def __init__(self, data: QueryDict | None, *, organization: Organization) -> None:
        super().__init__(data)
        self.fields["team"].queryset = _teams_of(organization)  # type: ignore[attr-defined]
        self.fields["email"].help_text = (
            _("The link is sent there. Left empty, you hand it over yourself.")
            if settings.SENDS_MAIL
            else _("For your own list: this server sends no mail, so you hand the link over yourself.")
        )

    @property
    def fields_of_invitation(self) -> dict[str, Any]:
        """What `create_invitation` takes."""
        return self.cleaned_data | {"team_role": self.cleaned_data["team_role"] or "member"}


class LifetimesForm(ServiceForm):
    """How long the versions of a team live."""

    days = forms.DecimalField(
        label=_("Keep versions for, in days"), required=False, min_value=1, max_value=MAX_TTL // 86400, decimal_places=3,
        help_text=_(
            "From their creation, also those that are here already. Linked ones stay, and those that say something else "
            "themselves. Empty: forever."
        ),
    )  # fmt: skip
    members_set = forms.BooleanField(label=_("Members may choose another time for a version"), required=False)

    @property
    def given(self) -> dict[str, Any]:
        """What `set_lifetimes` takes."""
        days = self.cleaned_data["days"]
        return {"default_seconds": int(days * 86400) if days else None, "members_set": self.cleaned_data["members_set"]}


class NewMemberForm(ServiceForm):
    """An account that an admin makes for somebody."""

    username = forms.CharField(
        label=_("Username"), max_length=128, help_text=_("Letters, digits, '-', '_' and '.'. Scripts and addresses use it.")
    )  # fmt: skip
    full_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail address"))


class NameForm(ServiceForm):
    """The name of a team."""

    name = forms.CharField(label=_("Name"), max_length=128, help_text=_("Letters, digits, '-', '_' and '.'."))


class ServiceAccountForm(ServiceForm):
    """A new service account, of the organization or of a team."""

    name = forms.CharField(
        label=_("Name"), max_length=128, help_text=_("The job that will use it, such as nightly-eval.")
    )
    team = TeamChoice(
        label=_("Scope"), required=False, empty_label=_("Whole organization"),
        help_text=_("A team's account is a member of the team, and its runs go there."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, organization: Organization, team_ids: list[int] | None) -> None:
        """`team_ids` are those that may be chosen, if not all; then one has to be."""
        super().__init__(data)
        teams = _teams_of(organization)
        if team_ids is not None:
            teams = teams.filter(pk__in=team_ids)
            self.fields["team"].required = True
            self.fields["team"].empty_label = None  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class ServiceKeyForm(KeyForm):
    """A key of a service account."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"scope": ApiKey.Scope.WRITE, "days": 90})


class OrganizationForm(ServiceForm):
    """What holds for all registries of an organization."""

    default_registry_role = forms.TypedChoiceField(
        label=_("Default role on registries"),
        choices=[(3, _("Member")), (2, _("Viewer")), (1, _("Restricted viewer"))],
        coerce=lambda value: Role(int(value)),
        help_text=_("What members have on every registry that the organization sees. Its viewers never have more than Viewer."),
    )  # fmt: skip
    registry_founders = forms.ChoiceField(
        label=_("Who creates registries"), choices=Organization.Founders.choices,
        help_text=_("Viewers never do."),
    )  # fmt: skip


def _teams_of(organization: Organization) -> Any:
    return organization.teams.alive().select_related("namespace").order_by("namespace__name_key")
