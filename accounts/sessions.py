"""Where one is signed in: when each session was seen, and what device it is on."""

from __future__ import annotations

import time
from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from access.models import User

SEEN = "seen"
SEEN_EVERY = 300  # seconds
# The first that occurs counts: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari", "curl": "curl"}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS", "CrOS": "ChromeOS",
    "Linux": "Linux",
}  # fmt: skip


class SeenMiddleware(MiddlewareMixin):
    """Notes every five minutes that a session is used, and from where; other requests cost nothing."""

    def process_request(self, request: HttpRequest) -> None:
        """Django's hook. Sessions carry SEEN from sign-in on."""
        seen = request.session.get(SEEN)
        if seen is None or time.time() - seen < SEEN_EVERY or not request.user.is_authenticated:
            return
        note(request)


def note(request: HttpRequest) -> None:
    """List the session of `request` among those of its user, as seen now."""
    request.session[SEEN] = int(time.time())
    UserSession.objects.create_from_request(request)


def sessions_of(user: User) -> list[UserSession]:
    """The live sessions of `user`, the latest first; those that ended are forgotten by this."""
    live: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(live, key=lambda session: session.last_seen_at, reverse=True)


def end(sessions: Iterable[UserSession]) -> None:
    """Sign these sessions out at once."""
    for session in sessions:
        session.end()


def note_new_key(request: HttpRequest, user: User) -> None:
    """After the password changed: this session goes on under another key, and all others of `user` are over."""
    UserSession.objects.filter(user=user).delete()
    note(request)


def describe(user_agent: str) -> str:
    """What a person calls the device, such as "Firefox · Linux", by the User-Agent that it sent."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), _("Unknown browser"))
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} · {system}" if system else browser
