"""Profile › Security: the second factor, its recovery codes, and where one is signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions
from accounts.requests import PersonalRequest
from events.services import record
from events.types import EventType

MOST_SESSIONS = 100


@require_safe
def security(request: PersonalRequest) -> HttpResponse:
    """What protects the account, and each session with device, address and time."""
    own = {factor.type: factor for factor in Authenticator.objects.filter(user=request.user)}
    codes = own.get(Authenticator.Type.RECOVERY_CODES)
    here = request.session.session_key
    rows = [
        {"session": row, "device": sessions.describe(row.user_agent), "is_here": row.session_key == here}
        for row in sessions.sessions_of(request.user)[:MOST_SESSIONS]
    ]
    context = {
        "has_app": Authenticator.Type.TOTP in own,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "rows": rows,
        "others": sum(not row["is_here"] for row in rows),
        "crumbs": _crumbs(),
    }
    return render(request, "accounts/security.html", context)


@require_POST
def end_session(request: PersonalRequest, session_id: int) -> HttpResponse:
    """Sign one of one's own sessions out; one that is over, or somebody else's, changes nothing."""
    sessions.end(UserSession.objects.filter(user=request.user, pk=session_id))
    messages.success(request, _("That session is signed out."))
    return redirect("mfa_index")


@require_POST
def end_other_sessions(request: PersonalRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    sessions.end(UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("mfa_index")


def _crumbs(page: Any = None) -> list[tuple[Any, str]]:
    above = [(_("Profile"), reverse("accounts:profile"))]
    return [*above, (_("Security"), reverse("mfa_index")), (page, "")] if page else [*above, (_("Security"), "")]


class Placed:
    """A page of allauth's below Security, which no browser keeps."""

    title: Any = _lazy("Second factor")

    @method_decorator(never_cache)
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """allauth's."""
        response: HttpResponse = super().dispatch(*args, **kwargs)  # type: ignore[misc]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's, and where the page is."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"crumbs": _crumbs(self.title)}


class Recorded(Placed):
    """A change of the second factor, recorded in its own transaction."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """allauth's change, and its event."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            user = self.request.user
            record(actor=user, type=EventType.USER_CHANGED, object=user, after={"fields": ["second_factor"]})  # type: ignore[arg-type]
        return response


class Activate(Recorded, ActivateTOTPView):
    """Tie an app to the account; the first code proves that it works."""


class Deactivate(Recorded, DeactivateTOTPView):
    """Sign in by password alone again."""


class NewCodes(Recorded, GenerateRecoveryCodesView):
    """Recovery codes in place of the present ones."""


class Codes(Placed, ViewRecoveryCodesView):
    """The recovery codes, in full the first time."""

    title = _lazy("Recovery codes")


class Again(Placed, ReauthenticateView):
    """Show by the password that it is still you."""

    title = _lazy("Is it you?")


class AgainByCode(Placed, ReauthenticateByCodeView):
    """Show it by a code."""

    title = _lazy("Is it you?")
