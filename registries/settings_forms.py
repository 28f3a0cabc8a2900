"""Forms of a registry's settings and of a new registry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.models import Organization, Team, User
from access.reach import find_principal
from common.forms import PictureField, ServiceForm, checked
from registries.forms import VISIBILITIES
from registries.models import Registry
from registries.services.registries import MAX_NAME, Edit, check_name, check_types

SEPARATOR = re.compile(r"[,\n]")
ALL, SPECIFIED = "all", "specified"
TYPES = [(ALL, _("All types")), (SPECIFIED, _("Only the types named here"))]


def listed(text: str) -> list[str]:
    """The parts of a text between commas and line breaks, each once."""
    return [part for part in dict.fromkeys(piece.strip() for piece in SEPARATOR.split(text)) if part]


class GeneralForm(ServiceForm):
    """Name and description."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        help_text=_("Pages lead on from the old name; scripts must use the new one."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 6}), help_text=_("Markdown.")
    )

    @classmethod
    def of(cls, registry: Registry, data: Any = None, draft: Mapping[str, Any] | None = None) -> GeneralForm:
        """The form, filled with what `registry` has, or with a draft of it."""
        return cls(data, initial={"name": registry.name, "description": registry.description} | dict(draft or {}))


class IconForm(ServiceForm):
    """A picture for the registry."""

    picture = PictureField(required=True)


class TypesForm(ServiceForm):
    """Types to add, or whether all are accepted."""

    types = forms.CharField(
        label=_("Add types"), required=False, max_length=4000,
        help_text=_("With commas between them. A type that was saved stays for good."),
    )  # fmt: skip
    accepts = forms.ChoiceField(choices=TYPES, required=False)

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data)
        self.fields["types"].required = "accepts" not in self.data

    def clean(self) -> dict[str, Any]:
        """One of the two must be there."""
        given = super().clean() or {}
        if not self.errors and not given["accepts"] and not listed(given["types"]):
            self.add_error("types", _("Name at least one type."))
        return given

    @property
    def edit(self) -> Edit:
        """What the service is to change."""
        accepts = self.cleaned_data["accepts"]
        return Edit(add_types=listed(self.cleaned_data["types"]), accepts_all_types=accepts == ALL if accepts else None)


class AliasForm(ServiceForm):
    """An alias to protect."""

    name = forms.CharField(label=_("Alias"), max_length=128)


class NewRegistryForm(ServiceForm):
    """What a new registry is called, who sees it, what it accepts and who is added (F15)."""

    name = forms.CharField(
        label=_("Name"), max_length=MAX_NAME, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Markdown.")
    )
    visibility = forms.ChoiceField(label=_("Visibility"), choices=VISIBILITIES, widget=forms.RadioSelect)
    accepts = forms.ChoiceField(label=_("Accepted types"), choices=TYPES, initial=ALL, widget=forms.RadioSelect)
    types = forms.CharField(
        label=_("Types"), required=False, max_length=4000,
        help_text=_("With commas between them, such as model, dataset. A type that was saved stays for good."),
    )  # fmt: skip
    members = forms.CharField(
        label=_("Members"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Usernames, e-mail addresses or teams, one a line. People start as Member, teams as Viewer."),
    )  # fmt: skip

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        here = reverse("registries:new_registry", args=[organization.name])
        check = {"hx-get": here, "hx-target": "#name-check", "hx-trigger": "input changed delay:300ms"}
        self.fields["name"].widget.attrs |= check

    def clean_members(self) -> list[User | Team]:
        """Those who are named, all of the organization."""
        names = listed(self.cleaned_data["members"])
        return [checked(partial(find_principal, self.organization), name) for name in names]

    def clean_name(self) -> str:
        """A name that registries may have."""
        return checked(check_name, self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """Types that artifacts may have, at least one where only those named are accepted."""
        given = super().clean() or {}
        if given.get("accepts") == SPECIFIED:
            kinds = listed(given.get("types", ""))
            try:
                checked(check_types, kinds)
            except forms.ValidationError as error:
                self.add_error("types", error)
        return given

    @property
    def wanted_types(self) -> list[str] | None:
        """The types named, or None for all."""
        return listed(self.cleaned_data["types"]) if self.cleaned_data["accepts"] == SPECIFIED else None
