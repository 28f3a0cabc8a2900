"""Forms over services: a refusal stands beside its field, and what cannot be undone asks for a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from common.errors import ConflictError, DomainError, InvalidInputError, TooLargeError, status_of
from common.pictures import render

T = TypeVar("T")
asks_or_changes = require_http_methods(["GET", "HEAD", "POST"])  # a view that shows a form, and takes it


def checked(check: Callable[[Any], T], value: Any) -> T:
    """What `check` makes of `value`; its refusal as one that a form shows beside the field."""
    try:
        return check(value)
    except DomainError as error:
        raise forms.ValidationError(error.message) from error


def listed(text: str) -> list[str]:
    """The names in a list with commas, each once."""
    return list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: everything that was posted, even nothing, but None where nothing was."""
    return request.POST if request.method == "POST" else None


def draft(request: HttpRequest) -> dict[str, Any] | None:
    """What was written so far, where a form was sent to be looked at (`preview`) or for the next choice (`choose`), not to be
    carried out; else None.
    """
    is_draft = request.method == "POST" and bool({"preview", "choose"} & set(request.POST))
    return request.POST.dict() if is_draft else None


class ServiceForm(forms.Form):
    """A form that knows the `status` of the page which shows it again."""

    refusal = 400

    @property
    def status(self) -> int:
        """200 while nothing was posted, else that of what is wrong."""
        return self.refusal if self.is_bound else 200

    @contextmanager
    def refusals_at(self, field: str | None = None) -> Iterator[None]:
        """Show what a service refuses within at `field`, or above the form; 403 and 404 stay pages of their own."""
        try:
            yield
        except (InvalidInputError, ConflictError, TooLargeError) as error:
            self.add_error(field, error.message)
            self.refusal = status_of(error)


class TypedNameForm(ServiceForm):
    """The name of what is about to change for good, typed."""

    typed = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed"].label = _("Type %(name)s to confirm") % {"name": expected}

    def clean_typed(self) -> str:
        """The name, letter for letter."""
        typed: str = self.cleaned_data["typed"]
        if typed != self.expected:
            raise forms.ValidationError(_("This is not the name; type %(name)s.") % {"name": self.expected})
        return typed


class PictureField(forms.FileField):
    """A picture, cleaned to what `render` gives, or None."""

    widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"})

    def __init__(self, **options: object) -> None:
        given = {
            "label": gettext_lazy("Picture"),
            "required": False,
            "help_text": gettext_lazy(
                "PNG, JPEG, WebP or GIF up to 5 MiB. The middle square is kept, and nothing but its pixels."
            ),
        }
        super().__init__(**given | options)  # type: ignore[arg-type]

    def clean(self, data: object, initial: object = None) -> bytes | None:
        """As it is stored."""
        given: UploadedFile[bytes] | None = super().clean(data, initial)
        return checked(lambda file: render(file, file.size or 0), given) if given else None
