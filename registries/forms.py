"""Forms of collections and of linking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from artifacts.forms import NamedForm
from artifacts.models import Version
from artifacts.services.values import check_aliases, check_tags
from common import names
from common.errors import DomainError
from common.forms import ServiceForm
from registries.models import Registry

T = TypeVar("T")
OFF = {"autocomplete": "off"}


def checked(check: Callable[[Any], T], value: Any) -> T:
    """What `check` makes of `value`; its refusal as one that a form shows beside the field."""
    try:
        return check(value)
    except DomainError as error:
        raise forms.ValidationError(error.message) from error


def split(text: str) -> list[str]:
    """The names in a list with commas."""
    return [name for part in text.split(",") if (name := part.strip())]


class CollectionForm(NamedForm):
    """A new collection (F39)."""

    type = forms.CharField(label=_("Type"), max_length=names.MAX_NAME, help_text=_("One type, fixed from then on."))
    tags = forms.CharField(label=_("Tags"), required=False, max_length=2000, help_text=_("Separated by commas."))
    field_order: tuple[str, ...] = ("name", "type", "description", "tags")

    def __init__(self, *args: Any, registry: Registry, types: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["description"].widget.attrs["rows"] = 6
        if registry.accepts_all_types:
            self.fields["type"].widget.attrs |= OFF | {"list": "types"}
            self.suggestions = {"types": types}
        else:
            self.fields["type"] = forms.ChoiceField(
                label=_("Type"), choices=[(name, name) for name in types], help_text=_("One type, fixed from then on.")
            )

    def clean_name(self) -> str:
        """A name that a collection may have."""
        return checked(names.collection_name, self.cleaned_data["name"])

    def clean_type(self) -> str:
        """A name that a type may have."""
        return checked(names.artifact_type, self.cleaned_data["type"])

    def clean_tags(self) -> list[str]:
        """Each a tag."""
        return checked(check_tags, split(self.cleaned_data["tags"]))


class AliasesForm(ServiceForm):
    """The aliases that a new link gets beside `latest`."""

    aliases = forms.CharField(
        label=_("Aliases"), required=False, max_length=2000, widget=forms.TextInput(attrs=OFF),
        help_text=_("Separated by commas. latest comes by itself; an alias that another version has moves."),
    )  # fmt: skip

    def clean_aliases(self) -> list[str]:
        """Each an alias."""
        return checked(check_aliases, split(self.cleaned_data["aliases"]))


class LinkVersionForm(AliasesForm):
    """A version of the artifact at hand, to be linked into a collection (F46)."""

    version = forms.ChoiceField(label=_("Version"))
    field_order = ("version", "aliases")

    def __init__(self, *args: Any, versions: Sequence[Version], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions: Mapping[str, Version] = {version.label: version for version in versions}
        labelled = [(label, " · ".join([label, *map(str, row.aliases.all())])) for label, row in self.versions.items()]
        self.fields["version"].choices = labelled  # type: ignore[attr-defined]

    def clean_version(self) -> Version:
        """The version of that number."""
        return self.versions[self.cleaned_data["version"]]


class LinkToRegistryForm(AliasesForm):
    """The collection of a registry in which a version is to be linked, there already or new (F47)."""

    collection = forms.CharField(
        label=_("Collection"), max_length=names.MAX_NAME, widget=forms.TextInput(attrs=OFF | {"list": "collections"}),
        help_text=_("One that is there, or the name of a new one."),
    )  # fmt: skip
    field_order = ("collection", "aliases")

    def clean_collection(self) -> str:
        """A name that a collection may have."""
        return checked(names.collection_name, self.cleaned_data["collection"])
