"""Forms of what people write on artifacts, versions and collections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from artifacts.services.values import MAX_DESCRIPTION
from common.forms import ServiceForm, listed
from common.names import MAX_NAME
from projects import values


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

    @property
    def problems(self) -> list[str]:
        """All that is wrong, in sentences."""
        return [str(problem) for problems in self.errors.values() for problem in problems]

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


class UploadForm(ServiceForm):
    """What a version is called and said to be, before its files arrive."""

    name = forms.CharField(
        label=gettext_lazy("Artifact"), max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"list": "artifacts", "autocomplete": "off"}),
        help_text=gettext_lazy("Of an existing one this becomes the next version."),
    )  # fmt: skip
    type = forms.CharField(
        label=gettext_lazy("Type"), max_length=MAX_NAME, widget=forms.TextInput(attrs={"list": "types"}),
        help_text=gettext_lazy("Such as model or dataset. All versions of an artifact have one type."),
    )  # fmt: skip
    aliases = forms.CharField(
        label=gettext_lazy("Aliases"), required=False, help_text=gettext_lazy("With commas; latest is given by itself.")
    )
    tags = forms.CharField(label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("With commas."))
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=gettext_lazy("Markdown."),
    )  # fmt: skip
    metadata = forms.CharField(
        label=gettext_lazy("Metadata"), required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control mono", "placeholder": '{"samples": 1200}'}),
        help_text=gettext_lazy("A JSON object."),
    )  # fmt: skip

    def clean_aliases(self) -> list[str]:
        """Each once."""
        return listed(self.cleaned_data["aliases"])

    def clean_tags(self) -> list[str]:
        """Each once."""
        return listed(self.cleaned_data["tags"])

    def clean_metadata(self) -> dict[str, Any]:
        """What the text means; nothing is an empty object."""
        text = self.cleaned_data["metadata"].strip()
        try:
            found = values.loads(text) if text else {}
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(error)s.") % {"error": error}) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_('Metadata is a JSON object, such as {"samples": 1200}.'))
        return found
