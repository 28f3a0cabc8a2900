"""Forms of sign-in, profile and keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from access.models import ApiKey, Namespace, User
from access.services import people
from accounts import avatars
from common.forms import PictureField, ServiceForm

PASSWORD_HINT = _("At least 10 characters, not only digits, and none that everybody uses.")


class SignInForm(LoginForm):
    """allauth's, whose field says what it takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email")
        self.fields["password"].help_text = ""  # the page has the link, where there is mail
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        _drop_placeholders(self)


class ResetForm(ResetPasswordForm):
    """Where the mail goes by which one sets a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        _drop_placeholders(self)


class NewPasswordForm(ResetPasswordKeyForm):
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password2"].label = _("New password, again")
        _drop_placeholders(self)


class PasswordForm(PasswordChangeForm):
    """The present password, and the one to come, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HINT
        self.fields["new_password2"].label = _("New password, again")
        self.fields["new_password2"].help_text = ""


def _drop_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)  # the label says it


class AccountForm(ServiceForm):
    """A new account: who it is, and its password by the rules of the settings."""

    username = forms.CharField(
        label=_("Username"), max_length=128, help_text=_("Letters, digits, '-', '_' and '.'. Scripts and addresses use it."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )  # fmt: skip
    full_name = forms.CharField(
        label=_("Name"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_HINT,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The fields, after the password was tried against the rules and the other fields."""
        given = self.cleaned_data
        if "password" in given:
            user = User(**{name: given.get(name, "") for name in ("username", "full_name", "email")})
            try:
                validate_password(given["password"], user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


class SetupForm(AccountForm):
    """The first admin, organization and team of an empty server."""

    organization = forms.CharField(label=_("Organization"), max_length=128, help_text=_("It owns the registries."))
    team = forms.CharField(
        label=_("First team"), max_length=128, help_text=_("Where people log work together, such as vision.")
    )
    field_order = ("organization", "team", "username", "full_name", "email", "password")


class ProfileForm(forms.Form):
    """What a person may change of their own account."""

    full_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail address"), required=False, help_text=_("You can sign in with it, too."))
    default_namespace = forms.ModelChoiceField(
        Namespace.objects.none(), label=_("Default entity"), empty_label=None,
        help_text=_("Where a script's runs go when it names no entity."),
    )  # fmt: skip
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices)
    density = forms.ChoiceField(label=_("Tables"), choices=User.Density.choices)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser says")), *settings.LANGUAGES], required=False
    )
    picture = PictureField()
    remove_picture = forms.BooleanField(label=_("Remove the picture and show initials"), required=False)

    def __init__(
        self, data: QueryDict | None, files: MultiValueDict[str, UploadedFile[Any]] | None, *, user: User
    ) -> None:
        initial = {name: getattr(user, name) for name in ("full_name", "email", "theme", "density", "language")}
        initial["default_namespace"] = user.default_namespace_id or user.namespace_id
        super().__init__(data, files, initial=initial)
        self.user = user
        own = Q(pk=user.namespace_id) | Q(team__memberships__user=user)
        self.fields["default_namespace"].queryset = Namespace.objects.filter(own).order_by("name")  # type: ignore[attr-defined]
        if not user.avatar:
            del self.fields["remove_picture"]

    def save(self) -> None:
        """Change the account. Raises DomainError, and changes nothing, for what another account stands against."""
        given = dict(self.cleaned_data)
        picture, gone = given.pop("picture"), given.pop("remove_picture", False)
        with transaction.atomic():
            namespace = given.pop("default_namespace")
            people.edit_user(actor=self.user, user=self.user, **given)
            people.set_default_namespace(actor=self.user, user=self.user, namespace=namespace)
        if picture or gone:
            avatars.set_avatar(actor=self.user, user=self.user, picture=picture)


class KeyForm(ServiceForm):
    """A new API key."""

    name = forms.CharField(label=_("Name"), max_length=128, help_text=_("The machine or job that will use it."))
    scope = forms.ChoiceField(label=_("Scope"), choices=ApiKey.Scope.choices, initial=ApiKey.Scope.WRITE)
    days = forms.TypedChoiceField(
        label=_("Expires"),
        choices=[("0", _("Never")), ("30", _("In 30 days")), ("90", _("In 90 days")), ("365", _("In a year"))],
        coerce=int,
    )

    @property
    def fields_of_key(self) -> dict[str, Any]:
        """What `create_key` takes."""
        days: int = self.cleaned_data["days"]
        expires_at: datetime | None = timezone.now() + timedelta(days=days) if days else None
        return {
            "name": self.cleaned_data["name"],
            "scope": ApiKey.Scope(self.cleaned_data["scope"]),
            "expires_at": expires_at,
        }
