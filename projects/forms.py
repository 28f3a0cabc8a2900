"""Forms of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.models import Namespace
from common.forms import ServiceForm, listed
from projects.models import Project, Run
from projects.services.projects import MAX_DESCRIPTION
from projects.services.runs import MAX_TAGS

VISIBILITIES = [
    (Project.Visibility.TEAM, _("Team: everybody in the team, with their role there")),
    (
        Project.Visibility.RESTRICTED,
        _("Restricted: only people and teams who are added, and admins of the organization"),
    ),
]


DESCRIPTION = {"rows": 4, "class": "form-control"}


class ProjectForm(ServiceForm):
    """Name, description and visibility; a personal project is its owner's alone (F36)."""

    name = forms.CharField(
        label=_("Name"), max_length=128,
        help_text=_("Scripts that log to the project must use it. Browsers are led on from the former name."),
    )  # fmt: skip
    description = forms.CharField(
        label=_("Description"), required=False, max_length=MAX_DESCRIPTION, widget=forms.Textarea(attrs=DESCRIPTION),
        help_text=_("Markdown."),
    )  # fmt: skip
    visibility = forms.ChoiceField(label=_("Visibility"), choices=VISIBILITIES, widget=forms.RadioSelect)

    @classmethod
    def of(cls, project: Project, data: Any = None) -> ProjectForm:
        """The form, filled with what `project` has."""
        initial = {"name": project.name, "visibility": project.visibility, "description": project.description}
        form = cls(data, initial=initial)
        if project.organization_id is None:
            del form.fields["visibility"]
        return form

    def clean_description(self) -> str:
        """With line ends as scripts write them, so that saving an unchanged text changes nothing."""
        return _lines(self.cleaned_data["description"])


class NewProjectForm(ProjectForm):
    """Whose the project is, too; `entities` are those to choose from. A personal one is always its owner's alone."""

    entity = forms.ChoiceField(label=_("Entity"), help_text=_("The team whose work it is, or yourself."))
    field_order = ("entity", "name", "description", "visibility")

    def __init__(self, *args: Any, entities: Sequence[Namespace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entities = {entity.name: entity for entity in entities}
        self.fields["entity"].choices = [(name, name) for name in self.entities]  # type: ignore[attr-defined]
        self.fields["visibility"].initial = Project.Visibility.TEAM
        self.fields["name"].help_text = _("Scripts log to the project by it.")
        check = {"hx-get": reverse("projects:new"), "hx-target": "#name-check", "hx-include": "[name=entity]"}
        check |= {"hx-trigger": "input changed delay:300ms", "autocomplete": "off"}
        self.fields["name"].widget.attrs |= check

    def clean(self) -> dict[str, Any]:
        """What `create_project` takes."""
        given = super().clean() or {}
        entity = self.entities.get(given.get("entity", ""))
        if entity is not None and entity.kind == Namespace.Kind.PERSONAL:
            given["visibility"] = ""
        return given


class RunForm(ServiceForm):
    """What people write on a run."""

    display_name = forms.CharField(label=_("Name"), max_length=256)
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=MAX_TAGS * 130, help_text=_("With commas between them.")
    )
    description = forms.CharField(
        label=_("Notes"), required=False, max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 12, "class": "form-control mono"}), help_text=_("Markdown."),
    )  # fmt: skip

    @classmethod
    def of(cls, run: Run, data: Any = None) -> RunForm:
        """The form, filled with what `run` has."""
        return cls(data, initial={"display_name": str(run), "tags": ", ".join(run.tags), "description": run.notes})

    def clean_tags(self) -> list[str]:
        """Each once, in order."""
        return listed(self.cleaned_data["tags"])

    def clean_description(self) -> str:
        """With line ends as scripts write them."""
        return _lines(self.cleaned_data["description"])


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
