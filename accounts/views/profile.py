"""Profile, password, picture, and the switches of theme and language."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from access.models import User
from access.services import people
from accounts.forms import PasswordForm, ProfileForm
from accounts.requests import PersonalRequest
from accounts.sessions import note_new_key
from common.back import back_of
from common.errors import DomainError, NotFoundError
from common.forms import asks_or_changes


@asks_or_changes
def profile(request: PersonalRequest) -> HttpResponse:
    """One's own name, address, picture, default entity, theme, density and language."""
    form = ProfileForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect("accounts:profile")
    context = {"form": form, "crumbs": [(_("Profile"), "")]}
    return render(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)


@asks_or_changes
def password(request: PersonalRequest) -> HttpResponse:
    """Change one's own password; all other sessions end."""
    form = PasswordForm(request.user, request.POST or None)
    if form.is_bound and form.is_valid():
        people.set_password(actor=request.user, user=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        note_new_key(request, request.user)
        messages.success(request, _("Your password is changed, and you are signed out everywhere else."))
        return redirect("accounts:profile")
    crumbs = [(_("Profile"), reverse("accounts:profile")), (_("Change password"), "")]
    context = {"form": form, "crumbs": crumbs}
    return render(request, "account/password_change.html", context, status=422 if form.is_bound else 200)


@require_POST
def preferences(request: PersonalRequest) -> HttpResponse:
    """Keep what a switch was set to, the theme, say, or the language, and go back to where one was."""
    given = {name: request.POST[name] for name in ("theme", "density", "language", "guide") if name in request.POST}
    people.edit_user(actor=request.user, user=request.user, **given)
    return redirect(back_of(request, "/"))


@require_safe
@cache_control(private=True, max_age=31_536_000, immutable=True)
def avatar(request: PersonalRequest, user_id: int, name: str) -> FileResponse:
    """The picture of a person whom one may see; the address changes with the picture."""
    person = User.objects.visible_to(request.user).filter(pk=user_id, avatar=f"avatars/{name}.webp").first()
    if person is None:
        raise NotFoundError(_("There is no such picture, or you may not see it."))
    return FileResponse(person.avatar.open(), content_type="image/webp")
