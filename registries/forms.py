"""Forms of collections and of linking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from artifacts.forms import NamedForm
from artifacts.models import Version
from artifacts.services.values import check_aliases, check_tags
from common import names
from common.forms import ServiceForm, checked, listed
from registries.models import Registry
from registries.services.registries import MAX_NAME, check_name

OFF = {"autocomplete": "off"}
VISIBILITIES = [
    (Registry.Visibility.ORGANIZATION, _("Organization: everybody in it sees the registry")),
    (Registry.Visibility.RESTRICTED, _("Restricted: only people and teams who are added see it")),
]


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
        return checked(check_tags, listed(self.cleaned_data["tags"]))


class AliasesForm(ServiceForm):
    """The aliases that a new link gets beside `latest`."""

    aliases = forms.CharField(
        label=_("Aliases"), required=False, max_length=2000, widget=forms.TextInput(attrs=OFF),
        help_text=_("Separated by commas. latest comes by itself; an alias that another version has moves."),
    )  # fmt: skip

    def clean_aliases(self) -> list[str]:
        """Each an alias."""
        return checked(check_aliases, listed(self.cleaned_data["aliases"]))


class LinkVersionForm(AliasesForm):
    """A version of the artifact at hand, to be linked into a collection (F46)."""

    version = forms.ChoiceField(label=_("Version"))
    field_order: tuple[str, ...] = ("version", "aliases")

    def __init__(self, *args: Any, versions: Sequence[Version], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions: Mapping[str, Version] = {version.label: version for version in versions}
        self.fields["version"].choices = _choices(versions)  # type: ignore[attr-defined]

    def clean_version(self) -> Version:
        """The version of that number."""
        return self.versions[self.cleaned_data["version"]]


class LinkIntoForm(LinkVersionForm):
    """A version of the artifact at hand, and the collection for it: one of its type that is there, or a new one (F46)."""

    collection = forms.CharField(
        label=_("Collection"), max_length=names.MAX_NAME, widget=forms.TextInput(attrs=OFF | {"list": "collections"}),
        help_text=_("One that is there, or the name of a new one."),
    )  # fmt: skip
    field_order = ("version", "collection", "aliases")

    def clean_collection(self) -> str:
        """A name that a collection may have."""
        return checked(names.collection_name, self.cleaned_data["collection"])


class NewCollectionForm(CollectionForm, AliasesForm):
    """A new collection with its first version, if that is wanted (F39)."""

    version = forms.ChoiceField(label=_("Version"), required=False)
    field_order = (*CollectionForm.field_order, "version", "aliases")

    def __init__(self, *args: Any, versions: Sequence[Version], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions: Mapping[str, Version] = {version.label: version for version in versions}
        self.fields["version"].choices = [("", _("None: an empty collection")), *_choices(versions)]  # type: ignore[attr-defined]

    def clean_version(self) -> Version | None:
        """The version of that number, if one is chosen."""
        return self.versions.get(self.cleaned_data["version"])


def _choices(versions: Sequence[Version]) -> list[tuple[str, str]]:
    """Each by its number, with its aliases."""
    return [(row.label, " · ".join([row.label, *map(str, row.aliases.all())])) for row in versions]


class LinkToRegistryForm(AliasesForm):
    """The collection of a registry in which a version is to be linked, there already or new (F47)."""

    collection = forms.CharField(
        label=_("Collection"), max_length=names.MAX_NAME, widget=forms.TextInput(attrs=OFF | {"list": "collections"}),
        help_text=_("One that is there, or the name of a new one."),
    )  # fmt: skip
    field_order: tuple[str, ...] = ("collection", "aliases")

    def clean_collection(self) -> str:
        """A name that a collection may have."""
        return checked(names.collection_name, self.cleaned_data["collection"])


class LinkToNewRegistryForm(LinkToRegistryForm):
    """A new registry for the version at hand, and the collection in it (F15)."""

    name = forms.CharField(label=_("Name of the registry"), max_length=MAX_NAME, widget=forms.TextInput(attrs=OFF))
    visibility = forms.ChoiceField(label=_("Who sees it"), choices=VISIBILITIES, widget=forms.RadioSelect)
    field_order = ("name", "visibility", "collection", "aliases")

    def clean_name(self) -> str:
        """A name that a registry may have."""
        return checked(check_name, self.cleaned_data["name"])

    @property
    def given(self) -> dict[str, Any]:
        """What the service is told."""
        given = dict(self.cleaned_data)
        return given | {"collection_name": given.pop("collection")}
