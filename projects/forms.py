"""Forms of projects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ServiceForm
from projects.models import Project

VISIBILITIES = [
    (Project.Visibility.TEAM, _("Team: everybody in the team, with their role there")),
    (
        Project.Visibility.RESTRICTED,
        _("Restricted: only people and teams who are added, and admins of the organization"),
    ),
]


class ProjectForm(ServiceForm):
    """Name and visibility; a personal project is its owner's alone and has but a name (F36)."""

    name = forms.CharField(label=_("Name"), max_length=128, help_text=_("Scripts that log to the project must use it."))
    visibility = forms.ChoiceField(label=_("Visibility"), choices=VISIBILITIES, widget=forms.RadioSelect)

    @classmethod
    def of(cls, project: Project, data: Any = None) -> ProjectForm:
        """The form, filled with what `project` has."""
        form = cls(data, initial={"name": project.name, "visibility": project.visibility})
        if project.organization_id is None:
            del form.fields["visibility"]
        return form
