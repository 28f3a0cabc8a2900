"""Forms of what people write on artifacts, versions and collections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from artifacts.services.values import MAX_DESCRIPTION
from common.forms import ServiceForm
from common.names import MAX_NAME


class LabelForm(ServiceForm):
    """One alias or tag to add, or one to take away."""

    add = forms.CharField(required=False, max_length=MAX_NAME)
    remove = forms.CharField(required=False, max_length=MAX_NAME)

    def clean(self) -> dict[str, Any]:
        """Either of the two."""
        given = super().clean() or self.cleaned_data
        if not self.errors and not (given["add"] or given["remove"]):
            self.add_error("add", _("Write a name."))
        return given

    def listed(self, field: str) -> list[str]:
        """What the field holds, as a list of one name or none."""
        return [self.cleaned_data[field]] if self.cleaned_data[field] else []


class DescriptionForm(ServiceForm):
    """A text in Markdown."""

    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 14, "class": "form-control mono"}), help_text=gettext_lazy("Markdown."),
    )  # fmt: skip

    def clean_description(self) -> str:
        """With line ends as scripts write them, so that saving an unchanged text changes nothing."""
        text: str = self.cleaned_data["description"]
        return text.replace("\r\n", "\n")


class NamedForm(DescriptionForm):
    """A name and a text."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_NAME)
    field_order: tuple[str, ...] = ("name", "description")
